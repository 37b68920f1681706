package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;

/** Whatever happens to a message: it comes back, once, and no thread waits for it meanwhile. */
class EveryExchangeCompletesOnceTest {

    private static final String ONE_REQUEST = "{\"request\":{\"subject\":\"Hi\",\"comment\":{\"body\":\"x\"}}}";

    /** One message through a producer of its own, with every call of its callback counted. */
    private static final class Sent {
        final Exchange exchange;
        final AtomicInteger done = new AtomicInteger();
        final CountDownLatch first = new CountDownLatch(1);
        final AtomicReference<Boolean> doneSync = new AtomicReference<>();
        final AtomicReference<String> thread = new AtomicReference<>();
        boolean returned;

        private Sent(Exchange exchange) {
            this.exchange = exchange;
        }

        static Sent through(Rig rig, String uri, Object user, Object body) {
            try {
                rig.start();
                AsyncProducer producer = rig.camel.getEndpoint("zendesk-obo:" + uri).createAsyncProducer();
                producer.start();
                return through(producer, rig, user, body);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        static Sent through(AsyncProducer producer, Rig rig, Object user, Object body) {
            Sent sent = new Sent(new DefaultExchange(rig.camel));
            sent.exchange.getMessage().setHeader(ZendeskOboConstants.USER, user);
            sent.exchange.getMessage().setBody(body);
            // must not throw, whatever is wrong
            sent.returned = producer.process(sent.exchange, doneSync -> {
                sent.doneSync.set(doneSync);
                sent.thread.set(Thread.currentThread().getName());
                sent.done.incrementAndGet();
                sent.first.countDown();
            });
            return sent;
        }

        Sent await() {
            try {
                assertThat(first.await(30, TimeUnit.SECONDS)).as("the callback was called").isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            assertThat(done).hasValue(1);
            assertThat(doneSync.get()).as("what process() returned and what the callback was told").isEqualTo(returned);
            return this;
        }

        <T extends Exception> T failedWith(Class<T> type) {
            await();
            assertThat(exchange.getException()).isInstanceOf(type);
            return type.cast(exchange.getException());
        }
    }

    private static String post(String token) {
        return "post:requests?tokenSource=#" + token;
    }

    // ---- a failure at each stage

    @Test
    void itSucceedsOnce() {
        try (Rig rig = new Rig()) {
            Sent sent = Sent.through(rig, post("acme"), Rig.JANE, ONE_REQUEST).await();
            assertThat(sent.exchange.getException()).isNull();
            assertThat(sent.thread.get()).doesNotContain("ZendeskObo-io");
        }
    }

    @Test
    void noUser() {
        try (Rig rig = new Rig()) {
            assertThat(Sent.through(rig, post("acme"), null, ONE_REQUEST).failedWith(ZendeskOboInvalidUserException.class)
                    .getOutcome()).isEqualTo(Outcome.NOT_DONE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aResolverOrAPolicyThatThrowsAnError(boolean resolver) {
        UserResolver wild = exchange -> {
            throw new StackOverflowError();
        };
        UserPolicy wilder = (user, exchange) -> {
            throw new NoClassDefFoundError();
        };
        try (Rig rig = new Rig().bind("wild", wild).bind("wilder", wilder)) {
            Sent sent = Sent.through(
                    rig, post("acme") + (resolver ? "&userResolver=#wild" : "&userPolicy=#wilder"), Rig.JANE, ONE_REQUEST).await();
            assertThat(sent.exchange.isFailed()).isTrue();
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aTokenSourceThatThrows() {
        TokenSource source = () -> {
            throw new IllegalStateException();
        };
        try (Rig rig = new Rig().bind("t", source)) {
            Sent.through(rig, post("t"), Rig.JANE, ONE_REQUEST).failedWith(ZendeskOboNoTokenException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aTokenSourceThatThrowsAnError() {
        TokenSource source = () -> {
            throw new NoClassDefFoundError();
        };
        try (Rig rig = new Rig().bind("t", source)) {
            assertThat(Sent.through(rig, post("t"), Rig.JANE, ONE_REQUEST).await().exchange.isFailed()).isTrue();
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aTokenSourceThatAnswersNull() {
        TokenSource source = () -> null;
        TokenSource later = () -> CompletableFuture.completedStage(null);
        try (Rig rig = new Rig().bind("t", source).bind("later", later)) {
            Sent.through(rig, post("t"), Rig.JANE, ONE_REQUEST).failedWith(ZendeskOboNoTokenException.class);
            Sent.through(rig, post("later"), Rig.JANE, ONE_REQUEST).failedWith(ZendeskOboNoTokenException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aTokenSourceThatFailsAtOnceOrLater() {
        CompletableFuture<AccessToken> later = new CompletableFuture<>();
        TokenSource atOnce = () -> CompletableFuture.failedStage(new IOException());
        TokenSource lateOne = () -> later;
        try (Rig rig = new Rig().bind("t", atOnce).bind("later", lateOne)) {
            Sent.through(rig, post("t"), Rig.JANE, ONE_REQUEST).failedWith(ZendeskOboNoTokenException.class);
            Sent sent = Sent.through(rig, post("later"), Rig.JANE, ONE_REQUEST);
            assertThat(sent.returned).isFalse();
            assertThat(sent.done).hasValue(0);
            later.completeExceptionally(new IOException());
            sent.failedWith(ZendeskOboNoTokenException.class);
        }
    }

    @Test
    void aBodyThatCannotBecomeOne() {
        class Loop {
            @SuppressWarnings("unused")
            public Object getMe() {
                return this;
            }
        }
        try (Rig rig = new Rig()) {
            Sent.through(rig, post("acme"), Rig.JANE, new Object()).failedWith(ZendeskOboInvalidRequestException.class);
            Sent.through(rig, post("acme"), Rig.JANE, new int[] { 1 }).failedWith(ZendeskOboInvalidRequestException.class);
            Sent.through(rig, post("acme"), Rig.JANE, new Loop()).await();
            Sent.through(rig, post("acme"), Rig.JANE, new java.io.File("does-not-exist"))
                    .failedWith(ZendeskOboInvalidRequestException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "io", "runtime", "error", "short" })
    void aStreamThatCannotBeReadOn(String how) {
        InputStream stream = new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                if (left-- > 0) {
                    return ' ';
                }
                switch (how) {
                    case "io" -> throw new IOException("gone");
                    case "runtime" -> throw new IllegalStateException("gone");
                    case "error" -> throw new StackOverflowError();
                    default -> {
                        return -1;
                    }
                }
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int b = read();
                if (b < 0) {
                    return -1;
                }
                bytes[offset] = (byte) b;
                return 1;
            }
        };
        try (Rig rig = new Rig()) {
            Sent sent = Sent.through(rig, post("acme") + "&requestTimeout=5000", Rig.JANE, stream).await();
            assertThat(sent.exchange.getException()).isInstanceOf(
                    how.equals("short") ? ZendeskOboInvalidRecordException.class : ZendeskOboTransportException.class);
        }
    }

    @Test
    void nobodyListens() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (Rig rig = new Rig()) {
            String to = post("acme") + "&baseUri=http://127.0.0.1:" + port;
            Sent.through(rig, to, Rig.JANE, ONE_REQUEST).failedWith(ZendeskOboNotProvenException.class);
            ZendeskOboException failure = Sent.through(rig, to + "&proof=off", Rig.JANE, ONE_REQUEST)
                    .failedWith(ZendeskOboTransportException.class);
            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(failure.getAttempts()).isZero();
        }
    }

    @Test
    void theConnectionIsResetBeforeAnAnswer() {
        try (Rig rig = new Rig()) {
            rig.zendesk.faults().always().path("/api/v2/requests").respond(Fault.reset());
            ZendeskOboException failure = Sent.through(rig, post("acme"), Rig.JANE, ONE_REQUEST)
                    .failedWith(ZendeskOboTransportException.class);
            assertThat(failure.getOutcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void theConnectionIsResetInTheAnswer() {
        try (Rig rig = new Rig()) {
            rig.zendesk.faults().always().path("/api/v2/requests")
                    .respond(Fault.status(0).afterProcessing().resetInMidBody(10));
            ZendeskOboException failure = Sent.through(rig, post("acme"), Rig.JANE, ONE_REQUEST)
                    .failedWith(ZendeskOboTransportException.class);
            assertThat(failure.getOutcome()).isEqualTo(Outcome.DONE);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void noAnswerComes() {
        try (Rig rig = new Rig()) {
            rig.zendesk.faults().always().path("/api/v2/requests").respond(Fault.stall());
            assertThat(Sent.through(rig, post("acme") + "&requestTimeout=500", Rig.JANE, ONE_REQUEST)
                    .failedWith(ZendeskOboTransportException.class).getOutcome()).isEqualTo(Outcome.UNKNOWN);
        }
    }

    @Test
    void theAnswerIsNotWhatItShouldBe() {
        try (Rig rig = new Rig()) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(Fault.status(201).json("{\"request\":"));
            rig.zendesk.faults().next().path("/api/v2/requests")
                    .respond(Fault.status(200).contentType("text/html").body("<html>log in</html>"));
            rig.zendesk.faults().next().path("/api/v2/requests")
                    .respond(Fault.status(200).header("Content-Encoding", "gzip").body("no gzip"));
            String to = post("acme") + "&responseBody=json";
            assertThat(Sent.through(rig, to, Rig.JANE, ONE_REQUEST).failedWith(ZendeskOboUnexpectedAnswerException.class)
                    .getOutcome()).isEqualTo(Outcome.DONE);
            Sent.through(rig, to, Rig.JANE, ONE_REQUEST).failedWith(ZendeskOboUnexpectedAnswerException.class);
            Sent.through(rig, to, Rig.JANE, ONE_REQUEST).failedWith(ZendeskOboException.class);
        }
    }

    // ---- the component stops

    @ParameterizedTest
    @ValueSource(strings = { "/api/v2/requests", "/api/v2/users/me" })
    void theComponentStopsInMidFlight(String where) throws Exception {
        try (Rig rig = new Rig()) {
            rig.component().setMaxConnections(1);
            rig.zendesk.faults().always().path(where).respond(Fault.stall());
            Sent sent = Sent.through(rig, post("acme"), Rig.JANE, ONE_REQUEST);
            rig.zendesk.journal().await(entry -> entry.path().equals(where));
            // and one that waits for the only connection
            Sent waits = Sent.through(rig, "get:requests?tokenSource=#acme&proof=off", Rig.JANE, null);

            rig.component().stop();

            ZendeskOboException failure = sent.failedWith(ZendeskOboException.class);
            assertThat(failure.getOutcome()).isEqualTo(where.endsWith("requests") ? Outcome.UNKNOWN : Outcome.NOT_DONE);
            waits.failedWith(ZendeskOboException.class);
        }
    }

    @Test
    void theComponentHasStopped() throws Exception {
        try (Rig rig = new Rig().start()) {
            AsyncProducer producer = rig.camel.getEndpoint("zendesk-obo:" + post("acme")).createAsyncProducer();
            producer.start();
            assertThat(Sent.through(producer, rig, Rig.JANE, ONE_REQUEST).await().exchange.getException()).isNull();
            rig.component().stop();

            ZendeskOboException failure = Sent.through(producer, rig, Rig.JANE, ONE_REQUEST)
                    .failedWith(ZendeskOboException.class);
            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(failure.getAttempts()).isZero();
            assertThat(rig.requests()).hasSize(1);

            rig.component().start();
            assertThat(Sent.through(producer, rig, Rig.JANE, ONE_REQUEST).await().exchange.getException()).isNull();
        }
    }

    @Test
    void theContextStopsWhileAMessageWaitsForItsToken() throws Exception {
        CompletableFuture<AccessToken> token = new CompletableFuture<>();
        TokenSource source = () -> token;
        try (Rig rig = new Rig().bind("t", source)) {
            Sent sent = Sent.through(rig, post("t"), Rig.JANE, ONE_REQUEST);
            rig.component().stop();
            token.complete(AccessToken.of(Sample.TOKEN));
            sent.failedWith(ZendeskOboException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    // ---- redelivery

    private static Rig redelivering(String to) {
        return new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(3).redeliveryDelay(0));
                from("direct:in").to("zendesk-obo:" + to + (to.contains("?") ? "&" : "?") + "tokenSource=#acme");
            }
        });
    }

    @Test
    void aRedeliveryOfAWriteThatMayHaveBeenDoneIsRefusedUnsent() {
        try (Rig rig = redelivering("post:requests")) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(Fault.dropAfterProcessing());
            Exchange out = rig.send(Rig.JANE, ONE_REQUEST);

            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageContaining("redelivery was not sent").hasMessageContaining("look in Zendesk before");
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void aRedeliveryOfAWriteAfterA503IsRefusedUnsent() {
        try (Rig rig = redelivering("post:requests")) {
            rig.zendesk.faults().next().path("/api/v2/requests")
                    .respond(Fault.status(503).header("Retry-After", "7").afterProcessing());
            Exchange out = rig.send(Rig.JANE, ONE_REQUEST);

            // the route learns what happened, not only that nothing more was tried
            assertThat(out.getException()).isInstanceOfSatisfying(ZendeskOboUnavailableException.class, first -> {
                assertThat(first.getStatusCode()).isEqualTo(503);
                assertThat(first.getRetryAfter()).isEqualTo(Duration.ofSeconds(7));
                assertThat(first.getAttempts()).isEqualTo(1);
                assertThat(first.getUser()).isEqualTo(Rig.JANE);
                assertThat(first).hasMessageContaining("redelivery was not sent");
            });
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "garbage", "cut off" })
    void aRedeliveryOfAWriteThatWasDoneIsRefusedUnsent(String answer) {
        try (Rig rig = redelivering("post:requests?responseBody=json")) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(answer.equals("garbage")
                    ? Fault.status(201).json("{\"request\":").afterProcessing()
                    : Fault.status(0).afterProcessing().resetInMidBody(10));
            Exchange out = rig.send(Rig.JANE, ONE_REQUEST);

            assertThat(out.getException()).isInstanceOfSatisfying(
                    ZendeskOboException.class, first -> assertThat(first.getOutcome()).isEqualTo(Outcome.DONE));
            assertThat(rig.requests()).hasSize(1);
            assertThat(rig.zendesk.world().ticketsOf(rig.zendesk.world().user(Rig.JANE))).hasSize(5);
        }
    }

    @Test
    void aRedeliveryAfterA429IsSent() {
        try (Rig rig = redelivering("post:requests")) {
            rig.zendesk.faults().next(2).path("/api/v2/requests").respond(Fault.status(429).text("slow down"));
            assertThat(rig.send(Rig.JANE, ONE_REQUEST).getException()).isNull();
            assertThat(rig.requests()).extracting(JournalEntry::status).containsExactly(429, 429, 201);
        }
    }

    @Test
    void aRedeliveryOfAReadIsSent() {
        try (Rig rig = redelivering("get:requests")) {
            rig.zendesk.faults().next(2).path("/api/v2/requests").respond(Fault.reset());
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            assertThat(rig.requests()).hasSize(3);
        }
    }

    @Test
    void aRedeliveryOfAWriteWithAKeyThatZendeskHonoursIsSentWithTheSameKey() {
        try (Rig rig = redelivering("post:tickets?allowedFor=off")) {
            rig.zendesk.faults().next().path("/api/v2/tickets").respond(Fault.dropAfterProcessing());
            rig.send(Rig.JANE, "{\"ticket\":{\"comment\":{\"body\":\"x\"}}}", Map.of(ZendeskOboConstants.IDEMPOTENCY_KEY, "order-77"));

            assertThat(rig.requests()).hasSizeGreaterThanOrEqualTo(2);
            assertThat(rig.requests().stream().map(sent -> sent.header("Idempotency-Key")).distinct()).hasSize(1).doesNotContainNull();
        }
    }

    @Test
    void aKeyThatZendeskDoesNotHonourMakesNoRedeliverySafe() {
        try (Rig rig = redelivering("post:requests")) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(Fault.dropAfterProcessing());
            rig.send(Rig.JANE, ONE_REQUEST, Map.of(ZendeskOboConstants.IDEMPOTENCY_KEY, "order-77"));
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void aPartOfASplitIsHeldToIts() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
                from("direct:in").split(body()).to("zendesk-obo:post:requests?tokenSource=#acme");
            }
        })) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(Fault.dropAfterProcessing());
            rig.send(Rig.JANE, List.of(ONE_REQUEST, ONE_REQUEST, ONE_REQUEST));
            // the first was done and is not repeated; the others are other requests
            assertThat(rig.requests()).extracting(JournalEntry::status).containsExactly(0, 201, 201);
        }
    }

    @Test
    void aRedeliveryOfAWholeSubRouteIsOneOfTheWriteInIt() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
                from("direct:in").to("direct:sub");
                from("direct:sub").errorHandler(noErrorHandler()).to("zendesk-obo:post:requests?tokenSource=#acme");
            }
        })) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(Fault.dropAfterProcessing());
            rig.send(Rig.JANE, ONE_REQUEST);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    /** What the error handler finds wrong later in a route does not make it repeat what came before. */
    @Test
    void aStepAfterTheWriteIsRedeliveredAlone() {
        AtomicInteger tries = new AtomicInteger();
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(3).redeliveryDelay(0));
                from("direct:in").to("zendesk-obo:post:requests?tokenSource=#acme").process(exchange -> {
                    if (tries.incrementAndGet() < 3) {
                        throw new IOException("not yet");
                    }
                });
            }
        })) {
            assertThat(rig.send(Rig.JANE, ONE_REQUEST).getException()).isNull();
            assertThat(tries).hasValue(3);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void theNextMessageIsNotHeldToTheLastOnesFate() {
        try (Rig rig = redelivering("post:requests")) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(Fault.dropAfterProcessing());
            rig.send(Rig.JANE, ONE_REQUEST);
            assertThat(rig.send(Rig.JANE, ONE_REQUEST).getException()).isNull();
        }
    }

    // ---- threads

    /** Reports what the error handler of a route does, so that a message that hangs is one that does not come back. */
    @Test
    void aSynchronousCallInsideTheRouteDoesNotDeadLock() throws Exception {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                // the second call blocks the thread on which the first one's answer arrived, until its own answer arrives
                from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme").process(exchange -> {
                    try (ProducerTemplate template = exchange.getContext().createProducerTemplate()) {
                        exchange.getMessage().setBody(template.requestBodyAndHeader(
                                "zendesk-obo:get:users/me?tokenSource=#acme", null, ZendeskOboConstants.USER,
                                exchange.getMessage().getHeader(ZendeskOboConstants.USER), String.class));
                    }
                });
            }
        }).start()) {
            rig.zendesk.switches().rateLimit(1_000_000);
            ProducerTemplate template = rig.camel.createProducerTemplate();
            List<CompletableFuture<Exchange>> outs = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                outs.add(template.asyncSend("direct:in",
                        exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE)));
            }
            for (CompletableFuture<Exchange> out : outs) {
                Exchange exchange = out.get(60, TimeUnit.SECONDS);
                assertThat(exchange.getException()).isNull();
                assertThat(exchange.getMessage().getBody(String.class)).contains(Rig.JANE);
            }
            assertThat(rig.requests()).hasSize(128);
        }
    }

    /** As a transacted route does: the exchange may only be gone on with by the thread that began. */
    @Test
    void aRouteThatMustStayOnOneThreadDoes() throws Exception {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").process(exchange -> exchange.getExchangeExtension().setTransacted(true))
                        .process(exchange -> exchange.setProperty("before", Thread.currentThread().getName()))
                        .to("zendesk-obo:get:requests?tokenSource=#acme").to("zendesk-obo:get:users/me?tokenSource=#acme")
                        .process(exchange -> exchange.setProperty("after", Thread.currentThread().getName()));
            }
        }).start()) {
            ProducerTemplate template = rig.camel.createProducerTemplate();
            List<CompletableFuture<Exchange>> outs = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                outs.add(CompletableFuture.supplyAsync(() -> template.request("direct:in",
                        exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE))));
            }
            for (CompletableFuture<Exchange> out : outs) {
                Exchange exchange = out.get(60, TimeUnit.SECONDS);
                assertThat(exchange.getException()).isNull();
                assertThat(exchange.getProperty("after")).isEqualTo(exchange.getProperty("before"));
            }
        }
    }

    /** Five hundred requests wait a second for their answers, in a Zendesk that is another process; nothing here waits with them. */
    @Test
    void fiveHundredInFlightHoldNoThreads() throws Exception {
        try (Elsewhere zendesk = Elsewhere.start("--latency", "1s"); Rig rig = new Rig()) {
            rig.component().getConfiguration().setBaseUri(zendesk.baseUri);
            rig.start();
            AsyncProducer producer
                    = rig.camel.getEndpoint("zendesk-obo:get:users/me?tokenSource=#acme").createAsyncProducer();
            producer.start();
            // proof, pools and what is loaded at the first time
            assertThat(Sent.through(producer, rig, Rig.JANE, null).await().exchange.getException()).isNull();
            int idle = ManagementFactory.getThreadMXBean().getThreadCount();

            List<Sent> all = new ArrayList<>();
            long begin = System.nanoTime();
            for (int i = 0; i < 500; i++) {
                all.add(Sent.through(producer, rig, i % 2 == 0 ? Rig.JANE : Rig.RAJ, null));
            }
            int most = 0;
            List<String> parked = new ArrayList<>();
            while (all.stream().anyMatch(sent -> sent.done.get() == 0)) {
                ThreadInfo[] threads = ManagementFactory.getThreadMXBean().dumpAllThreads(false, false);
                most = Math.max(most, threads.length);
                for (ThreadInfo thread : threads) {
                    if (Arrays.stream(thread.getStackTrace()).anyMatch(
                            frame -> frame.getClassName().startsWith("io.github.camelzendesk.obo.")
                                     && !frame.getClassName().contains("Test"))
                            && (thread.getThreadState() == Thread.State.WAITING
                                    || thread.getThreadState() == Thread.State.TIMED_WAITING)) {
                        parked.add(thread.toString());
                    }
                }
                assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(60));
                all.get(499).first.await(20, TimeUnit.MILLISECONDS);
            }
            all.forEach(sent -> assertThat(sent.await().exchange.getException()).isNull());
            assertThat(parked).isEmpty();
            assertThat(most).isLessThanOrEqualTo(idle + 16);
        }
    }

    /** More than a thousand are under way at once, which is where Camel's own timers would take no more deadlines. */
    @Test
    void twoThousandAtOnceAllHaveADeadline() throws Exception {
        try (Elsewhere zendesk = Elsewhere.start("--latency", "1s"); Rig rig = new Rig()) {
            rig.component().getConfiguration().setBaseUri(zendesk.baseUri);
            rig.component().setMaxConnections(2_000);
            rig.start();
            AsyncProducer producer
                    = rig.camel.getEndpoint("zendesk-obo:get:users/me?tokenSource=#acme").createAsyncProducer();
            producer.start();
            assertThat(Sent.through(producer, rig, Rig.JANE, null).await().exchange.getException()).isNull();

            List<Sent> all = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                all.add(Sent.through(producer, rig, Rig.JANE, null));
            }
            // beyond its limit the stand-in answers 429, as Zendesk does; none fails for want of a deadline
            assertThat(all).allSatisfy(sent -> {
                Exception failure = sent.await().exchange.getException();
                assertThat(failure == null || failure instanceof ZendeskOboRateLimitedException).as(String.valueOf(failure)).isTrue();
            });
        }
    }

    // ---- stopping one of two

    private static List<String> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(Thread::isAlive).map(Thread::getName)
                .filter(name -> name.contains("ZendeskObo")).toList();
    }

    @Test
    void stoppingOneRouteLeavesTheOtherAndStoppingAllLeavesNoThread() throws Exception {
        int before = ourThreads().size();
        Supplier<String> token = () -> Sample.TOKEN;
        try (Rig rig = new Rig().bind("t", token).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("R1").to("zendesk-obo:get:requests?tokenSource=#t");
                from("direct:two").routeId("R2").to("zendesk-obo:get:users/me?tokenSource=#t");
            }
        }).start()) {
            ProducerTemplate template = rig.camel.createProducerTemplate();
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            assertThat(template.request("direct:two", ActingAsRaj::set).getException()).isNull();

            rig.camel.getRouteController().stopRoute("R1");
            assertThat(template.request("direct:two", ActingAsRaj::set).getException()).isNull();

            rig.camel.getRouteController().startRoute("R1");
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            assertThat(ourThreads()).hasSizeGreaterThan(before);
        }
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(ourThreads()).hasSizeLessThanOrEqualTo(before));
    }

    private static final class ActingAsRaj {
        static void set(Exchange exchange) {
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.RAJ);
        }
    }

    @Test
    void aTokenSourceThatBlocksHoldsItsMessageOnly() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        TokenSource slow = new TokenSource() {
            @Override
            public CompletionStage<AccessToken> token() {
                return CompletableFuture.supplyAsync(() -> {
                    try {
                        release.await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return AccessToken.of(Sample.TOKEN);
                });
            }
        };
        try (Rig rig = new Rig().bind("slow", slow)) {
            Sent held = Sent.through(rig, post("slow"), Rig.JANE, ONE_REQUEST);
            assertThat(Sent.through(rig, post("acme"), Rig.JANE, ONE_REQUEST).await().exchange.getException()).isNull();
            assertThat(held.done).hasValue(0);
            release.countDown();
            assertThat(held.await().exchange.getException()).isNull();
        }
    }
}
