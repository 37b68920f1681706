package io.github.camelzendesk.obo.token;

/** What was given as a token cannot be one. The message says why and what to use instead, never the value. */
public final class InvalidAccessToken extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    InvalidAccessToken(String message) {
        super(message);
    }
}
