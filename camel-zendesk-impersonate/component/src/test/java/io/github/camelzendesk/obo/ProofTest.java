package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.Switches;

/** Nothing goes out before it was shown that Zendesk honours X-On-Behalf-Of: else the administrator would be doing it. */
class ProofTest {

    private static final String ME = "/api/v2/users/me";
    private static final String POST = "post:community/posts";

    private static Rig rig(String uri, String token) {
        return new Rig().bind("t", token).route(uri + (uri.contains("?") ? "&" : "?") + "tokenSource=#t");
    }

    private static void assertRefused(Rig rig, Exchange out) {
        assertThat(out.getException()).isInstanceOf(ZendeskOboNotProvenException.class)
                .hasMessageContaining("nothing was sent");
        assertThat(((ZendeskOboException) out.getException()).getAttempts()).isZero();
        assertNothingOfTheMessageWasSent(rig);
    }

    private static void assertNothingOfTheMessageWasSent(Rig rig) {
        assertThat(rig.requests()).isEmpty();
        // of what came without a user there are control requests only
        assertThat(rig.zendesk.journal().entries()).allSatisfy(sent -> {
            assertThat(sent.path()).matches("/api/v2/(users/me|uploads/\\w+|oauth/tokens/current|help_center/users/me/votes"
                                            + "|help_center/votes/\\d+)");
            assertThat(sent.method()).isIn("GET", "DELETE");
            assertThat(sent.bodyBytes()).isZero();
        });
        assertThat(rig.zendesk.world().ticketsOf(rig.zendesk.world().user(Sample.OWNER))).isEmpty();
    }

    private static List<JournalEntry> pairs(StandIn zendesk) {
        return zendesk.journal().entries().stream().filter(sent -> sent.onBehalfOf() == null
                || sent.onBehalfOf().endsWith(".invalid")).toList();
    }

    // ---- each way in which the header may not count

    @ParameterizedTest
    @ValueSource(strings = { Sample.TOKEN, Sample.WRITE_ONLY_TOKEN, Sample.PLAIN_TOKEN, Sample.AGENTS_TOKEN })
    void aSupportThatIgnoresTheHeaderGetsNothing(String token) {
        try (Rig rig = rig("post:requests", token)) {
            rig.zendesk.switches().ignoreOnBehalfOf(true);
            assertRefused(rig, rig.send(Rig.JANE, Rig.aRequest("Help")));
            assertRefused(rig, rig.send(Rig.RAJ, Rig.aRequest("Help")));
            // the verdict is remembered
            assertThat(rig.zendesk.journal().entries()).hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void notEvenAReadGoesOutUnproven() {
        try (Rig rig = rig("get:requests", Sample.TOKEN)) {
            rig.zendesk.switches().ignoreOnBehalfOf(true);
            Exchange out = rig.send(Rig.JANE, null);
            assertRefused(rig, out);
            assertThat(out.getException()).hasMessageContaining("Zendesk ignores X-On-Behalf-Of")
                    .hasMessageContaining("scope impersonate").hasMessageContaining("proxy");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { Sample.TOKEN, Sample.WRITE_ONLY_TOKEN })
    void aHelpCenterThatIgnoresTheHeaderGetsNothingWhileSupportGoesOn(String token) {
        try (Rig rig = new Rig().bind("t", token).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:post:community/posts?tokenSource=#t");
                from("direct:support").to("zendesk-obo:post:requests?tokenSource=#t");
            }
        }).start()) {
            rig.zendesk.world().token(token).scopes(token.equals(Sample.TOKEN)
                    ? new String[] { "impersonate", "read", "write" } : new String[] { "impersonate", "write" });
            rig.zendesk.switches().ignoreOnBehalfOfInHelpCenter(true);

            assertRefused(rig, rig.send(Rig.JANE, Map.of("post", Map.of("title", "Hi", "details", "x"))));
            assertThat(rig.zendesk.world().posts()).isEmpty();

            Exchange support = rig.camel.createProducerTemplate().request("direct:support", exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                exchange.getMessage().setBody(Rig.aRequest("Help"));
            });
            assertThat(support.getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
        }
    }

