package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ServerClockTest {

    private static final Instant T0 = Instant.parse("2026-11-25T10:00:00Z");

    private final ServerClock clock = new ServerClock();

    @Test
    void whileNothingIsKnownItMayBeASecondOff() {
        assertThat(clock.known()).isFalse();
        assertThat(clock.earliest(T0)).isEqualTo(T0.minusSeconds(1));
        assertThat(clock.latest(T0)).isEqualTo(T0.plusSeconds(1));
        clock.learn(null, T0, T0);
        assertThat(clock.known()).isFalse();
    }

    @Test
    void oneAnswerTellsASecondAndManyTellMore() {
        clock.learn(T0, T0.plusMillis(200), T0.plusMillis(300));
        assertThat(clock.earliest(T0)).isEqualTo(T0.minusMillis(800));
        assertThat(clock.latest(T0)).isEqualTo(T0.plusMillis(300));
        // just before its second changes
        clock.learn(T0, T0.plusMillis(940), T0.plusMillis(950));
        // and just after
        clock.learn(T0.plusSeconds(1), T0.plusMillis(1_010), T0.plusMillis(1_020));
        assertThat(Duration.between(clock.earliest(T0), clock.latest(T0))).isLessThan(Duration.ofMillis(90));
    }

    @Test
    void aClockThatWasSetIsLearntAnew() {
        clock.learn(T0, T0, T0.plusMillis(10));
        clock.learn(T0.plusSeconds(3_600), T0.plusSeconds(1), T0.plusMillis(1_010));
        assertThat(clock.earliest(T0.plusSeconds(3_600))).isAfter(T0.minusSeconds(2));
        assertThat(clock.latest(T0.plusSeconds(3_600))).isBefore(T0.plusSeconds(3));
    }

    @Test
    void whatWasLearntLongAgoCountsForLess() {
        for (int i = 0; i < 100; i++) {
            Instant at = T0.plusMillis(i * 137L);
            clock.learn(at.truncatedTo(ChronoUnit.SECONDS), at, at.plusMillis(1));
        }
        Duration now = Duration.between(clock.earliest(T0), clock.latest(T0));
        Instant later = T0.plusSeconds(3_600).plusMillis(500);
        clock.learn(later.truncatedTo(ChronoUnit.SECONDS), later, later.plusMillis(1));
        assertThat(Duration.between(clock.earliest(T0), clock.latest(T0))).isGreaterThan(now).isLessThan(Duration.ofSeconds(2));
    }

    record Answer(long gapMillis, long thereMillis, long backMillis) {
    }

    @Provide
    Arbitrary<List<Answer>> answers() {
        Arbitrary<Long> gap = Arbitraries.longs().between(0, 100_000);
        Arbitrary<Long> way = Arbitraries.longs().between(0, 3_000);
        return Combinators.combine(gap, way, way).as(Answer::new).list().ofMinSize(1).ofMaxSize(50);
    }

    /** Whatever the latencies: what it says is never wrong, with clocks that keep the same distance. */
    @Property(tries = 500)
    void itIsNeverWrong(@ForAll("answers") List<Answer> answers, @ForAll @LongRange(min = -4_000_000, max = 4_000_000) long skewMillis) {
        ServerClock learning = new ServerClock();
        Duration skew = Duration.ofMillis(skewMillis);
        Instant now = T0;
        for (Answer answer : answers) {
            Instant sent = now.plusMillis(answer.gapMillis());
            Instant answered = sent.plusMillis(answer.thereMillis());
            now = answered.plusMillis(answer.backMillis());
            learning.learn(answered.plus(skew).truncatedTo(ChronoUnit.SECONDS), sent, now);
        }
        Instant minute = now.plus(skew).truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);
        Instant ours = minute.minus(skew);
        assertThat(learning.earliest(minute)).isBeforeOrEqualTo(ours);
        assertThat(learning.latest(minute)).isAfterOrEqualTo(ours);
    }
}
