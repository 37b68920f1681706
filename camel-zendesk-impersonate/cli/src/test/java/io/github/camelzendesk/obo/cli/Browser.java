package io.github.camelzendesk.obo.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser as a script: fills in Zendesk's form and goes where it is sent. */
final class Browser implements Predicate<URI> {

    private static final Pattern INPUT = Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\">");

    private final HttpClient http = HttpClient.newHttpClient();
    private final String decision;
    private UnaryOperator<String> onTheWay = UnaryOperator.identity();
    private UnaryOperator<String> question = UnaryOperator.identity();
    private Runnable before = () -> {
    };
    private final CompletableFuture<HttpResponse<String>> last = new CompletableFuture<>();

    Browser(String decision) {
        this.decision = decision;
    }

    /** Changes the address that Zendesk sends the browser to. */
    Browser changing(UnaryOperator<String> redirect) {
        this.onTheWay = redirect;
        return this;
    }

    /** Changes the address of the question. */
    Browser asking(UnaryOperator<String> address) {
        this.question = address;
        return this;
    }

    /** Something happens between the administrator's click and the redirect. */
    Browser after(Runnable happening) {
        this.before = happening;
        return this;
    }

    /** The page in the end. */
    HttpResponse<String> page() {
        return last.join();
    }

    @Override
    public boolean test(URI address) {
        CompletableFuture.runAsync(() -> {
            try {
                last.complete(visit(URI.create(question.apply(address.toString()))));
            } catch (IOException | InterruptedException | RuntimeException e) {
                last.completeExceptionally(e);
            }
        });
        return true;
    }

    private HttpResponse<String> visit(URI address) throws IOException, InterruptedException {
        HttpResponse<String> asked = get(address);
        if (asked.statusCode() >= 400) {
            return asked;
        }
        String location = asked.headers().firstValue("Location").orElse(null);
        if (location == null) {
            String form = INPUT.matcher(asked.body()).results()
                    .map(input -> input.group(1) + "=" + URLEncoder.encode(unescaped(input), StandardCharsets.UTF_8))
                    .collect(Collectors.joining("&"));
            HttpResponse<String> decided = http.send(
                    HttpRequest.newBuilder(address.resolve("/oauth/authorizations/new"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(form + "&decision=" + decision)).build(),
                    HttpResponse.BodyHandlers.ofString());
            location = decided.headers().firstValue("Location").orElse(null);
            if (location == null) {
                return decided;
            }
        }
        before.run();
        return get(URI.create(onTheWay.apply(location)));
    }

    private static String unescaped(java.util.regex.MatchResult input) {
        return input.group(2).replace("&quot;", "\"").replace("&amp;", "&");
    }

    HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }

    static String outcome(HttpResponse<String> page) {
        Matcher m = Pattern.compile("data-outcome=\"([^\"]+)\"").matcher(page.body());
        return m.find() ? m.group(1) : "none";
    }
}
