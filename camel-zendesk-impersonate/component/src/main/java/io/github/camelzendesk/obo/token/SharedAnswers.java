package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * One question at a time for each key: whoever asks while it is under way waits for the same answer, and an answer serves
 * for as long as it is valid. A question that fails is forgotten. Bounded; thread-safe; asks outside the lock.
 */
public final class SharedAnswers<K, V> {

    private final InstantSource clock;
    private final Function<V, Duration> validFor;
    private final Map<K, Entry<V>> entries;

    /**
     * @param capacity how many keys are remembered; beyond it the one asked for longest ago is forgotten
     * @param validFor how long an answer serves, from when it arrived
     */
    public SharedAnswers(InstantSource clock, int capacity, Function<V, Duration> validFor) {
        this.clock = clock;
        this.validFor = validFor;
        this.entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Entry<V>> eldest) {
                return size() > capacity;
            }
        };
    }

    /** The answer for a key: the one at hand while it is valid, else that of {@code question}. */
    public CompletionStage<V> get(K key, Supplier<CompletionStage<V>> question) {
        Entry<V> asking = new Entry<>();
        synchronized (entries) {
            Entry<V> known = entries.get(key);
            if (known != null && known.serves(clock.instant())) {
                return known.answer;
            }
            entries.put(key, asking);
        }
        CompletionStage<V> asked;
        try {
            asked = question.get();
        } catch (Throwable e) {
            // whatever it is: an entry that never completes would hold everybody who asks from now on
            asked = CompletableFuture.failedStage(e);
        }
        asked.whenComplete((answer, failure) -> {
            Throwable failed = failure;
            Instant until = null;
            if (failed == null) {
                try {
                    until = clock.instant().plus(validFor.apply(answer));
                } catch (RuntimeException e) {
                    failed = e;
                }
            }
            synchronized (entries) {
                if (failed == null) {
                    asking.validUntil = until;
                } else {
                    entries.remove(key, asking);
                }
            }
            // outside the lock: what waits may do anything
            if (failed == null) {
                asking.answer.complete(answer);
            } else {
                asking.answer.completeExceptionally(failed);
            }
        });
        return asking.answer;
    }

    private static final class Entry<V> {
        final CompletableFuture<V> answer = new CompletableFuture<>();
        /** null while the question is under way */
        @Nullable Instant validUntil;

        boolean serves(Instant now) {
            return validUntil == null || now.isBefore(validUntil);
        }
    }
}
