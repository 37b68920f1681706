package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;

/** Whatever the network does: a typed failure that says what happened and whether it was done, and one request on the wire. */
@Timeout(60)
class TransportFaultsTest {

    private static final String OK = "{\"request\":{\"id\":1}}";

    // ---- no connection

    @Test
    void aRefusedConnectionIsNamedAndNothingWasDone() {
        int port = RawServer.deadPort();
        try (Rig rig = rig("http://127.0.0.1:" + port, "post")) {
            ZendeskOboTransportException failure = fails(rig, Outcome.NOT_DONE);

            assertThat(failure).hasMessageContaining("http://127.0.0.1:" + port).hasMessageContaining("refused")
                    .hasMessageContaining("can be sent again").hasRootCauseInstanceOf(ConnectException.class);
            assertThat(failure.getAttempts()).isZero();
        }
    }

    @Test
    void aRefusedConnectionIsNamedEvenWhenItIsTheProofThatMeetsIt() {
        int port = RawServer.deadPort();
        try (Rig rig = new Rig().route("post:requests?baseUri=http://127.0.0.1:" + port)) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboException.class)
                    .hasMessageContaining("http://127.0.0.1:" + port).hasMessageContaining("refused");
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.NOT_DONE);
        }
    }

    @Test
    void anUnknownHostIsNamedAndNothingWasDone() {
        try (Rig rig = rig("https://no-such-host.invalid", "post")) {
            assertThat(fails(rig, Outcome.NOT_DONE)).hasMessageContaining("https://no-such-host.invalid")
                    .hasMessageContaining("unknown host").hasRootCauseInstanceOf(UnknownHostException.class);
        }
    }

    @Test
    void plainTextWhereTlsIsExpectedIsATlsFailureAndNothingWasDone() {
        try (RawServer server = new RawServer(line -> line.write("HTTP/1.1 400 Bad Request\r\n\r\n").waitForTheEnd());
             Rig rig = rig("https://127.0.0.1:" + server.port(), "post")) {
            assertThat(fails(rig, Outcome.NOT_DONE)).hasMessageContaining("TLS failed");
        }
    }

    @Test
    void aServerThatNeverShakesHandsEndsAfterTheConnectTimeout() {
        try (RawServer server = new RawServer(RawServer.Line::waitForTheEnd);
             Rig rig = rig("https://127.0.0.1:" + server.port(), "post")) {
            rig.component().setConnectTimeout(300);

            assertThat(fails(rig, Outcome.NOT_DONE)).hasMessageContaining("no connection to https://127.0.0.1")
                    .hasMessageContaining("timed out");
        }
    }

    @Test
    void aConnectionThatIsNotAcceptedEndsAfterTheRequestTimeout() throws IOException {
        try (ServerSocket full = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"));
             Rig rig = new Rig().route(
                     "post:requests?proof=off&requestTimeout=400&baseUri=https://127.0.0.1:" + full.getLocalPort())) {
            ZendeskOboTransportException failure = fails(rig, Outcome.NOT_DONE);

            assertThat(failure).hasMessageContaining("127.0.0.1:" + full.getLocalPort());
            assertThat(failure.getMessage()).doesNotContain("maxConnections");
            assertThat(failure.getAttempts()).isZero();
        }
    }

    // ---- the connection breaks

    @ParameterizedTest
    @CsvSource({ "post,UNKNOWN", "put,UNKNOWN", "delete,UNKNOWN", "get,NOT_DONE" })
    void aResetBeforeTheAnswerLeavesAWriteUnknownAndARead(String method, Outcome outcome) {
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.reset();
        }); Rig rig = rig(server.uri(), method)) {
            ZendeskOboTransportException failure = fails(rig, outcome);

            assertThat(failure).hasMessageContaining("broke before the answer").hasMessageContaining(server.uri());
            assertThat(failure.getStatusCode()).isZero();
            assertThat(failure.getAttempts()).isEqualTo(1);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({ "post,UNKNOWN", "get,NOT_DONE" })
    void anEmptyReplyIsABrokenConnection(String method, Outcome outcome) {
        try (RawServer server = new RawServer(RawServer.Line::read); Rig rig = rig(server.uri(), method)) {
            assertThat(fails(rig, outcome)).hasMessageContaining("broke before the answer");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void aBodyThatBreaksOffIsATransportFailureAndItsConnectionIsNotUsedAgain(boolean chunked) {
        AtomicInteger connection = new AtomicInteger();
        try (RawServer server = new RawServer(line -> {
            boolean first = connection.incrementAndGet() == 1;
            while (true) {
                line.read();
                if (first) {
                    line.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               + (chunked ? "Transfer-Encoding: chunked\r\n\r\n9\r\n{\"request\r\n"
                                       : "Content-Length: 1000\r\n\r\n{\"request"));
                    return;
                }
                line.answer(200, OK, "Content-Type: application/json");
            }
        }); Rig rig = rig(server.uri(), "get", "responseBody=json")) {
            ZendeskOboTransportException failure = fails(rig, Outcome.NOT_DONE);
            assertThat(failure).hasMessageContaining("broke in the answer");
            assertThat(failure.getStatusCode()).isEqualTo(200);

            assertThat(rig.send(Rig.RAJ, null).getException()).isNull();
            assertThat(server.connections()).isEqualTo(2);
            assertThat(server.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void aResetInMidBodyOfASuccessfulWriteMeansThatItWasDone(boolean chunked) {
        try (Rig rig = new Rig().route("post:requests?proof=off&throwExceptionOnFailure=false")) {
            Fault fault = Fault.status(201).json(OK).resetInMidBody(5);
            rig.zendesk.faults().next().respond(chunked ? fault.chunked() : fault);

            ZendeskOboTransportException failure = fails(rig, Outcome.DONE);
            assertThat(failure).hasMessageContaining("do not send it again");
            assertThat(failure.getStatusCode()).isEqualTo(201);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void anErrorWhoseBodyBreaksOffIsStillThatError() {
        try (Rig rig = new Rig().route("post:requests?proof=off")) {
            rig.zendesk.faults().next().respond(
                    Fault.status(422).json("{\"error\":\"RecordInvalid\",\"description\":\"x\"}").resetInMidBody(10));

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException())
                    .isInstanceOf(ZendeskOboInvalidRecordException.class);
        }
    }

    @Test
    void anErrorThatIsPackedInAWayNobodyAskedForIsStillThatError() {
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.answer(429, "????", "Content-Encoding: br", "Retry-After: 7");
        }); Rig rig = rig(server.uri(), "post")) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboRateLimitedException.class);
            assertThat(((ZendeskOboException) out.getException()).getRetryAfter()).isEqualTo(Duration.ofSeconds(7));
        }
    }

    // ---- too slow

    @ParameterizedTest
    @CsvSource({ "post,UNKNOWN", "get,NOT_DONE" })
    void aStallEndsAtTheDeadline(String method, Outcome outcome) {
        try (Rig rig = new Rig().route(method + ":requests?proof=off&requestTimeout=400")) {
            rig.zendesk.faults().always().respond(Fault.stall());

            ZendeskOboTransportException failure = fails(rig, outcome);
            assertThat(failure).hasMessageContaining("within 400 ms").hasMessageContaining("127.0.0.1");
            assertThat(failure.getAttempts()).isEqualTo(1);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @org.junit.jupiter.api.RepeatedTest(5)
    void aBodyThatDripsEndsAtTheDeadlineAndTheConnectionIsGivenUp() {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            CompletableFuture<Void> end = new CompletableFuture<>();
            RawServer.daemon(() -> {
                try {
                    line.waitForTheEnd();
                } catch (IOException e) {
                    // a reset is an end too
                }
                end.complete(null);
                gone.complete(null);
            });
            while (!end.isDone()) {
                line.write("x");
                try {
                    end.get(50, TimeUnit.MILLISECONDS);
                } catch (java.util.concurrent.TimeoutException e) {
                    // the next drop
                }
            }
        }); Rig rig = rig(server.uri(), "get", "requestTimeout=500")) {
            assertThat(fails(rig, Outcome.NOT_DONE)).hasMessageContaining("within 500 ms");
            assertThat(gone).succeedsWithin(Duration.ofSeconds(5));
        }
    }

    @Test
    void aLargeBodyThatIsCutOffByTheDeadlineLeavesNoFile() throws IOException {
        long before = spooled();
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            String block = "x".repeat(0x10000);
            while (true) {
                line.write("10000\r\n" + block + "\r\n");
            }
        }); Rig rig = rig(server.uri(), "get", "requestTimeout=300")) {
            for (int i = 0; i < 5; i++) {
                fails(rig, Outcome.NOT_DONE);
            }
            Awaitility.await().untilAsserted(() -> assertThat(spooled()).isEqualTo(before));
        }
    }

    private static long spooled() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("zendesk-obo-")).count();
        }
    }

    @Test
    void anErrorWithAnEndlessBodyIsStillThatErrorAndCapped() {
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.write("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 9\r\nTransfer-Encoding: chunked\r\n\r\n");
            String block = "x".repeat(0x10000);
            while (true) {
                line.write("10000\r\n" + block + "\r\n");
            }
        }); Rig rig = rig(server.uri(), "get", "requestTimeout=700")) {
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboUnavailableException.class);
            assertThat(((ZendeskOboException) out.getException()).getRetryAfter()).isEqualTo(Duration.ofSeconds(9));
            assertThat(((ZendeskOboException) out.getException()).getResponseBody().length()).isLessThanOrEqualTo(64 * 1024);
        }
    }

    @Test
    void ofAHugeErrorBodyOnlyTheStartIsKeptAndTheConnectionGoesOn() {
        try (Rig rig = new Rig().route("post:requests?proof=off")) {
            rig.zendesk.faults().next().respond(Fault.status(500).text("x".repeat(5_000_000)));

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboUnavailableException.class);
            assertThat(((ZendeskOboException) out.getException()).getResponseBody().length()).isLessThanOrEqualTo(64 * 1024);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
        }
    }

    // ---- what is not HTTP

    @ParameterizedTest
    @ValueSource(strings = { "complete garbage\r\n\r\n", "HTTP/1.1 abc Nonsense\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000", "HTTP/1.1 200 OK\r\nContent-Length: minus one\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nboom\r\n" })
    void whatIsNotHttpIsATransportFailureThatRepeatsNoneOfIt(String garbage) {
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.write(garbage).socket.shutdownOutput();
            line.waitForTheEnd();
        }); Rig rig = rig(server.uri(), "post", "requestTimeout=3000")) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageContaining(server.uri());
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isNotEqualTo(Outcome.NOT_DONE);
            assertThat(stack(out.getException())).doesNotContain("garbage", "Nonsense", "abc", "minus", "boom", Rig.JANE, Sample.TOKEN);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void aHeaderLineWithoutEndIsCutOff() {
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.write("HTTP/1.1 200 OK\r\nX-Endless: ");
            while (true) {
                line.write("x".repeat(8192));
            }
        }); Rig rig = rig(server.uri(), "post")) {
            assertThat(fails(rig, Outcome.UNKNOWN)).hasMessageContaining("broke before the answer");
        }
    }

    @Test
    void headersWithoutEndAreCutOff() {
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.write("HTTP/1.1 200 OK\r\n");
            for (int i = 0;; i++) {
                line.write("X-" + i + ": y\r\n");
            }
        }); Rig rig = rig(server.uri(), "get")) {
            assertThat(fails(rig, Outcome.NOT_DONE)).hasMessageContaining("broke before the answer");
        }
    }

    @Test
    void informationBeforeTheAnswerIsNotTheAnswer() {
        try (RawServer server = new RawServer(line -> {
            line.read();
            line.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                       + "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nSet-Cookie: a=b\r\n\r\n");
            line.answer(201, OK, "Content-Type: application/json");
        }); Rig rig = rig(server.uri(), "post")) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.HTTP_RESPONSE_CODE)).isEqualTo(201);
            assertThat(out.getMessage().getBody(String.class)).isEqualTo(OK);
        }
    }

    @Test
    void informationWithoutEndEndsAtTheDeadline() {
        try (RawServer server = new RawServer(line -> {
            line.read();
            while (true) {
                line.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100));
            }
        }); Rig rig = rig(server.uri(), "post", "requestTimeout=500")) {
            assertThat(fails(rig, Outcome.UNKNOWN).getStatusCode()).isZero();
        }
    }

    @Test
    void whatIsLeftOfAnAnswerIsNotTheAnswerForTheNextUser() {
        String alien = "{\"for\":\"jane\"}";
        try (RawServer server = new RawServer(line -> {
            while (true) {
                String user = line.read().values("X-On-Behalf-Of").get(0);
                if (user.equals(Rig.JANE)) {
                    // says 2 and sends more: a whole answer
                    line.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                               + "HTTP/1.1 200 OK\r\nContent-Length: " + alien.length() + "\r\n\r\n" + alien);
                } else {
                    line.answer(200, "{\"for\":\"raj\"}");
                }
            }
        }); Rig rig = rig(server.uri(), "get")) {
            for (int i = 0; i < 20; i++) {
                rig.send(Rig.JANE, null);
                Exchange out = rig.send(Rig.RAJ, null);
                if (out.getException() == null) {
                    assertThat(out.getMessage().getBody(String.class)).isEqualTo("{\"for\":\"raj\"}");
                }
            }
        }
    }

    // ---- connections

    @Test
    void aPoolThatStaysFullIsSaidAndNothingWasDone() {
        try (Rig rig = new Rig().routes(new org.apache.camel.builder.RouteBuilder() {
            @Override
            public void configure() {
                from("direct:stalled").to("zendesk-obo:post:requests?proof=off&requestTimeout=60000&tokenSource=#acme");
                from("direct:in").to("zendesk-obo:post:requests?proof=off&requestTimeout=600&tokenSource=#acme");
            }
        })) {
            rig.component().setMaxConnections(1);
            rig.camel.getShutdownStrategy().setTimeout(1);
            // while no limit is known only one asks
            assertThat(rig.send(Rig.JANE, Rig.aRequest("First")).getException()).isNull();
            rig.zendesk.faults().next().respond(Fault.stall());
            var stalled = rig.camel.createProducerTemplate().asyncSend("direct:stalled", exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.RAJ);
                exchange.getMessage().setBody("{}");
            });
            rig.zendesk.journal().await(entry -> Rig.RAJ.equals(entry.onBehalfOf()));

            for (int i = 0; i < 3; i++) {
                ZendeskOboTransportException failure = fails(rig, Outcome.NOT_DONE);
                assertThat(failure).hasMessageContaining("maxConnections").hasMessageContaining("can be sent again");
                assertThat(failure.getAttempts()).isZero();
            }
            assertThat(rig.requests()).hasSize(2);
            assertThat(stalled).isNotDone();
        }
    }

    @Test
    void aFreeConnectionIsNotWaitedForAsLongAsTheRequestMayTake() {
        try (Rig rig = new Rig().routes(new org.apache.camel.builder.RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:post:requests?proof=off&requestTimeout=60000&tokenSource=#acme");
            }
        })) {
            rig.component().setMaxConnections(1);
            rig.camel.getShutdownStrategy().setTimeout(1);
            rig.zendesk.faults().next().respond(Fault.stall());
            rig.start();
            var stalled = rig.camel.createProducerTemplate().asyncSend("direct:in", exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.RAJ);
                exchange.getMessage().setBody("{}");
            });
            rig.zendesk.journal().await(entry -> Rig.RAJ.equals(entry.onBehalfOf()));

            assertThat(fails(rig, Outcome.NOT_DONE)).hasMessageContaining("maxConnections");
            assertThat(stalled).isNotDone();
        }
    }

    @Test
    void whoWaitedForAConnectionGetsTheOneThatIsGivenUp() {
        try (Rig rig = new Rig().route("post:requests?proof=off&requestTimeout=1500")) {
            rig.component().setMaxConnections(1);
            rig.zendesk.faults().next().respond(Fault.stall());
            rig.start();
            var stalled = rig.camel.createProducerTemplate().asyncSend("direct:in", exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.RAJ);
                exchange.getMessage().setBody("{}");
            });
            assertThat(stalled).succeedsWithin(Duration.ofSeconds(5));

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void anIdleConnectionThatTheServerClosedIsNotUsedForTheNextWrite(boolean reset) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        AtomicInteger connection = new AtomicInteger();
        try (RawServer server = new RawServer(line -> {
            boolean first = connection.incrementAndGet() == 1;
            do {
                line.read();
                line.answer(201, OK);
            } while (!first);
            if (reset) {
                line.reset();
            } else {
                line.socket.close();
            }
            closed.complete(null);
        }); Rig rig = rig(server.uri(), "post")) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("First")).getException()).isNull();
            assertThat(closed).succeedsWithin(Duration.ofSeconds(5));
            Awaitility.await().pollDelay(Duration.ofMillis(100)).until(() -> true);

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Second")).getException()).isNull();
            assertThat(server.requests()).hasSize(2);
            assertThat(server.connections()).isEqualTo(2);
            assertThat(new String(server.requests().get(1).body())).contains("Second");
        }
    }

    @Test
    void oneUsersConnectionServesTheNextUser() {
        try (RawServer server = new RawServer(line -> {
            while (true) {
                line.read();
                line.answer(201, OK);
            }
        }); Rig rig = rig(server.uri(), "post")) {
            for (int i = 0; i < 10; i++) {
                assertThat(rig.send("user" + i + "@example.com", Rig.aRequest("Help")).getException()).isNull();
            }
            // an answer may be with the route before its connection is back in the pool
            assertThat(server.connections()).isLessThanOrEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({ "408,UNKNOWN", "421,NOT_DONE", "425,NOT_DONE", "429,NOT_DONE", "500,UNKNOWN", "502,UNKNOWN", "503,UNKNOWN",
            "504,UNKNOWN" })
    void noAnswerMakesTheClientSendAgainByItself(int status, Outcome outcome) {
        try (Rig rig = new Rig().route("post:requests?proof=off")) {
            rig.zendesk.faults().always().respond(Fault.status(status).header("Retry-After", "0"));

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboException.class);
            assertThat(((ZendeskOboException) out.getException()).getStatusCode()).isEqualTo(status);
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(outcome);
            assertThat(((ZendeskOboException) out.getException()).getAttempts()).isEqualTo(1);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "localhost", "127.0.0.1" })
    void plainHttpWorksForTheNamesOfThisMachine(String host) {
        try (Rig rig = new Rig()) {
            rig.route("post:requests?baseUri=http://" + host + ":" + rig.zendesk.port());

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
            assertThat(rig.onlyRequest().header("host")).isEqualTo(host + ":" + rig.zendesk.port());
        }
    }

    // ---- helpers

    private static Rig rig(String baseUri, String method, String... options) {
        return new Rig().route(method + ":requests?proof=off&baseUri=" + baseUri
                               + (options.length == 0 ? "" : "&" + String.join("&", options)));
    }

    private static ZendeskOboTransportException fails(Rig rig, Outcome outcome) {
        Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"), java.util.Map.of("orderId", 5));
        assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class);
        ZendeskOboTransportException failure = (ZendeskOboTransportException) out.getException();
        assertThat(failure.getOutcome()).as(failure.getMessage()).isEqualTo(outcome);
        assertThat(stack(failure)).doesNotContain(Rig.JANE, Sample.TOKEN, "deadline");
        assertThat(failure.getUser()).isEqualTo(Rig.JANE);
        assertThat(out.getMessage().getHeader("orderId")).isEqualTo(5);
        return failure;
    }

    static String stack(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
