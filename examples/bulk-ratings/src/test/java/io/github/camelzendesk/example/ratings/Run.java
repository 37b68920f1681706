package io.github.camelzendesk.example.ratings;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/** A run of the example in a process of its own, which can be killed. */
final class Run implements AutoCloseable {

    private final Process process;
    private final Path file;
    private final Path output;

    private Run(Process process, Path file, Path output) {
        this.file = file;
        this.process = process;
        this.output = output;
    }

    static Run start(StandIn zendesk, Path file, int inFlight) throws IOException {
        Path output = Files.createTempFile("bulk-ratings", ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dratings.in-flight=" + inFlight,
                "-classpath", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BulkRatings.class.getName(), file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ZENDESK_"));
        builder.environment().put("ZENDESK_URI", zendesk.baseUri().toString());
        builder.environment().put("ZENDESK_TOKEN", Sample.TOKEN);
        return new Run(builder.start(), file, output);
    }

    private String failures() {
        try {
            return Files.readString(file.resolveSibling("failures.csv"));
        } catch (IOException e) {
            return "";
        }
    }

    /** SIGKILL: nothing in the process has a say in it. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        end();
    }

    /** SIGTERM, as Ctrl-C. */
    void terminate() {
        process.destroy();
    }

    /** Waits until that is so while it runs. */
    void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(2))
                .until(() -> condition.getAsBoolean() || !process.isAlive());
        if (!condition.getAsBoolean()) {
            throw new AssertionError("it has ended: " + output() + failures());
        }
    }

    /** @return the exit code */
    int end() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + output());
        }
        return process.exitValue();
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws Exception {
        process.destroyForcibly();
        Files.deleteIfExists(output);
    }
}
