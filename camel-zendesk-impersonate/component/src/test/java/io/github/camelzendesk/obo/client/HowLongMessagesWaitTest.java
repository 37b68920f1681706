package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The figures of docs/how-to/back-pressure.md. */
class HowLongMessagesWaitTest {

    private static final Duration STEP = Duration.ofMillis(50);

    @ParameterizedTest
    @CsvSource({ "700,200,17.1", "700,20,1.7", "200,200,60", "200,20,6", "2500,200,4.8" })
    void asLongAsAllThatAreUnderWayTakeAtTheLimit(int limit, int inFlight, double seconds) {
        assertThat(longest(limit, inFlight, 0).toMillis() / 1000.0).isBetween(0.9 * seconds, 1.1 * seconds);
    }

    @ParameterizedTest
    @CsvSource({ "700,200,0.5", "700,200,0.9", "700,20,0.9", "200,20,1.2" })
    void noMoreThanAMinuteLongerWhenOthersUseUpTheLimit(int limit, int inFlight, double others) {
        assertThat(longest(limit, inFlight, others)).isLessThan(Duration.ofSeconds(60 + 60L * inFlight / limit));
    }

    /** Of a route that always has so many messages under way, after it has run for a while. */
    private static Duration longest(int limit, int inFlight, double others) {
        RateSimulation zendesk = new RateSimulation(7, limit, Duration.ofMillis(300), Duration.ofMillis(200));
        List<Instant> arrived = new ArrayList<>();
        if (others > 0) {
            zendesk.others(others);
        }
        Instant steady = zendesk.time.now().plus(Duration.ofMinutes(2));
        Instant end = steady.plus(Duration.ofMinutes(4));
        Duration longest = Duration.ZERO;
        int seen = 0;
        while (zendesk.time.now().isBefore(end)) {
            while (zendesk.demand - zendesk.answered < inFlight) {
                arrived.add(zendesk.time.now());
                zendesk.messages(1);
            }
            zendesk.time.until(zendesk.time.now().plus(STEP));
            for (; seen < zendesk.launched.size(); seen++) {
                Instant since = arrived.get(zendesk.launched.get(seen));
                Duration waited = Duration.between(since, zendesk.time.now());
                longest = since.isAfter(steady) && waited.compareTo(longest) > 0 ? waited : longest;
            }
        }
        return longest;
    }
}
