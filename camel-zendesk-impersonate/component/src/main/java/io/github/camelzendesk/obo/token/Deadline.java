package io.github.camelzendesk.obo.token;

import java.time.Duration;

/** The end of a bounded wait that goes through several steps. */
final class Deadline {

    private final Duration wait;
    private final long end;

    Deadline(Duration wait) {
        this.wait = wait;
        this.end = System.nanoTime() + wait.toNanos();
    }

    long nanosLeft() {
        return Math.max(0, end - System.nanoTime());
    }

    boolean passed() {
        return nanosLeft() == 0;
    }

    TokenStoreException timeout(String whoHoldsIt) {
        return new TokenStoreException(
                TokenStoreException.Reason.LOCK_TIMEOUT,
                "Waited " + wait.toMillis() + " ms while " + whoHoldsIt + " updates the token pair. It asks Zendesk for a new one"
                                                         + " meanwhile: try again; if this goes on, that one hangs and must be"
                                                         + " stopped");
    }

    static TokenStoreException interrupted() {
        Thread.currentThread().interrupt();
        return new TokenStoreException(
                TokenStoreException.Reason.INTERRUPTED,
                "Interrupted while waiting for the token pair's lock: nothing was done; call again when the application runs on");
    }
}
