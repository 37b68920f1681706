package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.ScaledClock;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.Switches;
import io.github.camelzendesk.standin.Upload;
import io.github.camelzendesk.standin.World;

/**
 * Every way to fail once, with every kind of request: the journal shows which are repeated, and the stand-in's world that
 * nothing was done twice. A write is repeated only when it is known not to have been done, or when Zendesk recognizes its copy.
 */
class FaultMatrixTest {

    /** Twenty times as fast, so that Zendesk's seconds and the component's cost little. */
    private final ScaledClock clock = ScaledClock.fromNow(20);

    enum Fails {
        RESET_BEFORE_THE_ANSWER(Fault.reset()),
        RESET_BEFORE_THE_BODY_WAS_READ(Fault.reset().beforeBody()),
        CLOSED_BEFORE_THE_ANSWER(Fault.reset().closeBeforeAnswer()),
        DROPPED_AFTER_PROCESSING(Fault.dropAfterProcessing()),
        RESET_IN_MID_BODY(Fault.usual().resetInMidBody(20)),
        NO_ANSWER(Fault.stall()),
        LIMITED(Fault.status(429).text("Too many requests").header("Retry-After", "2")),
        LIMITED_WITHOUT_A_HINT(Fault.status(429).text("Too many requests")),
        UNDER_MAINTENANCE(Fault.status(503).body("<html>down</html>").contentType("text/html")),
        BUSY(Fault.status(503).json("{}").header("Retry-After", "2")),
        BUSY_AFTER_PROCESSING(Fault.status(503).json("{}").afterProcessing()),
        AT_THE_EDGE(Fault.status(520).body("<html>520</html>").contentType("text/html")),
        CONFLICT(Fault.status(409).json("{\"error\":\"Conflict\"}"));

        final Fault fault;

        Fails(Fault fault) {
            this.fault = fault;
        }

        /** Known not to have been done. */
        boolean refuses() {
            return this == LIMITED || this == LIMITED_WITHOUT_A_HINT;
        }
    }

    enum Does {
        READ("get:requests", Sample.JANE),
        CHANGE("put:requests/" + Sample.JANES_OPEN_TICKET, Sample.JANE),
        FILE("post:requests", Sample.JANE),
        FILE_WITH_A_KEY("post:requests", Sample.JANE),
        TICKET("post:tickets", Sample.AGENT),
        TICKET_WITH_A_KEY("post:tickets", Sample.AGENT),
        UPLOAD("post:uploads?query.filename=a.txt", Sample.JANE),
        UPLOAD_ONCE("post:uploads?query.filename=a.txt", Sample.JANE),
        DELETE("delete:uploads/{upload}", Sample.JANE);

        final String to;
        final String user;

        Does(String to, String user) {
            this.to = to;
            this.user = user;
        }

        boolean writes() {
            return this != READ;
        }

        boolean recognized() {
            return this == TICKET || this == TICKET_WITH_A_KEY;
        }

        @Nullable Object body() {
            return switch (this) {
                case READ, DELETE -> null;
                case CHANGE -> Map.of("request", Map.of("comment", Map.of("body", "Still broken")));
                case FILE, FILE_WITH_A_KEY -> Rig.aRequest("Broken");
                case TICKET, TICKET_WITH_A_KEY -> Map.of("ticket", Map.of("subject", "Broken", "comment", Map.of("body", "It broke")));
                case UPLOAD -> "some text".getBytes(StandardCharsets.UTF_8);
                case UPLOAD_ONCE -> new ByteArrayInputStream("some text".getBytes(StandardCharsets.UTF_8));
            };
        }

        String path() {
            return "/api/v2/" + to.replaceFirst("[a-z]+:", "").replaceFirst("\\?.*", "");
        }

        /** How often it has been done. */
        int done(World world) {
            return switch (this) {
                case READ -> 0;
                case DELETE -> -world.uploads().size();
                case CHANGE -> world.ticket(Sample.JANES_OPEN_TICKET).comments().size();
                case UPLOAD, UPLOAD_ONCE -> world.uploads().size();
                default -> world.tickets().size();
            };
        }
    }

    static Stream<Arguments> all() {
        return pairs(Does.values());
    }

    /** Those that stand for the others. */
    static Stream<Arguments> some() {
        return pairs(Does.READ, Does.FILE, Does.TICKET, Does.UPLOAD_ONCE, Does.DELETE);
    }

