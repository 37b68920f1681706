package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;

/**
 * Keeps an outage from being multiplied: only so many requests are repeated as a tenth of those that succeed, beside a small
 * stock that fills up again slowly. Not thread-safe.
 *
 * @see <a href="https://sre.google/sre-book/handling-overload/">Google SRE: Handling Overload</a>, per-client retry budget
 */
final class RetryBudget {

    /** What comes back in a millisecond, so that all is whole numbers: a repetition in six seconds. */
    private static final long REPETITION = 6_000;
    private static final long STOCK = 100 * REPETITION;
    private static final long FOR_EACH_SUCCESS = REPETITION / 10;

    private long stock = STOCK;
    private Instant filled;

    RetryBudget(Instant now) {
        this.filled = now;
    }

    /** A request went well. */
    void succeeded() {
        stock = Math.min(STOCK, stock + FOR_EACH_SUCCESS);
    }

    /** Takes one repetition, if there is one. */
    boolean take(Instant now) {
        long millis = Math.max(0, Math.min(STOCK, Duration.between(filled, now).toMillis()));
        stock = Math.min(STOCK, stock + millis);
        filled = now;
        if (stock < REPETITION) {
            return false;
        }
        stock -= REPETITION;
        return true;
    }

    @Override
    public String toString() {
        return "RetryBudget[" + stock / REPETITION + "]";
    }
}
