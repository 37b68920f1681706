package io.github.camelzendesk.obo.token;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A source has no token to give. The message says why and what to do, without any secret and without anything that came from
 * the other side unchecked, so it is shown to whoever reads the error of the message.
 */
public final class TokenUnavailable extends Exception {

    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    /**
     * @param retryAfter in how long it makes sense to try again, or null when somebody has to do something first
     */
    public TokenUnavailable(String message, @Nullable Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    /** In how long it makes sense to try again, or null when somebody has to do something first. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
