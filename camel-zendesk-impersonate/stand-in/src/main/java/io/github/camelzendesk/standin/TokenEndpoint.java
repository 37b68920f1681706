package io.github.camelzendesk.standin;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** {@code POST /oauth/tokens}: the grants. Facts of sections A4 and A6. */
final class TokenEndpoint {

    /** Password and implicit were removed on 2025-02-17 [DOC 7868169712794]. */
    private static final Set<String> GRANTS = Set.of("authorization_code", "client_credentials", "refresh_token");

    /** In seconds [OAS]; the reference once says milliseconds, but each of its examples and limits is in seconds. */
    private static final long ACCESS_MIN = 300;
    private static final long ACCESS_MAX = 172_800;
    private static final long ACCESS_STANDARD = 1_800;
    private static final long REFRESH_MIN = 604_800;
    private static final long REFRESH_MAX = 7_776_000;
    private static final long REFRESH_STANDARD = 2_592_000;

    private final World world;
    private final Switches switches;
    private final OAuth oauth;

    TokenEndpoint(World world, Switches switches, OAuth oauth) {
        this.world = world;
        this.switches = switches;
        this.oauth = oauth;
    }

    /** The grant type for the journal, where only words go that are no client's invention. */
    @Nullable String step(Call call) {
        String type = parameters(call).get("grant_type");
        return type == null || GRANTS.contains(type) || type.equals("password") ? type : "unknown grant";
    }

    /** Whom the request says it comes from. */
    @Nullable Client named(Call call) {
        Map<String, String> parameters = parameters(call);
        String identifier = parameters.get("client_id");
        return identifier == null ? null : world.findClient(identifier).orElse(null);
    }

    /** Counts a spent refresh token even if a fault then keeps the request from being processed. */
    void presented(Call call) {
        String value = parameters(call).get("refresh_token");
        if (value != null && world.findRefreshToken(value).filter(RefreshToken::spent).isPresent()) {
            oauth.countSpent();
        }
    }

    Answer answer(Call call) {
        Answer answer;
        try {
            answer = grant(call, parameters(call));
        } catch (OAuthError.Refusal e) {
            answer = e.error().answer();
        } catch (Call.MalformedJson e) {
            answer = Answer.malformedJson();
        }
        return answer.with("Cache-Control", "no-store").with("Pragma", "no-cache"); // [INFER], as the library does
    }

    private Answer grant(Call call, Map<String, String> parameters) {
        if (call.json().isArray() || call.repeatsFormParameter()) {
            throw OAuthError.INVALID_REQUEST.refusal();
        }
        String type = required(parameters, "grant_type");
        if (!GRANTS.contains(type)) {
            throw OAuthError.UNSUPPORTED_GRANT_TYPE.refusal();
        }
        Client client = world.findClient(required(parameters, "client_id")).orElseThrow(OAuthError.INVALID_CLIENT::refusal);
        return switch (type) {
            case "client_credentials" -> clientCredentials(client, parameters, call.at());
            case "refresh_token" -> refresh(client, parameters, call.at());
            default -> authorizationCode(client, parameters, call.at());
        };
    }

    /** Confidential clients only, for the client's user, without a refresh token [OAS, DOC 8983332483226]. */
    private Answer clientCredentials(Client client, Map<String, String> parameters, Instant now) {
        if (client.kind() == Client.Kind.PUBLIC) {
            throw OAuthError.UNAUTHORIZED_CLIENT.refusal();
        }
        authenticate(client, parameters, false);
        User user = client.user();
        if (user == null) {
            throw OAuthError.UNAUTHORIZED_CLIENT.refusal(); // cannot be in a real account
        }
        List<String> scopes = Scopes.of(parameters.get("scope"));
        Token token = token(client, user, scopes.isEmpty() ? Scopes.ASSUMED : scopes, accessLifetime(client, parameters), now);
        return granted(token, null, now);
    }

