package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.function.IntSupplier;

/**
 * Counts requests in a window that begins at a full minute, or a full ten minutes, of the clock on the wall: in 1,235 of
 * 1,283 recorded responses the reset header pointed to the next full minute, in the others a second beside it [REC zenpy].
 */
final class RateWindow {

    /** @param remaining -1 when this request was one too many */
    record Reading(int limit, int remaining, int resetSeconds) {

        boolean exceeded() {
            return remaining < 0;
        }
    }

    private final String name;
    private final String whose;
    private final int seconds;
    private final IntSupplier limit;
    private final long number;
    private int allowed;
    private int refused;
    private int others;
    private int othersRefused;

    /** @param limit asked with each request, as it may change within the window */
    RateWindow(String name, String whose, int seconds, IntSupplier limit, Instant now) {
        this.name = name;
        this.whose = whose;
        this.seconds = seconds;
        this.limit = limit;
        this.number = number(now);
    }

    private long number(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), seconds);
    }

    boolean covers(Instant at) {
        return number(at) == number;
    }

    Reading count(Instant now) {
        int total = limit.getAsInt();
        int left = total - allowed - others;
        if (left > 0) {
            allowed++;
        } else {
            refused++;
        }
        return new Reading(total, Math.max(-1, left - 1), seconds - (int) Math.floorMod(now.getEpochSecond(), (long) seconds));
    }

    /** Counts what somebody else did, and tells how much of it was within the limit. */
    int spend(int requests) {
        int within = Math.max(0, Math.min(requests, limit.getAsInt() - allowed - others));
        others += within;
        othersRefused += requests - within;
        return within;
    }

    Usage usage() {
        return new Usage(name, whose, Instant.ofEpochSecond(number * seconds), seconds, limit.getAsInt(), allowed, refused,
                others, othersRefused);
    }
}
