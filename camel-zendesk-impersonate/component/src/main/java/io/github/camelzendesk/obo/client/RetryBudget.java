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

    private static final double STOCK = 100;
    private static final double FOR_EACH_SUCCESS = 0.1;
    private static final double PER_SECOND = 1 / 6.0;

    private double stock = STOCK;
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
        double seconds = Math.max(0, Duration.between(filled, now).toMillis() / 1000.0);
        stock = Math.min(STOCK, stock + seconds * PER_SECOND);
        filled = now;
        if (stock < 1) {
            return false;
        }
        stock -= 1;
        return true;
    }

    @Override
    public String toString() {
        return "RetryBudget[" + (long) stock + "]";
    }
}
