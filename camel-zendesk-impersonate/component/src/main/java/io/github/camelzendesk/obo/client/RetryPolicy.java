package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;

/**
 * Whether and when a request that failed goes out again. A write does so only when it is known not to have been done, or when
 * Zendesk recognizes its copy. Decides only.
 *
 * @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">AWS: Exponential backoff and
 *      jitter</a>, whose full jitter this is
 */
final class RetryPolicy {

    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(20);
    /** So that those who were told the same time do not all come at it: a tenth of it, but no more than this. */
    private static final Duration MOST_SPREAD = Duration.ofSeconds(2);

    private RetryPolicy() {
    }

    sealed interface Decision {

        /** Once more after a while. */
        record Again(Duration after) implements Decision {
        }

        /** No. The reason is for the message of the error; empty when the failure says it all. */
        record Stop(String why) implements Decision {
        }
    }

    private static final Decision NOTHING_TO_ADD = new Decision.Stop("");

    /**
     * @param tries       how often it was tried, whether or not anything left
     * @param maxAttempts how often it may be
     * @param since       when the message came
     * @param latest      when the last try may begin
     * @param random      from 0 to 1
     */
    static Decision decide(
            ApiRequest request, Failure failure, int tries, int maxAttempts, Instant since, Instant now, Instant latest,
            double random) {
        if (!passes(failure)) {
            return NOTHING_TO_ADD;
        } else if (failure.outcome() != Outcome.NOT_DONE && !(failure.outcome() == Outcome.UNKNOWN && request.recognizable())) {
            return NOTHING_TO_ADD;
        } else if (failure.attempts() > 0 && !request.body().repeatable()) {
            return new Decision.Stop("its body can be read only once");
        } else if (tries >= maxAttempts) {
            return maxAttempts == 1 ? NOTHING_TO_ADD : new Decision.Stop("that is all that maxAttempts allows");
        }
        Duration wait = wait(failure, tries, random);
        Instant then = now.plus(wait);
        if (failure.outcome() == Outcome.UNKNOWN && then.isAfter(since.plus(ApiRequest.RECOGNIZABLE_FOR))) {
            return new Decision.Stop("Zendesk forgets idempotency keys after two hours");
        }
        return then.isAfter(latest)
                ? new Decision.Stop("the next try would be later than maxWait allows") : new Decision.Again(wait);
    }

    /** Whether it may go well another time without anybody doing anything. */
    private static boolean passes(Failure failure) {
        return !failure.lasting() && switch (failure.kind()) {
            case RATE_LIMITED, UNAVAILABLE, TRANSPORT -> true;
            // the token package tells when it may know more
            case NOT_PROVEN, NO_TOKEN -> failure.attempts() == 0 && failure.retryAfter() != null;
            default -> false;
        };
    }

    /** The larger of what Zendesk asks for and what is usual. */
    private static Duration wait(Failure failure, int tries, double random) {
        Duration most = FIRST.multipliedBy(1L << Math.min(20, tries - 1));
        Duration own = part(most.compareTo(LONGEST) > 0 ? LONGEST : most, random);
        Duration told = failure.retryAfter() != null ? failure.retryAfter()
                : failure.kind() == Failure.Kind.RATE_LIMITED ? AccountRateBudget.WITHOUT_A_HINT : null;
        if (told == null) {
            return own;
        }
        Duration spread = told.dividedBy(10);
        Duration later = told.plus(part(spread.compareTo(MOST_SPREAD) > 0 ? MOST_SPREAD : spread, random));
        return later.compareTo(own) > 0 ? later : own;
    }

    private static Duration part(Duration whole, double random) {
        return Duration.ofNanos((long) (whole.toNanos() * random));
    }
}
