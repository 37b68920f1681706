package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Decides when a request may go out, so that Zendesk need not refuse it. One bean may serve any number of endpoints, and all
 * that share it share what it knows. The usual one is {@link AccountRateBudget}. Must be thread-safe and must not hold the
 * thread that asks.
 */
public interface RateBudget {

    /**
     * Asks to send a request.
     *
     * @return completes when it may go out; with {@link Exhausted} when it may not, now or within the time that it has. Whoever
     *         asked may cancel it, and then gives back a permit that comes all the same
     */
    CompletionStage<Permit> acquire(Demand demand);

    /**
     * Who asks.
     *
     * @param request what is to go out
     * @param order   of the messages by their arrival: who came first goes first, also when it asks again
     * @param latest  when it no longer makes sense
     */
    record Demand(ApiRequest request, long order, Instant latest) {

        /** Hides the request, which holds the user. */
        @Override
        public String toString() {
            return "Demand[" + order + "]";
        }
    }

    /** The right to send once. */
    interface Permit extends AutoCloseable {

        /**
         * The request leaves. Each time counts, although only one was asked for: a token that died on the way makes it go round
         * once more, and that must not wait behind others.
         */
        Flight launch();

        /** Nothing more will leave. Gives back what was not used. May be called again. */
        @Override
        void close();
    }

    /** A request that has left. One of the three is called, once. */
    interface Flight {

        /** @param headers with what Zendesk says of its limits */
        void answered(int status, AnswerHeaders headers);

        /** Nobody knows what Zendesk counted. */
        void lost();

        /** It did not leave after all. */
        void unsent();
    }

    /** There is no budget for a request in the time that it has. */
    final class Exhausted extends Exception {

        private static final long serialVersionUID = 1L;

        private final @Nullable Duration retryAfter;

        /**
         * @param message    why, in words that may stand in a log
         * @param retryAfter when there may be some again, or null when unknown
         */
        public Exhausted(String message, @Nullable Duration retryAfter) {
            super(message, null, false, false);
            this.retryAfter = retryAfter;
        }

        /** How long until there may be some again, or null. */
        public @Nullable Duration retryAfter() {
            return retryAfter;
        }
    }
}
