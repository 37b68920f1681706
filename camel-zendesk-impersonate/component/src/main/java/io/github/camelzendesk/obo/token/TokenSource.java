package io.github.camelzendesk.obo.token;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Where the token of a Zendesk account comes from. A route names one by its bean in the registry
 * ({@code tokenSource=#acme}). It is asked before every attempt of every request, so that a renewed token is picked up at
 * once; keep the answer ready rather than fetching it each time.
 * <p>
 * A source belongs to one account: the component binds it to the first origin that it is used with, and refuses it for
 * any other.
 * <p>
 * Implementations must be thread-safe. What the stage completes with must not be null; a failed stage, or an exception
 * thrown from {@link #token()}, fails the message with {@code ZendeskOboNoTokenException} and nothing is sent.
 */
public interface TokenSource {

    /** The token to use now. */
    CompletionStage<AccessToken> token();

    /**
     * Zendesk refused this token and a probe showed that it is dead. A source that can renew its token gives another one
     * from the next {@link #token()} on; one that cannot ignores the call. Never called for a user whom Zendesk does not
     * know.
     *
     * @param rejected the token that is dead; possibly no longer the current one
     */
    default void invalidate(AccessToken rejected) {
    }

    /** The origin that the tokens are meant for, or null when the source does not know. */
    default @Nullable Origin origin() {
        return null;
    }

    /**
     * A source that asks a supplier each time.
     *
     * @param supplier thread-safe; what it answers is checked as by {@link AccessToken#of(CharSequence)}
     */
    static TokenSource supplied(Supplier<? extends CharSequence> supplier) {
        return new TokenSource() {
            @Override
            public CompletionStage<AccessToken> token() {
                return CompletableFuture.completedStage(AccessToken.of(supplier.get()));
            }

            @Override
            public String toString() {
                return "TokenSource[supplied]";
            }
        };
    }
}
