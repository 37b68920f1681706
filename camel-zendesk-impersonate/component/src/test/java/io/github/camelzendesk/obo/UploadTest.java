package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.converter.stream.InputStreamCache;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;
import io.github.camelzendesk.standin.Switches;

/** Files that a customer sends and gets. */
class UploadTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final int MIB = 1024 * 1024;

    @TempDir
    Path dir;

    private StandIn zendesk;

    @BeforeEach
    void standIn() {
        zendesk = ZENDESK.standIn();
    }

    @Test
    void aFileIsUploadedAttachedAndDeletedOnBehalfOfTheCustomer() {
        byte[] csv = "a;b\r\n1;2\r\n--boundary--\r\n".getBytes(StandardCharsets.UTF_8);
        List<String> tokens = new ArrayList<>();
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in")
                            .to("zendesk-obo:post:uploads?tokenSource=#acme&query.filename=a.csv&responseBody=json")
                            .process(exchange -> {
                                JsonNode upload = exchange.getMessage().getBody(JsonNode.class).path("upload");
                                tokens.add(upload.path("token").asText());
                                exchange.getMessage().setBody(Map.of("request", Map.of("subject", "With a file", "comment",
                                        Map.of("body", "See the file", "uploads", List.of(tokens.get(0))))));
                            })
                            .to("zendesk-obo:post:requests?tokenSource=#acme&responseBody=json")
                            .setBody(constant(new byte[] { 1, 2, 3 }))
                            .to("zendesk-obo:post:uploads.json?tokenSource=#acme&query.filename=b.bin&responseBody=json")
                            .process(exchange -> exchange.getMessage().setHeader("upload",
                                    exchange.getMessage().getBody(JsonNode.class).at("/upload/token").asText()))
                            .to("zendesk-obo:delete:uploads/{upload}?tokenSource=#acme");
                }
            });
            Exchange out = rig.send(Rig.JANE, csv);

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getBody()).isNull();
            assertThat(rig.requests()).extracting(JournalEntry::line).containsExactly(
                    "as jane@example.com POST /api/v2/uploads -> 201", "as jane@example.com POST /api/v2/requests -> 201",
                    "as jane@example.com POST /api/v2/uploads.json -> 201",
                    "as jane@example.com DELETE /api/v2/uploads/" + out.getMessage().getHeader("upload") + " -> 204");
            JournalEntry upload = rig.requests().get(0);
            assertThat(upload.bodySha256()).isEqualTo(BodyTest.sha256(csv));
            assertThat(upload.bodyBytes()).isEqualTo(csv.length);
            assertThat(upload.query()).isEqualTo("filename=a.csv");
            assertThat(upload.header("Content-Type")).isEqualTo("application/binary");
            assertThat(rig.requests().get(3).bodyBytes()).isZero();
            assertThat(zendesk.world().ticket(40_001).comments().get(0).attachments())
                    .extracting(file -> file.fileName()).containsExactly("a.csv");
            assertThat(zendesk.world().findUpload((String) out.getMessage().getHeader("upload"))).isEmpty();
        }
    }

    @Test
    void everyKindOfFileHasItsContentUploadedNotItsName() throws IOException {
        byte[] content = new byte[70_000];
        new Random(5).nextBytes(content);
        Path file = Files.write(dir.resolve("picture.png"), content);
        List<Object> bodies = List.of(content, new java.io.ByteArrayInputStream(content), file.toFile(), file,
                new InputStreamCache(content), ByteBuffer.wrap(content), new WrappedFile<Object>() {
                    @Override
                    public Object getFile() {
                        return file.toFile();
                    }

                    @Override
                    public Object getBody() {
                        return "not this";
                    }

                    @Override
                    public long getFileLength() {
                        return content.length;
                    }
                });
        try (Rig rig = new Rig(zendesk).route("post:uploads?query.filename=picture.png")) {
            for (Object body : bodies) {
                assertThat(rig.send(Rig.JANE, body, Map.of(Exchange.CONTENT_TYPE, "image/png")).getException()).isNull();
            }
            assertThat(rig.requests()).hasSameSizeAs(bodies).allSatisfy(request -> {
                assertThat(request.bodySha256()).isEqualTo(BodyTest.sha256(content));
                assertThat(request.header("Content-Type")).isEqualTo("image/png");
            });
            assertThat(rig.send(Rig.JANE, new Object[] { content }).getException())
                    .isInstanceOf(ZendeskOboInvalidRequestException.class);
        }
    }

    @Test
    void whatZendeskFindsWrongWithAFileIsTold() {
        try (Rig rig = new Rig(zendesk).route("post:uploads")) {
            Exchange out = rig.send(Rig.JANE, new byte[] { 1 }, Map.of(Exchange.CONTENT_TYPE, "image/png",
                    ZendeskOboConstants.QUERY, Map.of("filename", " ")));

            assertThat(rig.onlyRequest().header("Content-Type")).isEqualTo("image/png");
            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRecordException.class);
            assertThat(out.getException(ZendeskOboException.class).getDetails()).containsOnlyKeys("filename");
        }
    }

    @Test
    void theNameOfAFileComesFromTheMessageEncodedOnce() {
        try (Rig rig = new Rig(zendesk).route("post:uploads")) {
            rig.send(Rig.JANE, new byte[] { 1 }, Map.of(ZendeskOboConstants.QUERY, Map.of("filename", "Zoë & co+1 100%.txt")));

            assertThat(rig.onlyRequest().query()).isEqualTo("filename=Zo%C3%AB%20%26%20co%2B1%20100%25.txt");
            assertThat(zendesk.world().uploads().get(0).attachments().get(0).fileName()).isEqualTo("Zoë & co+1 100%.txt");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 301, 302, 303, 307, 308 })
    void aRedirectedUploadIsNotTurnedIntoARead(int status) throws Exception {
        zendesk.faults().always().method("POST").path("/api/v2/uploads.json")
                .respond(Fault.status(status).header("Location", "/api/v2/uploads.json"));
        Path file = Files.write(dir.resolve("f"), new byte[300_000]);
        try (Rig rig = new Rig(zendesk).route("post:uploads.json?query.filename=f")) {
            Exchange out = rig.send(Rig.JANE, file.toFile());

            assertThat(out.getException()).isInstanceOf(ZendeskOboUnexpectedAnswerException.class)
                    .hasMessageContaining("redirects");
            assertThat(rig.onlyRequest().method()).isEqualTo("POST");
        }
    }

    @Test
    void theContentOfAnAttachmentOnAnotherHostIsNotFetchedWithCredentials() {
        try (StandIn cdn = StandIn.start()) {
            zendesk.faults().always().path("/api/v2/attachments/{id}")
                    .respond(Fault.redirect(cdn.baseUri() + "/attachments/token/abc/?name=a.png"));
            try (Rig rig = new Rig(zendesk).route("get:attachments/{id}")) {
                Exchange out = rig.send(Rig.JANE, null, Map.of("id", 5));

                assertThat(out.getException()).isInstanceOf(ZendeskOboUnexpectedAnswerException.class);
                assertThat(rig.requests()).hasSize(1);
                assertThat(cdn.journal().entries()).isEmpty();
            }
        }
    }

    @Test
    void anAddressOutsideTheApiIsNoPath() {
        try (Rig rig = new Rig(zendesk)) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                    () -> rig.route("get:/attachments/token/abc/?query.name=a.png").start()))
                    .hasStackTraceContaining("must begin with /api/");
        }
    }

    // ---- large files

    /** The most heap that is in use while something happens, beyond what was in use before. */
    private static final class Watch implements AutoCloseable {
        private final long before = used();
        private final AtomicLong most = new AtomicLong();
        private final Thread thread = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                most.accumulateAndGet(live(), Math::max);
                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            }
        }, "heap-watch");

        Watch() {
            thread.setDaemon(true);
            thread.start();
        }

        /** What survives a collection: garbage says nothing. */
        private static long live() {
            System.gc();
            return used();
        }

        private static long used() {
            Runtime runtime = Runtime.getRuntime();
            return runtime.totalMemory() - runtime.freeMemory();
        }

        long grown() {
            assertThat(most.get()).as("samples of the heap").isPositive();
            return most.get() - before;
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void aLargeFileIsUploadedWithoutBeingInMemory() throws Exception {
        Path file = dir.resolve("large.bin");
        byte[] block = new byte[MIB];
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (var out = Files.newOutputStream(file)) {
            for (int i = 0; i < 64; i++) {
                Arrays.fill(block, (byte) i);
                out.write(block);
                digest.update(block);
            }
        }
        // the body is counted and hashed by the stand-in, which keeps no more than the first 16 MiB
        zendesk.faults().always().method("POST").path("/api/v2/uploads").respond(Fault.status(201).json("{}"));
        try (Rig rig = new Rig(zendesk).route("post:uploads?query.filename=large.bin&requestTimeout=60s")) {
            rig.send(Rig.JANE, new byte[] { 1 });
            zendesk.journal().clear();
            System.gc();
            Exchange out;
            long grown;
            try (Watch watch = new Watch()) {
                out = rig.send(Rig.JANE, file.toFile());
                grown = watch.grown();
            }
            assertThat(out.getException()).isNull();
            assertThat(rig.onlyRequest().bodyBytes()).isEqualTo(64L * MIB);
            assertThat(rig.onlyRequest().bodySha256()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
            assertThat(rig.onlyRequest().header("Content-Length")).isEqualTo(String.valueOf(64L * MIB));
            // most of it the stand-in's own: its buffer of the first 16 MiB while it doubles
            assertThat(grown).isLessThan(56L * MIB);
        }
    }

    @Test
    void aLargeAnswerIsDownloadedWithoutBeingInMemoryHoweverSlowlyItIsRead() throws Exception {
        byte[] large = new byte[64 * MIB];
        new Random(6).nextBytes(large);
        zendesk.faults().always().path("/api/v2/attachments/{id}")
                .respond(Fault.status(200).body(large).contentType("application/octet-stream"));
        String expected = BodyTest.sha256(large);
        AtomicReference<String> read = new AtomicReference<>();
        AtomicLong grown = new AtomicLong();
        AtomicReference<Watch> watch = new AtomicReference<>();
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("zendesk-obo:get:attachments/{id}?tokenSource=#acme&requestTimeout=60s").process(exchange -> {
                        grown.set(watch.get().grown());
                        InputStream body = (InputStream) exchange.getMessage().getBody(StreamCache.class);
                        MessageDigest digest = MessageDigest.getInstance("SHA-256");
                        try (DigestInputStream in = new DigestInputStream(body, digest)) {
                            byte[] sip = new byte[777];
                            for (int count = in.read(sip); count >= 0; count = in.read(sip)) {
                                if (sip[0] == 0 && sip[1] == 0) {
                                    java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                                }
                            }
                        }
                        read.set(HexFormat.of().formatHex(digest.digest()));
                    }).setBody(constant(""));
                }
            });
            rig.start();
            System.gc();
            try (Watch started = new Watch()) {
                watch.set(started);
                assertThat(rig.send(Rig.JANE, null, Map.of("id", 5)).getException()).isNull();
            }
            assertThat(read.get()).isEqualTo(expected);
            assertThat(grown.get()).isLessThan(24L * MIB);
        }
    }

    @Test
    void severalLargeUploadsGoOutSideBySide() throws Exception {
        Path file = Files.write(dir.resolve("m.bin"), new byte[8 * MIB]);
        String expected = BodyTest.sha256(new byte[8 * MIB]);
        zendesk.faults().always().method("POST").path("/api/v2/uploads").respond(Fault.status(201).json("{}"));
        try (Rig rig = new Rig(zendesk).route("post:uploads?query.filename=m.bin&requestTimeout=60s").start()) {
            try (var template = rig.camel.createProducerTemplate()) {
                List<java.util.concurrent.CompletableFuture<Exchange>> sent = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    String user = i % 2 == 0 ? Rig.JANE : Rig.RAJ;
                    sent.add(template.asyncSend("direct:in", exchange -> {
                        exchange.getMessage().setHeader(ZendeskOboConstants.USER, user);
                        exchange.getMessage().setBody(file.toFile());
                    }));
                }
                for (var each : sent) {
                    assertThat(each.get().getException()).isNull();
                }
            }
            assertThat(rig.requests()).hasSize(6).allSatisfy(request -> assertThat(request.bodySha256()).isEqualTo(expected));
        }
    }

    @Test
    void anUploadThatIsRefusedEarlyDoesNotHang() throws Exception {
        Path file = Files.write(dir.resolve("m.bin"), new byte[8 * MIB]);
        zendesk.faults().always().method("POST").path("/api/v2/uploads")
                .respond(Fault.status(413).json("{\"error\":\"AttachmentTooLarge\",\"description\":\"too large\"}"));
        try (Rig rig = new Rig(zendesk).route("post:uploads?query.filename=m.bin")) {
            Exchange out = rig.send(Sample.JANE_ID, file.toFile());
            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRecordException.class);
            assertThat(out.getException(ZendeskOboException.class).getErrorCode()).isEqualTo("AttachmentTooLarge");
        }
    }

    /** It is the connection that broke, not the body that could not be read, whichever thread meets it. */
    @RepeatedTest(5)
    void aConnectionThatBreaksWhileABodyGoesOutIsTriedAgain() throws Exception {
        String ticket = "{\"ticket\":{\"comment\":{\"body\":\"" + "It broke. ".repeat(400_000) + "\"}}}";
        Path file = Files.writeString(dir.resolve("ticket.json"), ticket);
        zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW);
        zendesk.faults().next().path("/api/v2/tickets").respond(Fault.reset().beforeBody());
        try (Rig rig = new Rig(zendesk).route("post:tickets?maxAttempts=2&allowedFor=off")) {
            assertThat(rig.send(Sample.AGENT, file.toFile()).getException()).isNull();

            assertThat(rig.requests()).hasSize(2);
            assertThat(rig.requests().get(1).bodySha256()).isEqualTo(BodyTest.sha256(ticket.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The thread that reads the body for a try that has failed stands still in the middle, and goes on in the middle of the next. */
    @Test
    void theNextTryOfACachedBodySendsAllOfItWhateverTheLastOneStillReads() throws Exception {
        byte[] body = ("{\"ticket\":{\"comment\":{\"body\":\"" + IntStream.range(0, 200_000).mapToObj(String::valueOf).collect(Collectors.joining(" "))
                       + "\"}}}").getBytes(StandardCharsets.UTF_8);
        class TwoReaders extends ByteArrayInputStream implements StreamCache {
            private final CountDownLatch secondReads = new CountDownLatch(1);
            private final CountDownLatch firstIsDone = new CountDownLatch(1);
            private final Map<Thread, AtomicInteger> reads = new ConcurrentHashMap<>();
            private volatile Thread first;

            TwoReaders() {
                super(body);
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                Thread reader = Thread.currentThread();
                int number = reads.computeIfAbsent(reader, any -> new AtomicInteger()).incrementAndGet();
                if (first == null) {
                    first = reader;
                }
                if (reader == first && number == 1) {
                    await(secondReads);
                    int count = super.read(into, offset, length);
                    firstIsDone.countDown();
                    return count;
                } else if (reader != first && number == 2) {
                    secondReads.countDown();
                    await(firstIsDone);
                }
                return super.read(into, offset, length);
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(body);
            }

            @Override
            public StreamCache copy(Exchange exchange) {
                return this;
            }

            @Override
            public boolean inMemory() {
                return true;
            }

            @Override
            public long length() {
                return body.length;
            }

            @Override
            public long position() {
                return pos;
            }

            private void await(CountDownLatch latch) {
                try {
                    latch.await(2, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
        zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW);
        zendesk.faults().next().path("/api/v2/tickets").respond(Fault.reset().beforeBody());
        try (Rig rig = new Rig(zendesk).route("post:tickets?maxAttempts=3&allowedFor=off")) {
            assertThat(rig.send(Sample.AGENT, new TwoReaders()).getException()).isNull();

            List<JournalEntry> tries = rig.requests();
            assertThat(tries).hasSize(2);
            assertThat(tries.get(1).bodySha256()).isEqualTo(BodyTest.sha256(body));
        }
    }
}
