package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.token.ClientCredentialsTokenSource;
import io.github.camelzendesk.obo.token.MemoryTokenStore;
import io.github.camelzendesk.obo.token.RefreshTokenSource;
import io.github.camelzendesk.obo.token.TokenKey;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenStore;
import io.github.camelzendesk.obo.token.TokenStoreException;
import io.github.camelzendesk.standin.Client;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.Token;

/** Tokens that run out, die and are lost, over sockets, by a clock that stands still until it is told to go on. */
class RefreshingTest {

    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);
    private static final String TOKENS = "/oauth/tokens";

    private final GrantRig rig = new GrantRig();
    private final MemoryTokenStore memory = new MemoryTokenStore();

    @AfterEach
    void stop() {
        rig.close();
    }

    private static ClientCredentialsTokenSource credentials() {
        ClientCredentialsTokenSource source = new ClientCredentialsTokenSource();
        source.setClientId(Sample.CLIENT);
        source.setClientSecret(Sample.CLIENT_SECRET);
        return source;
    }

    /** A pair in the store, the route to requests, and one message that was sent with it. */
    private RefreshTokenSource warm(TokenStore store) throws TokenStoreException {
        RefreshTokenSource source = GrantRig.refreshing(store);
        rig.authorize(store);
        rig.route(source, "post:requests");
        succeeds();
        return source;
    }

    private Exchange succeeds() {
        Exchange out = rig.send();
        assertThat(out.getException()).isNull();
        return out;
    }

    private ZendeskOboException hasNoToken(String... parts) {
        Exchange out = rig.send();
        assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class).hasMessageContainingAll(parts);
        ZendeskOboException failure = (ZendeskOboException) out.getException();
        assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
        return failure;
    }

    private Fault status(int status) {
        return Fault.status(status).text("not now");
    }

    // ---- many at once

    @Test
    void twoHundredExchangesOnAnExpiredTokenCostOneTokenRequestAndNoThread() throws Exception {
        warm(memory);
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().next().path(TOKENS).respond(Fault.slow(Duration.ofSeconds(2)));

        List<CompletableFuture<Exchange>> outs = rig.sendAll(200, i -> Rig.JANE);
        rig.zendesk.journal().await(entry -> entry.path().equals(TOKENS) && entry.bodyText().contains("refresh_token"));
        // all have come to where they wait; the one thread is that of the blocking store
        assertThat(outs).noneMatch(CompletableFuture::isDone);
        assertThat(threadsInOurCode()).hasSizeLessThanOrEqualTo(1);

        for (CompletableFuture<Exchange> out : outs) {
            assertThat(out.get(30, TimeUnit.SECONDS).getException()).isNull();
        }
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
        assertThat(rig.tokenRequests()).hasSize(1);
        assertThat(rig.rig.requests()).hasSize(201).allMatch(sent -> sent.status() == 201);
    }

    private static List<String> threadsInOurCode() {
        List<String> all = new ArrayList<>();
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(false, false)) {
            boolean ours = Arrays.stream(thread.getStackTrace()).anyMatch(
                    frame -> frame.getClassName().startsWith("io.github.camelzendesk.obo.") && !frame.getClassName().contains("Test"));
            if (ours && thread.getThreadState() != Thread.State.RUNNABLE) {
                all.add(thread.getThreadName() + " " + Arrays.toString(thread.getStackTrace()));
            }
        }
        return all;
    }

    @Test
    void fiftyExchangesWhoseTokenIsRevokedAreRefreshedOnceAndAllDoneOnce() throws Exception {
        warm(memory);
        rig.zendesk.oauth().expireAccessTokens();

        for (CompletableFuture<Exchange> out : rig.sendAll(50, i -> Rig.JANE)) {
            assertThat(out.get(30, TimeUnit.SECONDS).getException()).isNull();
        }

        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
        assertThat(rig.zendesk.oauth().spentRefreshTokensPresented()).isZero();
        assertThat(rig.rig.requests()).filteredOn(sent -> sent.status() == 201).hasSize(51);
    }

    @Test
    void twoHundredMessagesForUnknownUsersCostOneProbeAndNoRefresh() throws Exception {
        warm(memory);
        rig.zendesk.faults().always().path("/api/v2/oauth/tokens/current").respond(Fault.slow(Duration.ofMillis(500)));

        for (CompletableFuture<Exchange> out : rig.sendAll(200, i -> "ghost" + i + "@example.com")) {
            assertThat(out.get(30, TimeUnit.SECONDS).getException()).isInstanceOf(ZendeskOboUnknownUserException.class);
        }

        assertThat(rig.probes()).isEqualTo(1);
        assertThat(rig.tokenRequests()).isEmpty();
        succeeds();
    }

    @Test
    void aCallerWaitsForATokenNoLongerThanForAnAnswer() throws Exception {
        rig.authorize(memory);
        rig.rig.bind("byGrant", GrantRig.refreshing(memory)).route("post:requests?tokenSource=#byGrant&requestTimeout=500");
        succeeds();
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().next().path(TOKENS).respond(Fault.slow(Duration.ofSeconds(2)));

        hasNoToken("gave no token within 500 ms");

        // the refresh goes on all the same, and its pair is not lost
        Awaitility.await().until(() -> memory.load(rig.key(Sample.CLIENT)).version() == 2);
        succeeds();
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
    }

    // ---- a token that died

    @Test
    void aDeadTokenIsRefreshedOnceAndThePostSentOnceMore() throws Exception {
        warm(memory);
        rig.zendesk.oauth().expireAccessTokens();

        Exchange out = succeeds();

        assertThat(out.getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(2);
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
        assertThat(rig.rig.requests()).extracting(JournalEntry::status).containsExactly(201, 401, 201);
    }

    @Test
    void aBodyThatReadsOnceIsNotSentTwiceButTheTokenIsRefreshed() throws Exception {
        rig.rig.camel.setStreamCaching(false);
        warm(memory);
        rig.zendesk.oauth().expireAccessTokens();
        byte[] body = "{\"request\":{\"subject\":\"Two\",\"comment\":{\"body\":\"x\"}}}".getBytes(StandardCharsets.UTF_8);

        Exchange out = rig.rig.send(Rig.JANE, new ByteArrayInputStream(body) {
        });

        assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class).hasMessageContaining("can be read only once");
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
        assertThat(rig.rig.requests()).extracting(JournalEntry::status).containsExactly(201, 401);
        succeeds();
    }

    /** ZOBO-024. */
    @Test
    void anAccountThatRefusesEveryTokenIsAskedOnceAWindowAndReportedOnceAWindow() throws Exception {
        try (Logs logs = new Logs("io.github.camelzendesk.obo", Level.INFO)) {
            RefreshTokenSource source = warm(memory);
            // refreshed tokens are dead at once: the owner is no admin, say
            rig.zendesk.faults().always().path("/api/v2/*").respond(Fault.status(401).json(
                    "{\"error\":\"invalid_token\",\"error_description\":\"x\"}"));

            for (int i = 0; i < 10; i++) {
                hasNoToken("token");
            }

            assertThat(rig.tokenRequests()).hasSize(1);
            assertThat(logs.at(Level.WARN)).filteredOn(line -> line.contains("RefreshTokenSource")).singleElement().asString()
                    .contains("refused the newest one as well").contains("active admin");
            assertThat(source.problem()).hasValueSatisfying(why -> assertThat(why).contains("refused the token although it is new"));

            rig.clock.advance(Duration.ofSeconds(6));
            for (int i = 0; i < 10; i++) {
                hasNoToken("token");
            }
            assertThat(rig.tokenRequests()).hasSize(2);
            assertThat(logs.at(Level.WARN)).filteredOn(line -> line.contains("RefreshTokenSource")).hasSize(2);

            rig.zendesk.faults().clear();
            rig.clock.advance(Duration.ofSeconds(6));
            succeeds();
            assertThat(source.problem()).isEmpty();
        }
    }

    // ---- lifetimes

    /** ZOBO-020. */
    @Test
    void eachTokenIsReplacedBeforeItRunsOutForHoursOnEnd() throws Exception {
        warm(memory);
        for (int i = 0; i < 20; i++) {
            rig.clock.advance(Duration.ofMinutes(29).plusSeconds(30));
            assertThat(succeeds().getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(1);
        }
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(20);
        assertThat(rig.zendesk.oauth().spentRefreshTokensPresented()).isZero();
        assertThat(rig.rig.requests()).allMatch(sent -> sent.status() == 201);
    }

    /** ZOBO-021. */
    @Test
    void aMissingLifetimeMeansUnknownAndTheTokenIsRefreshedWhenItIsRefused() throws Exception {
        warm(memory);
        TokenPair pair = memory.load(rig.key(Sample.CLIENT));
        Token next = rig.zendesk.world().token("no-lifetime-told").owner(rig.zendesk.world().user(Sample.OWNER))
                .scopes("impersonate", "read", "write");
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().next().path(TOKENS).respond(Fault.status(200).json(
                "{\"access_token\":\"no-lifetime-told\",\"refresh_token\":\"" + pair.refreshToken() + "\",\"token_type\":\"bearer\"}"));
        succeeds();

        rig.clock.advance(Duration.ofDays(20));
        succeeds();
        assertThat(rig.tokenRequests()).hasSize(1);
        assertThat(memory.load(rig.key(Sample.CLIENT)).accessToken().expiresAt()).isNull();

        next.revoke();
        assertThat(succeeds().getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(2);
        assertThat(rig.tokenRequests()).hasSize(2);
    }

    @Test
    void lifetimesAreSentWithEachRefreshBecauseZendeskForgetsThem() throws Exception {
        RefreshTokenSource source = GrantRig.refreshing(memory);
        source.setTokenLifetime(Duration.ofHours(10));
        source.setRefreshLifetime(Duration.ofDays(90));
        rig.authorize(memory);
        rig.route(source, "post:requests");
        for (int i = 0; i < 3; i++) {
            rig.clock.advance(Duration.ofHours(10));
            succeeds();
        }
        assertThat(rig.tokenRequests()).hasSize(3).allSatisfy(sent -> {
            assertThat(sent.path("expires_in").asLong()).isEqualTo(36_000);
            assertThat(sent.path("refresh_token_expires_in").asLong()).isEqualTo(7_776_000);
            assertThat(sent.has("scope")).isFalse();
        });
        assertThat(memory.load(rig.key(Sample.CLIENT)).refreshExpiresAt()).isEqualTo(rig.clock.instant().plus(Duration.ofDays(90)));
    }

    /** ZOBO-025. */
    @Test
    void clientCredentialsAreAskedAgainShortlyBeforeTheTokenExpiresAndNobodyWaits() {
        rig.route(credentials(), "post:requests");
        succeeds();
        rig.clock.advance(Duration.ofSeconds(1790));
        rig.zendesk.faults().next().path(TOKENS).respond(Fault.slow(Duration.ofSeconds(1)));

        // the old one lives on, so it is used while the next one is on its way
        assertThat(succeeds().getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(1);

        Awaitility.await().until(() -> rig.zendesk.oauth().tokensGranted() == 2);
        rig.clock.advance(Duration.ofSeconds(60));
        succeeds();
        assertThat(rig.tokenRequests()).hasSize(2).allMatch(sent -> sent.path("grant_type").asText().equals("client_credentials"));
    }

    @Test
    void anAnswerWithoutARefreshTokenKeepsTheOldOne() throws Exception {
        warm(memory);
        String kept = memory.load(rig.key(Sample.CLIENT)).refreshToken();
        rig.zendesk.world().token("only-access").owner(rig.zendesk.world().user(Sample.OWNER)).scopes("impersonate", "read", "write");
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().next().path(TOKENS).respond(
                Fault.status(201).json("{\"access_token\":\"only-access\",\"token_type\":\"bearer\",\"expires_in\":1800}"));

        succeeds();

        TokenPair pair = memory.load(rig.key(Sample.CLIENT));
        assertThat(pair.refreshToken()).isEqualTo(kept);
        assertThat(pair.accessToken().secret()).isEqualTo("only-access");
        assertThat(pair.scopes()).containsExactlyInAnyOrder("impersonate", "read", "write");
        rig.clock.advance(HALF_AN_HOUR);
        succeeds();
    }

    @Test
    void aPublicClientShowsItsVerifierAtEachRefresh() throws Exception {
        rig.authorize(memory, Sample.PUBLIC_CLIENT, null, "impersonate read write");
        RefreshTokenSource source = new RefreshTokenSource();
        source.setClientId(Sample.PUBLIC_CLIENT);
        source.setStore(memory);
        rig.route(source, "post:requests");
        for (int i = 0; i < 3; i++) {
            rig.clock.advance(HALF_AN_HOUR);
            succeeds();
        }
        assertThat(rig.tokenRequests()).hasSize(3).allSatisfy(sent -> {
            assertThat(sent.path("code_verifier").asText()).isEqualTo(GrantRig.VERIFIER);
            assertThat(sent.has("client_secret")).isFalse();
        });
    }

    @Test
    void aConfidentialClientNeedsNoVerifier() throws Exception {
        warm(memory);
        rig.clock.advance(HALF_AN_HOUR);
        // although its pair began with a challenge too
        succeeds();
        assertThat(rig.tokenRequests()).allMatch(sent -> !sent.has("code_verifier"));
    }

    // ---- Zendesk says no

    @Test
    void anAnswerLostAfterTheRotationEndsInTheOneLineRemedyAndHealsByIt() throws Exception {
        RefreshTokenSource source = warm(memory);
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().next().path(TOKENS).respond(Fault.dropAfterProcessing());

        assertThat(hasNoToken("refreshing the token").getRetryAfter()).isNotNull();
        rig.clock.advance(Duration.ofSeconds(2));
        hasNoToken("Authorize once more: run zendesk-obo authorize", "invalid_grant");
        assertThat(source.problem()).hasValueSatisfying(why -> assertThat(why).contains("run zendesk-obo authorize"));

        rig.authorize(memory);
        rig.clock.advance(Duration.ofMinutes(1));
        succeeds();
        assertThat(source.problem()).isEmpty();
    }

    @Test
    void aRevokedGrantIsSaidAndHealsWhenAuthorizedAgain() throws Exception {
        warm(memory);
        rig.zendesk.oauth().revokeTokens();
        hasNoToken("was revoked", "run zendesk-obo authorize");
        hasNoToken("was revoked", "run zendesk-obo authorize");
        assertThat(rig.tokenRequests()).hasSize(1);

        rig.authorize(memory);
        rig.clock.advance(Duration.ofMinutes(1));
        succeeds();
    }

    @Test
    void aReplacedClientSecretIsSaidAndHealsWhenItIsBack() throws Exception {
        warm(memory);
        Client client = rig.zendesk.world().client(Sample.CLIENT).secret("another-secret");
        rig.clock.advance(HALF_AN_HOUR);
        hasNoToken("its secret is wrong or was replaced", "invalid_client");

        client.secret(Sample.CLIENT_SECRET);
        hasNoToken("its secret is wrong or was replaced");
        rig.clock.advance(Duration.ofMinutes(1));
        succeeds();
        assertThat(rig.zendesk.oauth().spentRefreshTokensPresented()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aSuspendedOwnerIsSaidAndHealsWhenTheOwnerIsBack(boolean refreshing) throws Exception {
        if (refreshing) {
            warm(memory);
        } else {
            rig.route(credentials(), "post:requests");
            succeeds();
        }
        rig.zendesk.world().user(Sample.OWNER).suspended(true);
        rig.clock.advance(HALF_AN_HOUR);
        rig.send();
        String message = rig.send().getException().getMessage();
        assertThat(message).containsAnyOf("its user was suspended", "active admin", "owner of the token", "admin");

        rig.zendesk.world().user(Sample.OWNER).suspended(false);
        rig.clock.advance(Duration.ofMinutes(2));
        succeeds();
    }

    @ParameterizedTest
    @ValueSource(ints = { 429, 500, 503 })
    void aTokenEndpointThatCannotAnswerIsAskedLessAndLess(int status) throws Exception {
        RefreshTokenSource source = warm(memory);
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().always().path(TOKENS).respond(status(status));
        for (int second = 0; second < 120; second++) {
            hasNoToken("is not able to answer now", "status " + status);
            rig.clock.advance(Duration.ofSeconds(1));
        }
        // 1, 2, 4, 8, 16, 32, 60 seconds apart, each shortened to the half at most
        assertThat(rig.tokenRequests()).hasSizeBetween(6, 10);
        assertThat(source.problem()).isPresent();

        rig.zendesk.faults().clear();
        rig.clock.advance(Duration.ofMinutes(1));
        succeeds();
        assertThat(rig.zendesk.oauth().spentRefreshTokensPresented()).isZero();
    }

    @Test
    void theRetryAfterOfTheTokenEndpointIsKept() throws Exception {
        warm(memory);
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().next().path(TOKENS).respond(status(429).header("Retry-After", "37"));
        hasNoToken("429");
        rig.clock.advance(Duration.ofSeconds(36));
        assertThat(hasNoToken("429").getRetryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(rig.tokenRequests()).hasSize(1);
        rig.clock.advance(Duration.ofSeconds(1));
        succeeds();
    }

    @Test
    void aRefreshThatFailsBeforeTheTokenExpiresIsNotNoticed() throws Exception {
        RefreshTokenSource source = warm(memory);
        rig.clock.advance(Duration.ofMinutes(29).plusSeconds(20));
        rig.zendesk.faults().next().path(TOKENS).respond(status(503));

        succeeds();

        assertThat(source.problem()).isPresent();
        rig.clock.advance(Duration.ofSeconds(10));
        succeeds();
        assertThat(source.problem()).isEmpty();
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
    }

    @Test
    void scopesNarrowerThanAskedForAreSaidAndNothingIsSentNorRefreshed() throws Exception {
        rig.authorize(memory, Sample.CLIENT, Sample.CLIENT_SECRET, "impersonate read");
        rig.route(GrantRig.refreshing(memory), "post:requests");
        hasNoToken("these scopes are missing: write");
        rig.clock.advance(Duration.ofMinutes(1));
        hasNoToken("these scopes are missing: write");
        assertThat(rig.tokenRequests()).isEmpty();
        assertThat(rig.rig.requests()).isEmpty();
    }

    @Test
    void withoutAPairInTheStoreTheOneStepIsNamed() {
        rig.route(GrantRig.refreshing(memory), "post:requests");
        hasNoToken("there is no token pair", "run zendesk-obo authorize once");
    }

    /** As with a store whose lock another process does not respect: under it the old pair, without it the new one. */
    @Test
    void aPairThatSomebodyElseStoredMeanwhileIsUsedInPlaceOfTheSpentOne() throws Exception {
        TokenPair spent = rig.authorize(memory);
        rig.route(GrantRig.refreshing(memory), "post:requests");
        rig.clock.advance(HALF_AN_HOUR);
        succeeds();
        TokenStore outdated = new TokenStore() {
            @Override
            public TokenPair load(TokenKey key) {
                return memory.load(key);
            }

            @Override
            public <X extends Exception> TokenPair update(TokenKey key, Change<X> change) throws TokenStoreException, X {
                return memory.update(key, current -> change.apply(spent));
            }

            @Override
            public void save(TokenKey key, TokenPair pair) throws TokenStoreException {
                memory.save(key, pair);
            }
        };
        try (Rig other = new Rig(rig.zendesk)) {
            other.component().setClock(rig.clock);
            other.bind("other", GrantRig.refreshing(outdated)).route("post:requests?tokenSource=#other");

            assertThat(other.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
        }
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
        assertThat(rig.zendesk.oauth().spentRefreshTokensPresented()).isEqualTo(1);
    }

    // ---- the store says no

    @Test
    void aStoreThatCannotBeWrittenKeepsTheRefreshFromBeingSent() throws Exception {
        FailingStore store = new FailingStore();
        RefreshTokenSource source = warm(store);
        store.readOnly = true;
        rig.clock.advance(Duration.ofMinutes(29).plusSeconds(30));
        succeeds();
        assertThat(source.problem()).hasValue("The token store is read-only: mount it again");

        rig.clock.advance(Duration.ofMinutes(1));
        hasNoToken("The token store is read-only: mount it again");
        assertThat(rig.tokenRequests()).isEmpty();

        store.readOnly = false;
        rig.clock.advance(Duration.ofMinutes(1));
        succeeds();
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
    }

    @Test
    void aPairThatCannotBeSavedIsUsedFromMemoryAndSavedLater() throws Exception {
        FailingStore store = new FailingStore();
        try (Logs logs = new Logs("io.github.camelzendesk.obo", Level.INFO)) {
            RefreshTokenSource source = warm(store);
            store.savesThatFail.set(1);
            rig.clock.advance(HALF_AN_HOUR);

            succeeds();
            assertThat(source.holdsUnsavedPair()).isTrue();
            assertThat(store.load(rig.key(Sample.CLIENT)).version()).isEqualTo(1);
            assertThat(logs.at(Level.ERROR)).singleElement().asString().contains("make room", "do not stop this process");

            Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> !source.holdsUnsavedPair());
            assertThat(store.load(rig.key(Sample.CLIENT)).version()).isEqualTo(2);
            rig.clock.advance(HALF_AN_HOUR);
            succeeds();
            assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(2);
            assertThat(rig.zendesk.oauth().spentRefreshTokensPresented()).isZero();
        }
    }

    @Test
    void aPairThatCanNeitherBeSavedNorUsedIsKeptAllTheSame() throws Exception {
        FailingStore store = new FailingStore();
        rig.authorize(store, Sample.CLIENT, Sample.CLIENT_SECRET, "impersonate read");
        RefreshTokenSource source = GrantRig.refreshing(store);
        rig.route(source, "post:requests");
        rig.clock.advance(HALF_AN_HOUR);
        store.savesThatFail.set(1);
        hasNoToken("these scopes are missing: write");
        assertThat(source.holdsUnsavedPair()).isTrue();

        rig.clock.advance(Duration.ofMinutes(1));
        hasNoToken("these scopes are missing: write");

        assertThat(source.holdsUnsavedPair()).isFalse();
        assertThat(rig.zendesk.world().findRefreshToken(store.load(rig.key(Sample.CLIENT)).refreshToken()).orElseThrow().spent())
                .isFalse();
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(1);
    }

    @Test
    void aPairThatIsNeverSavedIsStillRefreshedFromMemoryAndNothingIsSentTwice() throws Exception {
        FailingStore store = new FailingStore();
        RefreshTokenSource source = warm(store);
        store.savesThatFail.set(Integer.MAX_VALUE);
        for (int i = 0; i < 5; i++) {
            rig.clock.advance(HALF_AN_HOUR);
            succeeds();
        }
        assertThat(source.holdsUnsavedPair()).isTrue();
        assertThat(rig.zendesk.oauth().refreshes()).isEqualTo(5);
        assertThat(rig.zendesk.oauth().spentRefreshTokensPresented()).isZero();

        store.savesThatFail.set(0);
        rig.rig.camel.stop();
        assertThat(source.holdsUnsavedPair()).isFalse();
        // what is stored is the newest
        assertThat(rig.zendesk.world().findRefreshToken(store.load(rig.key(Sample.CLIENT)).refreshToken()).orElseThrow().spent())
                .isFalse();
    }

    @Test
    void aPairThatIsLostWithTheProcessIsSaidAtTheEnd() throws Exception {
        FailingStore store = new FailingStore();
        warm(store);
        store.savesThatFail.set(Integer.MAX_VALUE);
        rig.clock.advance(HALF_AN_HOUR);
        succeeds();
        try (Logs logs = new Logs("io.github.camelzendesk.obo", Level.INFO)) {
            rig.rig.camel.stop();
            assertThat(logs.at(Level.ERROR)).singleElement().asString()
                    .contains("could not be saved and is lost", "run zendesk-obo authorize before the next start");
        }
    }

    @Test
    void aStopInTheMiddleOfARefreshWaitsForItsAnswerAndStoresIt() throws Exception {
        warm(memory);
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().next().path(TOKENS).respond(Fault.slow(Duration.ofSeconds(2)));
        List<CompletableFuture<Exchange>> out = rig.sendAll(1, i -> Rig.JANE);
        rig.zendesk.journal().await(entry -> entry.path().equals(TOKENS) && entry.bodyText().contains("\"refresh_token\""));

        // the route does not wait for what is in flight, as after its shutdown timeout
        rig.rig.component().stop();

        assertThat(out).hasSize(1);
        TokenPair stored = memory.load(rig.key(Sample.CLIENT));
        assertThat(stored.version()).isEqualTo(2);
        assertThat(rig.zendesk.world().findRefreshToken(stored.refreshToken()).orElseThrow().spent()).isFalse();
    }

    // ---- the clock

    @Test
    void aClockThatIsPutBackDoesNotMakeASourceWait() throws Exception {
        warm(memory);
        rig.clock.advance(HALF_AN_HOUR);
        rig.zendesk.faults().next().path(TOKENS).respond(status(503));
        hasNoToken("503");
        rig.clock.advance(Duration.ofDays(-1));
        rig.zendesk.oauth().expireAccessTokens();
        succeeds();
    }

    @Test
    void whatWasStoredIsTakenAtStartWithoutARefresh() throws Exception {
        warm(memory);
        assertThat(rig.tokenRequests()).isEmpty();
    }
}
