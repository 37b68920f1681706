package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;

/** A route, or all of Camel, stops while messages wait: they end, typed, within Camel's shutdown timeout. */
@Timeout(90)
class StoppingTest {

    private static final String TO_REQUESTS = "zendesk-obo:post:requests?maxAttempts=3&maxWait=10m&proof=off&tokenSource=#acme";
    private static final int SHUTDOWN_SECONDS = 4;

    private static Rig rig() {
        Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:in").routeId("in").to("direct:sub");
                from("direct:sub").routeId("sub").to(TO_REQUESTS);
                from("direct:plain").routeId("plain").to(TO_REQUESTS);
                from("direct:dynamic").routeId("dynamic").toD(TO_REQUESTS);
                from("direct:split").routeId("split").split(constant(List.of(1, 2))).parallelProcessing()
                        .setBody(constant(Rig.aRequest("Help"))).to(TO_REQUESTS);
                from("direct:other").routeId("other").to(TO_REQUESTS);
            }
        });
        rig.camel.getShutdownStrategy().setTimeout(SHUTDOWN_SECONDS);
        rig.start();
        return rig;
    }

    /** From now on messages wait: for the limit of the account, or for another try. */
    private static void busy(Rig rig, String what) {
        Fault refusal = Fault.status(429).header("Retry-After", "300").text("slow down");
        rig.zendesk.faults().always().path("/api/v2/requests").respond(what.equals("limit")
                ? refusal.header("X-Rate-Limit", "700").header("X-Rate-Limit-Remaining", "0")
                : refusal.header("X-Rate-Limit", "70000").header("X-Rate-Limit-Remaining", "69000"));
    }

    private static List<CompletableFuture<Exchange>> waiting(Rig rig, String from, int count) {
        ProducerTemplate template = rig.camel.createProducerTemplate();
        List<CompletableFuture<Exchange>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(template.asyncSend(from, exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                exchange.getMessage().setBody(Rig.aRequest("Help"));
            }));
        }
        Awaitility.await().until(() -> rig.requests().size() > 0 && rig.camel.getInflightRepository().size() >= count
                                       || all.stream().anyMatch(CompletableFuture::isDone));
        assertThat(all).allSatisfy(out -> assertThat(out.isDone() ? out.join().getException() : null).isNull());
        return all;
    }

    private static void assertLetGo(List<CompletableFuture<Exchange>> all) {
        assertThat(all).allSatisfy(out -> {
            assertThat(out).succeedsWithin(Duration.ofSeconds(1));
            assertThat(out.join().getException()).isInstanceOfSatisfying(ZendeskOboRateLimitedException.class, failure -> {
                assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
                assertThat(failure.getMessage()).containsPattern("the route is stopping|the route stopped while");
            });
        });
    }

    @ParameterizedTest
    @CsvSource({ "in,direct:in", "sub,direct:in", "plain,direct:plain", "dynamic,direct:dynamic", "split,direct:split" })
    void aRouteThatStopsLetsItsMessagesGoInTimeAndNoOthers(String route, String from) throws Exception {
        try (Rig rig = rig()) {
            busy(rig, "limit");
            List<CompletableFuture<Exchange>> all = waiting(rig, from, 5);
            List<CompletableFuture<Exchange>> others = waiting(rig, "direct:other", 5);

            long begin = System.nanoTime();
            rig.camel.getRouteController().stopRoute(route);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(
                    Duration.ofSeconds(SHUTDOWN_SECONDS - 2), Duration.ofSeconds(SHUTDOWN_SECONDS).plusMillis(500));
            assertThat(rig.camel.getShutdownStrategy().isTimeoutOccurred()).isFalse();
            assertLetGo(all);
            assertThat(others).noneMatch(CompletableFuture::isDone);

            begin = System.nanoTime();
            rig.camel.stop();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(SHUTDOWN_SECONDS).plusMillis(500));
            assertLetGo(others);
        }
    }

    @ParameterizedTest
    @CsvSource({ "limit,plain", "limit,all", "retry,plain", "retry,all" })
    void whatTheyWaitForMakesNoDifference(String what, String stopped) throws Exception {
        try (Rig rig = rig()) {
            busy(rig, what);
            List<CompletableFuture<Exchange>> all = waiting(rig, "direct:plain", 100);

            if (stopped.equals("all")) {
                rig.camel.stop();
            } else {
                rig.camel.getRouteController().stopRoute(stopped);
            }
            assertThat(rig.camel.getShutdownStrategy().isTimeoutOccurred()).isFalse();
            assertLetGo(all);
        }
    }

    @Test
    void aRouteThatStartsAgainWaitsAgain() throws Exception {
        try (Rig rig = rig()) {
            busy(rig, "limit");
            List<CompletableFuture<Exchange>> first = waiting(rig, "direct:plain", 1);
            rig.camel.getRouteController().stopRoute("plain");
            assertLetGo(first);

            rig.camel.getRouteController().startRoute("plain");
            List<CompletableFuture<Exchange>> second = waiting(rig, "direct:plain", 5);
            assertThat(second).noneMatch(CompletableFuture::isDone);
            rig.camel.getRouteController().stopRoute("plain");
            assertThat(rig.camel.getShutdownStrategy().isTimeoutOccurred()).isFalse();
            assertLetGo(second);
        }
    }

    /** Stopped within a time of its own, which nobody tells us, Camel stops the route by force; then they end as well. */
    @Test
    void aStopInAHurryEndsThemAtItsEnd() throws Exception {
        try (Rig rig = rig()) {
            busy(rig, "limit");
            List<CompletableFuture<Exchange>> all = waiting(rig, "direct:plain", 5);
            rig.camel.getRouteController().stopRoute("plain", 1, TimeUnit.SECONDS);
            assertLetGo(all);
        }
    }

    @Test
    void aStopThatIsGivenUpLeavesTheRouteAsItWas() throws Exception {
        try (Rig rig = rig()) {
            busy(rig, "limit");
            List<CompletableFuture<Exchange>> all = waiting(rig, "direct:plain", 5);
            assertThat(rig.camel.getRouteController().stopRoute("plain", 1, TimeUnit.SECONDS, true)).isFalse();
            assertThat(all).noneMatch(CompletableFuture::isDone);
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> all.stream().allMatch(CompletableFuture::isDone));

            // the time that Camel allows for a stop is over
            Awaitility.await().pollDelay(Duration.ofMillis(4_500)).until(() -> true);
            List<CompletableFuture<Exchange>> next = waiting(rig, "direct:plain", 5);
            assertThat(next).noneMatch(CompletableFuture::isDone);
        }
    }

    @Test
    void aRouteThatIsSuspendedGoesOnWaitingUntilCamelStopsItByForce() throws Exception {
        try (Rig rig = rig()) {
            busy(rig, "limit");
            List<CompletableFuture<Exchange>> all = waiting(rig, "direct:plain", 5);
            CompletableFuture<Void> suspended = CompletableFuture.runAsync(() -> {
                try {
                    rig.camel.getRouteController().suspendRoute("plain");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Awaitility.await().pollDelay(Duration.ofMillis(SHUTDOWN_SECONDS * 1000 - 500)).until(() -> true);
            assertThat(all).noneMatch(CompletableFuture::isDone);
            // Camel stops by force what has not come to an end
            assertThat(suspended).succeedsWithin(Duration.ofSeconds(5));
            assertLetGo(all);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void anErrorHandlerThatWouldRedeliverDoesNotHoldUpTheStop(boolean wholeContext) throws Exception {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(3).redeliveryDelay(50));
                from("direct:plain").routeId("plain").to(TO_REQUESTS);
            }
        })) {
            rig.camel.getShutdownStrategy().setTimeout(SHUTDOWN_SECONDS);
            rig.start();
            busy(rig, "retry");
            List<CompletableFuture<Exchange>> all = waiting(rig, "direct:plain", 10);
            if (wholeContext) {
                rig.camel.stop();
            } else {
                rig.camel.getRouteController().stopRoute("plain");
            }
            assertThat(rig.camel.getShutdownStrategy().isTimeoutOccurred()).isFalse();
            assertThat(all).allSatisfy(out -> assertThat(out).succeedsWithin(Duration.ofSeconds(1)));
        }
    }

    @Test
    void aStoppedContextLeavesNothingBehindInCamel() {
        try (Rig rig = new Rig()) {
            rig.route("post:requests?proof=off&baseUri=" + rig.zendesk.baseUri()).start();
            int strategies = rig.camel.getLifecycleStrategies().size();
            for (int i = 0; i < 3; i++) {
                rig.camel.stop();
                rig.bind("acme", Sample.TOKEN);
                rig.camel.start();
            }
            assertThat(rig.camel.getLifecycleStrategies().size()).isLessThanOrEqualTo(strategies);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
        }
    }
}
