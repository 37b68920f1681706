package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/**
 * Messages come at a steady rate, whether or not earlier ones are answered (open loop); answers take 100 ms. In every second
 * run each twentieth goes to an endpoint that answers 429 with {@code Retry-After: 30}. Of the others the 99th percentile, from
 * the moment a message was due, is compared with that of the run before.
 */
class IsolationBenchmark {

    private static final int PAIRS = Integer.getInteger("isolation.pairs", 5);
    private static final int MESSAGES = Integer.getInteger("isolation.messages", 2_000);
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int EACH = 20;
    private static final Duration LATENCY = Duration.ofMillis(100);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    /**
     * @param p99     in nanoseconds, of those that go to a healthy endpoint
     * @param threads as many as there were at most
     */
    private record Run(long p99, int threads) {
    }

    @Test
    void anEndpointThatRefusesHoldsUpNoOther() throws Exception {
        run(false);
        double[] ratios = new double[PAIRS];
        int threadsMore = 0;
        for (int i = 0; i < PAIRS; i++) {
            Run baseline = run(false);
            Run beside = run(true);
            ratios[i] = (double) beside.p99() / baseline.p99();
            threadsMore = Math.max(threadsMore, beside.threads() - baseline.threads());
            System.out.printf("ISOLATION pair %d | p99 %.1f ms, with a refusing endpoint %.1f ms | ratio %.3f | threads %d, %d%n",
                    i + 1, baseline.p99() / 1e6, beside.p99() / 1e6, ratios[i], baseline.threads(), beside.threads());
        }
        Arrays.sort(ratios);
        double median = ratios[PAIRS / 2];
        System.out.printf("ISOLATION median ratio %.3f of %d pairs%n", median, PAIRS);
        assertThat(median).isLessThanOrEqualTo(1.1);
        assertThat(threadsMore).as("threads parked by those that are refused").isLessThanOrEqualTo(4);
    }

    private static Run run(boolean refusing) throws Exception {
        try (StandIn zendesk = StandIn.start(); DefaultCamelContext camel = new DefaultCamelContext()) {
            zendesk.switches().rateLimit(1_000_000).createRateLimit(1_000_000);
            zendesk.faults().latency(LATENCY);
            if (refusing) {
                zendesk.faults().next(Integer.MAX_VALUE).path("/api/v2/requests/search").respond(
                        Fault.status(429).header("Retry-After", String.valueOf(RETRY_AFTER.toSeconds()))
                                .header("Content-Type", "text/plain").body("Too many requests"));
            }
            camel.getRegistry().bind("acme", Sample.TOKEN);
            ZendeskOboComponent component = camel.getComponent("zendesk-obo", ZendeskOboComponent.class);
            component.getConfiguration().setBaseUri(zendesk.baseUri().toString());
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:healthy").to("zendesk-obo:get:requests?tokenSource=#acme");
                    from("direct:other").to("zendesk-obo:get:requests/search?tokenSource=#acme");
                }
            });
            // those that still wait at the end are let go
            camel.getShutdownStrategy().setTimeout(1);
            camel.start();
            return measure(zendesk, camel, refusing);
        }
    }

    private static Run measure(StandIn zendesk, DefaultCamelContext camel, boolean refusing) throws Exception {
        AsyncProducer healthy = camel.getEndpoint("direct:healthy").createAsyncProducer();
        AsyncProducer other = camel.getEndpoint("direct:other").createAsyncProducer();
        healthy.start();
        other.start();
        AtomicLongArray took = new AtomicLongArray(MESSAGES);
        AtomicInteger failed = new AtomicInteger();
        CountDownLatch answered = new CountDownLatch(MESSAGES - MESSAGES / EACH);
        int threads = 0;
        long start = System.nanoTime();
        for (int i = 0; i < MESSAGES; i++) {
            long due = start + i * EVERY_NANOS;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            int number = i;
            AsyncProducer to = i % EACH == EACH - 1 ? other : healthy;
            Exchange exchange = to.getEndpoint().createExchange();
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, "jane@example.com");
            exchange.getMessage().setHeader(ZendeskOboConstants.QUERY, "query=x");
            to.process(exchange, doneSync -> {
                if (to == healthy) {
                    took.set(number, System.nanoTime() - due);
                    if (exchange.getException() != null) {
                        failed.incrementAndGet();
                    }
                    answered.countDown();
                }
            });
            if (i % 100 == 0) {
                threads = Math.max(threads, ManagementFactory.getThreadMXBean().getThreadCount());
            }
        }
        assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(failed).hasValue(0);
        if (refusing) {
            nothingBeforeItsTime(zendesk.journal().requests());
        }
        long[] sorted = IntStream.range(0, MESSAGES).mapToLong(took::get).filter(nanos -> nanos > 0).sorted().toArray();
        return new Run(sorted[(int) (sorted.length * 0.99)], threads);
    }

    /** After the first refusal was there, none of the others was sent before the time that it named. */
    private static void nothingBeforeItsTime(List<JournalEntry> requests) {
        List<JournalEntry> refused = requests.stream().filter(entry -> entry.path().contains("search")).toList();
        JournalEntry first = refused.get(0);
        assertThat(refused).allSatisfy(entry -> {
            Duration after = Duration.between(first.at(), entry.at());
            // those that were under way when it came
            assertThat(after.compareTo(LATENCY.multipliedBy(2)) < 0 || after.compareTo(RETRY_AFTER) >= 0).isTrue();
        });
    }
}