    private static Stream<Arguments> pairs(Does... does) {
        // the answer to what is deleted has no body to break off in
        return Arrays.stream(Fails.values()).flatMap(fails -> Arrays.stream(does)
                .filter(one -> fails != Fails.RESET_IN_MID_BODY || one != Does.DELETE).map(one -> Arguments.of(fails, one)));
    }

    private static boolean repeated(Fails fails, Does does) {
        if (fails == Fails.CONFLICT || does == Does.UPLOAD_ONCE) {
            return false;
        } else if (fails == Fails.RESET_IN_MID_BODY) {
            // its status was there: done, and only the answer is lost
            return !does.writes();
        }
        return fails.refuses() || !does.writes() || does.recognized();
    }

    private Rig rig(StandIn zendesk, Does does, String to) {
        Rig rig = new Rig(zendesk);
        // else Camel would keep the stream, so that it can be read again
        rig.camel.setStreamCaching(does != Does.UPLOAD_ONCE);
        FasterTime.of(rig.component(), clock);
        rig.component().getConfiguration().setMaxAttempts(3);
        zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW);
        return rig.route(to + (to.contains("?") ? "&" : "?") + "allowedFor=off&proof=off&requestTimeout=30s");
    }

    private static Exchange send(Rig rig, Does does) {
        return rig.send(does.user, does.body(), does.name().endsWith("_WITH_A_KEY")
                ? Map.of(ZendeskOboConstants.IDEMPOTENCY_KEY, "order-77")
                : does == Does.DELETE ? Map.of("upload", rig.zendesk.world().uploads().stream().map(Upload::token).findFirst().orElse("none"))
                        : Map.of());
    }

    /** Something to delete, which is not in the journal. */
    private static void prepare(Rig rig, Does does) {
        if (does == Does.DELETE) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:before").to("zendesk-obo:post:uploads?query.filename=a.txt&proof=off&tokenSource=#acme");
                }
            }).start();
            assertThat(rig.camel.createProducerTemplate().request("direct:before", exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, does.user);
                exchange.getMessage().setBody("some text");
            }).getException()).isNull();
            rig.zendesk.journal().clear();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("all")
    void whatFailsOnceIsRepeatedOnlyWhereNothingIsDoneTwice(Fails fails, Does does) {
        try (StandIn zendesk = StandIn.builder().clock(clock).start(); Rig rig = rig(zendesk, does, does.to)) {
            prepare(rig, does);
            int before = does.done(zendesk.world());
            zendesk.faults().next().path(does.path()).respond(fails.fault);

            Exchange out = send(rig, does);

            boolean repeated = repeated(fails, does);
            List<JournalEntry> requests = rig.requests();
            assertThat(requests).hasSize(repeated ? 2 : 1).allSatisfy(entry -> assertThat(entry.onBehalfOf()).isEqualTo(does.user));
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(repeated ? 2 : 1);
            int done = does.done(zendesk.world()) - before;
            assertThat(done).isLessThanOrEqualTo(1);
            if (repeated) {
                assertThat(out.getException()).isNull();
                assertThat(done).isEqualTo(does.writes() ? 1 : 0);
                assertThat(keys(requests)).hasSize(does.recognized() ? 1 : does == Does.FILE_WITH_A_KEY ? 1 : 0);
                assertThat(out.getMessage().getHeader(ZendeskOboConstants.WAITED, Long.class)).isPositive();
                assertWaited(fails, requests);
            } else {
                ZendeskOboException failure = out.getException(ZendeskOboException.class);
                assertThat(failure.getAttempts()).isEqualTo(1);
                assertThat(failure.getOutcome() == Outcome.NOT_DONE).isEqualTo(!does.writes() || fails == Fails.CONFLICT || fails.refuses());
                assertThat(failure.getMessage()).doesNotContain(does.user);
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("some")
    void whatGoesOnFailingIsTriedThreeTimesOrOnceAndSaysWhatIsKnown(Fails fails, Does does) {
        try (StandIn zendesk = StandIn.builder().clock(clock).start(); Rig rig = rig(zendesk, does, does.to)) {
            prepare(rig, does);
            int before = does.done(zendesk.world());
            zendesk.faults().always().path(does.path()).respond(fails.fault);

            ZendeskOboException failure = send(rig, does).getException(ZendeskOboException.class);

            int tries = repeated(fails, does) ? 3 : 1;
            assertThat(rig.requests()).hasSize(tries).allSatisfy(entry -> assertThat(entry.onBehalfOf()).isEqualTo(does.user));
            assertThat(keys(rig.requests())).hasSize(does.recognized() ? 1 : 0);
            assertThat(does.done(zendesk.world()) - before).isLessThanOrEqualTo(1);
            assertThat(failure.getAttempts()).isEqualTo(tries);
            assertThat(failure.getOutcome()).isEqualTo(!does.writes() || fails == Fails.CONFLICT || fails.refuses() ? Outcome.NOT_DONE
                    : fails == Fails.RESET_IN_MID_BODY ? Outcome.DONE : Outcome.UNKNOWN);
            if (tries == 3) {
                assertThat(failure).hasMessageContaining("It was tried 3 times, and not again: that is all that maxAttempts allows");
            } else if (does == Does.UPLOAD_ONCE && fails.refuses()) {
                assertThat(failure).hasMessageContaining("It was tried once, and not again: its body can be read only once");
            } else {
                assertThat(failure.getMessage()).doesNotContain("It was tried");
            }
            assertThat(failure.getMessage()).doesNotContain(does.user).doesNotContain(Sample.TOKEN)
                    .contains(failure.getOutcome() == Outcome.UNKNOWN ? "look in Zendesk before sending it again"
                            : failure.getOutcome() == Outcome.DONE ? "do not send it again" : "not done");
        }
    }

    // ---- HTTP/2

    private static final HeldCertificate SERVER = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();

    /** The other side promises that it did nothing with it. */
    @ParameterizedTest
    @EnumSource(Does.class)
    void aStreamThatWasRefusedIsSentAgainUnlessItsBodyIsGone(Does does) throws Exception {
        HandshakeCertificates trusted = new HandshakeCertificates.Builder().heldCertificate(SERVER)
                .addTrustedCertificate(SERVER.certificate()).build();
        TrustManagersParameters trust = new TrustManagersParameters();
        trust.setTrustManager(trusted.trustManager());
        SSLContextParameters tls = new SSLContextParameters();
        tls.setTrustManagers(trust);
        try (StandIn zendesk = StandIn.builder().clock(clock).tls(trusted.sslContext()).http2(true).start();
                Rig rig = rig(zendesk, does, does.to)) {
            rig.component().setSslContextParameters(tls);
            prepare(rig, does);
            int before = does.done(zendesk.world());
            zendesk.faults().next(2).path(does.path()).respond(Fault.refuseStream());

            Exchange out = send(rig, does);

            assertThat(rig.requests()).allSatisfy(entry -> assertThat(entry.protocol()).isEqualTo("HTTP/2.0"))
                    .allSatisfy(entry -> assertThat(entry.onBehalfOf()).isEqualTo(does.user));
            if (does == Does.UPLOAD_ONCE) {
                assertThat(out.getException(ZendeskOboTransportException.class)).hasMessageContaining("refused the request before it did anything")
                        .hasMessageContaining("its body can be read only once");
                assertThat(out.getException(ZendeskOboException.class).getOutcome()).isEqualTo(Outcome.NOT_DONE);
                assertThat(rig.requests()).hasSize(1);
            } else {
                assertThat(out.getException()).isNull();
                assertThat(rig.requests()).hasSize(3);
                assertThat(out.getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(3);
                assertThat(does.done(zendesk.world()) - before).isEqualTo(does.writes() ? 1 : 0);
                assertThat(keys(rig.requests()).size()).isLessThanOrEqualTo(1);
                if (does == Does.UPLOAD) {
                    assertThat(rig.requests()).allSatisfy(entry -> assertThat(entry.bodyText()).isEqualTo("some text"));
                }
            }
        }
    }

    /** The different keys that went out. */
    private static List<String> keys(List<JournalEntry> requests) {
        return requests.stream().map(entry -> entry.header("Idempotency-Key")).filter(key -> key != null).distinct().toList();
    }

    private static void assertWaited(Fails fails, List<JournalEntry> requests) {
        Duration between = Duration.between(requests.get(0).at(), requests.get(1).at());
        if (fails == Fails.LIMITED || fails == Fails.BUSY) {
            assertThat(between).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        } else if (fails == Fails.LIMITED_WITHOUT_A_HINT) {
            assertThat(between).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @EnumSource(Does.class)
    void whereNobodyListensItIsTriedAsOftenAsAllowedAndNothingIsDone(Does does) throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            free = socket.getLocalPort();
        }
        try (StandIn zendesk = StandIn.builder().clock(clock).start(); Rig rig = rig(zendesk, does, does.to + (does.to.contains("?") ? "&" : "?")
                                                                                              + "baseUri=http://127.0.0.1:" + free)) {
            Exchange out = send(rig, does);

            ZendeskOboTransportException failure = out.getException(ZendeskOboTransportException.class);
            assertThat(failure).hasMessageContaining("It was tried 3 times").hasMessageContaining("maxAttempts");
            assertThat(failure.getAttempts()).isZero();
            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(failure.getWaited()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Does.class)
    void aTokenThatDiedOnTheWayIsReplacedAndTheRequestDoneOnce(Does does) {
        AtomicReference<String> current = new AtomicReference<>(Sample.TOKEN);
        TokenSource source = new TokenSource() {
            @Override
            public CompletionStage<AccessToken> token() {
                return CompletableFuture.completedStage(AccessToken.of(current.get()));
            }

            @Override
            public void invalidate(AccessToken rejected) {
                current.set("another-token");
            }
        };
        try (StandIn zendesk = StandIn.builder().clock(clock).start();
                Rig rig = rig(zendesk, does, does.to + (does.to.contains("?") ? "&" : "?") + "tokenSource=#t")) {
            rig.bind("t", source);
            zendesk.world().token("another-token").owner(zendesk.world().user(Sample.OWNER)).scopes("impersonate", "read", "write");
            prepare(rig, does);
            zendesk.world().token(Sample.TOKEN).revoke();
            int before = does.done(zendesk.world());

            Exchange out = send(rig, does);

            boolean once = does == Does.UPLOAD_ONCE;
            assertThat(out.getException() == null).isEqualTo(!once);
            assertThat(does.done(zendesk.world()) - before).isEqualTo(does.writes() && !once ? 1 : 0);
            assertThat(rig.requests()).hasSize(once ? 1 : 2);
            assertThat(keys(rig.requests()).size()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void whatGoesOnFailingSaysHowOftenItWasTriedAndHowLongItWaited() {
        try (StandIn zendesk = StandIn.builder().clock(clock).start(); Rig rig = rig(zendesk, Does.READ, "get:requests")) {
            zendesk.faults().next(10).path("/api/v2/requests").respond(Fault.status(503).header("Retry-After", "3"));

            ZendeskOboUnavailableException failure = rig.send(Sample.JANE, null).getException(ZendeskOboUnavailableException.class);

            assertThat(failure.getAttempts()).isEqualTo(3);
            assertThat(failure.getStatusCode()).isEqualTo(503);
            assertThat(failure.getWaited()).isGreaterThanOrEqualTo(Duration.ofSeconds(6));
            assertThat(failure).hasMessageContaining("It was tried 3 times");
            assertThat(rig.requests()).hasSize(3);
        }
    }

    @Test
    void aWaitThatIsLongerThanAllowedIsNotBegun() {
        try (StandIn zendesk = StandIn.builder().clock(clock).start(); Rig rig = rig(zendesk, Does.READ, "get:requests?maxWait=60s")) {
            zendesk.faults().next().path("/api/v2/requests").respond(Fault.status(429).header("Retry-After", "90"));

            ZendeskOboRateLimitedException failure = rig.send(Sample.JANE, null).getException(ZendeskOboRateLimitedException.class);

            assertThat(failure.getRetryAfter()).isEqualTo(Duration.ofSeconds(90));
            assertThat(failure).hasMessageContaining("maxWait");
            assertThat(failure.getWaited()).isLessThan(Duration.ofSeconds(30));
            // and the next one is told without a request
            ZendeskOboRateLimitedException next = rig.send(Sample.JANE, null).getException(ZendeskOboRateLimitedException.class);
            assertThat(next.getAttempts()).isZero();
            assertThat(next.getRetryAfter()).isGreaterThan(Duration.ofSeconds(30));
            assertThat(rig.requests()).hasSize(1);
        }
    }
}
