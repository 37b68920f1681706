package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.camelzendesk.obo.client.AccountRateBudget;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.ScaledClock;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.Switches;
import io.github.camelzendesk.standin.Usage;

/**
 * Routes that always have something to send, over sockets, against a stand-in that counts as Zendesk does. Its minute and the
 * component's last as long as the system property {@code limits.minute} says, in milliseconds; 60000 for real ones.
 */
@Tag("limits")
class AtTheRateLimitTest {

    private static final int MINUTE_MILLIS = Integer.getInteger("limits.minute", 2_000);
    private static final int MINUTES = Integer.getInteger("limits.minutes", 2);
    private static final int IN_FLIGHT = 64;

    private final ScaledClock clock = ScaledClock.fromNow(60_000.0 / MINUTE_MILLIS);
    private final StandIn zendesk = StandIn.builder().clock(clock).start();
    private final AccountRateBudget budget = new AccountRateBudget();
    private final Rig rig = new Rig(zendesk);
    private final AtomicBoolean more = new AtomicBoolean(true);
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();

    AtTheRateLimitTest() {
        FasterTime.of(rig.component(), clock);
        rig.component().getConfiguration().setMaxAttempts(3);
        rig.component().getConfiguration().setMaxWait(Duration.ofHours(2).toMillis());
        rig.bind("budget", budget);
        lift(zendesk.switches());
    }

    private static void lift(Switches switches) {
        switches.createRateLimit(1_000_000);
    }

    @AfterEach
    void stop() {
        more.set(false);
        rig.close();
        zendesk.close();
    }

    /** Always {@link #IN_FLIGHT} of them under way, each on behalf of a user, numbered by a header of the query. */
    private void pour(ProducerTemplate template) {
        for (int i = 0; i < IN_FLIGHT; i++) {
            next(template);
        }
    }

    private void next(ProducerTemplate template) {
        if (!more.get()) {
            return;
        }
        underWay.incrementAndGet();
        int number = sent.getAndIncrement();
        CompletableFuture<Exchange> exchange = template.asyncSend("direct:in", out -> {
            out.getMessage().setHeader(ZendeskOboConstants.USER, number % 2 == 0 ? Rig.JANE : Rig.RAJ);
            out.getMessage().setHeader(ZendeskOboConstants.QUERY, "number=" + number);
        });
        exchange.whenComplete((done, broken) -> {
            underWay.decrementAndGet();
            if (broken != null || done.getException() != null) {
                failed.incrementAndGet();
            }
            next(template);
        });
    }

    /** The account's minutes that were used from their beginning to their end, once there are so many. */
    private List<Usage> fullMinutes(int many) {
        await().atMost(Duration.ofMillis((many + 4L) * MINUTE_MILLIS).plusSeconds(20)).pollInterval(Duration.ofMillis(20))
                .until(() -> account().size() >= many + 2);
        List<Usage> all = account();
        return all.subList(1, all.size() - 1);
    }

    private List<Usage> account() {
        return zendesk.usage().stream().filter(usage -> usage.name().equals("account")).toList();
    }

    private static void show(String what, List<Usage> minutes) {
        int allowed = minutes.stream().mapToInt(Usage::allowed).sum();
        int others = minutes.stream().mapToInt(Usage::others).sum();
        int limit = minutes.stream().mapToInt(Usage::limit).sum();
        int refused = minutes.stream().mapToInt(Usage::refused).sum();
        double least = minutes.stream().mapToDouble(minute -> (double) (minute.allowed() + minute.others()) / minute.limit()).min()
                .orElse(0);
        System.out.printf("LIMITS %s | %d minutes of %d ms | %.2f %% used, %.2f %% in the least | %d of %d refused%n", what,
                minutes.size(), MINUTE_MILLIS, 100.0 * (allowed + others) / limit, 100 * least, refused, allowed + refused);
    }

    @ParameterizedTest
    @CsvSource({ "200", "400", "700", "2500" })
    void whoOwnsTheAccountUsesAllOfItAndIsNeverRefused(int limit) {
        zendesk.switches().rateLimit(limit);
        rig.route("get:requests?rateBudget=#budget").start();
        pour(rig.camel.createProducerTemplate());

        List<Usage> minutes = fullMinutes(MINUTES);
        show(limit + " a minute", minutes);
        assertThat(minutes).allSatisfy(minute -> {
            assertThat(minute.utilisation()).isGreaterThanOrEqualTo(0.99);
            assertThat(minute.refused()).isZero();
        });
        assertThat(failed).hasValue(0);
    }

