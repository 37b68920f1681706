package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What a renewing source knows at a moment, and what follows from it: pure, with the time as an argument.
 * <p>
 * A token is <em>fresh</em> until shortly before it expires, then <em>due</em> until it expires, then <em>expired</em>; one
 * that Zendesk refused is dead at once. A token of unknown lifetime is fresh until it is refused.
 *
 * @param token      the newest one, or null before the first
 * @param obtainedAt when it came, or null before the first
 * @param dead       whether Zendesk refused it
 * @param failures   how many renewals failed in a row
 * @param problem    why the last renewal failed, or null
 * @param notBefore  when the next renewal may start, or null for at once
 */
record RenewalState(
        @Nullable AccessToken token, @Nullable Instant obtainedAt, boolean dead, int failures,
        @Nullable TokenUnavailable problem, @Nullable Instant notBefore) {

    static final RenewalState NOTHING = new RenewalState(null, null, false, 0, null, null);

    /** The longest that a token is renewed before it expires. */
    private static final Duration LONGEST_MARGIN = Duration.ofMinutes(1);
    private static final int MARGIN_IS_ONE_IN = 10;
    /** A server that gives dead tokens, or tokens that are due at once, is not asked in a loop. */
    private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(5);
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    /** What to do for someone who wants a token now. */
    sealed interface Decision {

        /** Give this one. */
        record Serve(AccessToken token) implements Decision {
        }

        /** Renew; {@code meanwhile} is still alive for now, or null when it is not. */
        record Renew(@Nullable AccessToken meanwhile) implements Decision {
        }

        /** There is none, and it is too early to ask again. */
        record Refuse(TokenUnavailable problem) implements Decision {
        }
    }

    Decision decide(Instant now) {
        AccessToken alive = token != null && !dead && !expired(now) ? token : null;
        if (alive != null && !due(now)) {
            return new Decision.Serve(alive);
        } else if (notBefore == null || !now.isBefore(notBefore)) {
            return new Decision.Renew(alive);
        } else if (alive != null) {
            return new Decision.Serve(alive);
        }
        TokenUnavailable why = problem != null ? problem
                : new TokenUnavailable("Zendesk refused the token although it is new; the next one is asked for shortly", null);
        return new Decision.Refuse(new TokenUnavailable(why.getMessage(), Duration.between(now, notBefore)));
    }

    RenewalState renewed(AccessToken newer, Instant now) {
        RenewalState next = new RenewalState(newer, now, false, 0, null, null);
        // one that replaces a dead one may be dead as well, and one whose expiry did not move is due at once
        return dead || next.expired(now) || next.due(now)
                ? new RenewalState(newer, now, false, 0, null, now.plus(BETWEEN_RENEWALS)) : next;
    }

    /** @param jitter from 0 to 1, spreads those who failed together */
    RenewalState failed(TokenUnavailable why, Instant now, double jitter) {
        Duration own = FIRST_DELAY.multipliedBy(1L << Math.min(failures, 6));
        own = own.compareTo(LONGEST_DELAY) < 0 ? own : LONGEST_DELAY;
        Duration delay = Duration.ofMillis((long) (own.toMillis() * (0.5 + jitter / 2)));
        if (why.retryAfter() != null && why.retryAfter().compareTo(delay) > 0) {
            delay = why.retryAfter();
        } else if (why.retryAfter() == null) {
            // somebody has to do something first; look again now and then
            delay = LONGEST_DELAY;
        }
        return new RenewalState(token, obtainedAt, dead, failures + 1, why, now.plus(delay));
    }

    /** Zendesk refused a token; an older one than the newest says nothing about the newest. */
    RenewalState refused(AccessToken rejected) {
        return rejected.equals(token) && !dead
                ? new RenewalState(token, obtainedAt, true, failures, problem, notBefore) : this;
    }

    private boolean expired(Instant now) {
        return token.expiresAt() != null && !now.isBefore(token.expiresAt());
    }

    private boolean due(Instant now) {
        if (token.expiresAt() == null) {
            return false;
        }
        Duration margin = Duration.between(obtainedAt, token.expiresAt()).dividedBy(MARGIN_IS_ONE_IN);
        margin = margin.compareTo(LONGEST_MARGIN) < 0 ? margin : LONGEST_MARGIN;
        return !now.isBefore(token.expiresAt().minus(margin));
    }
}
