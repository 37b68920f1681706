package io.github.camelzendesk.standin;

import java.time.Instant;

/**
 * Counts requests in a wall-clock minute: in 1,235 of 1,283 recorded responses the reset header pointed to the next full
 * minute, in the others a second beside it [REC zenpy].
 */
final class RateWindow {

    private long minute = -1;
    private int used;

    /** @param remaining -1 when this request was one too many */
    record Reading(int limit, int remaining, int resetSeconds) {

        boolean exceeded() {
            return remaining < 0;
        }
    }

    Reading count(Instant now, int limit) {
        long current = Math.floorDiv(now.getEpochSecond(), 60);
        if (current != minute) {
            minute = current;
            used = 0;
        }
        used = Math.min(used + 1, limit + 1);
        return new Reading(limit, limit - used, 60 - (int) Math.floorMod(now.getEpochSecond(), 60L));
    }

    void clear() {
        minute = -1;
    }
}
