package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import com.sun.management.UnixOperatingSystemMXBean;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many messages at once, while each answer takes a second. How many says the system property {@code inflight.messages}.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class InFlightTest {

    private static final int MESSAGES = Integer.getInteger("inflight.messages", 1_000);
    private static final int ROUNDS = 5;
    private static final long A_CONNECTION = 30 * 1024;

    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger untyped = new AtomicInteger();

    private static Rig rig(Elsewhere zendesk) {
        Rig rig = new Rig();
        rig.component().getConfiguration().setBaseUri(zendesk.baseUri);
        rig.component().setMaxConnections(MESSAGES);
        return rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                // Camel's own would replace what becomes of a message by a rejection when it stops by force
                errorHandler(noErrorHandler());
                from("direct:in").to("zendesk-obo:get:users/me?requestTimeout=60s&maxAttempts=3&tokenSource=#acme");
            }
        });
    }

    private CountDownLatch pour(AsyncProducer producer, int messages) {
        CountDownLatch completed = new CountDownLatch(messages);
        for (int i = 0; i < messages; i++) {
            Exchange exchange = producer.getEndpoint().createExchange();
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, i % 2 == 0 ? Rig.JANE : Rig.RAJ);
            exchange.getMessage().setHeader("id", (1 + i % 3) + "00" + i);
            AtomicInteger times = new AtomicInteger();
            producer.process(exchange, doneSync -> {
                if (times.incrementAndGet() > 1) {
                    untyped.incrementAndGet();
                }
                if (exchange.getException() == null) {
                    done.incrementAndGet();
                } else if (exchange.getException() instanceof ZendeskOboException) {
                    failed.incrementAndGet();
                } else {
                    untyped.incrementAndGet();
                }
                completed.countDown();
            });
        }
        return completed;
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    @Test
    void theyHoldNoThreadsLeaveNothingBehindAndAllComplete() throws Exception {
        try (Elsewhere zendesk = Elsewhere.start("--latency", "1s"); Rig rig = rig(zendesk)) {
            rig.start();
            AsyncProducer producer = rig.camel.getEndpoint("direct:in").createAsyncProducer();
            producer.start();
            assertThat(pour(producer, 1).await(60, TimeUnit.SECONDS)).isTrue();
            int idle = threads();
            long before = heap();
            int most = 0;
            long[] heaps = new long[ROUNDS];
            long begin = System.nanoTime();
            for (int round = 0; round < ROUNDS; round++) {
                CountDownLatch completed = pour(producer, MESSAGES);
                most = Math.max(most, threads());
                while (!completed.await(50, TimeUnit.MILLISECONDS)) {
                    most = Math.max(most, threads());
                }
                heaps[round] = heap();
            }
            long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
            System.out.printf("INFLIGHT %,d at once, %d times | %d s | threads idle %d, most %d | MiB of heap after each %s%n", MESSAGES, ROUNDS,
                    seconds, idle, most, Arrays.stream(heaps).mapToObj(bytes -> String.valueOf(bytes >> 20)).toList());
            assertThat(done.get()).isEqualTo(1 + ROUNDS * MESSAGES);
            assertThat(untyped).hasValue(0);
            assertThat(most).isLessThanOrEqualTo(idle + 16);
            // what stays are the connections with their buffers, however many messages there were
            assertThat(heaps[ROUNDS - 1] - heaps[2]).isLessThan(MESSAGES * A_CONNECTION / 10 + 8 * 1048576L);
            assertThat(heaps[ROUNDS - 1] - before).isLessThan(MESSAGES * A_CONNECTION + 8 * 1048576L);
        }
    }

    @Test
    void whenTheContextStopsInTheMiddleEachCompletesWithinTheTimeoutAndNothingIsLeft() throws Exception {
        int before = threads();
        try (Elsewhere zendesk = Elsewhere.start("--latency", "1s")) {
            Rig rig = rig(zendesk);
            // what is beyond the connections waits for one, or for another try
            rig.component().setMaxConnections(Math.max(1, MESSAGES / 5));
            rig.camel.getShutdownStrategy().setTimeout(10);
            rig.start();
            AsyncProducer producer = rig.camel.getEndpoint("direct:in").createAsyncProducer();
            producer.start();
            CountDownLatch completed = pour(producer, MESSAGES);
            await().until(() -> done.get() > 0);

            long begin = System.nanoTime();
            rig.close();
            assertThat(completed.await(5, TimeUnit.SECONDS)).isTrue();
            Duration took = Duration.ofNanos(System.nanoTime() - begin);

            System.out.printf("INFLIGHT %,d, stopped in the middle | %,d done, %,d failed typed, %d ms%n", MESSAGES, done.get(), failed.get(),
                    took.toMillis());
            assertThat(done.get() + failed.get()).isEqualTo(MESSAGES);
            assertThat(untyped).hasValue(0);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(threads()).isLessThanOrEqualTo(before + 8));
            assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName().contains("ZendeskObo"));
        }
    }

    /** A third waits for answers, some of which come too late, a third for the rate limit, a third for another try. */
    @ParameterizedTest
    @ValueSource(strings = { "route", "context" })
    void whatEachWaitsForWhenItStopsMakesNoDifference(String stopped) throws Exception {
        int allowed = 8;
        AtomicReference<ScheduledThreadPoolExecutor> timers = new AtomicReference<>();
        long descriptors = descriptors();
        try (Elsewhere zendesk = Elsewhere.start("--latency", "1s"); Rig rig = rig(zendesk)) {
            for (String path : List.of("/api/v2/requests/search", "/api/v2/requests/{id}")) {
                zendesk.control("POST", "faults", "{\"times\":2000000000,\"path\":\"" + path
                                                  + "\",\"status\":429,\"body\":\"slow down\",\"headers\":{\"X-Rate-Limit\":[\"100000000\"],"
                                                  + "\"X-Rate-Limit-Remaining\":[\"90000000\"],\"Retry-After\":[\"300\"]}}");
            }
            zendesk.control("POST", "faults", "{\"times\":" + MESSAGES / 10 + ",\"path\":\"/api/v2/requests\",\"ending\":\"stall\"}");
            zendesk.control("POST", "faults", "{\"times\":2000000000,\"path\":\"/api/v2/requests\",\"latency_ms\":3000}");
            rig.component().getConfiguration().setMaxWait(3_600_000);
            rig.component().setTime(InstantSource.system(), own -> {
                timers.set((ScheduledThreadPoolExecutor) own);
                return own;
            });
            rig.camel.getShutdownStrategy().setTimeout(allowed);
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    errorHandler(noErrorHandler());
                    from("direct:three").routeId("three").choice()
                            .when(header("id").startsWith("1")).to("zendesk-obo:get:requests?maxAttempts=3&tokenSource=#acme")
                            .when(header("id").startsWith("2")).to("zendesk-obo:get:requests/search?maxAttempts=3&tokenSource=#acme")
                            .otherwise().to("zendesk-obo:get:requests/{id}?maxAttempts=3&tokenSource=#acme");
                }
            });
            rig.start();
            AsyncProducer producer = rig.camel.getEndpoint("direct:in").createAsyncProducer();
            producer.start();
            assertThat(pour(producer, 1).await(60, TimeUnit.SECONDS)).isTrue();
            done.set(0);
            producer = rig.camel.getEndpoint("direct:three").createAsyncProducer();
            producer.start();
            CountDownLatch completed = pour(producer, MESSAGES);
            // the 429s have come, and the answers not yet
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);

            long begin = System.nanoTime();
            if (stopped.equals("context")) {
                rig.camel.stop();
            } else {
                rig.camel.getRouteController().stopRoute("three");
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            boolean all = completed.await(stopped.equals("context") ? 5 : 70, TimeUnit.SECONDS);

            System.out.printf("INFLIGHT %,d, the %s stops, allowed %d s | %,d done, %,d failed typed, %d ms%n", MESSAGES, stopped, allowed,
                    done.get(), failed.get(), took.toMillis());
            assertThat(all).isTrue();
            assertThat(done.get() + failed.get()).isEqualTo(MESSAGES);
            assertThat(untyped).hasValue(0);
            assertThat(done.get()).isGreaterThan(MESSAGES / 6);
            assertThat(took).isLessThan(Duration.ofSeconds(allowed + 2));
            // of the route that goes on the timer that looks after the threads
            await().untilAsserted(() -> assertThat(timers.get().getQueue()).hasSizeLessThanOrEqualTo(stopped.equals("context") ? 0 : 1));
        }
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName().contains("ZendeskObo"));
            assertThat(descriptors()).isLessThanOrEqualTo(descriptors + 32);
        });
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }
}
