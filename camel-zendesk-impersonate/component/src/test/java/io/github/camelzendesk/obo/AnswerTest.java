package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;

/** What an answer becomes in the message. */
class AnswerTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private StandIn zendesk;

    @BeforeEach
    void standIn() {
        zendesk = ZENDESK.standIn();
    }

    private void answers(Fault fault) {
        zendesk.faults().always().path("/api/v2/requests").respond(fault);
    }

    /** A route that reads the answer itself, since what is spooled lives as long as the exchange. */
    private Rig reading(String to, boolean streamCaching, List<byte[]> reads, Set<Path> spooled) {
        Set<Path> before = spoolFiles();
        Rig rig = new Rig(zendesk);
        rig.camel.setStreamCaching(streamCaching);
        return rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:" + to + "?tokenSource=#acme").process(exchange -> {
                    Set<Path> now = spoolFiles();
                    now.removeAll(before);
                    spooled.addAll(now);
                    for (Path file : now) {
                        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
                    }
                    StreamCache body = exchange.getMessage().getBody(StreamCache.class);
                    for (int i = 0; i < 2; i++) {
                        body.reset();
                        reads.add(((InputStream) body).readAllBytes());
                    }
                    exchange.getMessage().setBody(null);
                });
            }
        });
    }

    private static Set<Path> spoolFiles() {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("zendesk-obo-"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aSmallAnswerCanBeReadTwice(boolean streamCaching) {
        answers(Fault.status(200).json("{\"x\":\"Zoë\"}"));
        List<byte[]> reads = new ArrayList<>();
        Set<Path> spooled = new TreeSet<>();
        try (Rig rig = reading("get:requests", streamCaching, reads, spooled)) {
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();

            assertThat(reads).hasSize(2)
                    .allSatisfy(bytes -> assertThat(bytes).isEqualTo("{\"x\":\"Zoë\"}".getBytes(StandardCharsets.UTF_8)));
            assertThat(spooled).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aLargeAnswerIsInAFileOfItsOwnersUntilTheExchangeIsDone(boolean streamCaching) {
        byte[] large = new byte[1_000_003];
        new Random(3).nextBytes(large);
        answers(Fault.status(200).body(large).contentType("application/octet-stream"));
        List<byte[]> reads = new ArrayList<>();
        Set<Path> spooled = new TreeSet<>();
        try (Rig rig = reading("get:requests", streamCaching, reads, spooled)) {
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();

            assertThat(reads).hasSize(2).allSatisfy(bytes -> assertThat(bytes).isEqualTo(large));
            assertThat(spooled).hasSize(1).allSatisfy(file -> assertThat(file).doesNotExist());
        }
    }

    @Test
    void theFileIsGoneAlsoWhenTheRouteFailsOrThrowsTheAnswerAway() {
        answers(Fault.status(200).body(new byte[500_000]).contentType("application/octet-stream"));
        Set<Path> before = spoolFiles();
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme")
                            .choice().when(header("fails").isNotNull()).throwException(new IllegalStateException("later"))
                            .otherwise().setBody(constant("else")).end();
                }
            });
            rig.send(Rig.JANE, null, Map.of("fails", true));
            rig.send(Rig.JANE, null);
            await().untilAsserted(() -> assertThat(spoolFiles()).isEqualTo(before));
        }
    }

    @Test
    void noFileIsLeftBehindByAnswersThatCannotBeUsed() {
        Set<Path> before = spoolFiles();
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=json")) {
            byte[] large = new byte[400_000];
            zendesk.faults().next().path("/api/v2/requests").respond(Fault.status(200).body(large).contentType("application/json"));
            zendesk.faults().next().path("/api/v2/requests").respond(Fault.status(200).body(large).contentType("text/html"));
            zendesk.faults().next().path("/api/v2/requests")
                    .respond(Fault.status(200).body(large).contentType("application/json").resetInMidBody(300_000));
            zendesk.faults().next().path("/api/v2/requests")
                    .respond(Fault.status(200).body(large).header("Content-Encoding", "gzip"));
            zendesk.faults().next().path("/api/v2/requests").respond(Fault.status(404).body(large).contentType("text/plain"));
            for (int i = 0; i < 5; i++) {
                assertThat(rig.send(Rig.JANE, null).getException()).isInstanceOf(ZendeskOboException.class);
            }
            await().untilAsserted(() -> assertThat(spoolFiles()).isEqualTo(before));
        }
    }

    @Test
    void theAnswerOfAnUploadIsReadAlthoughItCallsItselfText() {
        try (Rig rig = new Rig(zendesk).route("post:uploads?query.filename=a.txt&responseBody=json")) {
            Exchange out = rig.send(Rig.JANE, new byte[] { 1 });

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("text/plain; charset=utf-8");
            assertThat(out.getMessage().getBody(JsonNode.class).at("/upload/token").asText()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "stream", "json" })
    void noContentIsNoBodyAndNoType(String mode) {
        zendesk.faults().next().path("/api/v2/uploads/x").respond(Fault.status(204));
        zendesk.faults().next().path("/api/v2/uploads/x").respond(Fault.status(200));
        zendesk.faults().next().path("/api/v2/uploads/x").respond(Fault.status(200).contentType("application/json"));
        try (Rig rig = new Rig(zendesk).route("delete:uploads/x?responseBody=" + mode)) {
            for (int status : new int[] { 204, 200, 200 }) {
                Exchange out = rig.send(Rig.JANE, "what was there before", Map.of(Exchange.CONTENT_TYPE, "text/plain"));

                assertThat(out.getException()).isNull();
                assertThat(out.getMessage().getBody()).isNull();
                assertThat(out.getMessage().getHeader(ZendeskOboConstants.HTTP_RESPONSE_CODE)).isEqualTo(status);
                assertThat(out.getMessage().getHeaders()).doesNotContainKey(Exchange.CONTENT_TYPE);
            }
        }
    }

    @Test
    void anAnswerWithoutATypeDoesNotKeepTheTypeOfTheRequest() {
        answers(Fault.status(200).body("bytes"));
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, "x", Map.of(Exchange.CONTENT_TYPE, "image/png"));

            assertThat(out.getMessage().getBody(String.class)).isEqualTo("bytes");
            assertThat(out.getMessage().getHeaders()).doesNotContainKey(Exchange.CONTENT_TYPE);
        }
    }

    @Test
    void blankInJsonModeIsNoBody() {
        answers(Fault.status(200).json(" \n"));
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=json")) {
            Exchange out = rig.send(Rig.JANE, "x");

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getBody()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"request\":{\"id\":1", "<html>jane@example.com</html>", "[1,2", "{\"a\":tru}", "nonsense", "{}{}", "{\"a\":1} trailing" })
    void inJsonModeWhatIsNoJsonIsATypedErrorThatQuotesNothing(String body) {
        answers(Fault.status(201).json(body).header("x-zendesk-request-id", "req-1"));
        try (Rig rig = new Rig(zendesk).route("post:requests?responseBody=json")) {
            Exchange out = rig.send(Rig.RAJ, "{}", Map.of("orderId", 5));

            assertThat(out.getException()).isInstanceOf(ZendeskOboUnexpectedAnswerException.class)
                    .hasMessageContaining("is not JSON").hasMessageContaining("do not send it again")
                    .hasMessageContaining("request id req-1").hasMessageNotContaining("jane@");
            ZendeskOboException e = out.getException(ZendeskOboException.class);
            assertThat(e.getStatusCode()).isEqualTo(201);
            assertThat(e.getOutcome()).isEqualTo(Outcome.DONE);
            assertThat(out.getMessage().getHeader("orderId")).isEqualTo(5);
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.HTTP_RESPONSE_CODE)).isEqualTo(201);
        }
    }

    @Test
    void inJsonModeWhatIsTooLargeForMemoryIsATypedErrorThatNamesTheWayOut() {
        byte[] large = new byte[16 * 1024 * 1024 + 1];
        java.util.Arrays.fill(large, (byte) ' ');
        answers(Fault.status(200).body(large).contentType("application/json"));
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=json")) {
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboUnexpectedAnswerException.class)
                    .hasMessageContaining("responseBody=stream");
        }
    }

    @Test
    void jsonModeReadsLargeNumbersAndTextExactly() {
        answers(Fault.status(200).json("{\"id\":9223372036854775807,\"s\":\"€\",\"d\":1.10}"));
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=json")) {
            JsonNode body = rig.send(Rig.JANE, null).getMessage().getBody(JsonNode.class);

            assertThat(body.path("id").longValue()).isEqualTo(Long.MAX_VALUE);
            assertThat(body.path("s").asText()).isEqualTo("€");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "text/html", "text/html; charset=utf-8", "TEXT/HTML" })
    void aPageOfHtmlIsNoAnswerOfZendesk(String type) {
        answers(Fault.status(200).body("<html>Please sign in, jane@example.com</html>").contentType(type));
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:get").to("zendesk-obo:get:requests?tokenSource=#acme");
                    from("direct:in").to("zendesk-obo:post:requests?tokenSource=#acme&throwExceptionOnFailure=false");
                }
            });
            Exchange wrote = rig.send(Rig.RAJ, "{}");
            Exchange read = rig.camel.createProducerTemplate().request("direct:get",
                    exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.RAJ));

            // also with throwExceptionOnFailure=false, which is about answers of Zendesk
            assertThat(wrote.getException()).isInstanceOf(ZendeskOboUnexpectedAnswerException.class)
                    .hasMessageContaining("page of HTML").hasMessageContaining("unknown").hasMessageNotContaining("jane@");
            assertThat(wrote.getException(ZendeskOboException.class).getOutcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(read.getException()).isInstanceOf(ZendeskOboUnexpectedAnswerException.class);
            assertThat(read.getException(ZendeskOboException.class).getOutcome()).isEqualTo(Outcome.NOT_DONE);
        }
    }

    // ---- gzip

    @Test
    void compressedAnswersAreUnpacked() {
        zendesk.switches().gzip(true);
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=json")) {
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getBody(JsonNode.class).path("requests")).isNotEmpty();
            assertThat(rig.onlyRequest().header("Accept-Encoding")).isEqualTo("gzip");
        } finally {
            zendesk.switches().gzip(false);
        }
    }

    @Test
    void aLargeCompressedAnswerIsUnpackedIntoAFile() {
        byte[] large = "{\"subject\":\"the same again\"}\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        answers(Fault.status(200).body(large).contentType("application/json").gzip());
        List<byte[]> reads = new ArrayList<>();
        Set<Path> spooled = new TreeSet<>();
        try (Rig rig = reading("get:requests", false, reads, spooled)) {
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();

            assertThat(reads).hasSize(2).allSatisfy(bytes -> assertThat(bytes).isEqualTo(large));
            assertThat(spooled).hasSize(1).allSatisfy(file -> assertThat(file).doesNotExist());
        }
    }

    @Test
    void aBombIsNotUnpacked() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            byte[] zeros = new byte[1024 * 1024];
            for (int i = 0; i < 80; i++) {
                gzip.write(zeros);
            }
        }
        answers(Fault.status(200).body(bomb.toByteArray()).contentType("application/json").header("Content-Encoding", "gzip"));
        Set<Path> before = spoolFiles();
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, "{}");

            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageContaining("cannot be unpacked").hasMessageContaining("do not send it again");
            assertThat(out.getException(ZendeskOboException.class).getOutcome()).isEqualTo(Outcome.DONE);
            assertThat(spoolFiles()).isEqualTo(before);
        }
    }

    @Test
    void whatIsPackedBadlyIsATypedError() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("{\"requests\":[]}".repeat(1000).getBytes(StandardCharsets.UTF_8));
        }
        byte[] whole = packed.toByteArray();
        byte[] half = java.util.Arrays.copyOf(whole, whole.length / 2);
        byte[] bent = whole.clone();
        bent[whole.length - 6] ^= 1;
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=json")) {
            for (byte[] body : List.of(half, bent, "{}".getBytes(StandardCharsets.UTF_8), new byte[] { 31 })) {
                zendesk.faults().next().path("/api/v2/requests")
                        .respond(Fault.status(200).body(body).contentType("application/json").header("Content-Encoding", "gzip"));
                assertThat(rig.send(Rig.JANE, null).getException()).isInstanceOf(ZendeskOboTransportException.class)
                        .hasMessageContaining("cannot be unpacked");
            }
            zendesk.faults().next().path("/api/v2/requests")
                    .respond(Fault.status(200).body("xx").contentType("application/json").header("Content-Encoding", "br"));
            assertThat(rig.send(Rig.JANE, null).getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageContaining("not asked for");
        }
    }

    @Test
    void acompressedErrorIsUnderstoodAndABadlyPackedOneKeepsItsStatus() {
        String error = "{\"error\":\"RecordInvalid\",\"description\":\"d\",\"details\":{\"base\":[{\"description\":\"x\"}]}}";
        try (Rig rig = new Rig(zendesk).route("get:requests")) {
            zendesk.faults().next().path("/api/v2/requests").respond(Fault.status(422).json(error).gzip());
            zendesk.faults().next().path("/api/v2/requests").respond(Fault.status(422).json(error).header("Content-Encoding", "gzip"));

            ZendeskOboException good = rig.send(Rig.JANE, null).getException(ZendeskOboException.class);
            assertThat(good).isInstanceOf(ZendeskOboInvalidRecordException.class);
            assertThat(good.getDetails().get("base")).hasSize(1);
            ZendeskOboException bad = rig.send(Rig.JANE, null).getException(ZendeskOboException.class);
            assertThat(bad).isInstanceOf(ZendeskOboInvalidRecordException.class);
            assertThat(bad.getStatusCode()).isEqualTo(422);
        }
    }

    // ---- headers

    private static final Map<String, String> SENT = Map.of(
            "x-zendesk-request-id", "abc-1", "x-rate-limit", "700", "x-rate-limit-remaining", "699", "ratelimit-reset", "41",
            "Retry-After", "12.5", "x-idempotency-lookup", "miss", "Location", "https://acme.zendesk.com/api/v2/requests/1.json",
            "x-zendesk-api-warn", "{:allowed_parameters=>{:unpermitted_keys=>[\"ticket.id\"]}}");
    private static final Map<String, Object> EXPECTED = Map.of(
            ZendeskOboConstants.REQUEST_ID, "abc-1", ZendeskOboConstants.RATE_LIMIT, 700L,
            ZendeskOboConstants.RATE_LIMIT_REMAINING, 699L, ZendeskOboConstants.RATE_LIMIT_RESET, 41L,
            ZendeskOboConstants.RETRY_AFTER, 13L, ZendeskOboConstants.IDEMPOTENCY_LOOKUP, "miss",
            ZendeskOboConstants.LOCATION, "https://acme.zendesk.com/api/v2/requests/1.json",
            ZendeskOboConstants.WARNING, "{:allowed_parameters=>{:unpermitted_keys=>[\"ticket.id\"]}}",
            ZendeskOboConstants.HTTP_RESPONSE_CODE, 201, ZendeskOboConstants.ATTEMPTS, 1);

    private Fault full(int status) {
        Fault fault = Fault.status(status).json("{}").header("Set-Cookie", "a=b").header("X-Other", "1");
        for (Map.Entry<String, String> header : SENT.entrySet()) {
            fault = fault.header(header.getKey(), header.getValue());
        }
        return fault;
    }

    @Test
    void whatTheHeadersOfTheAnswerSayIsInTheMessageAndNothingElseIs() {
        answers(full(201));
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, "{}", Map.of("orderId", 5));

            Map<String, Object> expected = new HashMap<>(EXPECTED);
            expected.put("orderId", 5);
            expected.put(ZendeskOboConstants.WAITED, 0L);
            expected.put(ZendeskOboConstants.USER, Rig.JANE);
            expected.put(Exchange.CONTENT_TYPE, "application/json; charset=utf-8");
            assertThat(out.getMessage().getHeaders()).containsExactlyInAnyOrderEntriesOf(expected);
        }
    }

    @Test
    void whatAnEarlierAnswerLeftIsGoneBeforeTheNext() {
        zendesk.faults().next().path("/api/v2/requests").respond(full(201));
        zendesk.faults().next().path("/api/v2/requests").respond(Fault.status(200).json("{}"));
        zendesk.faults().next().path("/api/v2/requests").respond(full(201));
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange first = rig.send(Rig.JANE, "{}");
            Exchange second = rig.send(Rig.JANE, "{}", first.getMessage().getHeaders());
            Map<String, Object> left = new HashMap<>(rig.send(Rig.JANE, "{}").getMessage().getHeaders());
            left.put(ZendeskOboConstants.USER, "  ");
            Exchange unsent = rig.send(null, "{}", left);

            Map<String, Object> only = Map.of(ZendeskOboConstants.USER, Rig.JANE, Exchange.CONTENT_TYPE,
                    "application/json; charset=utf-8", ZendeskOboConstants.HTTP_RESPONSE_CODE, 200, ZendeskOboConstants.ATTEMPTS, 1,
                    ZendeskOboConstants.WAITED, 0L);
            assertThat(second.getMessage().getHeaders()).containsExactlyInAnyOrderEntriesOf(only);
            assertThat(unsent.getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(unsent.getMessage().getHeaders())
                    .doesNotContainKeys(ZendeskOboConstants.HTTP_RESPONSE_CODE, ZendeskOboConstants.REQUEST_ID,
                            ZendeskOboConstants.LOCATION, ZendeskOboConstants.RETRY_AFTER, ZendeskOboConstants.WARNING)
                    .containsEntry(ZendeskOboConstants.ATTEMPTS, 0);
        }
    }

    @Test
    void aCreationWithoutAnIdempotencyLookupIsASuccess() {
        answers(Fault.status(201).json("{}"));
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, "{}", Map.of(ZendeskOboConstants.IDEMPOTENCY_KEY, "order-77"));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeaders()).doesNotContainKey(ZendeskOboConstants.IDEMPOTENCY_LOOKUP);
            assertThat(rig.onlyRequest().header("Idempotency-Key")).matches("[A-Za-z0-9_-]{43}").doesNotContain("order-77");
        }
    }
}
