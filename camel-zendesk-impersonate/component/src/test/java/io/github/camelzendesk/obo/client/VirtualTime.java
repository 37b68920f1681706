package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;

/** Time that passes only when everything that was to be done before has been done. One thread. */
final class VirtualTime implements Timer {

    private record Task(Instant at, long order, Runnable what) {
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            (one, other) -> one.at().equals(other.at()) ? Long.compare(one.order(), other.order()) : one.at().compareTo(other.at()));
    private Instant now;
    private long orders;

    VirtualTime(Instant start) {
        this.now = start;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Runnable in(Duration delay, Runnable what) {
        Task task = new Task(delay.isNegative() ? now : now.plus(delay), orders++, what);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    /** Lets time pass until then. */
    void until(Instant end) {
        while (!tasks.isEmpty() && !tasks.peek().at().isAfter(end)) {
            Task task = tasks.poll();
            now = task.at();
            task.what().run();
        }
        now = end;
    }

    int pending() {
        return tasks.size();
    }
}
