package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code POST /oauth/tokens}: what each grant gives, to whom, for how long, and how it is refused. */
class GrantsTest {

    private static final TestClock CLOCK = TestClock.stopped();

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension(StandIn.builder().clock(CLOCK));

    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private final StandIn zendesk = ZENDESK.standIn();
    private final Caller bare = Caller.of(zendesk);
    private Client client;
    private Client open;

    @BeforeEach
    void findTheSampleClients() {
        client = zendesk.world().client(Sample.CLIENT);
        open = zendesk.world().client(Sample.PUBLIC_CLIENT);
    }

    private static ObjectNode body(String grantType) {
        return Json.object().put("grant_type", grantType).put("client_id", Sample.CLIENT)
                .put("client_secret", Sample.CLIENT_SECRET);
    }

    private static ObjectNode credentials() {
        return body("client_credentials").put("scope", "impersonate read write");
    }

    private static ObjectNode refreshing(String refreshToken) {
        return body("refresh_token").put("refresh_token", refreshToken);
    }

    private Caller.Reply grant(ObjectNode body) throws IOException {
        return bare.post("/oauth/tokens", body.toString());
    }

    private String code(Client of, String challenge) {
        String value = Secrets.make();
        zendesk.world().settle(new AuthorizationCode(value, of, zendesk.world().user(Sample.OWNER), Sample.REDIRECT_URI,
                List.of("impersonate", "read", "write"), challenge, CLOCK.instant().plusSeconds(120)));
        return value;
    }

    private ObjectNode exchanging(String code) {
        return body("authorization_code").put("code", code).put("redirect_uri", Sample.REDIRECT_URI);
    }

    private JsonNode pair() throws IOException {
        Caller.Reply reply = grant(exchanging(code(client, null)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.json();
    }

    private int use(JsonNode granted) throws IOException {
        return bare.token(granted.path("access_token").asText()).as(Sample.JANE).get("/api/v2/users/me").status();
    }

    private static void assertRefused(Caller.Reply reply, int status, String error, String beginningOfDescription) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.json().path("error").asText()).isEqualTo(error);
        assertThat(reply.json().path("error_description").asText()).startsWith(beginningOfDescription);
        assertThat(reply.json().size()).isEqualTo(2);
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
    }

    private static void assertInvalidGrant(Caller.Reply reply) {
        assertRefused(reply, 400, "invalid_grant", "The provided access grant is invalid, expired, or revoked (e.g. ");
    }

    @Test
    void clientCredentialsGiveAHalfHourTokenOfTheClientsUserAndNoRefreshToken() throws IOException {
        Caller.Reply reply = grant(credentials());

        assertThat(reply.status()).isEqualTo(201);
        JsonNode granted = reply.json();
        assertThat(granted.path("token_type").asText()).isEqualTo("bearer");
        assertThat(granted.path("scope").asText()).isEqualTo("impersonate read write");
        assertThat(granted.path("expires_in").asLong()).isEqualTo(1800);
        assertThat(granted.has("refresh_token")).isFalse();
        assertThat(bare.token(granted.path("access_token").asText()).get("/api/v2/users/me").json().at("/user/email").asText())
                .isEqualTo(Sample.OWNER);
        assertThat(use(granted)).isEqualTo(200);
        assertThat(zendesk.journal().lines()).containsExactly(
                "as client my_client POST /oauth/tokens client_credentials -> 201",
                "as owner@acme.example (token owner) GET /api/v2/users/me -> 200",
                "as jane@example.com GET /api/v2/users/me -> 200");
        CLOCK.advance(Duration.ofSeconds(1800));
        assertThat(use(granted)).isEqualTo(401);
    }

