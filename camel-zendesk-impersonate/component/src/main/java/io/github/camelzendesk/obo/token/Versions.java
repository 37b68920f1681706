package io.github.camelzendesk.obo.token;

import org.jspecify.annotations.Nullable;

/** Which pair may follow which. */
final class Versions {

    private Versions() {
    }

    /**
     * What {@link TokenStore#save} stores.
     *
     * @return                     the pair under the version to store it as
     * @throws TokenStoreException when what is stored must stay
     */
    static TokenPair savable(@Nullable TokenPair stored, TokenPair pair) throws TokenStoreException {
        TokenPair numbered = pair.version() == TokenPair.NOT_STORED ? pair.after(null) : pair;
        if (stored == null || numbered.version() > stored.version() || numbered.equals(stored)) {
            return numbered;
        }
        throw new TokenStoreException(
                TokenStoreException.Reason.NEWER_VERSION,
                "The store holds another token pair of version " + stored.version() + ", so that of version "
                                                          + pair.version() + " was not saved over it: load the stored one and"
                                                          + " use that; to replace it on purpose, use update");
    }
}
