package io.github.camelzendesk.standin;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** {@code /oauth/authorizations/new}: asks the signed-in user, and sends the browser back. Facts of section A3. */
final class ConsentPage {

    private static final Duration CODE_LIFETIME = Duration.ofSeconds(120); // [DOC 4408845965210]

    /** What the form carries along. */
    private static final List<String> CARRIED = List.of("response_type", "client_id", "redirect_uri", "scope", "state",
            "code_challenge", "code_challenge_method");

    private final World world;
    private final Switches switches;

    ConsentPage(World world, Switches switches) {
        this.world = world;
        this.switches = switches;
    }

    @Nullable Client named(Call call) {
        return world.findClient(parameters(call).getOrDefault("client_id", "")).orElse(null);
    }

    /** For the journal: asked, allowed or denied. */
    String step(Call call) {
        return switch (decision(call)) {
            case "allow" -> "allowed";
            case "deny" -> "denied";
            default -> "asked";
        };
    }

    Answer answer(Call call) {
        Map<String, String> parameters = parameters(call);
        Client client = named(call);
        String redirectUri = parameters.get("redirect_uri");
        // Whoever is not known must not be sent a browser [RFC 6749, 4.1.2.1]; Zendesk's words are not known.
        if (client == null) {
            return page(400, "Invalid authorization request", "<p id=\"error\">No such client.</p>");
        }
        if (redirectUri == null || !registered(client, redirectUri)) {
            return page(400, "Invalid authorization request",
                    "<p id=\"error\">The redirect URL is not registered for this client.</p>");
        }
        OAuthError mistake = mistake(client, parameters);
        if (mistake != null) {
            return back(redirectUri, refusal(mistake), parameters.get("state"));
        }
        User user = world.signedIn();
        if (user == null) {
            return page(401, "Sign in", "<p id=\"error\">Nobody is signed in.</p>");
        }
        return switch (decision(call)) {
            case "allow" -> back(redirectUri, Map.of("code", code(call, client, user, redirectUri, parameters)),
                    parameters.get("state"));
            case "deny" -> back(redirectUri, refusal(OAuthError.ACCESS_DENIED), parameters.get("state"));
            default -> question(client, user, parameters);
        };
    }

    /** Only a form that was sent decides: a link must not. */
    private static String decision(Call call) {
        return call.method().equals("POST") ? call.formParameters().getOrDefault("decision", "") : "";
    }

    private static Map<String, String> parameters(Call call) {
        Map<String, String> parameters = new LinkedHashMap<>(call.parameters());
        parameters.putAll(call.formParameters());
        return parameters;
    }

    private boolean registered(Client client, String redirectUri) {
        return client.redirectUris().contains(redirectUri) || switches.loopbackRedirectsOnAnyPort()
                && client.redirectUris().stream().anyMatch(known -> loopback(known) && loopback(redirectUri)
                        && withoutPort(known).equals(withoutPort(redirectUri)));
    }

    private static boolean loopback(String uri) {
        return uri.matches("http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?(/.*)?");
    }

    private static String withoutPort(String uri) {
        return uri.replaceFirst("^(http://[^/:]+):[0-9]+", "$1");
    }

    /** That these are told by way of the redirect is the rule of [RFC 6749, 4.1.2.1]; of Zendesk it is not known. */
    private static @Nullable OAuthError mistake(Client client, Map<String, String> parameters) {
        String type = parameters.getOrDefault("response_type", "");
        String challenge = parameters.getOrDefault("code_challenge", "");
        List<String> scopes = Scopes.of(parameters.get("scope"));
        if (type.isEmpty() || scopes.isEmpty()) {
            return OAuthError.INVALID_REQUEST;
        }
        if (!type.equals("code")) {
            return OAuthError.UNSUPPORTED_RESPONSE_TYPE; // the implicit grant is gone [DOC 7868169712794]
        }
        // A method that is left out means "plain" [RFC 7636, 4.3], which is refused as well.
        boolean challenged = !challenge.isEmpty();
        if (challenged ? !"S256".equals(parameters.get("code_challenge_method")) : client.kind() == Client.Kind.PUBLIC) {
            return OAuthError.INVALID_REQUEST;
        }
        return Scopes.within(client.allowedScopes(), scopes) ? null : OAuthError.INVALID_SCOPE;
    }

    private String code(Call call, Client client, User user, String redirectUri, Map<String, String> parameters) {
        String challenge = parameters.getOrDefault("code_challenge", "");
        AuthorizationCode code = new AuthorizationCode(Secrets.make(), client, user, redirectUri,
                Scopes.of(parameters.get("scope")), challenge.isEmpty() ? null : challenge, call.at().plus(CODE_LIFETIME));
        world.settle(code);
        return code.value();
    }

    private static Map<String, String> refusal(OAuthError error) {
        Map<String, String> refusal = new LinkedHashMap<>();
        refusal.put("error", error.code());
        refusal.put("error_description", error.description());
        return refusal;
    }

    private static Answer back(String redirectUri, Map<String, String> result, @Nullable String state) {
        StringBuilder location = new StringBuilder(redirectUri)
                .append(URI.create(redirectUri).getRawQuery() == null ? '?' : '&');
        result.forEach((name, value) -> location.append(name).append('=').append(encoded(value)).append('&'));
        if (state == null) {
            location.setLength(location.length() - 1);
        } else {
            location.append("state=").append(encoded(state));
        }
        return Answer.of(302, new byte[0], null).with("Location", location.toString()).with("Cache-Control", "no-store");
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static Answer question(Client client, User user, Map<String, String> parameters) {
        StringBuilder html = new StringBuilder();
        html.append("<p><strong id=\"client\">").append(escaped(client.name()))
                .append("</strong> asks for access to this Zendesk account as <strong id=\"user\">")
                .append(escaped(user.name())).append(" (").append(escaped(user.email())).append(", ")
                .append(user.role().wireName()).append(")</strong>:</p>\n<ul id=\"scopes\">\n");
        for (String scope : Scopes.of(parameters.get("scope"))) {
            html.append("<li>").append(escaped(scope)).append("</li>\n");
        }
        html.append("</ul>\n<form method=\"post\" action=\"/oauth/authorizations/new\">\n");
        for (String name : CARRIED) {
            String value = parameters.get(name);
            if (value != null) {
                html.append("<input type=\"hidden\" name=\"").append(name).append("\" value=\"").append(escaped(value))
                        .append("\">\n");
            }
        }
        html.append("<button id=\"allow\" name=\"decision\" value=\"allow\">Allow</button>\n")
                .append("<button id=\"deny\" name=\"decision\" value=\"deny\">Deny</button>\n</form>");
        return page(200, "Authorize " + client.name(), html.toString());
    }

    /** The icon of no bytes keeps the browser from asking for one, which would be in the journal. */
    private static Answer page(int status, String title, String html) {
        String text = """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <link rel="icon" href="data:,">
                <title>%1$s</title>
                <style>
                body { font: 16px/1.5 sans-serif; max-width: 32em; margin: 3em auto; padding: 0 1em; color: #222; background: #fff }
                button { font: inherit; padding: .4em 1.6em; margin-right: .6em }
                footer { margin-top: 3em; color: #666 }
                </style>
                </head>
                <body>
                <h1>%1$s</h1>
                %2$s
                <footer>A stand-in for Zendesk, for tests</footer>
                </body>
                </html>
                """.formatted(escaped(title), html);
        return Answer.of(status, text.getBytes(StandardCharsets.UTF_8), "text/html; charset=utf-8")
                .with("X-Frame-Options", "SAMEORIGIN").with("Cache-Control", "no-store");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