    /**
     * The old access token and the old refresh token die at once [OAS, DOC]. A spent one gets the usual refusal, and what
     * came after it lives on [PROBE csa-zendesk 7.3].
     */
    private Answer refresh(Client client, Map<String, String> parameters, Instant now) {
        RefreshToken old = world.findRefreshToken(required(parameters, "refresh_token")).orElse(null);
        boolean confidential = client.kind() == Client.Kind.CONFIDENTIAL;
        boolean shown = old != null && verified(old.challenge(), parameters);
        if (confidential) {
            authenticate(client, parameters, shown && old.challenge() != null);
        }
        if (old == null || old.accessToken().client() != client || !confidential && !shown) {
            throw OAuthError.INVALID_GRANT.refusal();
        }
        User user = old.accessToken().owner();
        if (old.spent() && switches.refreshReuseRevokesFamily()) {
            revokeFamily(old.family());
        }
        if (!old.good(now) || user == null || user.suspended() || user.deleted()) {
            throw OAuthError.INVALID_GRANT.refusal();
        }
        List<String> wanted = Scopes.of(parameters.get("scope"));
        List<String> scopes = wanted.isEmpty() ? old.accessToken().scopes() : wanted; // kept when left out [PROBE]
        if (!switches.refreshMayWidenScope() && !old.accessToken().scopes().containsAll(scopes)) {
            throw OAuthError.INVALID_SCOPE.refusal();
        }
        // not re-sent, both fall back to the defaults [DOC]
        Duration access = accessLifetime(client, parameters);
        Duration refresh = refreshLifetime(parameters);
        Token token = token(client, user, scopes, access, now);
        old.spend();
        oauth.countRefresh();
        return granted(token, successor(token, access, refresh, old.challenge(), old.family(), now), now);
    }

    private Answer authorizationCode(Client client, Map<String, String> parameters, Instant now) {
        String value = required(parameters, "code");
        String redirectUri = required(parameters, "redirect_uri");
        AuthorizationCode code = world.findCode(value).orElse(null);
        boolean confidential = client.kind() == Client.Kind.CONFIDENTIAL;
        boolean shown = code != null && verified(code.challenge(), parameters);
        if (confidential) {
            authenticate(client, parameters, shown && code.challenge() != null);
        }
        if (code == null || code.client() != client || !now.isBefore(code.expiresAt())
                || !code.redirectUri().equals(redirectUri) || !shown || !confidential && code.challenge() == null) {
            throw OAuthError.INVALID_GRANT.refusal();
        }
        List<String> wanted = Scopes.of(parameters.get("scope"));
        List<String> scopes = wanted.isEmpty() ? code.scopes() : wanted;
        if (!code.scopes().containsAll(scopes)) {
            throw OAuthError.INVALID_SCOPE.refusal(); // more than was consented to [INFER]
        }
        Duration access = accessLifetime(client, parameters);
        Duration refresh = refreshLifetime(parameters);
        Token token = token(client, code.user(), scopes, access, now);
        world.forget(code);
        return granted(token, successor(token, access, refresh, code.challenge(), token.id(), now), now);
    }

    private void authenticate(Client client, Map<String, String> parameters, boolean verifierShown) {
        String secret = parameters.get("client_secret");
        boolean proven = secret != null
                ? Secrets.equal(secret, client.secret())
                : verifierShown && switches.verifierReplacesSecret();
        if (!proven) {
            throw OAuthError.INVALID_CLIENT.refusal();
        }
    }

    /** A verifier that fits the challenge, or none when there was no challenge. */
    private static boolean verified(@Nullable String challenge, Map<String, String> parameters) {
        String verifier = parameters.get("code_verifier");
        if (challenge == null) {
            return true;
        }
        return verifier != null && Secrets.equal(Secrets.challenge(verifier), challenge);
    }

    private Token token(Client client, User user, List<String> scopes, @Nullable Duration lifetime, Instant now) {
        if (!Scopes.within(client.allowedScopes(), scopes)) {
            throw OAuthError.INVALID_SCOPE.refusal();
        }
        oauth.countGrant();
        return world.token(Secrets.make()).grantedTo(client).owner(user).scopes(scopes.toArray(String[]::new))
                .expiresAt(lifetime == null ? null : now.plus(lifetime));
    }

    /** A token that never expires comes without [DOC 9182123625370]. */
    private @Nullable RefreshToken successor(Token token, @Nullable Duration access, Duration refresh,
            @Nullable String challenge, long family, Instant now) {
        return access == null
                ? null
                : world.settle(new RefreshToken(Secrets.make(), token, challenge, family, now.plus(refresh)));
    }

