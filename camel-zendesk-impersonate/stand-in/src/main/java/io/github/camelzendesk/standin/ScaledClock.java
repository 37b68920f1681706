package io.github.camelzendesk.standin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that runs several times as fast as the real one, so that a test sees many wall-clock minutes in a few seconds;
 * {@link StandIn.Builder#clock} takes it. It follows {@link System#nanoTime}, which nobody sets back.
 */
public final class ScaledClock extends Clock {

    private final Instant start;
    private final double times;
    private final long startNanos = System.nanoTime();

    /**
     * @param start what it shows now
     * @param times how much faster it is: with 60 a minute lasts a second
     * @throws IllegalArgumentException when {@code times} is not above zero
     */
    public ScaledClock(Instant start, double times) {
        if (!(times > 0) || Double.isInfinite(times)) {
            throw new IllegalArgumentException("A clock runs a number of times above zero as fast");
        }
        this.start = start;
        this.times = times;
    }

    /** One that starts at the present second. */
    public static ScaledClock fromNow(double times) {
        return new ScaledClock(Instant.ofEpochSecond(Instant.now().getEpochSecond()), times);
    }

    /** How long a duration on this clock lasts in reality. */
    public Duration real(Duration virtual) {
        return Duration.ofNanos((long) (virtual.toNanos() / times));
    }

    /** How much of this clock's time goes by in a real duration. */
    public Duration virtual(Duration real) {
        return Duration.ofNanos((long) (real.toNanos() * times));
    }

    @Override
    public Instant instant() {
        return start.plus(virtual(Duration.ofNanos(System.nanoTime() - startNanos)));
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
