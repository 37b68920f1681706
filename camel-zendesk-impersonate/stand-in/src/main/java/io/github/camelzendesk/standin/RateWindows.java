package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** Every rate window that runs, and what was made of those that are over. */
final class RateWindows {

    /** Of each name: as much as a week of minutes. */
    private static final int KEPT = 10_000;

    private record Key(String name, String whose) {
    }

    private final Map<Key, RateWindow> running = new LinkedHashMap<>();
    private final Map<String, Deque<Usage>> over = new LinkedHashMap<>();
    private long minute;

    /** @param seconds full minutes */
    RateWindow.Reading count(String name, String whose, int seconds, IntSupplier limit, Instant now) {
        return window(name, whose, seconds, limit, now).count(now);
    }

    int spend(String name, String whose, int seconds, IntSupplier limit, Instant now, int requests) {
        return window(name, whose, seconds, limit, now).spend(requests);
    }

    private RateWindow window(String name, String whose, int seconds, IntSupplier limit, Instant now) {
        settle(now);
        return running.computeIfAbsent(new Key(name, whose), key -> new RateWindow(name, whose, seconds, limit, now));
    }

    /** Ends the windows whose time is over. To be called before a limit changes, which is no concern of theirs any more. */
    void settle(Instant now) {
        long current = Math.floorDiv(now.getEpochSecond(), 60);
        if (current == minute) {
            return;
        }
        minute = current;
        running.values().removeIf(window -> {
            if (window.covers(now)) {
                return false;
            }
            Usage usage = window.usage();
            Deque<Usage> kept = over.computeIfAbsent(usage.name(), name -> new ArrayDeque<>());
            kept.add(usage);
            if (kept.size() > KEPT) {
                kept.removeFirst();
            }
            return true;
        });
    }

    /** The oldest first, those that run among them. */
    List<Usage> usage(Instant now) {
        settle(now);
        List<Usage> all = new ArrayList<>();
        over.values().forEach(all::addAll);
        running.values().forEach(window -> all.add(window.usage()));
        all.sort(Comparator.comparing(Usage::start));
        return List.copyOf(all);
    }

    void clear() {
        running.clear();
        over.clear();
    }
}