    private void revokeFamily(long family) {
        world.refreshTokens().stream().filter(token -> token.family() == family).forEach(token -> {
            token.revoke();
            token.accessToken().revoke();
        });
    }

    private Answer granted(Token token, @Nullable RefreshToken refresh, Instant now) {
        ObjectNode node = Json.object();
        node.put("access_token", token.value());
        node.put("token_type", "bearer");
        node.put("scope", String.join(" ", token.scopes()));
        Instant end = token.expiresAt();
        put(node, "refresh_token", refresh == null ? null : Json.MAPPER.getNodeFactory().textNode(refresh.value()));
        put(node, "expires_in", end == null ? null : seconds(now, end));
        put(node, "refresh_token_expires_in", refresh == null ? null : seconds(now, refresh.expiresAt()));
        return Answer.json(switches.grantStatus(), node);
    }

    private void put(ObjectNode node, String name, @Nullable JsonNode value) {
        if (value != null || switches.nullsInGrants()) {
            node.set(name, value);
        }
    }

    private static JsonNode seconds(Instant from, Instant to) {
        return Json.MAPPER.getNodeFactory().numberNode(Duration.between(from, to).toSeconds());
    }

    private @Nullable Duration accessLifetime(Client client, Map<String, String> parameters) {
        boolean expiring = !client.createdAt().isBefore(Client.EXPIRING_SINCE);
        return lifetime(parameters, "expires_in", ACCESS_MIN, ACCESS_MAX,
                expiring ? Duration.ofSeconds(ACCESS_STANDARD) : null);
    }

    private Duration refreshLifetime(Map<String, String> parameters) {
        Duration standard = Duration.ofSeconds(REFRESH_STANDARD);
        Duration lifetime = lifetime(parameters, "refresh_token_expires_in", REFRESH_MIN, REFRESH_MAX, standard);
        return lifetime == null ? standard : lifetime;
    }

    private @Nullable Duration lifetime(Map<String, String> parameters, String name, long min, long max,
            @Nullable Duration standard) {
        String text = parameters.get(name);
        if (text == null || text.isBlank()) {
            return standard;
        }
        boolean number = text.matches("-?[0-9]{1,18}");
        long seconds = number ? Long.parseLong(text) : 0;
        if (number && seconds >= min && seconds <= max) {
            return Duration.ofSeconds(seconds);
        }
        return switch (switches.lifetimeOutOfRange()) {
            case REFUSE -> throw OAuthError.INVALID_REQUEST.refusal();
            case DEFAULT -> standard;
            case CLAMP -> Duration.ofSeconds(Math.max(min, Math.min(max, seconds)));
        };
    }

    private static String required(Map<String, String> parameters, String name) {
        String value = parameters.get(name);
        if (value == null || value.isBlank()) {
            throw OAuthError.INVALID_REQUEST.refusal();
        }
        return value;
    }

    /** From JSON, as the documentation has it, or from a form, as its own Python example sends it [DOC]. */
    private Map<String, String> parameters(Call call) {
        Map<String, String> parameters = new LinkedHashMap<>(call.formParameters());
        try {
            call.json().properties().forEach(property -> {
                if (property.getValue().isValueNode() && !property.getValue().isNull()) {
                    parameters.put(property.getKey(), property.getValue().asText());
                }
            });
        } catch (Call.MalformedJson e) {
            return Map.of(); // the answer says so
        }
        String authorization = call.header("Authorization");
        if (switches.basicClientAuthentication() && authorization != null
                && authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            basic(authorization.substring(6).strip(), parameters);
        }
        return parameters;
    }

    private static void basic(String credentials, Map<String, String> parameters) {
        try {
            String pair = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0) {
                // each half is form-encoded before the two are joined [RFC 6749, 2.3.1]
                parameters.put("client_id", Call.decode(pair.substring(0, colon)));
                parameters.put("client_secret", Call.decode(pair.substring(colon + 1)));
            }
        } catch (IllegalArgumentException e) {
            // not Base64: as if it were not there
        }
    }
}
