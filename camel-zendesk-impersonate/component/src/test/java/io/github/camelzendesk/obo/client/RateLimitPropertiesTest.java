package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the limit, the distance, the clocks and the traffic: the limit holds, and nobody waits longer than it takes. */
class RateLimitPropertiesTest {

    /** Some messages come, after a while. */
    record Arrival(long afterMillis, int messages) {
    }

    record Story(long seed, int limit, long latencyMillis, long skewMillis, List<Arrival> arrivals) {

        int messages() {
            return arrivals.stream().mapToInt(Arrival::messages).sum();
        }
    }

    @Provide
    Arbitrary<Story> stories() {
        // 10 is the smallest limit of any plan
        Arbitrary<Integer> limit = Arbitraries.oneOf(
                Arbitraries.of(10, 200, 400, 700, 2_500), Arbitraries.integers().between(10, 1_000));
        // while nothing is known one request goes in a second
        Arbitrary<Long> latency = Arbitraries.oneOf(
                Arbitraries.longs().between(1, 300), Arbitraries.longs().between(300, 6_000));
        Arbitrary<Long> skew = Arbitraries.oneOf(
                Arbitraries.longs().between(-2_000, 2_000), Arbitraries.longs().between(-4_000_000, 4_000_000));
        Arbitrary<Arrival> arrival = Combinators.combine(
                Arbitraries.oneOf(Arbitraries.longs().between(0, 5_000), Arbitraries.longs().between(0, 150_000)),
                Arbitraries.oneOf(Arbitraries.integers().between(1, 5), Arbitraries.integers().between(1, 1_000))).as(Arrival::new);
        return Combinators.combine(Arbitraries.longs(), limit, latency, skew, arrival.list().ofMinSize(1).ofMaxSize(12))
                .as(Story::new)
                // a year of virtual time proves no more
                .filter(story -> story.messages() <= story.limit() * 10L);
    }

    private static RateSimulation tell(Story story, double others) {
        RateSimulation zendesk = new RateSimulation(
                story.seed(), story.limit(), Duration.ofMillis(story.latencyMillis()), Duration.ofMillis(story.skewMillis()));
        zendesk.budget.setMaxWaiting(1_000_000);
        if (others > 0) {
            zendesk.others(others);
        }
        for (Arrival arrival : story.arrivals()) {
            zendesk.time.until(zendesk.time.now().plusMillis(arrival.afterMillis()));
            zendesk.messages(arrival.messages());
        }
        return zendesk;
    }

    /** Until all have gone. @return how long that took, or null when it took longer than the given minutes */
    private static Duration finish(RateSimulation zendesk, long minutes) {
        Instant last = zendesk.time.now();
        Instant latest = last.plus(Duration.ofMinutes(minutes));
        while (zendesk.launched.size() < zendesk.demand && zendesk.time.now().isBefore(latest)) {
            zendesk.time.until(zendesk.time.now().plusSeconds(1));
        }
        return zendesk.launched.size() < zendesk.demand ? null : Duration.between(last, zendesk.time.now());
    }

    @Property(tries = 150)
    void whoOwnsTheAccountIsNeverRefusedAndNobodyStarvesAndNobodyOvertakes(@ForAll("stories") Story story) {
        RateSimulation zendesk = tell(story, 0);
        // all of them may have come in the last moment: the minutes that the limit needs for them, one that had begun, one to ask
        long minutes = (story.messages() + story.limit() - 1) / story.limit() + 2;
        assertThat(finish(zendesk, minutes)).as("all have gone").isNotNull();
        assertThat(zendesk.launched).isSorted();
        zendesk.run(1);
        assertThat(zendesk.minutes.values()).allSatisfy(minute -> {
            assertThat(minute.refused).isZero();
            assertThat(minute.ours).isLessThanOrEqualTo(story.limit());
        });
    }

    @Property(tries = 60)
    void besideOthersNobodyStarvesEither(@ForAll("stories") Story story) {
        RateSimulation zendesk = tell(story, 0.5);
        // on the average half is left, in a bad minute less
        long minutes = 4L * ((story.messages() + story.limit() - 1) / story.limit()) + 10;
        assertThat(finish(zendesk, minutes)).as("all have gone").isNotNull();
        assertThat(zendesk.launched).isSorted();
    }

    @Property(tries = 40)
    void whoIsToldNothingKeepsToWhatIsAssumed(@ForAll("stories") Story story) {
        RateSimulation zendesk = new RateSimulation(
                story.seed(), story.limit(), Duration.ofMillis(story.latencyMillis()), Duration.ofMillis(story.skewMillis()));
        zendesk.headers = false;
        zendesk.budget.setMaxWaiting(1_000_000);
        zendesk.budget.setAssumedLimit(story.limit());
        for (Arrival arrival : story.arrivals()) {
            zendesk.time.until(zendesk.time.now().plusMillis(arrival.afterMillis()));
            zendesk.messages(arrival.messages());
        }
        long minutes = (story.messages() + story.limit() - 1) / story.limit() + 3;
        assertThat(finish(zendesk, minutes)).as("all have gone").isNotNull();
        zendesk.run(1);
        assertThat(zendesk.minutes.values()).allSatisfy(minute -> assertThat(minute.refused).isZero());
    }
}
