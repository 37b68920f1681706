package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

/** What every token store promises. An implementation's test inherits it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class TokenStoreContractTest {

    static final Duration PATIENT = Duration.ofSeconds(60);

    /** A store on the place of this test, empty at first; for a durable one, another object on the same place each time. */
    abstract TokenStore store(Duration lockWait) throws Exception;

    TokenStore store() throws Exception {
        return store(PATIENT);
    }

    @Test
    void anEmptyStoreHasNoPair() throws Exception {
        assertThat(store().load(TestPairs.ACME)).isNull();
        assertThat(store().update(TestPairs.ACME, current -> {
            assertThat(current).isNull();
            return null;
        })).isNull();
        assertThat(store().load(TestPairs.ACME)).isNull();
    }

    @Test
    void whatIsSavedIsLoadedToTheLastDetail() throws Exception {
        TokenStore store = store();
        store.save(TestPairs.ACME, TestPairs.pair(1));

        TokenPair loaded = store.load(TestPairs.ACME);

        assertThat(loaded).isEqualTo(TestPairs.pair(1).withVersion(1));
        assertThat(loaded.accessToken().expiresAt()).isEqualTo(TestPairs.NOW.plusSeconds(1800));
        assertThat(loaded.scopes()).containsExactly("impersonate", "write");
    }

    @Test
    void whatIsNotKnownStaysUnknown() throws Exception {
        TokenStore store = store();
        TokenPair bare = TokenPair.of(AccessToken.of("a"), "r", null, List.of(), TestPairs.NOW);
        store.save(TestPairs.ACME, bare);

        assertThat(store.load(TestPairs.ACME)).isEqualTo(bare.withVersion(1));
    }

    @Test
    void theLongestPairIsStored() throws Exception {
        List<String> scopes = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            scopes.add("s".repeat(124) + (1000 + i));
        }
        TokenPair longest = TokenPair.of(AccessToken.of("a".repeat(4096)), "r".repeat(4096), null, scopes, TestPairs.NOW);
        TokenStore store = store();

        store.update(TestPairs.ACME, current -> longest);

        assertThat(store.load(TestPairs.ACME)).isEqualTo(longest.withVersion(1));
    }

    @Test
    void anUpdateSeesWhatIsStoredAndNumbersWhatItStores() throws Exception {
        TokenStore store = store();
        store.save(TestPairs.ACME, TestPairs.pair(1));

        TokenPair made = store.update(TestPairs.ACME, current -> {
            assertThat(current).isEqualTo(TestPairs.pair(1).withVersion(1));
            return TestPairs.pair(2).withVersion(77);
        });

        assertThat(made).isEqualTo(TestPairs.pair(2).withVersion(2)).isEqualTo(store.load(TestPairs.ACME));
        assertThat(store.update(TestPairs.ACME, current -> null)).isEqualTo(made);
    }

    @Test
    void theOldPairCanBeLoadedWhileItsSuccessorIsMade() throws Exception {
        TokenStore store = store();
        store.save(TestPairs.ACME, TestPairs.pair(1));

        store.update(TestPairs.ACME, current -> {
            assertThat(loadElsewhere(store)).isEqualTo(current);
            return TestPairs.pair(2);
        });
    }

    @Test
    void accountsAndClientsAreKeptApart() throws Exception {
        TokenStore store = store();
        store.save(TestPairs.ACME, TestPairs.pair(1));
        store.save(TestPairs.GLOBEX, TestPairs.pair(2));

        // while one is being updated, too
        store.update(TestPairs.ACME, current -> {
            store.update(TestPairs.ACME_OTHER_CLIENT, none -> TestPairs.pair(3));
            return null;
        });

        assertThat(store.load(TestPairs.ACME).refreshToken()).isEqualTo("refresh-SECRET-1");
        assertThat(store.load(TestPairs.GLOBEX).refreshToken()).isEqualTo("refresh-SECRET-2");
        assertThat(store.load(TestPairs.ACME_OTHER_CLIENT).refreshToken()).isEqualTo("refresh-SECRET-3");
    }

    @Test
    void aChangeThatFailsLeavesTheOldPairAndItsExceptionUntouched() throws Exception {
        TokenStore store = store();
        store.save(TestPairs.ACME, TestPairs.pair(1));
        IOException refused = new IOException("Zendesk is down");

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.update(TestPairs.ACME, current -> {
            throw refused;
        })).isSameAs(refused);

        assertThat(store.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
        assertThat(store.update(TestPairs.ACME, TestPairs::successor).version()).isEqualTo(2);
    }

    @Test
    void aNewerVersionIsNeverOverwritten() throws Exception {
        TokenStore store = store();
        store.save(TestPairs.ACME, TestPairs.pair(5).withVersion(5));

        for (long version : new long[] { TokenPair.NOT_STORED, 1, 4, 5 }) {
            assertThatExceptionOfType(TokenStoreException.class)
                    .isThrownBy(() -> store.save(TestPairs.ACME, TestPairs.pair(4).withVersion(version)))
                    .withMessageContaining("load the stored one").withMessageNotContaining("SECRET")
                    .extracting(TokenStoreException::reason).isEqualTo(Reason.NEWER_VERSION);
            assertThat(store.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(5).withVersion(5));
        }
    }

    @Test
    void savingAgainWhatMayHaveBeenSavedDoesNoHarm() throws Exception {
        TokenStore store = store();
        store.save(TestPairs.ACME, TestPairs.pair(5).withVersion(5));
        store.save(TestPairs.ACME, TestPairs.pair(5).withVersion(5));
        store.save(TestPairs.ACME, TestPairs.pair(6).withVersion(6));

        assertThat(store.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(6).withVersion(6));
    }

    @Test
    void oneChangeAtATimeOverManyThreads() throws Exception {
        int threads = 8;
        int updates = 10;
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            TokenStore shared = store();
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                // half of them through objects of their own, where the store has a place that is shared
                TokenStore store = t % 2 == 0 ? shared : store();
                all.add(pool.submit(() -> {
                    for (int i = 0; i < updates; i++) {
                        store.update(TestPairs.ACME, current -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            Thread.yield();
                            inside.decrementAndGet();
                            return TestPairs.successor(current);
                        });
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(100, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(most).hasValue(1);
        TokenPair last = store().load(TestPairs.ACME);
        assertThat(last.version()).isEqualTo(threads * updates);
        assertThat(TestPairs.generation(last)).isEqualTo(threads * updates);
    }

    @Test
    void waitingForAnotherOneEndsWithATypedError() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        // a store without a place is the same object, with the short wait
        TokenStore impatient = store(Duration.ofMillis(200));
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<TokenPair> other = pool.submit(() -> impatient.update(TestPairs.ACME, current -> {
                holding.countDown();
                done.await();
                return TestPairs.pair(1);
            }));
            holding.await();

            for (TokenStore store : List.of(impatient, store(Duration.ofMillis(200)))) {
                AtomicInteger called = new AtomicInteger();
                assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> store.update(TestPairs.ACME, current -> {
                    called.incrementAndGet();
                    return null;
                })).withMessageContaining("try again").extracting(TokenStoreException::reason).isEqualTo(Reason.LOCK_TIMEOUT);
                assertThat(called).hasValue(0);
            }
            done.countDown();
            assertThat(other.get(10, TimeUnit.SECONDS).version()).isEqualTo(1);
        } finally {
            done.countDown();
            pool.shutdownNow();
        }
        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
    }

    @Test
    void whoIsInterruptedWhileWaitingStops() throws Exception {
        TokenStore store = store();
        Thread waiting = Thread.currentThread();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        try {
            Future<TokenPair> other = pool.submit(() -> store.update(TestPairs.ACME, current -> {
                holding.countDown();
                Thread.sleep(100);
                waiting.interrupt();
                done.await();
                return null;
            }));
            holding.await();

            assertThatExceptionOfType(TokenStoreException.class)
                    .isThrownBy(() -> store.save(TestPairs.ACME, TestPairs.pair(1)))
                    .extracting(TokenStoreException::reason).isEqualTo(Reason.INTERRUPTED);
            assertThat(Thread.interrupted()).isTrue();
            done.countDown();
            other.get(10, TimeUnit.SECONDS);
        } finally {
            done.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    void anInterruptDoesNotLoseAPair() throws Exception {
        TokenStore store = store();

        Thread.currentThread().interrupt();
        TokenPair made = store.update(TestPairs.ACME, current -> TestPairs.pair(1));
        assertThat(Thread.interrupted()).isTrue();
        store.update(TestPairs.ACME, current -> {
            Thread.currentThread().interrupt();
            return TestPairs.pair(2);
        });
        assertThat(Thread.interrupted()).isTrue();

        assertThat(made.version()).isEqualTo(1);
        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(2).withVersion(2));
    }

    @Test
    void aChangeCannotChangeTheSamePairAgain() throws Exception {
        TokenStore store = store();

        assertThatIllegalStateException().isThrownBy(() -> store.update(TestPairs.ACME, current -> {
            store.save(TestPairs.ACME, TestPairs.pair(1));
            return null;
        }));

        assertThat(store.update(TestPairs.ACME, TestPairs::successor).version()).isEqualTo(1);
    }

    @Test
    void theStoreHasNoSecretText() throws Exception {
        TokenStore store = store();
        store.save(TestPairs.ACME, TestPairs.pair(1));

        assertThat(store.toString()).doesNotContain("SECRET");
    }

    private static TokenPair loadElsewhere(TokenStore store) throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            return pool.submit(() -> store.load(TestPairs.ACME)).get(10, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
    }
}
