package io.github.camelzendesk.obo.token;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Zendesk has given out a new pair and the store could not save it. The old pair is dead, so {@link #pair()} is the only
 * copy: keep it in memory and repeat {@link TokenStore#save} until it works.
 */
public final class TokenNotSaved extends TokenStoreException {

    private static final long serialVersionUID = 1L;

    // a serialised exception travels far; a secret does not travel with it
    private final transient @Nullable TokenPair pair;

    public TokenNotSaved(TokenPair pair, TokenStoreException cause) {
        super(cause.reason(),
              "The new token pair is in memory only: do not stop the process before it is saved. " + cause.getMessage(), cause);
        this.pair = Objects.requireNonNull(pair);
    }

    /**
     * The pair that is not saved, already numbered.
     *
     * @throws IllegalStateException after the exception was serialised, which leaves the secret out
     */
    public TokenPair pair() {
        if (pair == null) {
            throw new IllegalStateException("The pair is not serialised with the exception");
        }
        return pair;
    }
}
