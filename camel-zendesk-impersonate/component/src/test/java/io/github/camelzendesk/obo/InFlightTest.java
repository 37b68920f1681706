package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many messages at once, while each answer takes a second. How many says the system property {@code inflight.messages}.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class InFlightTest {

    private static final int MESSAGES = Integer.getInteger("inflight.messages", 1_000);
    private static final int ROUNDS = 5;
    private static final long A_CONNECTION = 24 * 1024;

    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger untyped = new AtomicInteger();

    private static Rig rig(Elsewhere zendesk) {
        Rig rig = new Rig();
        rig.component().getConfiguration().setBaseUri(zendesk.baseUri);
        rig.component().setMaxConnections(MESSAGES);
        return rig.route("get:users/me?requestTimeout=60s&maxAttempts=3");
    }

    private CountDownLatch pour(AsyncProducer producer, int messages) {
        CountDownLatch completed = new CountDownLatch(messages);
        for (int i = 0; i < messages; i++) {
            Exchange exchange = producer.getEndpoint().createExchange();
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, i % 2 == 0 ? Rig.JANE : Rig.RAJ);
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
}
