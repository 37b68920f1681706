package io.github.camelzendesk.standin;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/** The other half of a token: good for one refresh. Its text form leaves the value out. */
public final class RefreshToken {

    private final String value;
    private final Token accessToken;
    /** The code challenge of the grant that began the chain; a public client shows its verifier at each refresh. */
    private final @Nullable String challenge;
    /** The id of the first access token of the chain. */
    private final long family;
    private volatile Instant expiresAt;
    private volatile boolean spent;
    private volatile boolean revoked;

    RefreshToken(String value, Token accessToken, @Nullable String challenge, long family, Instant expiresAt) {
        this.value = value;
        this.accessToken = accessToken;
        this.challenge = challenge;
        this.family = family;
        this.expiresAt = expiresAt;
    }

    public String value() {
        return value;
    }

    /** The access token that came with it, and dies when it is used. */
    public Token accessToken() {
        return accessToken;
    }

    @Nullable String challenge() {
        return challenge;
    }

    long family() {
        return family;
    }

    public Instant expiresAt() {
        return expiresAt;
    }

    public RefreshToken expiresAt(Instant expiresAt) {
        this.expiresAt = expiresAt;
        return this;
    }

    /** Whether it was exchanged for another. */
    public boolean spent() {
        return spent;
    }

    void spend() {
        spent = true;
        accessToken.revoke();
    }

    public boolean revoked() {
        return revoked;
    }

    /** It alone; the access token lives on. */
    public RefreshToken revoke() {
        revoked = true;
        return this;
    }

    boolean good(Instant now) {
        return !spent && !revoked && now.isBefore(expiresAt);
    }

    @Override
    public String toString() {
        return "refresh token of " + accessToken + (spent ? " spent" : "") + (revoked ? " revoked" : "");
    }
}
