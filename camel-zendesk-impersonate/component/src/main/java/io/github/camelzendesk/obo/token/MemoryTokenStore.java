package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * A store that forgets everything when the process ends. For tests, and for pairs that nobody misses. <b>Not for a
 * refresh token in production</b>: after a restart somebody has to authorize again.
 */
public final class MemoryTokenStore implements TokenStore {

    private static final Duration LOCK_WAIT = Duration.ofSeconds(30);

    private final ConcurrentMap<TokenKey, TokenPair> pairs = new ConcurrentHashMap<>();
    private final KeyLocks locks = new KeyLocks();
    private final Duration lockWait;

    public MemoryTokenStore() {
        this(LOCK_WAIT);
    }

    /** @param lockWait how long to wait while another thread updates the same key */
    public MemoryTokenStore(Duration lockWait) {
        this.lockWait = KeyLocks.checked(lockWait);
    }

    @Override
    public @Nullable TokenPair load(TokenKey key) {
        return pairs.get(key);
    }

    @Override
    public <X extends Exception> @Nullable TokenPair update(TokenKey key, Change<X> change) throws TokenStoreException, X {
        KeyLocks.Held held = locks.acquire(key, new Deadline(lockWait));
        try {
            TokenPair current = pairs.get(key);
            TokenPair made = change.apply(current);
            if (made == null) {
                return current;
            }
            TokenPair next = made.after(current);
            pairs.put(key, next);
            return next;
        } finally {
            held.release();
        }
    }

    @Override
    public void save(TokenKey key, TokenPair pair) throws TokenStoreException {
        KeyLocks.Held held = locks.acquire(key, new Deadline(lockWait));
        try {
            pairs.put(key, Versions.savable(pairs.get(key), pair));
        } finally {
            held.release();
        }
    }

    @Override
    public String toString() {
        return "MemoryTokenStore";
    }
}