    @Test
    void whatSupportHasShownDoesNotCountForTheHelpCenterNorTheOtherWayRound() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme")
                        .to("zendesk-obo:get:community/posts?tokenSource=#acme")
                        .to("zendesk-obo:get:requests?tokenSource=#acme")
                        .to("zendesk-obo:get:help_center/users/me/votes?tokenSource=#acme");
            }
        })) {
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            assertThat(pairs(rig.zendesk)).extracting(sent -> sent.method() + " " + sent.path() + " " + sent.status())
                    .containsExactly("GET /api/v2/users/me 200", "GET /api/v2/users/me 401",
                            "GET /api/v2/help_center/users/me/votes 200", "GET /api/v2/help_center/users/me/votes 401");
            assertThat(rig.requests()).hasSize(4).allMatch(sent -> sent.actedAs().equals(Rig.JANE));
        }
    }

    @Test
    void aHelpCenterThatTakesAnUnknownUserForNobodyStillHonoursTheHeader() {
        try (Rig rig = rig(POST, Sample.TOKEN)) {
            rig.zendesk.switches().helpCenterUnknownUser(Switches.HelpCenterUnknownUser.ANONYMOUS);
            assertThat(rig.send(Rig.JANE, Map.of("post", Map.of("title", "Hi", "details", "x"))).getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aTokenThatMayOnlyWriteIsShownByDeletingWhatDoesNotExist(boolean scopesFirst) {
        try (Rig rig = rig("post:requests", Sample.WRITE_ONLY_TOKEN)) {
            rig.zendesk.switches().scopesCheckedBeforeUser(scopesFirst);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();

            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
            List<JournalEntry> pairs = pairs(rig.zendesk);
            assertThat(pairs).extracting(sent -> sent.method() + " " + sent.status())
                    .containsExactly("GET 403", "DELETE 404", "DELETE 401");
            // the very same but for the user
            assertThat(pairs.get(1).path()).isEqualTo(pairs.get(2).path()).startsWith("/api/v2/uploads/");
        }
    }

    @Test
    void aTokenThatMayNeitherReadNorWriteSaysSo() {
        try (Rig rig = rig("get:requests", "impersonate-only")) {
            rig.zendesk.world().token("impersonate-only").owner(rig.zendesk.world().user(Sample.OWNER)).scopes("impersonate");
            Exchange out = rig.send(Rig.JANE, null);
            assertRefused(rig, out);
            assertThat(out.getException()).hasMessageContaining("neither the scope read nor the scope write");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTokenWithoutImpersonateNeverActsAsItsOwner(Switches.MissingImpersonateScope answer) {
        try (Rig rig = rig("post:requests", Sample.PLAIN_TOKEN)) {
            rig.zendesk.switches().missingImpersonateScope(answer);
            assertNeverTheOwner(rig, rig.send(Rig.JANE, Rig.aRequest("Help")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTokenOfOneWhoIsNoAdminNeverActsAsItsOwner(Switches.NonAdminOwner answer) {
        try (Rig rig = rig("post:requests", Sample.AGENTS_TOKEN)) {
            rig.zendesk.switches().nonAdminOwner(answer);
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            if (answer == Switches.NonAdminOwner.ACT) {
                assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
            } else {
                assertNeverTheOwner(rig, out);
            }
        }
    }

    private static void assertNeverTheOwner(Rig rig, Exchange out) {
        assertThat(out.getException()).isInstanceOf(ZendeskOboException.class);
        assertThat(rig.requests()).allSatisfy(sent -> assertThat(sent.actedAs()).isNull());
        assertThat(rig.zendesk.world().tickets()).hasSize(5);
    }

    @ParameterizedTest
    @EnumSource
    void aBlankHeaderIsNeverSentWhateverZendeskMakesOfIt(Switches.BlankHeader answer) {
        try (Rig rig = rig("post:requests", Sample.TOKEN)) {
            rig.zendesk.switches().blankHeader(answer);
            assertThat(rig.send("", Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    // ---- nothing is known, so nothing is sent

    static Stream<Arguments> halvesAndFaults() {
        Map<String, Fault> faults = new java.util.LinkedHashMap<>();
        faults.put("429", Fault.status(429).text("Number of allowed API requests per minute exceeded").header("Retry-After", "37"));
        faults.put("503", Fault.status(503).contentType("text/html").body("<html>maintenance</html>").header("Retry-After", "120"));
        faults.put("503 without more", Fault.status(503));
        faults.put("HTML 403 of a proxy", Fault.status(403).contentType("text/html").body("<html>blocked</html>"));
        faults.put("404 of a proxy", Fault.status(404).contentType("text/html").body("<html>not here</html>"));
        faults.put("garbage for JSON", Fault.status(200).json("{\"user\":"));
        faults.put("HTML for JSON", Fault.status(200).contentType("text/html").body("<html>please log in</html>"));
        faults.put("JSON about something else", Fault.status(200).json("{\"status\":\"ok\"}"));
        faults.put("a JSON list", Fault.status(200).json("[1,2]"));
        faults.put("an empty answer", Fault.status(200));
        faults.put("no content", Fault.status(204));
        faults.put("a redirect", Fault.redirect("https://elsewhere.example.com/"));
        faults.put("reset", Fault.reset());
        faults.put("reset in the middle", Fault.status(200).json("{\"user\":{\"id\":1}}").resetInMidBody(5));
        return faults.entrySet().stream().flatMap(fault -> Stream.of(
                Arguments.of("bare", fault.getKey(), fault.getValue()), Arguments.of("as nobody", fault.getKey(), fault.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("halvesAndFaults")
    void aHalfOfThePairThatSaysNothingSendsNothing(String half, String name, Fault fault) {
        try (Rig rig = rig("post:requests", Sample.TOKEN)) {
            if (half.equals("bare")) {
                rig.zendesk.faults().next().path(ME).bare().respond(fault);
            } else {
                // the first that comes with a user
                rig.zendesk.faults().next().path(ME).bare().respond(Fault.slow(Duration.ZERO));
                rig.zendesk.faults().next().path(ME).respond(fault);
            }
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertRefused(rig, out);
            assertThat(out.getException()).hasMessageContaining("try again later").hasMessageContaining(
                    half.equals("bare") ? "without a user" : "a user who cannot exist");
            Duration retryAfter = ((ZendeskOboException) out.getException()).getRetryAfter();
            if (name.equals("429")) {
                assertThat(retryAfter).isEqualTo(Duration.ofSeconds(37));
                assertThat(out.getMessage().getHeader(ZendeskOboConstants.RETRY_AFTER)).isEqualTo(37L);
            } else if (name.equals("503")) {
                assertThat(retryAfter).isEqualTo(Duration.ofSeconds(120));
            } else {
                assertThat(retryAfter).isNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aHalfOfThePairThatIsNeverAnsweredSendsNothing(boolean bare) {
        try (Rig rig = rig("post:requests", Sample.TOKEN)) {
            if (bare) {
                rig.zendesk.faults().next().path(ME).bare().respond(Fault.stall());
            } else {
                rig.zendesk.faults().next().path(ME).bare().respond(Fault.slow(Duration.ZERO));
                rig.zendesk.faults().next().path(ME).respond(Fault.stall());
            }
            assertRefused(rig, rig.send(Rig.JANE, Rig.aRequest("Help")));
        }
    }

    @Test
    void anOutageIsNotMetWithAFloodOfPairs() {
        try (Rig rig = rig("post:requests", Sample.TOKEN)) {
            rig.zendesk.faults().always().path(ME).respond(Fault.status(429).text("slow down").header("Retry-After", "30"));
            for (int i = 0; i < 20; i++) {
                assertRefused(rig, rig.send(Rig.JANE, Rig.aRequest("Help")));
            }
            assertThat(rig.zendesk.journal().entries()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"user\":{\"id\":null,\"name\":\"Anonymous user\"}}", "{\"user\":{\"id\":\"29\"}}", "{\"user\":{}}" })
    void aTokenThatIsAnsweredAsNobodyIsNoToken(String anonymous) {
        try (Rig rig = rig("post:requests", Sample.TOKEN)) {
            rig.zendesk.faults().always().path(ME).respond(Fault.status(200).json(anonymous));
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboNoTokenException.class);
            assertNothingOfTheMessageWasSent(rig);
        }
    }

    // ---- one pair for all

    @Test
    void aHundredFirstMessagesShareOnePair() throws Exception {
        try (Rig rig = rig("get:requests", Sample.TOKEN).start()) {
            rig.zendesk.switches().rateLimit(1_000_000);
            rig.zendesk.faults().next(2).path(ME).respond(Fault.slow(Duration.ofMillis(300)));
            ProducerTemplate template = rig.camel.createProducerTemplate();
            List<CompletableFuture<Exchange>> outs = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String user = i % 2 == 0 ? Rig.JANE : Rig.RAJ;
                outs.add(template.asyncSend("direct:in",
                        exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, user)));
            }
            for (CompletableFuture<Exchange> out : outs) {
                assertThat(out.get(30, TimeUnit.SECONDS).getException()).isNull();
            }
            assertThat(pairs(rig.zendesk)).hasSize(2);
            assertThat(rig.requests()).hasSize(100).allMatch(sent -> sent.onBehalfOf().equals(sent.actedAs()));
        }
    }

    /** When the one pair comes to nothing, an error handler that waits for the others must not hold them up. */
    @Test
    void whoWaitedForTheSamePairGoesOnAlone() throws Exception {
        CountDownLatch all = new CountDownLatch(8);
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboNotProvenException.class).handled(true).process(exchange -> {
                    all.countDown();
                    exchange.setProperty("met", all.await(10, TimeUnit.SECONDS));
                });
                from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme");
            }
        }).start()) {
            rig.zendesk.faults().always().path(ME).respond(Fault.status(503).latency(Duration.ofMillis(500)));
            ProducerTemplate template = rig.camel.createProducerTemplate();
            List<CompletableFuture<Exchange>> outs = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                outs.add(template.asyncSend("direct:in",
                        exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE)));
            }
            for (CompletableFuture<Exchange> out : outs) {
                assertThat(out.get(30, TimeUnit.SECONDS).getProperty("met")).isEqualTo(true);
            }
        }
    }

    @Test
    void whatOneOriginHasShownDoesNotCountForAnother() {
        try (StandIn other = StandIn.start(); Rig rig = new Rig().bind("other", Sample.TOKEN).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme")
                        .to("zendesk-obo:get:requests?tokenSource=#other&baseUri=" + other.baseUri());
            }
        })) {
            other.switches().ignoreOnBehalfOf(true);
            assertRefusedAt(other, rig.send(Rig.JANE, null));
            assertThat(rig.requests()).hasSize(1);
            assertThat(pairs(rig.zendesk)).hasSize(2);
        }
    }

    private static void assertRefusedAt(StandIn zendesk, Exchange out) {
        assertThat(out.getException()).isInstanceOf(ZendeskOboNotProvenException.class);
        assertThat(zendesk.journal().requests()).isEmpty();
    }

    @Test
    void theAddressThatCannotExistIsAnotherOneEachTime() {
        try (Rig first = rig("get:requests", Sample.TOKEN); Rig second = rig("get:requests", Sample.TOKEN)) {
            first.send(Rig.JANE, null);
            second.send(Rig.JANE, null);
            String one = pairs(first.zendesk).get(1).onBehalfOf();
            String two = pairs(second.zendesk).get(1).onBehalfOf();
            assertThat(one).endsWith(".invalid").isNotEqualTo(two);
        }
    }

    // ---- the modes

    @Test
    void withoutProofItIsSentAtOnce() {
        try (Rig rig = rig("post:requests?proof=off", Sample.TOKEN)) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
            assertThat(rig.zendesk.journal().entries()).hasSize(1);
        }
    }

    @Test
    void withProofOfTheUserAnEndUserIsAskedAboutOnce() {
        try (Rig rig = rig("get:requests?proof=user", Sample.TOKEN)) {
            for (int i = 0; i < 3; i++) {
                assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            }
            assertThat(rig.send(Rig.RAJ, null).getException()).isNull();
            assertThat(rig.requests()).extracting(JournalEntry::line).containsExactly(
                    "as jane@example.com GET /api/v2/users/me -> 200", "as jane@example.com GET /api/v2/requests -> 200",
                    "as jane@example.com GET /api/v2/requests -> 200", "as jane@example.com GET /api/v2/requests -> 200",
                    "as raj@example.com GET /api/v2/users/me -> 200", "as raj@example.com GET /api/v2/requests -> 200");
        }
    }

    @Test
    void withProofOfTheUserAnAgentIsRefused() {
        try (Rig rig = rig("post:requests?proof=user", Sample.TOKEN)) {
            rig.zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW);
            Exchange out = rig.send(Sample.AGENT, Rig.aRequest("Help"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboUserVetoedException.class).hasMessageContaining("Nothing was sent");
            assertThat(rig.requests()).extracting(JournalEntry::path).containsExactly(ME);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void withProofOfTheUserAnUnknownOneIsTold(boolean throwing) {
        try (Rig rig = rig("post:requests?proof=user&throwExceptionOnFailure=" + throwing, Sample.TOKEN)) {
            Exchange out = rig.send("ghost@example.com", Rig.aRequest("Boo"));

            // what was not sent always throws
            assertThat(out.getException()).isInstanceOf(ZendeskOboUnknownUserException.class);
            assertThat(((ZendeskOboException) out.getException()).getAttempts()).isZero();
            assertThat(rig.requests()).extracting(JournalEntry::path).containsExactly(ME);
        }
    }

    @Test
    void proofOfTheUserNeedsRead() {
        try (Rig rig = rig("post:requests?proof=user", Sample.WRITE_ONLY_TOKEN)) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboNotProvenException.class).hasMessageContaining("scope read");
            assertThat(rig.requests()).extracting(JournalEntry::path).containsExactly(ME);
        }
    }

    @Test
    void withProofOfTheUserALimitIsToldWithTheTimeToWait() {
        try (Rig rig = rig("post:requests?proof=user", Sample.TOKEN)) {
            rig.zendesk.faults().always().path(ME).onBehalfOf(Rig.JANE)
                    .respond(Fault.status(429).text("slow down").header("Retry-After", "37"));
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboNotProvenException.class);
            assertThat(((ZendeskOboException) out.getException()).getRetryAfter()).isEqualTo(Duration.ofSeconds(37));
            assertThat(rig.requests()).extracting(JournalEntry::path).containsExactly(ME);
        }
    }

    @Test
    void withProofOfTheUserAnAnswerAsTheOwnerIsRefused() {
        try (Rig rig = rig("post:requests?proof=user", Sample.TOKEN)) {
            // the pair still sees a Zendesk that honours the header; for Jane it is ignored all at once
            assertThat(rig.send(Rig.RAJ, Rig.aRequest("Help")).getException()).isNull();
            rig.zendesk.switches().ignoreOnBehalfOf(true);
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboNotProvenException.class)
                    .hasMessageContaining("the owner of the token instead of the user");
            assertThat(rig.requests()).filteredOn(sent -> sent.method().equals("POST")).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "owner@acme.example", "OWNER@Acme.Example", "id" })
    void theOwnerOfTheTokenIsNoEndUserAndFailsAlone(String user) {
        try (Rig rig = rig("post:requests", Sample.TOKEN)) {
            rig.zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW);
            Object named = user.equals("id") ? (Object) rig.zendesk.world().user(Sample.OWNER).id() : user;

            assertThat(rig.send(named, Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboInvalidUserException.class)
                    .hasMessageContaining("the owner of the token");
            assertNothingOfTheMessageWasSent(rig);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
        }
    }

    // ---- paths for which nothing can be shown

    @ParameterizedTest
    @ValueSource(strings = { "get:/api/lotus/tickets", "get:/api/v1/users", "get:/api/services/x", "get:/api/sunshine/profiles" })
    void aPathOutsideWhatCanBeShownIsRefused(String uri) {
        try (Rig rig = rig(uri, Sample.TOKEN)) {
            Exchange out = rig.send(Rig.JANE, null);
            assertThat(out.getException()).isInstanceOf(ZendeskOboNotProvenException.class).hasMessageContaining("proof=off");
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "get:oauth/tokens", "get:oauth/tokens/current", "post:oauth/tokens", "delete:oauth/tokens/1", "get:OAuth/tokens",
            "get:oauth.json", "get:/api/v2/oauth/clients", "get:%6Fauth/tokens", "get:oauth;x/tokens", "get:users/../oauth/tokens" })
    void pathsOfTokensAreRefusedAtStart(String uri) {
        try (Rig rig = rig(uri, Sample.TOKEN)) {
            assertThatThrownBy(rig::start).isNotNull();
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "oauth", "OAUTH", "Oauth.json", "oauth;x=y", "oauth/tokens", "..", "oauth%2Ftokens" })
    void aPlaceholderCannotLeadToTokens(String value) {
        try (Rig rig = rig("get:{what}/tokens?proof=off", Sample.TOKEN)) {
            Exchange out = rig.send(Rig.JANE, null, Map.of("what", value));
            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRequestException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aPlaceholderThatLeadsToTheHelpCenterIsProvenThere() {
        try (Rig rig = rig("post:{area}/posts", Sample.TOKEN)) {
            rig.zendesk.switches().ignoreOnBehalfOfInHelpCenter(true);
            for (String area : List.of("Community", "community", "community.json", "community;x=y")) {
                assertRefused(rig, rig.send(
                        Rig.JANE, Map.of("post", Map.of("title", "Hi", "details", "x")), Map.of("area", area)));
            }
            assertThat(rig.zendesk.world().posts()).isEmpty();
        }
    }
}
