package io.github.camelzendesk.example.ratings;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/** Counts what becomes of the rows, and shows it: on a terminal as a bar, else as a line from time to time. Thread-safe. */
public final class Progress {

    private static final int WIDTH = 30;
    private static final Duration RECENT = Duration.ofMinutes(1);

    private final int total;
    private final boolean bar;
    private final PrintStream out;
    private final InstantSource clock;
    private final Instant start;
    /** how many had been sent at that time, for the last minute */
    private final Deque<Sample> samples = new ArrayDeque<>();
    private int done;
    private int before;
    private int failed;
    private int unknown;
    private Duration waited = Duration.ZERO;
    private Duration longest = Duration.ZERO;

    private record Sample(Instant at, int sent) {
    }

    Progress(int total, boolean bar, PrintStream out, InstantSource clock) {
        this.total = total;
        this.bar = bar;
        this.out = out;
        this.clock = clock;
        this.start = clock.instant();
        samples.add(new Sample(start, 0));
    }

    /** @param millis how long it waited for the rate limit and between tries; null when it did not come so far */
    public synchronized void done(@Nullable Long millis) {
        done++;
        waited(millis);
    }

    /** An earlier run did it. */
    public synchronized void before() {
        before++;
    }

    public synchronized void failed(@Nullable Long millis) {
        failed++;
        waited(millis);
    }

    public synchronized void unknown(@Nullable Long millis) {
        unknown++;
        waited(millis);
    }

    private void waited(@Nullable Long millis) {
        Duration one = Duration.ofMillis(millis == null ? 0 : millis);
        waited = waited.plus(one);
        longest = longest.compareTo(one) > 0 ? longest : one;
    }

    /** Shows how far it is. */
    public synchronized void show() {
        if (bar) {
            // back to the start of the line; what an earlier, longer line left is cleared
            out.print("\r" + line() + "\u001b[K");
        } else {
            out.println(line());
        }
        out.flush();
    }

    synchronized String line() {
        Instant now = clock.instant();
        int sent = done + failed + unknown;
        int finished = sent + before;
        samples.add(new Sample(now, sent));
        while (samples.size() > 2 && samples.peekFirst().at().isBefore(now.minus(RECENT))) {
            samples.removeFirst();
        }
        Sample first = samples.getFirst();
        double seconds = Duration.between(first.at(), now).toMillis() / 1000.0;
        double perMinute = seconds <= 0 ? 0 : (sent - first.sent()) * 60 / seconds;
        String left = finished >= total ? "" : perMinute <= 0 ? ", waiting"
                : ", " + text(Duration.ofSeconds((long) ((total - finished) * 60 / perMinute))) + " left";
        int filled = total == 0 ? WIDTH : (int) ((long) WIDTH * finished / total);
        return (bar ? "[" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "] " : "")
               + finished + "/" + total + ", " + Math.round(perMinute) + " per minute" + left
               + ", waited " + seconds(sent == 0 ? Duration.ZERO : waited.dividedBy(sent)) + " (longest " + seconds(longest) + ")"
               + ", failed " + failed + (unknown == 0 ? "" : ", unknown " + unknown);
    }

    /** What came of it all. */
    synchronized String summary() {
        return done + " done" + (before == 0 ? "" : ", " + before + " done before") + ", " + failed + " failed, " + unknown
               + " unknown of " + total + " in " + text(Duration.between(start, clock.instant()));
    }

    /** Every row is done, and nothing else. */
    synchronized boolean complete() {
        return done + before == total;
    }

    /** How many rows nothing became of. */
    synchronized int missing() {
        return total - done - before - failed - unknown;
    }

    private static String text(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 60 ? seconds + " s"
                : seconds < 3600 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }

    private static String seconds(Duration duration) {
        return Math.round(duration.toMillis() / 100.0) / 10.0 + " s";
    }
}
