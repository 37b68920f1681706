package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.AccountRateBudget;
import io.github.camelzendesk.obo.client.ApiRequest;
import io.github.camelzendesk.obo.client.Body;
import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;
import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.client.ProofMode;
import io.github.camelzendesk.obo.client.Reply;
import io.github.camelzendesk.obo.client.Terms;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.obo.token.ZendeskService;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;

/** What may be repeated is, when the time has come, without a thread; what may not, is not. */
class RetryingTest {

    private static final Fault SLOW_DOWN = Fault.status(429).text("You have exceeded the rate limit");

    @Test
    void afterA429TheSecondIsNotSentBeforeItsTimeAndNoThreadIsParked() throws Exception {
        try (Rig rig = new Rig()) {
            rig.zendesk.faults().next(20).method("GET").path("/api/v2/requests/{id}")
                    .respond(SLOW_DOWN.header("Retry-After", "2"));
            rig.start();
            AsyncProducer producer = rig.camel.getEndpoint("zendesk-obo:get:requests/{id}?tokenSource=#acme&maxAttempts=2")
                    .createAsyncProducer();
            producer.start();
            CountDownLatch done = new CountDownLatch(20);
            for (int i = 1; i <= 20; i++) {
                Exchange exchange = new DefaultExchange(rig.camel);
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                exchange.getMessage().setHeader("id", i);
                producer.process(exchange, doneSync -> done.countDown());
            }
            List<String> parked = new ArrayList<>();
            while (!done.await(20, TimeUnit.MILLISECONDS)) {
                for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(false, false)) {
                    if (waitsInTheComponent(thread)) {
                        parked.add(thread.toString());
                    }
                }
            }

            assertThat(parked).isEmpty();
            Map<String, List<JournalEntry>> tries = rig.requests().stream().collect(Collectors.groupingBy(JournalEntry::path));
            assertThat(tries).hasSize(20);
            assertThat(tries.values()).filteredOn(of -> of.get(0).status() == 429).isNotEmpty().allSatisfy(of -> {
                assertThat(of).hasSize(2);
                assertThat(Duration.between(of.get(0).at(), of.get(1).at())).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
            });
        }
    }

    private static boolean waitsInTheComponent(ThreadInfo thread) {
        return (thread.getThreadState() == Thread.State.WAITING || thread.getThreadState() == Thread.State.TIMED_WAITING)
                && Arrays.stream(thread.getStackTrace()).anyMatch(
                        frame -> frame.getClassName().startsWith("io.github.camelzendesk.obo.")
                                 && !frame.getClassName().contains("Test"));
    }

    @Test
    void aMessageThatWaitedSaysHowLongAndHowOftenItWasSent() {
        try (Rig rig = new Rig().route("post:requests?maxAttempts=2")) {
            rig.zendesk.faults().next().method("POST").respond(SLOW_DOWN.header("Retry-After", "1"));

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Hi"));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(2);
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.WAITED, Long.class)).isBetween(1_000L, 3_000L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "maxWait=9900", "maxWait=0" })
    void aWaitThatIsLongerThanMaxWaitIsNotBegunAndTenSecondsAreTheDefault(String maxWait) {
        try (Rig rig = new Rig().route("get:requests?maxAttempts=3&" + maxWait)) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(SLOW_DOWN);

            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboRateLimitedException.class)
                    .hasMessageContaining("no Retry-After").hasMessageContaining("later than maxWait allows");
            assertThat(rig.requests()).hasSize(1);
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.WAITED, Long.class)).isLessThan(1_000);
        }
    }

    @Test
    void aWaitThatMaxWaitAllowsIsBegunAndARouteThatStopsEndsIt() throws Exception {
        try (Rig rig = new Rig().route("get:requests?maxAttempts=3&maxWait=12s")) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(SLOW_DOWN);
            rig.start();
            rig.camel.getShutdownStrategy().setTimeout(1);
            CompletableFuture<Exchange> out;
            try (ProducerTemplate template = rig.camel.createProducerTemplate()) {
                out = template.asyncSend("direct:in", exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE));
                rig.zendesk.journal().await(entry -> entry.status() == 429);
                rig.camel.getRouteController().stopAllRoutes();

                assertThat(out.get(5, TimeUnit.SECONDS).getException()).isInstanceOf(ZendeskOboRateLimitedException.class)
                        .hasMessageContaining("no Retry-After").hasMessageContaining("the route is stopping");
            }
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void withoutRepetitionA429CompletesAtOnceWithAllThatIsNeededToComeBack() {
        try (Rig rig = new Rig().route("post:requests?maxAttempts=1")) {
            rig.zendesk.faults().next().method("POST").respond(SLOW_DOWN.header("Retry-After", "30"));
            long begin = System.nanoTime();

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Hi"));

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
            ZendeskOboRateLimitedException e = out.getException(ZendeskOboRateLimitedException.class);
            assertThat(e.getRetryAfterMillis()).isEqualTo(30_000);
            assertThat(e.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.RETRY_AFTER)).isEqualTo(30L);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void theLimitOfAnEndpointIsWaitedOutThoughTheAccountHasPlentyLeft() {
        try (Rig rig = new Rig().route("get:requests?maxAttempts=2")) {
            rig.zendesk.faults().next().path("/api/v2/requests").respond(SLOW_DOWN
                    .header("X-Rate-Limit", "700").header("X-Rate-Limit-Remaining", "650")
                    .header("zendesk-ratelimit-requests-index", "total=100; remaining=0; resets=2"));

            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isNull();
            List<JournalEntry> tries = rig.requests();
            assertThat(tries).hasSize(2);
            assertThat(Duration.between(tries.get(0).at(), tries.get(1).at())).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        }
    }

    @Test
    void camelsRedeliveryAndOursMultiply() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboRateLimitedException.class).maximumRedeliveries(3).redeliveryDelay(1);
                from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme&maxAttempts=2");
            }
        })) {
            rig.zendesk.faults().always().path("/api/v2/requests").respond(SLOW_DOWN.header("Retry-After", "0"));

            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboRateLimitedException.class);
            assertThat(rig.requests()).hasSize((1 + 3) * 2);
        }
    }

    @Test
    void aWriteIsNotRepeatedAfterA503AndAReadIs() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").toD("zendesk-obo:${header.how}:requests?tokenSource=#acme&maxAttempts=3");
            }
        })) {
            rig.zendesk.faults().always().path("/api/v2/requests").respond(Fault.status(503));

            Exchange write = rig.send(Rig.JANE, Rig.aRequest("Hi"), Map.of("how", "post"));
            assertThat(write.getException(ZendeskOboException.class).getOutcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(rig.requests()).hasSize(1);

            Exchange read = rig.send(Rig.JANE, null, Map.of("how", "get"));
            assertThat(read.getException(ZendeskOboException.class).getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(read.getException()).hasMessageContaining("It was tried 3 times, and not again: that is all that maxAttempts allows");
            assertThat(rig.requests()).hasSize(1 + 3);
        }
    }

    @Test
    void aNewTicketIsRepeatedWithTheSameKeyEachTime() {
        try (Rig rig = new Rig().route("post:tickets?maxAttempts=3&allowedFor=off")) {
            rig.zendesk.faults().always().method("POST").respond(Fault.status(503));

            Exchange out = rig.send(Rig.JANE, Map.of("ticket", Map.of("comment", Map.of("body", "x"))));

            assertThat(out.getException(ZendeskOboException.class).getOutcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(rig.requests()).hasSize(3);
            assertThat(rig.requests()).extracting(entry -> entry.header("Idempotency-Key")).doesNotContainNull().containsOnly(
                    rig.requests().get(0).header("Idempotency-Key"));
        }
    }

    @Test
    void aBodyThatCanBeReadOnceIsSentOnce() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").noStreamCaching().to("zendesk-obo:post:requests?tokenSource=#acme&maxAttempts=3");
            }
        })) {
            rig.zendesk.faults().next().method("POST").respond(SLOW_DOWN.header("Retry-After", "0"));

            Exchange out = rig.send(Rig.JANE, new ByteArrayInputStream("{}".getBytes(StandardCharsets.UTF_8)) {
                @Override
                public boolean markSupported() {
                    return false;
                }
            });

            assertThat(out.getException()).isInstanceOf(ZendeskOboRateLimitedException.class)
                    .hasMessageContaining("its body can be read only once");
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void theFirstMessagesOfABudgetMayComeAtTheSameTime() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Rig rig = new Rig().start()) {
            ApiRequest request = new ApiRequest(
                    "GET", Origin.ofBaseUri(rig.zendesk.baseUri().toString()), ZendeskService.SUPPORT, "/api/v2/requests",
                    "/api/v2/requests", EndUser.of(Rig.JANE, EndUser.Form.ANY), Body.NONE, "*/*", null, Duration.ofSeconds(5));
            TokenSource none = TokenSource.supplied(() -> null);
            Set<Failure.Kind> kinds = new HashSet<>();
            for (int round = 0; round < 2_000; round++) {
                Terms terms = new Terms(none, ProofMode.OFF, new AccountRateBudget(), 1, Duration.ofSeconds(5), List.of());
                CyclicBarrier all = new CyclicBarrier(4);
                List<Future<CompletionStage<Reply>>> sent = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    sent.add(threads.submit(() -> {
                        all.await();
                        return rig.component().client().send(request, terms);
                    }));
                }
                for (Future<CompletionStage<Reply>> one : sent) {
                    kinds.add(((Failure) one.get().toCompletableFuture().get(5, TimeUnit.SECONDS)).kind());
                }
            }
            assertThat(kinds).containsExactly(Failure.Kind.NO_TOKEN);
        } finally {
            threads.shutdownNow();
        }
    }
}
