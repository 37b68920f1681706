package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.camelzendesk.obo.token.PostgresServer;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.obo.token.TokenStore;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/**
 * Several applications share one rotating pair. Their clock and the stand-in's is one, which jumps from expiry to expiry:
 * {@code -Dexpiries=500 -Dprocesses=2,4} for more of both.
 */
class ManyProcessesOneStoreTest {

    private static final int EXPIRIES = Integer.getInteger("expiries", 30);

    private static PostgresServer postgres;

    @TempDir
    private Path temp;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    static Stream<Arguments> stores() {
        return Stream.of(System.getProperty("processes", "2").split(",")).map(Integer::parseInt)
                .flatMap(processes -> Stream.of(Arguments.of("file", processes), Arguments.of("PostgreSQL", processes)));
    }

    @ParameterizedTest(name = "{1} processes on {0}")
    @MethodSource("stores")
    void noRefreshTokenIsSentTwiceAndEveryExchangeSucceeds(String kind, int processes) throws Exception {
        Path keyFile = temp.resolve("store.key");
        StoreKey.generate(keyFile);
        String place = kind.equals("file") ? temp.resolve("tokens").toString() : postgres.url();
        Path boardFile = temp.resolve("board");
        SharedBoard board = new SharedBoard(boardFile);
        board.advance(Duration.ofMillis(System.currentTimeMillis()));
        TokenStore store = ExchangeProcess.store(place, keyFile.toString());
        store.checkSettings();
        List<Process> all = new ArrayList<>();
        try (StandIn zendesk = StandIn.builder().clock(board.clock()).start()) {
            zendesk.switches().rateLimit(100_000_000).createRateLimit(100_000_000);
            zendesk.journal().keep(100);
            GrantRig.authorize(zendesk.baseUri(), board.clock().instant(), store, Sample.CLIENT, Sample.CLIENT_SECRET,
                    "impersonate read write");
            for (int i = 0; i < processes; i++) {
                all.add(start(zendesk.baseUri().toString(), place, keyFile, boardFile, i));
            }
            long began = System.nanoTime();
            for (int expiry = 0; expiry <= EXPIRIES; expiry++) {
                // each worker finishes one that it began after the last expiry, so that none meets two expiries
                awaitTwoMoreOfEach(board, processes);
                if (expiry == 0) {
                    began = System.nanoTime();
                }
                if (expiry < EXPIRIES) {
                    board.advance(Duration.ofMinutes(31));
                }
            }
            long millis = (System.nanoTime() - began) / 1_000_000;
            long successes = sum(board, processes, true);
            System.out.println("SHARED | " + kind + " | " + processes + " | " + EXPIRIES + " | " + zendesk.oauth().refreshes() + " | "
                               + zendesk.oauth().spentRefreshTokensPresented() + " | " + successes + " | "
                               + sum(board, processes, false) + " | " + millis / 1000 + " s |");

            assertThat(sum(board, processes, false)).as(said()).isZero();
            assertThat(zendesk.oauth().spentRefreshTokensPresented()).isZero();
            assertThat(zendesk.oauth().refreshes()).isEqualTo(EXPIRIES);
        } finally {
            all.forEach(Process::destroyForcibly);
            for (Process process : all) {
                process.waitFor();
            }
        }
    }

    private static void awaitTwoMoreOfEach(SharedBoard board, int processes) {
        long[] before = new long[processes * SharedBoard.WORKERS];
        for (int i = 0; i < before.length; i++) {
            before[i] = done(board, i);
        }
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
            for (int i = 0; i < before.length; i++) {
                if (done(board, i) < before[i] + 2) {
                    return false;
                }
            }
            return true;
        });
    }

    private static long done(SharedBoard board, int i) {
        int process = i / SharedBoard.WORKERS;
        int worker = i % SharedBoard.WORKERS;
        return board.successes(process, worker) + board.failures(process, worker);
    }

    private static long sum(SharedBoard board, int processes, boolean successes) {
        long sum = 0;
        for (int i = 0; i < processes * SharedBoard.WORKERS; i++) {
            int process = i / SharedBoard.WORKERS;
            int worker = i % SharedBoard.WORKERS;
            sum += successes ? board.successes(process, worker) : board.failures(process, worker);
        }
        return sum;
    }

    private Process start(String zendesk, String place, Path keyFile, Path board, int number) throws IOException {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xshare:auto", "-cp", System.getProperty("java.class.path"), ExchangeProcess.class.getName(),
                zendesk, place, keyFile.toString(), board.toString(), String.valueOf(number))
                .redirectErrorStream(true).redirectOutput(temp.resolve("said-" + number).toFile()).start();
    }

    private String said() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(temp)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("said-")).toList()) {
                all.append(file.getFileName()).append('\n');
                Files.readAllLines(file).stream().filter(line -> line.contains("FAILED") || line.contains("WARN")).limit(5)
                        .forEach(line -> all.append(line).append('\n'));
            }
        }
        return all.toString();
    }
}
