package io.github.camelzendesk.standin;

import java.time.Instant;

/**
 * What was made of one window of a rate limit. Only windows in which somebody asked for something have one.
 *
 * @param name          {@code account}, {@code help-center}, or that of an endpoint's bucket
 * @param whose         {@code account}, or the user that the bucket is of, by id, or user and ticket
 * @param start         a full minute of the clock on the wall, or full ten minutes
 * @param limit         as it was at the window's end; of a window that still runs, as it is now
 * @param allowed       requests that were within the limit, whatever they were answered
 * @param refused       requests that were answered 429 for this window; what a fault kept from being processed is in none
 * @param others        what {@link StandIn#spend} took of the limit
 * @param othersRefused what it wanted beyond the limit
 */
public record Usage(String name, String whose, Instant start, int seconds, int limit, int allowed, int refused, int others,
        int othersRefused) {

    /** How much of the limit the requests took, from 0 to 1; without what others took. */
    public double utilisation() {
        return limit == 0 ? 0 : (double) allowed / limit;
    }
}
