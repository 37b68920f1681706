package io.github.camelzendesk.standin;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Every request that arrived, in the order in which each was read to its end. The newest hundred thousand are kept, unless
 * {@link #keep} says otherwise.
 */
public final class Journal {

    private final Deque<JournalEntry> entries = new ArrayDeque<>();
    private final List<Consumer<JournalEntry>> listeners = new CopyOnWriteArrayList<>();
    private long lastNumber;
    private int kept = 100_000;

    Journal() {
    }

    public synchronized List<JournalEntry> entries() {
        return List.copyOf(entries);
    }

    /** Without the probes: those with an X-On-Behalf-Of that names no {@code .invalid} user. */
    public List<JournalEntry> requests() {
        return entries().stream()
                .filter(entry -> !entry.bare())
                .filter(entry -> entry.onBehalfOf() == null
                        || !entry.onBehalfOf().strip().toLowerCase(Locale.ROOT).endsWith(".invalid"))
                .toList();
    }

    public List<String> lines() {
        return entries().stream().map(JournalEntry::line).toList();
    }

    /** Keeps only the newest so many: for load that would fill the heap. */
    public synchronized void keep(int newest) {
        kept = newest;
        trim();
    }

    private void trim() {
        while (entries.size() > kept) {
            entries.removeFirst();
        }
    }

    public synchronized void clear() {
        entries.clear();
    }

    /** As {@link #await(Predicate, Duration)}, for ten seconds. */
    public JournalEntry await(Predicate<JournalEntry> wanted) {
        return await(wanted, Duration.ofSeconds(10));
    }

    /**
     * Waits until a request that fits has arrived, and gives the first one.
     *
     * @throws AssertionError when none came in time; it lists those that came
     */
    public synchronized JournalEntry await(Predicate<JournalEntry> wanted, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            JournalEntry found = first(wanted);
            if (found != null) {
                return found;
            }
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError("No such request within " + patience + ", only " + entries);
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("Interrupted while waiting for a request", e);
            }
        }
    }

    private @Nullable JournalEntry first(Predicate<JournalEntry> wanted) {
        return entries.stream().filter(wanted).findFirst().orElse(null);
    }

    void onEntry(Consumer<JournalEntry> listener) {
        listeners.add(listener);
    }

    void add(Function<Long, JournalEntry> numbered) {
        JournalEntry entry;
        synchronized (this) {
            entry = numbered.apply(++lastNumber);
            entries.add(entry);
            trim();
            notifyAll();
        }
        listeners.forEach(listener -> listener.accept(entry));
    }

    @Override
    public String toString() {
        return String.join("\n", lines());
    }
}
