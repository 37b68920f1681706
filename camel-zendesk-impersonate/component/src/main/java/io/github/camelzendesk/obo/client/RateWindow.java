package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One limit of Zendesk's, as far as it is known: so many requests in a window that begins at a full minute of Zendesk's clock,
 * or at a time that its answers tell. Answers say what is left; what is under way is counted as not yet subtracted, so that
 * the limit holds even if all of it is counted later. What is left is spread evenly over the rest of the window.
 * <p>
 * Decides only, with the time as an argument. Not thread-safe.
 */
final class RateWindow {

    /** Zendesk's account window [Zendesk: Rate limits]; in 1,235 of 1,283 recorded answers it ended at a full minute. */
    static final Duration MINUTE = Duration.ofMinutes(1);
    /** Ends closer together than this are one end: each is told in whole seconds, and an answer takes its time. */
    private static final Duration SAME_END = Duration.ofSeconds(5);
    /** While nothing is known one request asks; if it is not answered, another one after this. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
    /** How much faster than evenly it may go when much is left. */
    private static final double FASTEST = 2;
    /** Which part of the limit may go out at once after a pause. */
    private static final int BURST = 10;
    /** Which part of the limit may be under way in a window of which no answer has told yet: others may have used it up. */
    private static final int UNVERIFIED = 200;
    private static final double NANOS = 1e9;

    /** Which part of the limit has to be left for requests to go out unpaced: 1 for never. */
    private final double unpacedAbove;
    private final ServerClock clock;

    private long limit;
    private boolean limitKnown;
    /** The least that an answer of this window left, less what was counted since without an answer that tells. */
    private long left;
    private boolean verified;
    private boolean silent;
    /** In the server's time; null while unknown. */
    private @Nullable Instant end;
    private int permits;
    private int underWay;
    private int sinceRoll;
    private @Nullable Instant asked;
    private double credit;
    private @Nullable Instant credited;
    private Instant closed = Instant.MIN;

    private RateWindow(ServerClock clock, long limit, double unpacedAbove) {
        this.clock = clock;
        this.limit = limit;
        this.left = limit;
        this.unpacedAbove = unpacedAbove;
    }

    /** The account's, of which nothing is known but a limit that it surely has. */
    static RateWindow ofAccount(ServerClock clock, long assumedLimit) {
        return new RateWindow(clock, assumedLimit, 1);
    }

    /**
     * An endpoint's, of which an answer is about to tell. Not paced before half of it is used: many are for one record or one
     * user.
     */
    static RateWindow ofEndpoint(ServerClock clock, long total) {
        return new RateWindow(clock, total, 0.5);
    }

    // ---- what happens

    /** A request may go out, and has not yet. */
    void granted(Instant now) {
        roll(now);
        accrue(now);
        permits++;
        credit = Math.max(0, credit - 1);
        sinceRoll++;
        asked = now;
    }

    /** It leaves. */
    void launched() {
        permits--;
        underWay++;
    }

    /** Another one leaves that was not asked for. */
    void launchedUnasked() {
        underWay++;
        sinceRoll++;
    }

    /** It will not leave. */
    void givenBack() {
        permits--;
    }

    /** It has left, and nothing was learned from an answer, or there was none. */
    void countedUnseen(Instant now) {
        underWay--;
        roll(now);
        left--;
    }

    /** It had not left after all. */
    void notSent() {
        underWay--;
    }

    /** An answer told what is left. */
    void answered(
            long total, long remaining, @Nullable Duration reset, @Nullable Instant date, Instant sent, Instant received) {
        underWay--;
        learn(total, remaining, reset, date, sent, received);
    }

    /** Zendesk asked not to send before then. */
    void close(Instant until) {
        closed = closed.isAfter(until) ? closed : until;
    }

    /** Until when Zendesk asked to wait; in the past for never. */
    Instant closed() {
        return closed;
    }

    /** Nothing tells what is left: from now on it is counted here, against the limit that was assumed. */
    void silent(Instant now) {
        if (!limitKnown) {
            if (!silent) {
                credit = burst();
                credited = now;
            }
            silent = true;
            verified = true;
            if (end == null) {
                roll(now);
            }
        }
    }

    private void learn(
            long total, long remaining, @Nullable Duration reset, @Nullable Instant date, Instant sent, Instant received) {
        roll(received);
        boolean first = !limitKnown;
        limit = total;
        limitKnown = true;
        silent = false;
        Instant told = told(reset, date, sent, received);
        if (told == null) {
            // sent in one minute and answered in the next: no telling in which it was counted
            return;
        }
        if (end == null || told.isAfter(end.plus(SAME_END))) {
            end = told;
            left = remaining;
            verified = true;
            sinceRoll = 0;
        } else if (told.isAfter(end.minus(SAME_END))) {
            end = told;
            left = first || !verified ? Math.min(remaining, total) : Math.min(left, remaining);
            verified = true;
        }
        // else of a window that is over
        if (first) {
            // a quiet account has room for a burst; of a busy one others have just used a part
            credit = remaining > total / 2 ? burst() : 0;
            credited = received;
        }
    }

