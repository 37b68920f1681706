package io.github.camelzendesk.obo.token;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/** A token that never changes. When it dies, requests fail until the application starts with another one. */
public final class FixedTokenSource implements TokenSource {

    private volatile @Nullable AccessToken token;

    /** For declarations; {@link #setToken} follows. */
    public FixedTokenSource() {
    }

    /**
     * @param  token               as Zendesk issued it
     * @throws InvalidAccessToken when it cannot be a bearer token
     */
    public FixedTokenSource(String token) {
        this.token = AccessToken.of(token);
    }

    /**
     * The token as Zendesk issued it. Required.
     *
     * @throws InvalidAccessToken when it cannot be a bearer token
     */
    public void setToken(String token) {
        this.token = AccessToken.of(token);
    }

    @Override
    public CompletionStage<AccessToken> token() {
        AccessToken now = token;
        return now != null ? CompletableFuture.completedStage(now)
                : CompletableFuture.failedStage(new TokenUnavailable("the fixed token source has no token: set its property token", null));
    }

    @Override
    public String toString() {
        return "FixedTokenSource[hidden]";
    }
}
