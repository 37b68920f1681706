package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.RefreshProcess;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.obo.token.TokenKey;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/**
 * A process dies by SIGKILL somewhere around a refresh; the next process finds a working token, or, in the one window that
 * Zendesk's single-use rule leaves open, the one line that says what to do. {@code -Dkill.rounds=200} for more rounds.
 */
class KilledWhileRefreshingTest {

    private static final int ROUNDS = Integer.getInteger("kill.rounds", 12);
    /** When there are few rounds: the edges of the window first. */
    private static final List<String> FEW = List.of(
            "before the request", RefreshProcess.ON_ITS_WAY, "half of write 2", "after write 2", "before rename 1", "after rename 1",
            RefreshProcess.RANDOM, "answer arrived", RefreshProcess.NOT_PROCESSED, "half of write 1", "after the store",
            RefreshProcess.RANDOM);

    @TempDir
    private Path temp;

    private static final class Count {
        int kills;
        int wentOn;
        int remedies;
    }

    private static final class Child implements AutoCloseable {
        final Process process;
        final BufferedReader out;

        Child(String zendesk, Path folder, Path keyFile, String point) throws IOException {
            process = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m", "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC", "-Xshare:auto", "-cp", System.getProperty("java.class.path"), RefreshProcess.class.getName(),
                    zendesk, folder.toString(), keyFile.toString(), point)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        /** The next line that the child means to say; the log goes the same way. */
        String hears() throws IOException {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.matches("(alive|dead|problem .*|at .*|refreshed|not reached);")) {
                    return line.substring(0, line.length() - 1);
                }
            }
            return "nothing";
        }

        void go() throws IOException {
            Writer in = process.outputWriter();
            in.write("go\n");
            in.flush();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void theNextProcessHasAWorkingTokenOrTheOneLineThatSaysWhatToDo() throws Exception {
        Path folder = temp.resolve("tokens");
        Path keyFile = temp.resolve("store.key");
        FileTokenStore store = new FileTokenStore(folder, StoreKey.generate(keyFile));
        long seed = Long.getLong("kill.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Count> counts = new LinkedHashMap<>();
        List<String> points = points();
        try (StandIn zendesk = StandIn.start()) {
            zendesk.switches().rateLimit(1_000_000);
            TokenKey key = new TokenKey(Origin.ofBaseUri(zendesk.baseUri().toString()), Sample.CLIENT);
            authorize(zendesk, store);
            String killedAt = null;
            for (int round = 0; round <= ROUNDS; round++) {
                String point = points.get(round % points.size());
                String as = "round " + round + ", killed " + killedAt + ", seed " + seed;
                try (Child child = new Child(zendesk.baseUri().toString(), folder, keyFile, point)) {
                    // the fresh process after the kill of the last round, and the victim of this one
                    boolean spent = zendesk.world().findRefreshToken(store.load(key).refreshToken()).orElseThrow().spent();
                    String fresh = child.hears();
                    if (killedAt != null) {
                        Count count = counts.computeIfAbsent(killedAt, any -> new Count());
                        count.kills++;
                        if (fresh.equals("alive")) {
                            count.wentOn++;
                            assertThat(RefreshProcess.WINDOW).as(as).doesNotContain(killedAt);
                        } else {
                            count.remedies++;
                            assertThat(fresh).as(as).startsWith("problem ").contains("Authorize once more: run zendesk-obo authorize");
                            assertThat(spent).as(as).isTrue();
                            assertThat(killedAt).as(as).satisfiesAnyOf(
                                    at -> assertThat(at).isEqualTo(RefreshProcess.RANDOM),
                                    at -> assertThat(RefreshProcess.WINDOW).contains(at));
                        }
                    }
                    if (!fresh.equals("alive")) {
                        child.kill();
                        authorize(zendesk, store);
                    }
                    killedAt = round == ROUNDS ? null : fresh.equals("alive") ? victim(child, zendesk, point, random)
                            : victimAnew(zendesk, folder, keyFile, point, random);
                }
                zendesk.faults().clear();
            }
            assertThat(zendesk.oauth().refreshes()).isPositive();
        }
        print(counts, seed);
        assertThat(counts.values().stream().mapToInt(count -> count.kills).sum()).isEqualTo(ROUNDS);
    }

    private static List<String> points() {
        if (ROUNDS <= FEW.size()) {
            return FEW;
        }
        List<String> all = new ArrayList<>(RefreshProcess.POINTS);
        for (int i = 0; i < 8; i++) {
            all.add(RefreshProcess.RANDOM);
        }
        return all;
    }

    private static String victimAnew(StandIn zendesk, Path folder, Path keyFile, String point, Random random) throws Exception {
        try (Child child = new Child(zendesk.baseUri().toString(), folder, keyFile, point)) {
            assertThat(child.hears()).isEqualTo("alive");
            return victim(child, zendesk, point, random);
        }
    }

    private static String victim(Child child, StandIn zendesk, String point, Random random) throws Exception {
        boolean held = point.equals(RefreshProcess.NOT_PROCESSED) || point.equals(RefreshProcess.ON_ITS_WAY);
        if (held) {
            zendesk.faults().next().path("/oauth/tokens").respond(point.equals(RefreshProcess.ON_ITS_WAY)
                    ? Fault.slow(Duration.ofSeconds(30)) : Fault.status(503).latency(Duration.ofSeconds(30)));
        }
        zendesk.journal().clear();
        child.go();
        if (point.equals(RefreshProcess.RANDOM)) {
            for (int refreshes = random.nextInt(20); refreshes >= 0; refreshes--) {
                assertThat(child.hears()).isEqualTo("refreshed");
            }
            long until = System.nanoTime() + random.nextInt(20_000_000);
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
        } else {
            assertThat(child.hears()).isEqualTo("at " + point);
            if (held) {
                Awaitility.await().until(() -> zendesk.journal().entries().stream()
                        .anyMatch(entry -> entry.path().equals("/oauth/tokens")));
            }
        }
        child.kill();
        // what was on the wire when it died takes effect, or not, before anyone looks
        int[] before = { -1 };
        Awaitility.await().pollInterval(Duration.ofMillis(30)).until(() -> before[0] == (before[0] = zendesk.oauth().refreshes()));
        return point;
    }

    private static void authorize(StandIn zendesk, FileTokenStore store) throws Exception {
        TokenPair pair = GrantRig.authorize(zendesk.baseUri(), Instant.now(), store, Sample.CLIENT, Sample.CLIENT_SECRET,
                "impersonate read write");
        assertThat(pair.version()).isPositive();
    }

    private static void print(Map<String, Count> counts, long seed) {
        System.out.println("KILLED seed " + seed);
        int kills = 0;
        int remedies = 0;
        for (String point : counts.keySet()) {
            Count count = counts.get(point);
            kills += count.kills;
            remedies += count.remedies;
            System.out.println("KILLED | " + point + " | " + count.kills + " | " + count.wentOn + " | " + count.remedies + " |");
        }
        System.out.println("KILLED total " + kills + " kills at " + counts.size() + " points, " + (kills - remedies) + " went on, "
                           + remedies + " had to authorize again");
    }
}
