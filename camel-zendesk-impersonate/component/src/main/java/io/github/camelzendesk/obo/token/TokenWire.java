package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * What carries the few requests that may go out without a user: token probes and control requests. The client package
 * implements it with the same HTTP engine that carries everything else. No route can reach it.
 */
public interface TokenWire {

    /**
     * Sends one request, once. The stage fails with {@link NoAnswer} when there is no whole answer.
     */
    CompletionStage<Answer> send(Request request);

    /**
     * @param onBehalfOf the value of {@code X-On-Behalf-Of}, or null for a request as the owner of the token
     */
    record Request(String method, Origin origin, String path, AccessToken token, @Nullable String onBehalfOf) {

        Request bare() {
            return new Request(method, origin, path, token, null);
        }

        Request onBehalfOf(String user) {
            return new Request(method, origin, path, token, user);
        }

        @Override
        public String toString() {
            return "Request[" + method + " " + origin + path + (onBehalfOf == null ? "" : " on behalf of another") + "]";
        }
    }

    /**
     * @param body       the start of the body, never null
     * @param retryAfter how long the server asks to wait, or null when it does not say
     * @param date       the server's clock, or null when it does not say
     * @param rate       how the account's rate limit stands, or null when it does not say
     */
    record Answer(int status, byte[] body, @Nullable Duration retryAfter, @Nullable Instant date, @Nullable Rate rate) {

        /** An answer that tells neither the time nor the rate limit. */
        public Answer(int status, byte[] body, @Nullable Duration retryAfter) {
            this(status, body, retryAfter, null, null);
        }
    }

    /**
     * An account's rate limit.
     *
     * @param limit     requests per minute
     * @param remaining what is left of them in this minute, or null when it does not say
     */
    record Rate(long limit, @Nullable Long remaining) {
    }

    /** There was no whole answer; the message says why and may be shown to anyone. */
    final class NoAnswer extends Exception {

        private static final long serialVersionUID = 1L;

        public NoAnswer(String message) {
            super(message);
        }
    }
}
