package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

/** What a store promises besides when its place outlives the process and is shared with others. */
abstract class DurableTokenStoreContractTest extends TokenStoreContractTest {

    static final StoreKey KEY = key(1);

    static StoreKey key(int seed) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (seed * 31 + i * 7 + 1);
        }
        try {
            return StoreKey.of(bytes);
        } catch (TokenStoreException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    TokenStore store(Duration lockWait) throws Exception {
        return store(lockWait, KEY);
    }

    abstract TokenStore store(Duration lockWait, StoreKey key) throws Exception;

    abstract TokenStore rekeyed(TokenStore store, StoreKey newKey) throws Exception;

    /** The place, as {@link StoreProcess} takes it, while this process uses it too. */
    abstract List<String> place();

    /** The place for a process that has it for itself. */
    List<String> placeAlone() {
        return place();
    }

    /** What lies there for a key. */
    abstract byte[] bytes(TokenKey key) throws Exception;

    /** Puts something else there, without the store. */
    abstract void put(TokenKey key, byte[] bytes) throws Exception;

    /** How many bytes further the next damage is; the format is the same everywhere, so slow places need not try each one. */
    int stride() {
        return 1;
    }

    @Test
    void aNewObjectFindsWhatAnotherOneStored() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        TokenPair made = store().update(TestPairs.ACME, TestPairs::successor);

        assertThat(store().load(TestPairs.ACME)).isEqualTo(made).isEqualTo(TestPairs.pair(2).withVersion(2));
    }

    @Test
    void noSecretIsReadableAndNoTwoWritesAreTheSame() throws Exception {
        TokenPair pair = TestPairs.pair(1).withVersion(1);
        store().save(TestPairs.ACME, pair);
        byte[] first = bytes(TestPairs.ACME);
        store().save(TestPairs.ACME, pair);
        byte[] second = bytes(TestPairs.ACME);

        for (byte[] bytes : List.of(first, second)) {
            assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("SECRET").contains("acme.zendesk.com");
        }
        int same = 0;
        for (int i = 0; i < first.length; i++) {
            same += first[i] == second[i] ? 1 : 0;
        }
        assertThat(first.length - same).as("bytes that differ").isGreaterThan(100);
    }

    @Test
    void anotherKeyIsToldFromDamage() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));

        refuses(store(PATIENT, key(2)), EnumSet.of(Reason.WRONG_KEY), "encrypted with another key");
    }

    @Test
    void oneDamagedByteAnywhereIsFoundAndLeftAlone() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        byte[] good = bytes(TestPairs.ACME);
        TokenStore store = store();

        for (int i = 0; i < good.length; i += stride()) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << i % 8);
            put(TestPairs.ACME, bad);
            Set<Reason> reasons = i < 8 ? EnumSet.of(Reason.NOT_OURS) : i == 8 ? EnumSet.of(Reason.UNSUPPORTED_FORMAT)
                    : EnumSet.of(Reason.DAMAGED);
            refuses(store, reasons, "");
        }
    }

    @Test
    void whatIsCutOffOrGoesOnIsFoundAndLeftAlone() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        byte[] good = bytes(TestPairs.ACME);
        TokenStore store = store();

        for (int length = 0; length < good.length; length += stride()) {
            put(TestPairs.ACME, Arrays.copyOf(good, length));
            refuses(store, EnumSet.of(Reason.DAMAGED), "");
        }
        put(TestPairs.ACME, Arrays.copyOf(good, good.length + 1));
        refuses(store, EnumSet.of(Reason.DAMAGED), "");
    }

    @Test
    void somethingElseIsLeftAlone() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));

        for (String other : List.of("{\"refresh_token\":\"SECRET\"}", "SECRET".repeat(9000), "\0")) {
            put(TestPairs.ACME, other.getBytes(StandardCharsets.UTF_8));
            refuses(store(), EnumSet.of(Reason.NOT_OURS), "left alone");
        }
    }

    @Test
    void thePairOfAnotherAccountOrClientInItsPlaceIsLeftAlone() throws Exception {
        for (TokenKey other : List.of(TestPairs.GLOBEX, TestPairs.ACME_OTHER_CLIENT)) {
            store().save(other, TestPairs.pair(1));
            store().update(TestPairs.ACME, TestPairs::successor);
            byte[] mine = bytes(TestPairs.ACME);
            put(TestPairs.ACME, bytes(other));
            refuses(store(), EnumSet.of(Reason.NOT_OURS), "another account or OAuth client");
            put(TestPairs.ACME, mine);
        }
    }

    @Test
    void anotherKeyCanBeGivenToAllThatIsStored() throws Exception {
        TokenStore store = store();
        StoreKey newKey = key(2);
        store.save(TestPairs.ACME, TestPairs.pair(1));
        store.save(TestPairs.GLOBEX, TestPairs.pair(2).withVersion(9));

        TokenStore rekeyed = rekeyed(store, newKey);

        assertThat(rekeyed.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
        assertThat(store(PATIENT, newKey).load(TestPairs.GLOBEX)).isEqualTo(TestPairs.pair(2).withVersion(9));
        refuses(store, EnumSet.of(Reason.WRONG_KEY), "after a rekey");
        // as after a failure on the way
        assertThat(rekeyed(store, newKey).load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
    }

    @Test
    void givingAnotherKeyIsAllOrNothingWhenOnePairCannotBeRead() throws Exception {
        TokenStore store = store();
        for (TokenKey key : List.of(TestPairs.ACME, TestPairs.ACME_OTHER_CLIENT, TestPairs.GLOBEX)) {
            store.save(key, TestPairs.pair(1));
        }
        byte[] bad = bytes(TestPairs.ACME_OTHER_CLIENT);
        bad[bad.length - 1] ^= 1;
        put(TestPairs.ACME_OTHER_CLIENT, bad);

        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> rekeyed(store, key(2)))
                .extracting(TokenStoreException::reason).isEqualTo(Reason.DAMAGED);

        assertThat(store.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
        assertThat(store.load(TestPairs.GLOBEX)).isEqualTo(TestPairs.pair(1).withVersion(1));
    }

    @Test
    void oneChangeAtATimeOverManyProcesses() throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                processes.add(StoreProcess.start(place(), "count", "50"));
            }
            for (Process process : processes) {
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor()).as(output).isZero();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }

        TokenPair last = store().load(TestPairs.ACME);
        assertThat(last.version()).isEqualTo(200);
        assertThat(TestPairs.generation(last)).isEqualTo(200);
    }

    @Test
    void aProcessThatDiesLetsGoOfThePair() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        Process process = StoreProcess.start(place(), "hold");
        try (BufferedReader lines = lines(process)) {
            assertThat(lines.readLine()).isEqualTo("holding");
            assertThatExceptionOfType(TokenStoreException.class)
                    .isThrownBy(() -> store(Duration.ofMillis(200)).save(TestPairs.ACME, TestPairs.pair(2).withVersion(2)))
                    .extracting(TokenStoreException::reason).isEqualTo(Reason.LOCK_TIMEOUT);
        } finally {
            process.destroyForcibly().waitFor();
        }

        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
        assertThat(store(Duration.ofSeconds(10)).update(TestPairs.ACME, TestPairs::successor).version()).isEqualTo(2);
    }

    @Test
    void whatIsReportedAsStoredSurvivesAKillRightAfterIt() throws Exception {
        Process process = StoreProcess.start(placeAlone(), "once");
        try (BufferedReader lines = lines(process)) {
            assertThat(lines.readLine()).isEqualTo("stored 1;");
        } finally {
            process.destroyForcibly().waitFor();
        }

        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
    }

    @Test
    void aProcessThatIsKilledLeavesAWholePairAndAllThatItReported() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long reported = 0;
        for (int round = 0; round < 12; round++) {
            Process process = StoreProcess.start(placeAlone(), "loop");
            try (BufferedReader lines = lines(process)) {
                String line = lines.readLine();
                assertThat(line).as("first line, seed %s, round %s", seed, round).startsWith("stored ");
                // at a moment of chance, while its lines are read; not Process.destroyForcibly, which closes the stream with the
                // last lines in it
                CompletableFuture.delayedExecutor(random.nextInt(60_000_000), TimeUnit.NANOSECONDS)
                        .execute(process.toHandle()::destroyForcibly);
                for (; line != null; line = lines.readLine()) {
                    if (line.matches("stored [0-9]+;")) {
                        reported = Long.parseLong(line.substring(7, line.length() - 1));
                    }
                }
            } finally {
                process.destroyForcibly().waitFor();
            }

            TokenPair left = store().load(TestPairs.ACME);
            assertThat(left).as("seed %s, round %s", seed, round).isNotNull();
            assertThat(TestPairs.generation(left)).isEqualTo(left.version());
            assertThat(left.version()).as("seed %s, round %s", seed, round).isBetween(reported, reported + 1);
            reported = store().update(TestPairs.ACME, TestPairs::successor).version();
            assertThat(reported).as("seed %s, round %s", seed, round)
                    .isBetween(left.version() + 1, left.version() + 1 + pairsWithoutAName());
        }
    }

    /** How many pairs a process that was killed may leave that the next change finds, but a load does not. */
    int pairsWithoutAName() {
        return 0;
    }

    /** Every method refuses, before the change is called, and leaves what is there as it is. */
    final void refuses(TokenStore store, Set<Reason> reasons, String message) throws Exception {
        byte[] before = bytes(TestPairs.ACME);
        List<Attempt> attempts = List.of(
                () -> store.load(TestPairs.ACME),
                () -> store.save(TestPairs.ACME, TestPairs.pair(3).withVersion(1000)),
                () -> store.update(TestPairs.ACME, current -> fail("The change was called")));
        for (Attempt attempt : attempts) {
            assertThatExceptionOfType(TokenStoreException.class).isThrownBy(attempt::run).satisfies(e -> {
                assertThat(e.reason()).isIn(reasons);
                StringWriter trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                assertThat(e).isNotInstanceOf(TokenNotSaved.class).hasMessageContaining(message);
                assertThat(trace.toString()).doesNotContain("SECRET");
            });
        }
        assertThat(bytes(TestPairs.ACME)).isEqualTo(before);
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    interface Attempt {
        void run() throws Exception;
    }
}
