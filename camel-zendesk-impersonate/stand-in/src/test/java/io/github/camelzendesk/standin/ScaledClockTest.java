package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

/** Time that flies. */
class ScaledClockTest {

    private static final Instant START = Instant.parse("2026-11-25T10:00:00Z");

    @Test
    void aMinuteLastsASixtiethPartOfItAtSixtyTimesTheSpeed() throws InterruptedException {
        ScaledClock clock = new ScaledClock(START, 60);

        assertThat(clock.real(Duration.ofMinutes(1))).isEqualTo(Duration.ofSeconds(1));
        assertThat(clock.virtual(Duration.ofSeconds(1))).isEqualTo(Duration.ofMinutes(1));
        long before = System.nanoTime();
        Instant from = clock.instant();
        Thread.sleep(50);
        Instant to = clock.instant();
        Duration passed = Duration.ofNanos(System.nanoTime() - before);
        assertThat(Duration.between(from, to)).isBetween(Duration.ofSeconds(3), clock.virtual(passed));
    }

    @Test
    void itStartsWhereItIsToldAndNeverGoesBack() {
        ScaledClock clock = new ScaledClock(START, 1_000);
        Instant last = START;
        for (int i = 0; i < 10_000; i++) {
            Instant now = clock.instant();
            assertThat(now).isAfterOrEqualTo(last);
            last = now;
        }
    }

    @Test
    void itCanRunSlowerButNotStandStill() {
        assertThat(new ScaledClock(START, 0.5).real(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(2));
        assertThatThrownBy(() -> new ScaledClock(START, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ScaledClock(START, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theStandInsMinutesGoByWithIt() throws IOException, InterruptedException {
        ScaledClock clock = new ScaledClock(START, 120);
        try (StandIn zendesk = StandIn.builder().clock(clock).start()) {
            zendesk.switches().rateLimit(1);
            Caller caller = Caller.of(zendesk).token(Sample.TOKEN);
            while (caller.get("/api/v2/users/me").status() != 429) {
                // a minute is half a second: it may end between two requests
            }
            Thread.sleep(clock.real(Duration.ofSeconds(61)).toMillis());
            assertThat(caller.get("/api/v2/users/me").status()).isEqualTo(200);
        }
    }
}
