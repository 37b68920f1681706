package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.zip.GZIPInputStream;

import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Headers, rates, compression, TLS and HTTP/2. */
class WireTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private final StandIn zendesk = ZENDESK.standIn();
    private final Caller bare = Caller.of(zendesk).token(Sample.TOKEN);
    private final Caller jane = bare.as(Sample.JANE);

    @Test
    void answersHaveZendesksHeaders() throws IOException {
        Caller.Reply reply = jane.get("/api/v2/users/me");

        assertThat(reply.header("x-request-id")).isEqualTo(reply.header("x-zendesk-request-id")).isNotBlank();
        assertThat(reply.header("x-zendesk-api-version")).isEqualTo("v2");
        assertThat(reply.header("Cache-Control")).isEqualTo("max-age=0, private, must-revalidate");
        assertThat(reply.header("ETag")).matches("W/\"[0-9a-f]{32}\"");
        assertThat(reply.header("Content-Type")).isEqualTo("application/json; charset=utf-8");
        assertThat(reply.headers().allValues("Date")).hasSize(1);
        assertThat(reply.header("Set-Cookie")).startsWith("_zendesk_session=");
        assertThat(reply.header("Set-Cookie")).isNotEqualTo(bare.as(Sample.RAJ).get("/api/v2/users/me").header("Set-Cookie"));
    }

    @Test
    void theRateWindowIsAWallClockMinute() throws IOException {
        Instant[] now = {Instant.parse("2026-11-25T10:00:45Z")};
        Clock clock = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now[0];
            }
        };
        try (StandIn other = StandIn.builder().clock(clock).start()) {
            other.switches().rateLimit(2);
            Caller client = Caller.of(other).token(Sample.TOKEN).as(Sample.JANE);

            Caller.Reply first = client.get("/api/v2/users/me");
            assertThat(first.header("x-rate-limit-remaining")).isEqualTo("1");
            assertThat(first.header("ratelimit-reset")).isEqualTo("15");
            assertThat(first.header("Date")).isEqualTo("Wed, 25 Nov 2026 10:00:45 GMT");
            assertThat(client.get("/api/v2/nothing").header("ratelimit-remaining")).isEqualTo("0");
            Caller.Reply third = client.get("/api/v2/users/me");
            assertThat(third.status()).isEqualTo(429);
            assertThat(third.header("Retry-After")).isEqualTo("15");
            assertThat(third.header("Content-Type")).startsWith("text/plain");

            Caller.Reply elsewhere = client.get("/api/v2/help_center/users/me/votes");
            assertThat(elsewhere.status()).isEqualTo(200);
            assertThat(elsewhere.header("x-rate-limit-remaining")).isEqualTo("699");
            assertThat(elsewhere.header("ratelimit-reset")).isNull();

            now[0] = Instant.parse("2026-11-25T10:01:00Z");
            assertThat(client.get("/api/v2/users/me").header("ratelimit-reset")).isEqualTo("60");
        }
    }

    @Test
    void singleEndpointsHaveBucketsOfTheirOwn() throws IOException {
        zendesk.switches().createRateLimit(1);
        String request = "{\"request\":{\"subject\":\"s\",\"comment\":{\"body\":\"b\"}}}";

        assertThat(jane.post("/api/v2/requests", request).header("zendesk-ratelimit-ticket-request-create-by-user-and-ip"))
                .matches("total=1; remaining=0; resets=\\d+");
        Caller.Reply second = jane.post("/api/v2/requests", request);
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.header("x-rate-limit-remaining")).isEqualTo("698");
        assertThat(bare.as(Sample.RAJ).post("/api/v2/requests", request).status()).isEqualTo(201);
    }

    @Test
    void theHelpCenterMayInsistOnTheJsonSuffix() throws IOException {
        zendesk.switches().helpCenterNeedsJsonSuffix(true);

        assertThat(jane.get("/api/v2/help_center/users/me/votes").status()).isEqualTo(415);
        assertThat(jane.get("/api/v2/help_center/users/me/votes.json").status()).isEqualTo(200);
    }

    @Test
    void pathParametersStayInThePath() throws IOException {
        jane.get("/api/v2/requests/1;a=b/comments");

        assertThat(zendesk.journal().entries().get(0).path()).isEqualTo("/api/v2/requests/1;a=b/comments");
    }

    @Test
    void aResetOverTlsBreaksTheConnection() throws Exception {
        HeldCertificate self = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
        HandshakeCertificates both = new HandshakeCertificates.Builder().heldCertificate(self)
                .addTrustedCertificate(self.certificate()).build();
        try (StandIn secure = StandIn.builder().tls(both.sslContext()).http2(false).start()) {
            secure.faults().next().respond(Fault.reset());
            // a bare socket, as the JDK's client would send a GET again
            try (Socket socket = both.sslSocketFactory().createSocket("127.0.0.1", secure.port())) {
                socket.getOutputStream().write("GET /api/v2/users/me HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(IOException.class);
            }
            assertThat(secure.journal().lines()).containsExactly("as nobody (anonymous) GET /api/v2/users/me -> no answer");
        }
    }

    @Test
    void compressesForThoseWhoAsk() throws IOException {
        Caller.Reply reply = jane.with("Accept-Encoding", "gzip").get("/api/v2/users/me");

        assertThat(reply.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(new String(new GZIPInputStream(new ByteArrayInputStream(reply.body())).readAllBytes())).contains(Sample.JANE);
        zendesk.switches().gzip(false);
        assertThat(jane.with("Accept-Encoding", "gzip").get("/api/v2/users/me").header("Content-Encoding")).isNull();
    }

    @Test
    void thePathIsJournaledAsItWasOnTheWire() throws IOException {
        jane.get("/api/v2/requests/a%2Fb%20c?x=%5B1%5D&y=a+b");

        JournalEntry entry = zendesk.journal().entries().get(0);
        assertThat(entry.path()).isEqualTo("/api/v2/requests/a%2Fb%20c");
        assertThat(entry.query()).isEqualTo("x=%5B1%5D&y=a+b");
        assertThat(entry.protocol()).isEqualTo("HTTP/1.1");
        assertThat(entry.status()).isEqualTo(404);
    }

    @Test
    void aBodyThatIsTooLargeToKeepIsStillCountedAndHashed() throws Exception {
        byte[] block = new byte[1024 * 1024];
        HttpRequest request = HttpRequest.newBuilder(jane.request("GET", "/api/v2/uploads?filename=big.bin", null, null), (n, v) -> true)
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> {
                    InputStream all = InputStream.nullInputStream();
                    for (int i = 0; i < 20; i++) {
                        all = new SequenceInputStream(all, new ByteArrayInputStream(block));
                    }
                    return all;
                })).build();

        assertThat(Caller.HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(201);
        JournalEntry entry = zendesk.journal().entries().get(0);
        assertThat(entry.bodyBytes()).isEqualTo(20L * 1024 * 1024);
        assertThat(entry.body()).hasSize(64 * 1024);
        assertThat(entry.bodySha256()).matches("[0-9a-f]{64}");
        assertThat(zendesk.world().uploads().get(0).attachments().get(0).size()).isEqualTo(20L * 1024 * 1024);
    }

    @Test
    void speaksHttp2OverTls() throws Exception {
        HeldCertificate root = new HeldCertificate.Builder().certificateAuthority(0).build();
        HeldCertificate server = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").signedBy(root).build();
        HandshakeCertificates serverSide = new HandshakeCertificates.Builder().heldCertificate(server, root.certificate()).build();
        HandshakeCertificates clientSide = new HandshakeCertificates.Builder().addTrustedCertificate(root.certificate()).build();
        try (StandIn secure = StandIn.builder().tls(serverSide.sslContext()).start()) {
            HttpClient client = HttpClient.newBuilder().sslContext(clientSide.sslContext()).build();
            HttpRequest request = HttpRequest.newBuilder(URI.create(secure.baseUri() + "/api/v2/users/me")).timeout(java.time.Duration.ofSeconds(3))
                    .header("Authorization", "Bearer " + Sample.TOKEN).header("X-On-Behalf-Of", Sample.JANE).build();

            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).contains(secure.baseUri() + "/api/v2/users/" + Sample.JANE_ID);
            assertThat(secure.journal().entries().get(0).protocol()).isEqualTo("HTTP/2.0");

            secure.faults().next().respond(Fault.reset());
            assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.discarding())).isInstanceOf(IOException.class);
            secure.faults().next().respond(Fault.status(200).json("0123456789").resetInMidBody(4));
            assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.ofString())).isInstanceOf(IOException.class);
            secure.faults().next().respond(Fault.refuseStream());
            assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.discarding())).isInstanceOf(IOException.class)
                    .hasMessageContaining("not processed");
            secure.faults().next().respond(Fault.slow(java.time.Duration.ofMillis(20)));
            assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void goAwayPromisesThatNothingWasDone() throws Exception {
        HeldCertificate self = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
        HandshakeCertificates both = new HandshakeCertificates.Builder().heldCertificate(self)
                .addTrustedCertificate(self.certificate()).build();
        try (StandIn secure = StandIn.builder().tls(both.sslContext()).start()) {
            // OkHttp sends a POST again only when its stream is beyond the last one that GOAWAY names
            OkHttpClient client = new OkHttpClient.Builder().sslSocketFactory(both.sslSocketFactory(), both.trustManager()).build();
            Request request = new Request.Builder().url(secure.baseUri() + "/api/v2/requests")
                    .header("Authorization", "Bearer " + Sample.TOKEN).header("X-On-Behalf-Of", Sample.JANE)
                    .post(RequestBody.create("{\"request\":{\"comment\":{\"body\":\"b\"}}}", MediaType.get("application/json"))).build();
            for (int i = 0; i < 2; i++) {
                secure.faults().next().respond(Fault.goAway());
                try (Response response = client.newCall(request).execute()) {
                    assertThat(response.code()).isEqualTo(201);
                    assertThat(response.protocol()).isEqualTo(Protocol.HTTP_2);
                }
            }
            String lost = "as jane@example.com POST /api/v2/requests -> no answer";
            String done = "as jane@example.com POST /api/v2/requests -> 201";
            assertThat(secure.journal().lines()).containsExactly(lost, done, lost, done);
            assertThat(secure.world().tickets()).hasSize(7);
        }
    }

    @Test
    void goAwayIsACloseOnHttp11() throws IOException {
        zendesk.faults().next().respond(Fault.goAway());

        try (Socket socket = new Socket("127.0.0.1", zendesk.port())) {
            socket.getOutputStream().write("GET /api/v2/users/me HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void canAskForAClientCertificate() throws Exception {
        HeldCertificate root = new HeldCertificate.Builder().certificateAuthority(0).build();
        HeldCertificate server = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").signedBy(root).build();
        HeldCertificate known = new HeldCertificate.Builder().signedBy(root).build();
        HandshakeCertificates serverSide = new HandshakeCertificates.Builder().heldCertificate(server, root.certificate())
                .addTrustedCertificate(root.certificate()).build();
        try (StandIn secure = StandIn.builder().tls(serverSide.sslContext()).requireClientCertificate(true).http2(false).start()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(secure.baseUri() + "/_stand-in/health")).build();
            HandshakeCertificates without = new HandshakeCertificates.Builder().addTrustedCertificate(root.certificate()).build();
            HandshakeCertificates with = new HandshakeCertificates.Builder().addTrustedCertificate(root.certificate())
                    .heldCertificate(known, root.certificate()).build();

            assertThatThrownBy(() -> HttpClient.newBuilder().sslContext(without.sslContext()).build()
                    .send(request, HttpResponse.BodyHandlers.discarding())).isInstanceOf(IOException.class);
            HttpResponse<Void> welcome = HttpClient.newBuilder().sslContext(with.sslContext()).build()
                    .send(request, HttpResponse.BodyHandlers.discarding());
            assertThat(welcome.statusCode()).isEqualTo(200);
            assertThat(welcome.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    @Test
    void waitsForExpectContinue() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(jane.request("GET", "/api/v2/uploads?filename=a.txt", null, null), (n, v) -> true)
                .expectContinue(true).POST(HttpRequest.BodyPublishers.ofString("hello")).build();

        assertThat(Caller.HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(201);
    }
}
