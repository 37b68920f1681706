package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.camelzendesk.standin.GeneratedContent;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/**
 * A process whose whole heap is 32 MiB uploads and downloads far more than that for a user. How much says the system property
 * {@code streams.mib}.
 */
class LargeStreamsTest {

    private static final long BYTES = Long.getLong("streams.mib", 64) * 1024 * 1024;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void goThroughAHeapOfThirtyTwoMebibytesByteForByte() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v2/attachments/large", exchange -> {
            exchange.sendResponseHeaders(200, BYTES);
            try (InputStream content = new GeneratedContent(2, BYTES).open(); OutputStream out = exchange.getResponseBody()) {
                content.transferTo(out);
            }
        });
        server.start();
        long begin = System.nanoTime();
        try (StandIn zendesk = StandIn.start()) {
            Process process = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m", "-Djava.io.tmpdir=" + folder, "-cp",
                    System.getProperty("java.class.path"), StreamingBothWays.class.getName(), zendesk.baseUri().toString(),
                    "http://127.0.0.1:" + server.getAddress().getPort(), String.valueOf(BYTES)).redirectErrorStream(true).start();
            List<String> lines = lines(process);
            assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();

            assertThat(lines).contains("UPLOADED 201", "DOWNLOADED " + new GeneratedContent(2, BYTES).sha256());
            JournalEntry upload = zendesk.journal().requests().get(0);
            assertThat(upload.onBehalfOf()).isEqualTo(Sample.JANE);
            assertThat(upload.bodyBytes()).isEqualTo(BYTES);
            assertThat(upload.bodySha256()).isEqualTo(new GeneratedContent(1, BYTES).sha256());
            // nothing is left on the disk
            assertThat(folder).isEmptyDirectory();
            System.out.printf("STREAMS %,d MiB each way through a heap of 32 MiB | %d s%n", BYTES >> 20,
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
        } finally {
            server.stop(0);
        }
    }

    private static List<String> lines(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
}