    /** When the window ends that the answer speaks of, in the server's time. */
    private @Nullable Instant told(@Nullable Duration reset, @Nullable Instant date, Instant sent, Instant received) {
        if (reset != null) {
            Instant raw = (date == null ? received : date).plus(reset);
            Instant minute = minute(raw.plusSeconds(1));
            Duration slack = Duration.between(sent, received).plusSeconds(1);
            return Duration.between(minute, raw).abs().compareTo(slack) <= 0 ? minute : raw;
        }
        Instant there = date == null ? received : date;
        Instant begin = minute(there);
        return date != null && clock.earliest(begin).isAfter(sent) ? null : begin.plus(MINUTE);
    }

    private static Instant minute(Instant time) {
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), 60L) * 60L);
    }

    private void roll(Instant now) {
        if (end == null) {
            if (silent) {
                end = minute(clock.there(now)).plus(MINUTE);
            }
            return;
        }
        if (now.isBefore(clock.latest(end))) {
            return;
        }
        long minutes = Math.max(0, Duration.between(clock.latest(end), now).toMinutes());
        end = end.plus(MINUTE.multipliedBy(minutes + 1));
        left = limit;
        verified = silent;
        sinceRoll = 0;
        asked = null;
    }

    // ---- what may happen

    /** What surely is left if nobody else uses it. */
    long left() {
        return left - underWay - permits;
    }

    /** Whether an answer of this window told what is left. */
    boolean told() {
        return verified && !silent;
    }

    /** Until it surely is over, or null while unknown. */
    @Nullable Instant over() {
        return end == null ? null : clock.latest(end);
    }

    /** Whether nothing depends on it any more. */
    boolean over(Instant now) {
        return underWay == 0 && permits == 0 && !closed.isAfter(now) && end != null && !now.isBefore(clock.latest(end));
    }

    /**
     * When the next request may go out.
     *
     * @param  reserve which part of the limit is kept for others for as long as the window lasts, from 0 to 1
     * @return         not after {@code now} if it may go out now
     */
    Instant next(Instant now, double reserve) {
        roll(now);
        accrue(now);
        if (closed.isAfter(now)) {
            return closed;
        } else if (end == null) {
            return asked == null || underWay + permits == 0 ? now : asked.plus(ASK_AGAIN);
        }
        Instant closes = clock.earliest(end);
        Duration rest = Duration.between(now, closes);
        if (rest.isNegative() || rest.isZero()) {
            // perhaps over already, perhaps not
            return clock.latest(end);
        }
        if (!verified && sinceRoll >= Math.max(1, limit / UNVERIFIED) && underWay + permits > 0) {
            return asked == null ? now : asked.plus(ASK_AGAIN);
        }
        double free = left() - Math.ceil(reserve * limit * Math.min(1, rest.toNanos() / NANOS / 60));
        if (free < 1) {
            if (left() < 1) {
                return clock.latest(end);
            }
            // what is reserved becomes free little by little
            return now.plusNanos(Math.max(1_000_000L, (long) (60 * NANOS / Math.max(1, limit))));
        }
        if (unpacedAbove < 1 && free > unpacedAbove * limit || credit >= 1) {
            return now;
        }
        return now.plusNanos((long) ((1 - credit) / rate(free, rest) * NANOS) + 1);
    }

    /** Requests in a second, so that all that is free is used when the window ends, and no burst comes before its end. */
    private double rate(double free, Duration rest) {
        double evenly = (free + 1) / (rest.toNanos() / NANOS);
        return Math.max(1e-3, Math.min(evenly, FASTEST * limit / 60));
    }

    private double burst() {
        return Math.max(1, (double) limit / BURST);
    }

    private void accrue(Instant now) {
        if (end == null || credited == null || !now.isAfter(credited)) {
            credited = credited == null ? now : credited;
            return;
        }
        double seconds = Duration.between(credited, now).toNanos() / NANOS;
        Duration rest = Duration.between(now, clock.earliest(end));
        double rate = rest.isNegative() || rest.isZero() ? limit / 60.0
                : rate(Math.max(0, left()), rest.plus(Duration.between(credited, now)));
        credit = Math.min(burst(), credit + seconds * rate);
        credited = now;
    }

    @Override
    public String toString() {
        return "RateWindow[" + left() + " of " + limit + (end == null ? "" : " until " + end) + "]";
    }
}
