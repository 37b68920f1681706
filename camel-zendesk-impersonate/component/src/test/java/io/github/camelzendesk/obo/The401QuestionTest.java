package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;

/**
 * Zendesk answers an unknown user with the very 401 of a dead token. Which of the two it is decides whether a token is given
 * up: never for a mistyped address.
 */
class The401QuestionTest {

    private static final String FRESH = "fresh-token-impersonate-read-write";
    private static final String CURRENT = "/api/v2/oauth/tokens/current";

    /** A source that gives the next of its tokens after each invalidate, and counts. */
    private static final class Renewing implements TokenSource {
        final AtomicInteger asked = new AtomicInteger();
        final AtomicInteger invalidated = new AtomicInteger();
        final AtomicReference<AccessToken> current = new AtomicReference<>();
        private final List<String> next;

        Renewing(String first, String... next) {
            current.set(AccessToken.of(first));
            this.next = new ArrayList<>(List.of(next));
        }

        @Override
        public CompletionStage<AccessToken> token() {
            asked.incrementAndGet();
            return CompletableFuture.completedStage(current.get());
        }

        @Override
        public synchronized void invalidate(AccessToken rejected) {
            invalidated.incrementAndGet();
            if (rejected.equals(current.get()) && !next.isEmpty()) {
                current.set(AccessToken.of(next.remove(0)));
            }
        }
    }

    private static Rig rig(TokenSource source, String uri) {
        Rig rig = new Rig().bind("t", source);
        rig.zendesk.world().token(FRESH).owner(rig.zendesk.world().user(Sample.OWNER)).scopes("impersonate", "read", "write");
        return rig.route(uri + (uri.contains("?") ? "&" : "?") + "tokenSource=#t");
    }

    private static List<JournalEntry> probes(Rig rig) {
        return rig.zendesk.journal().entries().stream().filter(entry -> entry.path().equals(CURRENT)).toList();
    }

    // ---- the user

