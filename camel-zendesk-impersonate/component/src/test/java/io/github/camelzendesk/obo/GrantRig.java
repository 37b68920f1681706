package io.github.camelzendesk.obo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.RefreshTokenSource;
import io.github.camelzendesk.obo.token.RenewingTokenSource;
import io.github.camelzendesk.obo.token.TokenKey;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenStore;
import io.github.camelzendesk.obo.token.TokenStoreException;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.TestClock;

/** A rig whose component and stand-in go by one clock that stands still, with what the grants need. */
final class GrantRig implements AutoCloseable {

    static final String VERIFIER = "a-code-verifier-that-is-long-enough-for-pkce-0123456789";
    private static final ObjectMapper JSON = new ObjectMapper();

    final TestClock clock = TestClock.stopped();
    final StandIn zendesk = StandIn.builder().clock(clock).start();
    final Rig rig = new Rig(zendesk);

    GrantRig() {
        rig.component().setClock(clock);
        rig.component().getConfiguration().setRateBudget(new NoLimits());
        zendesk.switches().rateLimit(1_000_000).createRateLimit(1_000_000);
    }

    /** A route from {@code direct:in} whose token comes from the source. */
    GrantRig route(RenewingTokenSource source, String to) {
        rig.bind("byGrant", source).route(to + "?tokenSource=#byGrant");
        return this;
    }

    static RefreshTokenSource refreshing(TokenStore store) {
        RefreshTokenSource source = new RefreshTokenSource();
        source.setClientId(Sample.CLIENT);
        source.setClientSecret(Sample.CLIENT_SECRET);
        source.setStore(store);
        return source;
    }

    TokenKey key(String client) {
        return new TokenKey(Origin.ofBaseUri(zendesk.baseUri().toString()), client);
    }

    /** Does what {@code zendesk-obo authorize} does, without its browser: the first pair is in the store afterwards. */
    TokenPair authorize(TokenStore store) throws TokenStoreException {
        return authorize(store, Sample.CLIENT, Sample.CLIENT_SECRET, "impersonate read write");
    }

    TokenPair authorize(TokenStore store, String client, @Nullable String secret, String scope) throws TokenStoreException {
        return authorize(zendesk.baseUri(), clock.instant(), store, client, secret, scope);
    }

    static TokenPair authorize(
            URI zendesk, Instant now, TokenStore store, String client, @Nullable String secret, String scope)
            throws TokenStoreException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", client);
        query.put("redirect_uri", Sample.REDIRECT_URI);
        query.put("scope", scope);
        query.put("code_challenge", challenge());
        query.put("code_challenge_method", "S256");
        HttpResponse<String> page = send(get(zendesk, "/oauth/authorizations/new?" + form(query)));
        // the page's button
        Map<String, String> consent = new LinkedHashMap<>(query);
        consent.putAll(hidden(page.body()));
        consent.put("decision", "allow");
        HttpResponse<String> back = send(HttpRequest.newBuilder(zendesk.resolve("/oauth/authorizations/new"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form(consent))).build());
        String location = back.headers().firstValue("Location")
                .orElseThrow(() -> new AssertionError("no redirect: " + back.statusCode() + " " + back.body()));
        Map<String, Object> redeem = new LinkedHashMap<>();
        redeem.put("grant_type", "authorization_code");
        redeem.put("client_id", client);
        if (secret != null) {
            redeem.put("client_secret", secret);
        }
        redeem.put("code", location.replaceFirst(".*[?&]code=([^&]+).*", "$1"));
        redeem.put("redirect_uri", Sample.REDIRECT_URI);
        redeem.put("code_verifier", VERIFIER);
        try {
            JsonNode granted = JSON.readTree(send(HttpRequest.newBuilder(zendesk.resolve("/oauth/tokens"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(redeem))).build()).body());
            TokenPair pair = TokenPair.of(
                    AccessToken.of(granted.path("access_token").asText(null), now.plusSeconds(granted.path("expires_in").asLong())),
                    granted.path("refresh_token").asText(), now.plusSeconds(granted.path("refresh_token_expires_in").asLong()),
                    List.of(granted.path("scope").asText().split(" ")), now)
                    .withCodeVerifier(secret == null ? VERIFIER : null);
            return store.update(new TokenKey(Origin.ofBaseUri(zendesk.toString()), client), before -> pair);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> hidden(String html) {
        Map<String, String> all = new LinkedHashMap<>();
        var field = java.util.regex.Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"").matcher(html);
        while (field.find()) {
            all.put(field.group(1), field.group(2).replace("&amp;", "&"));
        }
        return all;
    }

    private static String challenge() {
        try {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream().map(field -> field.getKey() + "="
                + java.net.URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8)).reduce((a, b) -> a + "&" + b).orElse("");
    }

    private static HttpRequest get(URI zendesk, String path) {
        return HttpRequest.newBuilder(zendesk.resolve(path)).build();
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Exchange send() {
        return rig.send(Rig.JANE, Rig.aRequest("Help"));
    }

    /** Many at once. */
    List<CompletableFuture<Exchange>> sendAll(int n, java.util.function.IntFunction<String> user) {
        rig.start();
        ProducerTemplate template = rig.camel.createProducerTemplate();
        return IntStream.range(0, n).mapToObj(i -> template.asyncSend("direct:in", exchange -> {
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, user.apply(i));
            exchange.getMessage().setBody(Rig.aRequest("Help " + i));
        })).toList();
    }

    /** The bodies of the token requests, in order. */
    List<JsonNode> tokenRequests() {
        return zendesk.journal().entries().stream().filter(entry -> entry.path().equals("/oauth/tokens"))
                .map(JournalEntry::bodyText).map(body -> {
                    try {
                        return JSON.readTree(body);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }).filter(body -> !body.path("grant_type").asText().equals("authorization_code")).toList();
    }

    long probes() {
        return zendesk.journal().entries().stream().filter(entry -> entry.path().equals("/api/v2/oauth/tokens/current")).count();
    }

    @Override
    public void close() {
        rig.close();
        zendesk.close();
    }
}
