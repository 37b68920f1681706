package io.github.camelzendesk.obo;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.github.camelzendesk.standin.ScaledClock;

/** The timers of a component whose minute is as short as that of the stand-in's {@link ScaledClock}. */
final class FasterTime extends AbstractExecutorService implements ScheduledExecutorService {

    private final ScheduledExecutorService timers;
    private final ScaledClock clock;

    private FasterTime(ScheduledExecutorService timers, ScaledClock clock) {
        this.timers = timers;
        this.clock = clock;
    }

    /** Lets the component live in the clock's time: rate windows, waits, time-outs. */
    static void of(ZendeskOboComponent component, ScaledClock clock) {
        component.setTime(clock, timers -> new FasterTime(timers, clock));
    }

    private long nanos(long delay, TimeUnit unit) {
        return clock.real(Duration.ofNanos(unit.toNanos(delay))).toNanos();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return timers.schedule(task, nanos(delay, unit), TimeUnit.NANOSECONDS);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return timers.schedule(task, nanos(delay, unit), TimeUnit.NANOSECONDS);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long every, TimeUnit unit) {
        return timers.scheduleAtFixedRate(task, nanos(first, unit), nanos(every, unit), TimeUnit.NANOSECONDS);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long every, TimeUnit unit) {
        return timers.scheduleWithFixedDelay(task, nanos(first, unit), nanos(every, unit), TimeUnit.NANOSECONDS);
    }

    @Override
    public void execute(Runnable task) {
        timers.execute(task);
    }

    @Override
    public void shutdown() {
        timers.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return timers.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return timers.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return timers.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return timers.awaitTermination(timeout, unit);
    }
}
