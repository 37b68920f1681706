package io.github.camelzendesk.obo;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.camelzendesk.obo.token.MemoryTokenStore;
import io.github.camelzendesk.obo.token.TokenKey;
import io.github.camelzendesk.obo.token.TokenNotSaved;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenStore;
import io.github.camelzendesk.obo.token.TokenStoreException;

/** A store in memory that can be told not to be writable, or to fail after Zendesk gave the new pair. */
final class FailingStore implements TokenStore {

    volatile boolean readOnly;
    final AtomicInteger savesThatFail = new AtomicInteger();
    final AtomicInteger saves = new AtomicInteger();
    private final MemoryTokenStore store = new MemoryTokenStore();

    @Override
    public TokenPair load(TokenKey key) {
        return store.load(key);
    }

    @Override
    public <X extends Exception> TokenPair update(TokenKey key, Change<X> change) throws TokenStoreException, X {
        if (readOnly) {
            throw new TokenStoreException(TokenStoreException.Reason.NOT_WRITABLE, "The token store is read-only: mount it again");
        }
        TokenPair[] lost = new TokenPair[1];
        TokenPair result = store.update(key, current -> {
            TokenPair made = change.apply(current);
            if (made != null && savesThatFail.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                lost[0] = made.after(current);
                return null;
            }
            return made;
        });
        if (lost[0] != null) {
            throw new TokenNotSaved(lost[0], full());
        }
        return result;
    }

    @Override
    public void save(TokenKey key, TokenPair pair) throws TokenStoreException {
        saves.incrementAndGet();
        if (savesThatFail.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw full();
        }
        store.save(key, pair);
    }

    private static TokenStoreException full() {
        return new TokenStoreException(TokenStoreException.Reason.NO_ROOM, "The disk of the token store is full: make room");
    }
}
