package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How far the clock of Zendesk is ahead of ours. Its {@code Date} tells whole seconds, but since each falls between the moment
 * of sending and that of receiving, many together tell more. Not thread-safe.
 */
final class ServerClock {

    private static final Duration WHOLE_SECOND = Duration.ofSeconds(1);
    /** How much two clocks may drift apart, in parts of the time that passes: more than any that is kept right does. */
    private static final int DRIFT = 10_000;

    private @Nullable Duration least;
    private @Nullable Duration most;
    private Instant learned = Instant.EPOCH;

    /** @param date what the answer said, or null for nothing */
    void learn(@Nullable Instant date, Instant sent, Instant received) {
        if (date == null) {
            return;
        }
        Duration low = Duration.between(received, date);
        Duration high = Duration.between(sent, date).plus(WHOLE_SECOND);
        if (least != null && most != null) {
            Duration drift = Duration.between(learned, received).abs().dividedBy(DRIFT);
            Duration knownLow = least.minus(drift);
            Duration knownHigh = most.plus(drift);
            // when they contradict each other, one of the clocks was set
            if (low.compareTo(knownHigh) <= 0 && high.compareTo(knownLow) >= 0) {
                low = low.compareTo(knownLow) < 0 ? knownLow : low;
                high = high.compareTo(knownHigh) > 0 ? knownHigh : high;
            }
        }
        least = low;
        most = high;
        learned = received;
    }

    boolean known() {
        return least != null;
    }

    /** What time it is there, at least. */
    Instant there(Instant here) {
        return least == null ? here : here.plus(least);
    }

    /** Our time from which on it may be that time there. */
    Instant earliest(Instant there) {
        return most == null ? there.minus(WHOLE_SECOND) : there.minus(most);
    }

    /** Our time from which on it surely is that time there. */
    Instant latest(Instant there) {
        return least == null ? there.plus(WHOLE_SECOND) : there.minus(least);
    }

    @Override
    public String toString() {
        return "ServerClock[" + least + " to " + most + " ahead]";
    }
}
