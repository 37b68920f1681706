package io.github.camelzendesk.obo.token;

import org.jspecify.annotations.Nullable;

/**
 * Keeps rotating pairs where a crash does not lose them. Zendesk's refresh tokens work once: a pair must be stored before
 * it is used, and two processes must never send the same refresh token. So a refresh runs inside {@link #update}, which
 * owns the key meanwhile.
 * <p>
 * Implementations are thread-safe. All methods block, on purpose: locks across processes and disks know no other way.
 * Call them on a thread that may wait, never on an I/O thread. A failure's message says what to do next and never holds a
 * secret.
 */
public interface TokenStore {

    /**
     * The pair as stored now. Does not wait for an {@link #update} that is under way.
     *
     * @return null when none is stored
     */
    @Nullable
    TokenPair load(TokenKey key) throws TokenStoreException;

    /**
     * Replaces the pair while no one else can, in this process or another. Shows first that it can save; only then calls
     * {@code change}, once, on this thread, with the pair as stored now. Has the answer on durable storage before it
     * returns it.
     * <p>
     * What {@code change} throws comes out unchanged, and the stored pair stays. Calling the store again for the same key
     * from inside {@code change}, other than {@link #load}, is an {@link IllegalStateException}.
     *
     * @param  change              what makes the new pair; its answer is numbered by the store, whatever version it has
     * @return                     the pair that is stored now; null when none was and {@code change} made none
     * @throws TokenNotSaved       when saving fails after {@code change} answered; it carries the new pair, the only copy
     *                             there is: keep it, use it, and repeat {@link #save} until it works
     * @throws TokenStoreException when the store cannot be read, locked or written; {@code change} was not called
     * @throws X                   what {@code change} throws
     */
    <X extends Exception> @Nullable TokenPair update(TokenKey key, Change<X> change) throws TokenStoreException, X;

    /**
     * Saves a pair whose saving failed before, under the version it has, or a first one. Saving the pair that is stored
     * already does no harm.
     *
     * @throws TokenStoreException {@link TokenStoreException.Reason#NEWER_VERSION} when the store holds another pair of the
     *                             same or a newer version, which stays: load it and use that one
     */
    void save(TokenKey key, TokenPair pair) throws TokenStoreException;

    /**
     * Makes the successor of a pair.
     *
     * @param <X> what it throws
     */
    @FunctionalInterface
    interface Change<X extends Exception> {

        /**
         * @param  current null when none is stored
         * @return         the new pair, or null to leave things as they are
         */
        @Nullable
        TokenPair apply(@Nullable TokenPair current) throws X;
    }
}
