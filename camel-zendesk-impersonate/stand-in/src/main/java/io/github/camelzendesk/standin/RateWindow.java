package io.github.camelzendesk.standin;

import java.time.Instant;

/**
 * Counts requests in a window that begins at a full minute, or a full ten minutes, of the clock on the wall: in 1,235 of 1,283 recorded responses the reset header pointed to the next full
 * minute, in the others a second beside it [REC zenpy].
 */
final class RateWindow {

    private final int seconds;
    private long window = -1;
    private int used;

    /** @param remaining -1 when this request was one too many */
    record Reading(int limit, int remaining, int resetSeconds) {

        boolean exceeded() {
            return remaining < 0;
        }
    }

    RateWindow(int seconds) {
        this.seconds = seconds;
    }

    Reading count(Instant now, int limit) {
        long current = Math.floorDiv(now.getEpochSecond(), seconds);
        if (current != window) {
            window = current;
            used = 0;
        }
        used = Math.min(used + 1, limit + 1);
        return new Reading(limit, limit - used, seconds - (int) Math.floorMod(now.getEpochSecond(), (long) seconds));
    }

    void clear() {
        window = -1;
    }
}