    @Test
    void anUnknownUserWithALiveTokenCostsNoToken() {
        Renewing source = new Renewing(Sample.TOKEN, FRESH);
        try (Rig rig = rig(source, "post:requests")) {
            Exchange out = rig.send("ghost@example.com", Rig.aRequest("Boo"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboUnknownUserException.class)
                    .hasMessageContaining("The token is alive").hasMessageNotContaining("ghost");
            ZendeskOboException failure = (ZendeskOboException) out.getException();
            assertThat(failure.getStatusCode()).isEqualTo(401);
            assertThat(failure.getErrorCode()).isEqualTo("invalid_token");
            assertThat(failure.getUser()).isEqualTo("ghost@example.com");
            assertThat(failure.getAttempts()).isEqualTo(1);
            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(source.invalidated).hasValue(0);
            assertThat(rig.requests()).hasSize(1);
            assertThat(probes(rig)).singleElement().satisfies(probe -> {
                assertThat(probe.bare()).isTrue();
                assertThat(probe.status()).isEqualTo(200);
            });
        }
    }

    @Test
    void aTokenThatMayNotReadIsAliveAllTheSame() {
        Renewing source = new Renewing(Sample.WRITE_ONLY_TOKEN, FRESH);
        try (Rig rig = rig(source, "post:requests")) {
            assertThat(rig.send("ghost@example.com", Rig.aRequest("Boo")).getException())
                    .isInstanceOf(ZendeskOboUnknownUserException.class);
            assertThat(probes(rig)).extracting(JournalEntry::status).containsExactly(403);
            assertThat(source.invalidated).hasValue(0);
        }
    }

    @Test
    void aBurstOfUnknownUsersCostsOneProbeAndNoToken() throws Exception {
        Renewing source = new Renewing(Sample.TOKEN, FRESH);
        try (Rig rig = rig(source, "get:requests")) {
            rig.zendesk.switches().rateLimit(1_000_000);
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            // every 401 is there before the one question about the token is answered
            rig.zendesk.faults().always().path(CURRENT).respond(Fault.slow(Duration.ofSeconds(1)));
            ProducerTemplate template = rig.camel.createProducerTemplate();
            List<CompletableFuture<Exchange>> outs = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String ghost = "ghost" + i + "@example.com";
                outs.add(template.asyncSend("direct:in",
                        exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, ghost)));
            }
            for (CompletableFuture<Exchange> out : outs) {
                assertThat(out.get(30, TimeUnit.SECONDS).getException()).isInstanceOf(ZendeskOboUnknownUserException.class);
            }
            assertThat(probes(rig)).hasSize(1);
            assertThat(source.invalidated).hasValue(0);
            assertThat(rig.requests()).hasSize(201);
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
        }
    }

    /**
     * All wait for one answer about the token. When it comes, each goes on by itself: an error handler that takes its time, or
     * even waits for the others, must not hold up the rest.
     */
    @Test
    void whoWaitedForTheSameProbeGoesOnAlone() throws Exception {
        int together = 8;
        CountDownLatch all = new CountDownLatch(together);
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboUnknownUserException.class).handled(true).process(exchange -> {
                    all.countDown();
                    exchange.setProperty("met", all.await(10, TimeUnit.SECONDS));
                });
                from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme");
            }
        })) {
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            rig.zendesk.faults().always().path(CURRENT).respond(Fault.slow(Duration.ofMillis(300)));
            ProducerTemplate template = rig.camel.createProducerTemplate();
            List<CompletableFuture<Exchange>> outs = new ArrayList<>();
            for (int i = 0; i < together; i++) {
                String ghost = "ghost" + i + "@example.com";
                outs.add(template.asyncSend("direct:in",
                        exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, ghost)));
            }
            for (CompletableFuture<Exchange> out : outs) {
                assertThat(out.get(30, TimeUnit.SECONDS).getProperty("met")).isEqualTo(true);
            }
        }
    }

    // ---- the token

    @Test
    void aDeadFixedTokenIsNotTriedAgain() {
        Renewing source = new Renewing(Sample.TOKEN);
        try (Rig rig = rig(source, "post:requests")) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("One")).getException()).isNull();
            rig.zendesk.world().token(Sample.TOKEN).revoke();

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Two"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("no longer accepts the token");
            ZendeskOboException failure = (ZendeskOboException) out.getException();
            assertThat(failure.getStatusCode()).isEqualTo(401);
            assertThat(failure.getAttempts()).isEqualTo(1);
            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(source.invalidated).hasValue(1);
            assertThat(rig.requests()).hasSize(2);
        }
    }

    @Test
    void aRenewedTokenIsUsedOnceMoreForAWriteToo() {
        Renewing source = new Renewing(Sample.TOKEN, FRESH);
        try (Rig rig = rig(source, "post:requests")) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("One")).getException()).isNull();
            rig.zendesk.world().token(Sample.TOKEN).revoke();

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Two"));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(2);
            assertThat(source.invalidated).hasValue(1);
            assertThat(rig.requests()).extracting(JournalEntry::status).containsExactly(201, 401, 201);
            assertThat(rig.requests().get(2).bodyText()).contains("\"Two\"");
            assertThat(rig.requests()).allSatisfy(sent -> assertThat(sent.onBehalfOf()).isEqualTo(Rig.JANE));
            // the new token is shown to honour the header before it carries the message
            List<String> withFresh = rig.zendesk.journal().entries().stream()
                    .filter(sent -> ("Bearer " + FRESH).equals(sent.header("Authorization")))
                    .map(sent -> sent.method() + " " + sent.path()).toList();
            assertThat(withFresh).containsExactly("GET /api/v2/users/me", "GET /api/v2/users/me", "POST /api/v2/requests");
        }
    }

    @Test
    void aTokenThatDiesUnderFiftyMessagesIsAskedAboutOnceAndReplacedForAll() throws Exception {
        Renewing source = new Renewing(Sample.TOKEN, FRESH, "never-needed");
        try (Rig rig = rig(source, "post:requests")) {
            rig.zendesk.switches().rateLimit(1_000_000);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("First")).getException()).isNull();
            rig.zendesk.world().token(Sample.TOKEN).revoke();
            rig.zendesk.faults().next().path(CURRENT).respond(Fault.slow(Duration.ofMillis(500)));
            ProducerTemplate template = rig.camel.createProducerTemplate();
            List<CompletableFuture<Exchange>> outs = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String subject = "No " + i;
                outs.add(template.asyncSend("direct:in", exchange -> {
                    exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                    exchange.getMessage().setBody(Rig.aRequest(subject));
                }));
            }
            for (CompletableFuture<Exchange> out : outs) {
                assertThat(out.get(30, TimeUnit.SECONDS).getException()).isNull();
            }
            assertThat(probes(rig)).hasSize(1);
            assertThat(source.current.get()).isEqualTo(AccessToken.of(FRESH));
            // each was done once
            assertThat(rig.requests()).filteredOn(sent -> sent.status() == 201).hasSize(51);
            assertThat(rig.zendesk.world().ticketsOf(rig.zendesk.world().user(Rig.JANE)).stream()
                    .map(ticket -> ticket.subject()).filter(subject -> subject.startsWith("No ")).distinct()).hasSize(50);
        }
    }

    @Test
    void aTokenThatIsDeadFromTheStartIsReplacedBeforeAnythingIsSent() {
        Renewing source = new Renewing("dead-token", FRESH);
        try (Rig rig = rig(source, "post:requests")) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("One"));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(1);
            assertThat(source.invalidated).hasValue(1);
            assertThat(rig.requests()).extracting(JournalEntry::status).containsExactly(201);
        }
    }

    @Test
    void aBodyThatCanBeReadOnceIsNotSentTwice() {
        Renewing source = new Renewing(Sample.TOKEN, FRESH);
        try (Rig rig = rig(source, "post:requests")) {
            rig.camel.setStreamCaching(false);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("One")).getException()).isNull();
            rig.zendesk.world().token(Sample.TOKEN).revoke();
            String body = "{\"request\":{\"subject\":\"Two\",\"comment\":{\"body\":\"x\"}}}";

            Exchange out = rig.send(Rig.JANE, new ByteArrayInputStream(body.getBytes()) {
            });

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("can be read only once").hasMessageContaining("send it again");
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(source.invalidated).hasValue(1);
            assertThat(rig.requests()).hasSize(2);
        }
    }

    @Test
    void aSourceThatGivesDeadTokensForEverIsAskedOnceMoreAndNoMore() {
        Renewing source = new Renewing(Sample.TOKEN, "dead-1", "dead-2", "dead-3", "dead-4");
        try (Rig rig = rig(source, "post:requests?proof=off")) {
            rig.zendesk.world().token(Sample.TOKEN).revoke();

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("One"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("the replaced token as well");
            assertThat(((ZendeskOboException) out.getException()).getAttempts()).isEqualTo(2);
            assertThat(rig.requests()).hasSize(2);
        }
    }

    @Test
    void withProofDeadTokensForEverSendNothing() {
        Renewing source = new Renewing("dead-0", "dead-1", "dead-2", "dead-3", "dead-4");
        try (Rig rig = rig(source, "post:requests")) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("One")).getException()).isInstanceOf(ZendeskOboNoTokenException.class);
            assertThat(rig.requests()).isEmpty();
            assertThat(rig.zendesk.journal().entries()).hasSize(2);
        }
    }

    @Test
    void aRequestThatLeftWithAnOlderTokenIsSentAgainWithoutAQuestion() {
        Renewing source = new Renewing(Sample.TOKEN);
        try (Rig rig = rig(source, "post:requests")) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("One")).getException()).isNull();
            // while the message is under way the token is replaced, and the old one dies
            rig.zendesk.world().token(Sample.TOKEN).revoke();
            rig.zendesk.faults().next().path("/api/v2/requests").respond(Fault.slow(Duration.ofSeconds(1)));
            CompletableFuture<Exchange> out = rig.camel.createProducerTemplate().asyncSend("direct:in", exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                exchange.getMessage().setBody(Rig.aRequest("Two"));
            });
            rig.zendesk.journal().await(sent -> sent.bodyText().contains("Two"));
            source.current.set(AccessToken.of(FRESH));

            assertThat(out.join().getException()).isNull();
            assertThat(probes(rig)).isEmpty();
            assertThat(source.invalidated).hasValue(0);
            assertThat(rig.requests()).extracting(JournalEntry::status).containsExactly(201, 401, 201);
        }
    }

    /** A source without a memory gives another token each time. That must not make a mistyped address look like a dead token. */
    @Test
    void anUnknownUserIsToldAsSuchEvenIfEachAnswerOfTheSourceIsANewToken() {
        AtomicInteger n = new AtomicInteger();
        try (Rig rig = new Rig()) {
            TokenSource restless = () -> {
                String token = "restless-" + n.incrementAndGet();
                rig.zendesk.world().token(token).owner(rig.zendesk.world().user(Sample.OWNER))
                        .scopes("impersonate", "read", "write");
                return CompletableFuture.completedStage(AccessToken.of(token));
            };
            rig.bind("t", restless).route("get:requests?tokenSource=#t");

            assertThat(rig.send("ghost@example.com", null).getException()).isInstanceOf(ZendeskOboUnknownUserException.class);
            assertThat(rig.requests()).hasSize(2);
        }
    }

    @Test
    void aSourceThatFailsAfterTheTokenDiedDoesNotHideThatItWasSentAndRefused() {
        AtomicInteger asked = new AtomicInteger();
        TokenSource source = new TokenSource() {
            private volatile boolean dead;

            @Override
            public CompletionStage<AccessToken> token() {
                asked.incrementAndGet();
                return dead ? CompletableFuture.failedStage(new IllegalStateException("no token: hunter2"))
                        : CompletableFuture.completedStage(AccessToken.of(Sample.TOKEN));
            }

            @Override
            public void invalidate(AccessToken rejected) {
                dead = true;
            }
        };
        try (Rig rig = rig(source, "post:requests")) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("One")).getException()).isNull();
            rig.zendesk.world().token(Sample.TOKEN).revoke();

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Two"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("java.lang.IllegalStateException").hasMessageNotContaining("hunter2")
                    .hasMessageNotContaining("Nothing was sent");
            assertThat(((ZendeskOboException) out.getException()).getAttempts()).isEqualTo(1);
            assertThat(((ZendeskOboException) out.getException()).getStatusCode()).isEqualTo(401);
        }
    }

    @Test
    void aSourceThatCannotGiveUpATokenSaysNothingOfItsOwn() {
        TokenSource source = new TokenSource() {
            @Override
            public CompletionStage<AccessToken> token() {
                return CompletableFuture.completedStage(AccessToken.of("dead-token"));
            }

            @Override
            public void invalidate(AccessToken rejected) {
                throw new IllegalStateException("cannot delete hunter2");
            }
        };
        try (Rig rig = rig(source, "post:requests")) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("One"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("java.lang.IllegalStateException");
            for (Throwable each = out.getException(); each != null; each = each.getCause()) {
                assertThat(each.toString()).doesNotContain("hunter2");
            }
        }
    }

    // ---- nobody can tell

    @ParameterizedTest
    @CsvSource({ "503,", "429,30", "500,", "404,", "302," })
    void aProbeWithoutAClearAnswerLeavesTheTokenAlone(int status, Integer retryAfter) {
        Renewing source = new Renewing(Sample.TOKEN, FRESH);
        try (Rig rig = rig(source, "post:requests")) {
            Fault fault = Fault.status(status).text("not now");
            rig.zendesk.faults().always().path(CURRENT)
                    .respond(retryAfter == null ? fault : fault.header("Retry-After", retryAfter.toString()));

            Exchange out = rig.send("ghost@example.com", Rig.aRequest("Boo"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboUnavailableException.class)
                    .hasMessageContaining("dead token or an unknown user").hasMessageContaining("send it again later");
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(source.invalidated).hasValue(0);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void aProbeThatIsResetLeavesTheTokenAlone() {
        Renewing source = new Renewing(Sample.TOKEN, FRESH);
        try (Rig rig = rig(source, "post:requests")) {
            rig.zendesk.faults().always().path(CURRENT).respond(Fault.reset());
            assertThat(rig.send("ghost@example.com", Rig.aRequest("Boo")).getException())
                    .isInstanceOf(ZendeskOboUnavailableException.class);
            assertThat(source.invalidated).hasValue(0);
        }
    }

    @Test
    void aProbeThatIsNeverAnsweredEndsAndLeavesTheTokenAlone() {
        Renewing source = new Renewing(Sample.TOKEN, FRESH);
        try (Rig rig = rig(source, "post:requests")) {
            rig.zendesk.faults().always().path(CURRENT).respond(Fault.stall());
            assertThat(rig.send("ghost@example.com", Rig.aRequest("Boo")).getException())
                    .isInstanceOf(ZendeskOboUnavailableException.class);
            assertThat(source.invalidated).hasValue(0);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void theProbeIsNeverMadeOnBehalfOfAnyone() {
        try (Rig rig = rig(new Renewing(Sample.TOKEN), "get:requests")) {
            rig.send("ghost@example.com", null, Map.of("X-On-Behalf-Of", Rig.JANE));
            assertThat(probes(rig)).hasSize(1).allMatch(JournalEntry::bare);
        }
    }
}
