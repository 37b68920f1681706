package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** One lock a key, among the threads of this class loader, in the order of asking. Keeps nothing for keys at rest. */
final class KeyLocks {

    private final Map<Object, Entry> entries = new HashMap<>();

    static Duration checked(Duration lockWait) {
        if (lockWait.isNegative() || lockWait.isZero() || lockWait.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("lockWait must be positive and at most one day");
        }
        return lockWait;
    }

    /** Waits for the lock; the caller releases what comes back, on the same thread. */
    Held acquire(Object key, Deadline deadline) throws TokenStoreException {
        Entry entry;
        synchronized (entries) {
            entry = entries.computeIfAbsent(key, k -> new Entry());
            if (entry.lock.isHeldByCurrentThread()) {
                throw new IllegalStateException("A change of a token pair must not update or save the same pair");
            }
            entry.users++;
        }
        boolean locked = false;
        try {
            // an interrupted thread, as at shutdown, still gets a lock that is free: it may have the only copy of a pair
            locked = Thread.currentThread().isInterrupted() && entry.lock.tryLock()
                    || entry.lock.tryLock(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        } finally {
            if (!locked) {
                leave(key, entry);
            }
        }
        if (!locked) {
            throw deadline.timeout("another thread");
        }
        return new Held(this, key, entry);
    }

    private void leave(Object key, Entry entry) {
        synchronized (entries) {
            if (--entry.users == 0) {
                entries.remove(key);
            }
        }
    }

    private static final class Entry {
        private final ReentrantLock lock = new ReentrantLock(true);
        private int users;
    }

    /** A lock that is held. */
    static final class Held {

        private final KeyLocks owner;
        private final Object key;
        private final Entry entry;

        private Held(KeyLocks owner, Object key, Entry entry) {
            this.owner = owner;
            this.key = key;
            this.entry = entry;
        }

        void release() {
            entry.lock.unlock();
            owner.leave(key, entry);
        }
    }
}
