package io.github.camelzendesk.obo.token;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A token that never changes. When it dies, requests fail until the application starts with another one. */
public final class FixedTokenSource implements TokenSource {

    private final AccessToken token;

    /**
     * @param  token               as Zendesk issued it
     * @throws InvalidAccessToken when it cannot be a bearer token
     */
    public FixedTokenSource(String token) {
        this.token = AccessToken.of(token);
    }

    @Override
    public CompletionStage<AccessToken> token() {
        return CompletableFuture.completedStage(token);
    }

    @Override
    public String toString() {
        return "FixedTokenSource[hidden]";
    }
}
