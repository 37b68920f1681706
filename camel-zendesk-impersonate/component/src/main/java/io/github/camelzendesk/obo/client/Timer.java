package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The time, and what is to be done later: all waiting goes through here, so that no thread is held by it. */
interface Timer {

    Duration LONGEST = Duration.ofDays(365);

    Instant now();

    /**
     * Does something later, on a thread that must not be held.
     *
     * @return calls it off; does nothing when it was done already
     */
    Runnable in(Duration delay, Runnable task);

    static Timer of(InstantSource clock, ScheduledExecutorService scheduler) {
        return new Timer() {
            @Override
            public Instant now() {
                return clock.instant();
            }

            @Override
            public Runnable in(Duration delay, Runnable task) {
                try {
                    // a time of centuries has no number of nanoseconds
                    long nanos = delay.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : Math.max(0, delay.toNanos());
                    ScheduledFuture<?> later = scheduler.schedule(task, nanos, TimeUnit.NANOSECONDS);
                    return () -> later.cancel(false);
                } catch (RejectedExecutionException stopped) {
                    // who waits is told by whoever stops
                    return () -> {
                    };
                }
            }
        };
    }
}
