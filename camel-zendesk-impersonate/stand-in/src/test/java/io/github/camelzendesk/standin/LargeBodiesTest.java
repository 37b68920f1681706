package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;

import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Files that no heap would hold. */
class LargeBodiesTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final long MIB = 1024 * 1024;

    private final StandIn zendesk = ZENDESK.standIn();
    private final World world = zendesk.world();
    private final Caller jane = Caller.of(zendesk).token(Sample.TOKEN).as(Sample.JANE);

    @Test
    void generatedContentIsTheSameEachTimeAndAnotherOfEachSeed() throws IOException {
        byte[] all = new GeneratedContent(7, 100_003).open().readAllBytes();
        assertThat(all).hasSize(100_003);
        SplittableRandom reference = new SplittableRandom(7); // whose first numbers are those of SplitMix64
        assertThat(ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong()).isEqualTo(reference.nextLong());
        assertThat(new GeneratedContent(7, 100_003).open().readAllBytes()).isEqualTo(all);
        assertThat(new GeneratedContent(7, 9).open().readAllBytes()).isEqualTo(Arrays.copyOf(all, 9));
        assertThat(new GeneratedContent(8, 9).open().readAllBytes()).isNotEqualTo(Arrays.copyOf(all, 9));
        assertThat(new GeneratedContent(7, 100_003).sha256()).isEqualTo(HexFormat.of().formatHex(Body.digest("SHA-256").digest(all)));
        assertThat(new GeneratedContent(7, 0).open().read()).isEqualTo(-1);
        InputStream single = new GeneratedContent(7, 2).open();
        assertThat(new int[] {single.read(), single.read(), single.read()}).containsExactly(all[0] & 0xff, all[1] & 0xff, -1);
        assertThatThrownBy(() -> new GeneratedContent(7, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDownloadOfMoreThanTwoGibibytesIsNotHeld() throws Exception {
        GeneratedContent content = new GeneratedContent(1, 2L * 1024 * MIB + 1);
        Attachment file = world.attachment(world.ticket(Sample.JANES_OPEN_TICKET), "large.bin", content);
        long before = used();

        HttpResponse<InputStream> response = get(file);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(content.size());
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(response.body().readNBytes((int) MIB));
        assertThat(used() - before).isLessThan(64 * MIB);
        assertThat(sha256(response.body(), digest)).isEqualTo(content.sha256());
    }

    @Test
    void aSlowReaderHoldsUpNobodyAndTheConnectionServesOn() throws Exception {
        GeneratedContent content = new GeneratedContent(2, 32 * MIB);
        Attachment file = world.attachment(world.ticket(Sample.JANES_OPEN_TICKET), "a.bin", content);
        HttpResponse<InputStream> paused = get(file);
        InputStream body = paused.body();
        body.readNBytes(10);

        for (int i = 0; i < 20; i++) {
            assertThat(jane.get("/api/v2/users/me").status()).isEqualTo(200);
        }
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(content.open().readNBytes(10));
        assertThat(sha256(body, digest)).isEqualTo(content.sha256());

        try (Socket socket = new Socket("127.0.0.1", zendesk.port())) {
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream().write(("GET " + file.contentPath() + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                InputStream in = socket.getInputStream();
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    head.append((char) in.read());
                }
                assertThat(head.toString()).startsWith("HTTP/1.1 200").contains("attachment; filename=\"a.bin\"").doesNotContain("ETag");
                in.skipNBytes(content.size());
            }
        }
    }

    @Test
    void aReaderThatGoesAwayIsForgotten() throws Exception {
        Attachment file = world.attachment(world.ticket(Sample.JANES_OPEN_TICKET), "a.bin", new GeneratedContent(3, 1L << 40));
        for (int i = 0; i < 5; i++) {
            try (InputStream body = get(file).body()) {
                body.readNBytes(100_000);
            }
        }
        assertThat(jane.get("/api/v2/users/me").status()).isEqualTo(200);
    }

    @Test
    void aDownloadCanBreakOffAndComeInDropsAndChunks() throws Exception {
        GeneratedContent content = new GeneratedContent(4, 5 * MIB);
        Attachment file = world.attachment(world.ticket(Sample.JANES_OPEN_TICKET), "a.bin", content);
        zendesk.faults().next().respond(Fault.usual().resetInMidBody(3_000_000));
        HttpResponse<InputStream> cut = get(file);
        assertThat(cut.headers().firstValueAsLong("Content-Length")).hasValue(content.size());
        assertThat(cut.body().readNBytes(3_000_000)).isEqualTo(content.open().readNBytes(3_000_000));
        assertThatThrownBy(() -> cut.body().read()).isInstanceOf(IOException.class);

        zendesk.faults().next().respond(Fault.usual().trickle(500_000, Duration.ofMillis(2)));
        assertThat(sha256(get(file).body())).isEqualTo(content.sha256());
        zendesk.faults().next().respond(Fault.usual().chunked());
        HttpResponse<InputStream> chunked = get(file);
        assertThat(chunked.headers().firstValue("Content-Length")).isEmpty();
        assertThat(sha256(chunked.body())).isEqualTo(content.sha256());
        zendesk.faults().next().respond(Fault.usual().gzip().set("/a", 1));
        assertThat(sha256(get(file).body())).isEqualTo(content.sha256());
    }

    @Test
    void anEmptyFileIsServedToo() throws Exception {
        Attachment file = world.attachment(world.ticket(Sample.JANES_OPEN_TICKET), "a.txt", new GeneratedContent(4, 0));

        HttpResponse<InputStream> response = get(file);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain");
        assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(0);
        assertThat(response.body().readAllBytes()).isEmpty();
    }

    @Test
    void http2CarriesALargeDownloadBesideOtherRequests() throws Exception {
        HeldCertificate self = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
        HandshakeCertificates both = new HandshakeCertificates.Builder().heldCertificate(self)
                .addTrustedCertificate(self.certificate()).build();
        GeneratedContent content = new GeneratedContent(5, 64 * MIB);
        try (StandIn secure = StandIn.builder().tls(both.sslContext()).start()) {
            Attachment file = secure.world().attachment(secure.world().ticket(Sample.JANES_OPEN_TICKET), "a.bin", content);
            HttpClient client = HttpClient.newBuilder().sslContext(both.sslContext()).build();
            HttpResponse<InputStream> response = client.send(HttpRequest.newBuilder(URI.create(secure.baseUri() + file.contentPath())).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            HttpRequest me = HttpRequest.newBuilder(URI.create(secure.baseUri() + "/api/v2/users/me"))
                    .header("Authorization", "Bearer " + Sample.TOKEN).timeout(Duration.ofSeconds(10)).build();
            assertThat(client.send(me, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(200);
            assertThat(sha256(response.body())).isEqualTo(content.sha256());
        }
    }

    @Test
    void anUploadOfMoreThanTwoGibibytesIsHashedAndNotHeld() throws Exception {
        GeneratedContent content = new GeneratedContent(6, 2L * 1024 * MIB + 1);
        try (Socket socket = new Socket("127.0.0.1", zendesk.port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/v2/uploads?filename=large.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + Sample.TOKEN
                    + "\r\nX-On-Behalf-Of: " + Sample.JANE + "\r\nContent-Length: " + content.size() + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            long before = used();
            InputStream all = content.open();
            for (int i = 0; i < 2 * 1024; i++) {
                out.write(all.readNBytes((int) MIB));
            }
            assertThat(used() - before).isLessThan(96 * MIB);
            out.write(all.read());
            assertThat(socket.getInputStream().readNBytes(12)).isEqualTo("HTTP/1.1 201".getBytes(StandardCharsets.US_ASCII));
        }
        Attachment file = world.uploads().get(0).attachments().get(0);
        assertThat(file.size()).isEqualTo(content.size());
        assertThat(file.sha256()).isEqualTo(content.sha256());
        assertThat(zendesk.journal().entries().get(0).bodyBytes()).isEqualTo(content.size());
    }

    @Test
    void anAttachmentIsMadeOverHttp() throws Exception {
        Caller.Reply made = Caller.of(zendesk).post("/_stand-in/attachments",
                "{\"ticket\":" + Sample.JANES_OPEN_TICKET + ",\"file_name\":\"a b.png\",\"bytes\":1000,\"seed\":9}");

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("size").asLong()).isEqualTo(1000);
        Caller.Reply content = Caller.of(zendesk).get(made.json().path("content_url").asText());
        assertThat(content.header("Content-Type")).isEqualTo("image/png");
        assertThat(content.body()).isEqualTo(new GeneratedContent(9, 1000).open().readAllBytes());
        assertThat(jane.get("/api/v2/requests/" + Sample.JANES_OPEN_TICKET + "/comments").json()
                .at("/comments/2/attachments/0/content_url")).isEqualTo(made.json().path("content_url"));
    }

    private HttpResponse<InputStream> get(Attachment file) throws Exception {
        return Caller.HTTP.send(HttpRequest.newBuilder(URI.create(zendesk.baseUri() + file.contentPath())).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static String sha256(InputStream in) throws Exception {
        return sha256(in, MessageDigest.getInstance("SHA-256"));
    }

    private static String sha256(InputStream in, MessageDigest digest) throws IOException {
        byte[] block = new byte[(int) MIB];
        for (int count = in.read(block); count >= 0; count = in.read(block)) {
            digest.update(block, 0, count);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