    @Test
    void aFormServesAsWellAsJson() throws IOException {
        String form = "grant_type=client_credentials&client_id=my_client&client_secret=" + Sample.CLIENT_SECRET
                + "&scope=impersonate+read%20write&expires_in=300";

        Caller.Reply reply = bare.send("POST", "/oauth/tokens", form.getBytes(StandardCharsets.UTF_8),
                "application/x-www-form-urlencoded");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.json().path("expires_in").asLong()).isEqualTo(300);
        assertThat(reply.json().path("scope").asText()).isEqualTo("impersonate read write");
        assertRefused(bare.send("POST", "/oauth/tokens", (form + "&scope=read").getBytes(StandardCharsets.UTF_8),
                "application/x-www-form-urlencoded"), 400, "invalid_request", "The request is missing");
    }

    @Test
    void wrongClientOrSecretIsAnInvalidClient() throws IOException {
        Caller.Reply reply = grant(credentials().put("client_secret", "wrong"));

        assertRefused(reply, 401, "invalid_client", "The client identifier provided is invalid, the client failed to");
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Basic realm=\"OAuth2 Token Endpoint\"");
        assertRefused(grant(credentials().put("client_id", "stranger")), 401, "invalid_client", "The client");
        assertRefused(grant(credentials().without("client_secret")), 401, "invalid_client", "The client");
        client.secret("new");
        assertRefused(grant(credentials()), 401, "invalid_client", "The client");
        assertThat(zendesk.journal().lines()).contains(
                "as client my_client POST /oauth/tokens client_credentials -> 401",
                "as nobody (unknown client) POST /oauth/tokens client_credentials -> 401");
    }

    @Test
    void grantsThatAreGoneOrUnknownAreUnsupported() throws IOException {
        assertRefused(grant(body("password")), 400, "unsupported_grant_type", "The access grant included");
        assertRefused(grant(body("magic\n-> 201")), 400, "unsupported_grant_type", "The access grant included");
        assertThat(zendesk.journal().lines()).containsExactly(
                "as client my_client POST /oauth/tokens password -> 400",
                "as client my_client POST /oauth/tokens unknown grant -> 400");
    }

    @Test
    void whatIsMissingOrMalformedIsAnInvalidRequest() throws IOException {
        assertRefused(bare.post("/oauth/tokens", "{}"), 400, "invalid_request", "The request is missing a required parameter");
        assertRefused(grant(credentials().without("client_id")), 400, "invalid_request", "The request is missing");
        assertRefused(grant(body("refresh_token")), 400, "invalid_request", "The request is missing");
        assertRefused(grant(exchanging(code(client, null)).without("redirect_uri")), 400, "invalid_request", "The request");
        assertThat(bare.post("/oauth/tokens", "{").status()).isEqualTo(400);
        assertThat(bare.get("/oauth/tokens").status()).isEqualTo(404);
    }

    @Test
    void aPublicClientGetsNothingForClientCredentials() throws IOException {
        assertRefused(grant(credentials().put("client_id", Sample.PUBLIC_CLIENT)), 400, "unauthorized_client",
                "The authenticated client is not authorized to use the access grant type provided.");
    }

    @Test
    void aKnownScopeOutsideTheCeilingIsRefusedAndAnUnknownOneIsNot() throws IOException {
        client.allowedScopes("read", "impersonate");

        assertRefused(grant(credentials()), 400, "invalid_scope", "The requested scope is invalid, unknown, malformed");
        assertRefused(grant(credentials().put("scope", "tickets:write")), 400, "invalid_scope", "The requested scope");
        assertThat(grant(credentials().put("scope", "tickets:read impersonate")).status()).isEqualTo(201);
        JsonNode unknown = grant(credentials().put("scope", "reed")).json();
        assertThat(bare.token(unknown.path("access_token").asText()).get("/api/v2/users/me").status()).isEqualTo(403);
    }

    @Test
    void withoutAScopeReadAndWriteAreAssumed() throws IOException {
        assertThat(grant(credentials().without("scope")).json().path("scope").asText()).isEqualTo("read write");
    }

    @Test
    void lifetimesAreTakenWithinTheirLimitsAndElseBySwitch() throws IOException {
        assertThat(grant(credentials().put("expires_in", 300)).json().path("expires_in").asLong()).isEqualTo(300);
        assertThat(grant(credentials().put("expires_in", "172800")).json().path("expires_in").asLong()).isEqualTo(172_800);
        assertRefused(grant(credentials().put("expires_in", 299)), 400, "invalid_request", "The request");
        assertRefused(grant(credentials().put("expires_in", "soon")), 400, "invalid_request", "The request");
        assertRefused(grant(exchanging(code(client, null)).put("refresh_token_expires_in", 7_776_001)), 400,
                "invalid_request", "The request");
        zendesk.switches().lifetimeOutOfRange(Switches.LifetimeOutOfRange.CLAMP);
        assertThat(grant(credentials().put("expires_in", 172_801)).json().path("expires_in").asLong()).isEqualTo(172_800);
        zendesk.switches().lifetimeOutOfRange(Switches.LifetimeOutOfRange.DEFAULT);
        assertThat(grant(credentials().put("expires_in", 1)).json().path("expires_in").asLong()).isEqualTo(1800);
    }

    @Test
    void anOldClientThatAsksForNoLifetimeGetsATokenWithoutEndAndNoRefreshToken() throws IOException {
        client.createdAt(Instant.parse("2026-04-29T23:59:59Z"));
        JsonNode granted = pair();

        assertThat(granted.has("expires_in")).isFalse();
        assertThat(granted.has("refresh_token")).isFalse();
        CLOCK.advance(Duration.ofDays(400));
        assertThat(use(granted)).isEqualTo(200);
        JsonNode asked = grant(exchanging(code(client, null)).put("expires_in", 600)).json();
        assertThat(asked.path("expires_in").asLong()).isEqualTo(600);
        assertThat(asked.path("refresh_token").asText()).isNotEmpty();
        zendesk.switches().nullsInGrants(true);
        assertThat(pair().get("refresh_token").isNull()).isTrue();
    }

    @Test
    void aRefreshKillsTheOldPairAtOnceAndKeepsTheScope() throws IOException {
        JsonNode first = pair();
        assertThat(first.path("refresh_token_expires_in").asLong()).isEqualTo(2_592_000);

        JsonNode second = grant(refreshing(first.path("refresh_token").asText())).json();

        assertThat(use(first)).isEqualTo(401);
        assertThat(use(second)).isEqualTo(200);
        assertThat(second.path("scope").asText()).isEqualTo("impersonate read write");
        assertInvalidGrant(grant(refreshing(first.path("refresh_token").asText())));
        assertThat(use(second)).isEqualTo(200);
        JsonNode third = grant(refreshing(second.path("refresh_token").asText())).json();
        assertThat(use(third)).isEqualTo(200);
        assertThat(zendesk.oauth().refreshes()).isEqualTo(2);
        assertThat(zendesk.oauth().tokensGranted()).isEqualTo(3);
        assertThat(zendesk.oauth().spentRefreshTokensPresented()).isEqualTo(1);
    }

    @Test
    void ofManyWhoRefreshAtOnceWithOneTokenOnlyOneIsServed() throws IOException {
        String body = refreshing(pair().path("refresh_token").asText()).toString();
        List<CompletableFuture<Integer>> all = IntStream.range(0, 20)
                .mapToObj(i -> Caller.HTTP.sendAsync(bare.request("POST", "/oauth/tokens",
                        body.getBytes(StandardCharsets.UTF_8), "application/json"), HttpResponse.BodyHandlers.discarding())
                        .thenApply(HttpResponse::statusCode))
                .toList();

        assertThat(all.stream().map(CompletableFuture::join)).filteredOn(status -> status == 201).hasSize(1);
        assertThat(zendesk.oauth().refreshes()).isEqualTo(1);
        assertThat(zendesk.oauth().spentRefreshTokensPresented()).isEqualTo(19);
    }

    @Test
    void aSpentRefreshTokenKillsItsSuccessorsIfSoSwitched() throws IOException {
        zendesk.switches().refreshReuseRevokesFamily(true);
        JsonNode first = pair();
        JsonNode second = grant(refreshing(first.path("refresh_token").asText())).json();

        assertInvalidGrant(grant(refreshing(first.path("refresh_token").asText())));

        assertThat(use(second)).isEqualTo(401);
        assertInvalidGrant(grant(refreshing(second.path("refresh_token").asText())));
    }

    @Test
    void lifetimesThatARefreshDoesNotRepeatFallBackToTheDefaults() throws IOException {
        JsonNode first = grant(exchanging(code(client, null)).put("expires_in", 7200).put("refresh_token_expires_in", 604_800))
                .json();
        assertThat(first.path("expires_in").asLong()).isEqualTo(7200);
        assertThat(first.path("refresh_token_expires_in").asLong()).isEqualTo(604_800);

        JsonNode second = grant(refreshing(first.path("refresh_token").asText())).json();

        assertThat(second.path("expires_in").asLong()).isEqualTo(1800);
        assertThat(second.path("refresh_token_expires_in").asLong()).isEqualTo(2_592_000);
    }

    @Test
    void aRefreshTokenOutlivesItsAccessTokenButNotItsOwnEnd() throws IOException {
        JsonNode first = pair();
        CLOCK.advance(Duration.ofDays(29));
        assertThat(use(first)).isEqualTo(401);
        JsonNode second = grant(refreshing(first.path("refresh_token").asText())).json();
        assertThat(use(second)).isEqualTo(200);
        CLOCK.advance(Duration.ofDays(30));
        assertInvalidGrant(grant(refreshing(second.path("refresh_token").asText())));
    }

    @Test
    void aRefreshMayNarrowTheScopeAndWidensItOnlyIfSoSwitched() throws IOException {
        JsonNode narrow = grant(refreshing(pair().path("refresh_token").asText()).put("scope", "read")).json();
        assertThat(narrow.path("scope").asText()).isEqualTo("read");
        ObjectNode wider = refreshing(narrow.path("refresh_token").asText()).put("scope", "read write");
        assertRefused(grant(wider), 400, "invalid_scope", "The requested scope");
        zendesk.switches().refreshMayWidenScope(true);
        assertThat(grant(wider).json().path("scope").asText()).isEqualTo("read write");
    }

    @Test
    void aRefreshTokenServesItsOwnClientOnlyAndARefusalDoesNotSpendIt() throws IOException {
        zendesk.world().client("other").secret("other").user(zendesk.world().user(Sample.OWNER));
        String refreshToken = pair().path("refresh_token").asText();

        assertInvalidGrant(grant(refreshing(refreshToken).put("client_id", "other").put("client_secret", "other")));
        assertInvalidGrant(grant(refreshing("unheard-of")));
        assertRefused(grant(refreshing(refreshToken).put("client_secret", "wrong")), 401, "invalid_client", "The client");
        zendesk.world().user(Sample.OWNER).suspended(true);
        assertInvalidGrant(grant(refreshing(refreshToken)));
        zendesk.world().user(Sample.OWNER).suspended(false);

        assertThat(grant(refreshing(refreshToken)).status()).isEqualTo(201);
    }

    @Test
    void aCodeIsGoodOnceWithinTwoMinutesAndForItsRedirectOnly() throws IOException {
        String code = code(client, null);
        assertInvalidGrant(grant(exchanging(code).put("redirect_uri", Sample.REDIRECT_URI + "/")));
        CLOCK.advance(Duration.ofSeconds(119));
        assertThat(grant(exchanging(code)).status()).isEqualTo(201);
        assertInvalidGrant(grant(exchanging(code)));
        String late = code(client, null);
        CLOCK.advance(Duration.ofSeconds(120));
        assertInvalidGrant(grant(exchanging(late)));
    }

    @Test
    void aPublicClientProvesItselfByTheVerifierAtTheExchangeAndAtEachRefresh() throws IOException {
        ObjectNode exchange = exchanging(code(open, Secrets.challenge(VERIFIER))).put("client_id", Sample.PUBLIC_CLIENT);
        exchange.remove("client_secret");
        assertInvalidGrant(grant(exchange));
        assertInvalidGrant(grant(exchange.put("code_verifier", "another")));
        JsonNode granted = grant(exchange.put("code_verifier", VERIFIER)).json();
        assertThat(use(granted)).isEqualTo(200);

        ObjectNode refresh = Json.object().put("grant_type", "refresh_token").put("client_id", Sample.PUBLIC_CLIENT)
                .put("refresh_token", granted.path("refresh_token").asText());
        assertInvalidGrant(grant(refresh));
        JsonNode second = grant(refresh.put("code_verifier", VERIFIER)).json();
        assertThat(use(second)).isEqualTo(200);
        assertThat(grant(refresh.put("refresh_token", second.path("refresh_token").asText())).status()).isEqualTo(201);
    }

    @Test
    void aConfidentialClientNeedsItsSecretBesideTheVerifierUnlessSwitched() throws IOException {
        ObjectNode exchange = exchanging(code(client, Secrets.challenge(VERIFIER))).put("code_verifier", VERIFIER);
        exchange.remove("client_secret");

        assertRefused(grant(exchange), 401, "invalid_client", "The client");
        zendesk.switches().verifierReplacesSecret(true);
        assertThat(grant(exchange).status()).isEqualTo(201);
    }

    @Test
    void theClientMayIdentifyItselfInAHeaderOnlyIfSoSwitched() throws IOException {
        Caller basic = bare.with("Authorization", "Basic " + Base64.getEncoder()
                .encodeToString((Sample.CLIENT + ":" + Sample.CLIENT_SECRET).getBytes(StandardCharsets.UTF_8)));

        assertThat(basic.post("/oauth/tokens", "{\"grant_type\":\"client_credentials\"}").status()).isEqualTo(400);
        zendesk.switches().basicClientAuthentication(true);
        assertThat(basic.post("/oauth/tokens", "{\"grant_type\":\"client_credentials\"}").status()).isEqualTo(201);
    }

    @Test
    void anAnswerThatIsLostAfterTheRotationLeavesASpentRefreshToken() throws IOException {
        JsonNode first = pair();
        zendesk.faults().next().method("POST").path("/oauth/tokens").respond(Fault.dropAfterProcessing());
        assertThatThrownBy(() -> grant(refreshing(first.path("refresh_token").asText()))).isInstanceOf(IOException.class);

        assertThat(use(first)).isEqualTo(401);
        assertThat(zendesk.oauth().refreshes()).isEqualTo(1);
        assertInvalidGrant(grant(refreshing(first.path("refresh_token").asText())));
        assertThat(zendesk.oauth().spentRefreshTokensPresented()).isEqualTo(1);
        assertThat(zendesk.journal().lines()).contains("as client my_client POST /oauth/tokens refresh_token -> no answer");
    }

    @Test
    void faultsBeforeProcessingLeaveTheRefreshTokenGood() throws IOException {
        JsonNode first = pair();
        ObjectNode refresh = refreshing(first.path("refresh_token").asText());
        zendesk.faults().next().path("/oauth/tokens").respond(Fault.status(429).header("Retry-After", "1"));
        zendesk.faults().next().path("/oauth/tokens").respond(Fault.status(503));
        zendesk.faults().next().path("/oauth/tokens").respond(Fault.status(500).beforeBody());

        assertThat(grant(refresh).status()).isEqualTo(500);
        assertThat(grant(refresh).status()).isEqualTo(429);
        assertThat(grant(refresh).status()).isEqualTo(503);
        assertThat(use(first)).isEqualTo(200);
        assertThat(grant(refresh).status()).isEqualTo(201);
    }

    @Test
    void allTokensExpireOrDieOnRequest() throws IOException {
        JsonNode first = pair();
        zendesk.oauth().expireAccessTokens();
        assertThat(use(first)).isEqualTo(401);
        JsonNode second = grant(refreshing(first.path("refresh_token").asText())).json();
        assertThat(use(second)).isEqualTo(200);
        assertThat(bare.token(Sample.TOKEN).get("/api/v2/users/me").status()).isEqualTo(200);

        zendesk.oauth().revokeTokens();

        assertThat(use(second)).isEqualTo(401);
        assertInvalidGrant(grant(refreshing(second.path("refresh_token").asText())));
    }

    @Test
    void noSecretIsInALineOrInTheJournalOverHttp() throws IOException {
        JsonNode first = pair();
        grant(refreshing(first.path("refresh_token").asText()));

        String shown = bare.get("/_stand-in/journal?format=json").text() + zendesk.journal() + zendesk.world().tokens()
                + zendesk.world().refreshTokens() + zendesk.world().clients();

        assertThat(shown).contains("refresh_token").doesNotContain(Sample.CLIENT_SECRET, first.path("access_token").asText(),
                first.path("refresh_token").asText(), "body_base64");
        assertThat(zendesk.journal().entries().get(0).bodyText()).contains(Sample.CLIENT_SECRET);
    }
}