    @Test
    void theLimitOfAnEndpointIsUsedUpAsWellAndHoldsUpNothingElse() {
        zendesk.switches().rateLimit(700);
        zendesk.switches().incrementalForEndUsers(true).incrementalRateLimit(100);
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").choice()
                        .when(exchange -> exchange.getMessage().getHeader(ZendeskOboConstants.QUERY, String.class).endsWith("0"))
                        .setHeader(ZendeskOboConstants.QUERY, simple("${header.CamelZendeskOboQuery}&start_time=1332034771"))
                        .to("zendesk-obo:get:incremental/tickets/cursor?rateBudget=#budget&tokenSource=#acme&allowedFor=off")
                        .otherwise()
                        .to("zendesk-obo:get:requests?rateBudget=#budget&tokenSource=#acme");
            }
        }).start();
        pour(rig.camel.createProducerTemplate());

        List<Usage> minutes = fullMinutes(MINUTES);
        show("700 a minute, one endpoint 100", minutes);
        assertThat(minutes).allSatisfy(minute -> {
            assertThat(minute.utilisation()).isGreaterThanOrEqualTo(0.99);
            assertThat(minute.refused()).isZero();
        });
        assertThat(zendesk.usage()).filteredOn(usage -> usage.name().equals("incremental-exports"))
                .allSatisfy(usage -> assertThat(usage.refused()).isZero());
    }

    @Test
    void besideAnotherProgramWhatItLeavesIsUsed() {
        int limit = 700;
        zendesk.switches().rateLimit(limit);
        rig.route("get:requests?rateBudget=#budget").start();
        Random random = new Random(4);
        Thread other = new Thread(() -> {
            while (more.get()) {
                // between nothing and half of the limit, in uneven steps
                zendesk.spend(random.nextInt(limit / 60 + 1));
                LockSupport.parkNanos(clock.real(Duration.ofSeconds(1)).toNanos());
            }
        }, "another program");
        other.start();
        pour(rig.camel.createProducerTemplate());

        List<Usage> minutes = fullMinutes(MINUTES);
        show("700 a minute, another program takes up to half", minutes);
        assertThat(minutes).allSatisfy(minute -> assertThat(minute.allowed() + minute.others())
                .isGreaterThanOrEqualTo((int) (0.98 * minute.limit())));
        int refused = minutes.stream().mapToInt(Usage::refused).sum();
        int allowed = minutes.stream().mapToInt(Usage::allowed).sum();
        assertThat((double) refused / (refused + allowed)).isLessThanOrEqualTo(0.015);
        assertThat(failed).hasValue(0);
    }

    @Test
    void aLimitThatIsLoweredCostsOneRefusalAtMost() {
        zendesk.switches().rateLimit(200);
        rig.route("get:requests?rateBudget=#budget").start();
        pour(rig.camel.createProducerTemplate());
        List<Usage> before = fullMinutes(1);
        long minute = clock.instant().getEpochSecond() / 60 + 1;
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> clock.instant().isAfter(Instant.ofEpochSecond(minute * 60 + 40)));
        zendesk.switches().rateLimit(100);
        List<Usage> minutes = fullMinutes(before.size() + 4);
        show("200 a minute, lowered to 100 when more are used", minutes);
        assertThat(minutes.stream().mapToInt(Usage::refused).sum()).isLessThanOrEqualTo(1);
        assertThat(failed).hasValue(0);
    }

    @Test
    void messagesGoInTheOrderInWhichTheyCameAndSpreadOverTheMinute() throws Exception {
        zendesk.switches().rateLimit(200);
        rig.route("get:requests?rateBudget=#budget").start();
        List<CompletableFuture<Exchange>> all = new ArrayList<>();
        AsyncProducer producer = rig.camel.getEndpoint("direct:in").createAsyncProducer();
        producer.start();
        for (int i = 0; i < 300; i++) {
            Exchange exchange = producer.getEndpoint().createExchange();
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
            exchange.getMessage().setHeader(ZendeskOboConstants.QUERY, "number=" + i);
            CompletableFuture<Exchange> done = new CompletableFuture<>();
            all.add(done);
            producer.process(exchange, doneSync -> done.complete(exchange));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(all).allSatisfy(exchange -> assertThat(exchange.join().getException()).isNull());
        assertThat(all.get(299).join().getMessage().getHeader(ZendeskOboConstants.WAITED, Long.class)).isGreaterThan(20_000);

        List<JournalEntry> requests = zendesk.journal().requests();
        assertThat(requests).hasSize(300);
        for (int i = 0; i < 300; i++) {
            int number = Integer.parseInt(requests.get(i).query().substring("number=".length()));
            // the first ones, that need not wait, go side by side, and two neighbours may overtake each other on their connections
            assertThat(number).isBetween(i - 25, i + 25);
        }
        // never much faster than twice the even speed, at the edge of a minute least of all
        for (int i = 25; i + 60 < requests.size(); i++) {
            assertThat(Duration.between(requests.get(i).at(), requests.get(i + 60).at())).isGreaterThan(Duration.ofSeconds(7));
        }
    }
}
