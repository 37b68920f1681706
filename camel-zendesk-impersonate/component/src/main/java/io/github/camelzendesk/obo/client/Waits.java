package io.github.camelzendesk.obo.client;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The messages that wait, for budget or for another try, so that what stops need not wait for them. Thread-safe. */
public final class Waits {

    private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /** Waits for that, unless all waiting ends before: then it fails with {@link Ended}. */
    void add(CompletableFuture<?> wait) {
        if (wait.isDone()) {
            return;
        }
        waiting.add(wait);
        wait.whenComplete((value, failure) -> waiting.remove(wait));
        if (ended) {
            wait.completeExceptionally(new Ended());
        }
    }

    /** Nobody waits any longer, and nobody begins to: what would have to wait fails. */
    public void end() {
        ended = true;
        waiting.forEach(wait -> wait.completeExceptionally(new Ended()));
    }

    /** Waiting is all right again. */
    public void begin() {
        ended = false;
    }

    /** How many wait. */
    public int size() {
        return waiting.size();
    }

    /** The route or the component stops. */
    static final class Ended extends Exception {

        private static final long serialVersionUID = 1L;

        Ended() {
            super("the route is stopping", null, false, false);
        }
    }

    @Override
    public String toString() {
        return "Waits[" + waiting.size() + "]";
    }
}
