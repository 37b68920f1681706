package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.converter.stream.CachedOutputStream;
import org.apache.camel.converter.stream.InputStreamCache;
import org.apache.camel.converter.stream.ReaderCache;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;

/** What goes out is what was given, byte for byte; what has no bytes of its own does not go out. */
class BodyTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final String TEXT = "{\"x\":\"Zoë € 日本 😀\",\r\n \"html\": \"<b>&amp;</b>\",\"n\":null, \"a\":1}\n";
    private static final byte[] UTF_8 = TEXT.getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path dir;

    private StandIn zendesk;

    @BeforeEach
    void everythingIsCreated() {
        zendesk = ZENDESK.standIn();
        creating(zendesk);
    }

    private static StandIn creating(StandIn zendesk) {
        zendesk.faults().always().method("POST").path("/api/v2/requests").respond(Fault.status(201).json("{}"));
        zendesk.faults().always().method("POST").path("/api/v2/uploads").respond(Fault.status(201).json("{}"));
        return zendesk;
    }

    record Asked(String subject, long id) {
    }

    public static class Bean {
        public String getSubject() {
            return "Zoë";
        }
    }

    // ---- what goes out

    static Stream<Arguments> bytes() {
        byte[] large = new byte[300 * 1024 + 7];
        new Random(1).nextBytes(large);
        return Stream.of(
                sent("bytes", UTF_8, exchange -> UTF_8),
                sent("large bytes", large, exchange -> large),
                sent("text", UTF_8, exchange -> TEXT),
                sent("a StringBuilder", UTF_8, exchange -> new StringBuilder(TEXT)),
                sent("a buffer that begins in the middle", Arrays.copyOfRange(UTF_8, 3, UTF_8.length - 2),
                        exchange -> ByteBuffer.wrap(UTF_8, 3, UTF_8.length - 5)),
                sent("a direct buffer", UTF_8, exchange -> ByteBuffer.allocateDirect(UTF_8.length).put(UTF_8).flip()),
                sent("a stream", UTF_8, exchange -> new Dripping(UTF_8)),
                sent("a large stream", large, exchange -> new ByteArrayInputStream(large)),
                sent("a reader", UTF_8, exchange -> new StringReader(TEXT)),
                sent("a file", large, exchange -> file(large).toFile()),
                sent("a path", large, exchange -> file(large)),
                sent("a wrapped file", UTF_8, exchange -> wrapped(file(UTF_8).toFile(), null)),
                sent("a wrapped body", UTF_8, exchange -> wrapped("far away", UTF_8)),
                sent("a generic file", UTF_8, exchange -> genericFile(file(UTF_8).toFile())),
                sent("a cached stream", UTF_8, exchange -> new InputStreamCache(UTF_8)),
                sent("a large cached stream", large, exchange -> new InputStreamCache(large)),
                sent("a cached reader", UTF_8, exchange -> new ReaderCache(TEXT)),
                sent("a stream cached in a file", large, exchange -> cached(exchange, large)),
                sent("a cached stream that was read", UTF_8, exchange -> {
                    InputStreamCache cache = new InputStreamCache(UTF_8);
                    cache.readAllBytes();
                    return cache;
                }));
    }

    private static Arguments sent(String what, byte[] expected, Function<Exchange, Object> body) {
        return Arguments.of(what, expected, body);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bytes")
    void bytesGoOutAsTheyAre(String what, byte[] expected, Function<Exchange, Object> body) {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.process(exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                exchange.getMessage().setBody(body.apply(exchange));
            });

            assertThat(out.getException()).isNull();
            assertThat(rig.onlyRequest().bodyBytes()).isEqualTo(expected.length);
            assertThat(rig.onlyRequest().bodySha256()).isEqualTo(sha256(expected));
            assertThat(rig.onlyRequest().headers().get("content-type")).containsExactly("application/json");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bytes")
    void andSoTheyDoWithoutStreamCaching(String what, byte[] expected, Function<Exchange, Object> body) {
        try (Rig rig = new Rig(zendesk)) {
            rig.camel.setStreamCaching(false);
            rig.route("post:requests");
            Exchange out = rig.process(exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                exchange.getMessage().setBody(body.apply(exchange));
            });

            assertThat(out.getException()).isNull();
            assertThat(rig.onlyRequest().bodySha256()).isEqualTo(sha256(expected));
        }
    }

    static Stream<Arguments> documents() {
        Map<String, Object> ordered = new LinkedHashMap<>();
        ordered.put("z", "Zoë");
        ordered.put("a", null);
        ordered.put("list", List.of(1, 2));
        return Stream.of(
                Arguments.of("a map in its order, with its null", "{\"z\":\"Zoë\",\"a\":null,\"list\":[1,2]}", ordered),
                Arguments.of("an empty map", "{}", Map.of()),
                Arguments.of("a tree", "{\"n\":9007199254740993}",
                        JsonNodeFactory.instance.objectNode().put("n", 9007199254740993L)),
                Arguments.of("a record", "{\"subject\":\"s\",\"id\":360000000001}", new Asked("s", 360_000_000_001L)),
                Arguments.of("a bean", "{\"subject\":\"Zoë\"}", new Bean()),
                Arguments.of("a list of maps", "[{\"a\":1},{\"b\":2.50}]",
                        List.of(Map.of("a", 1), Map.of("b", new BigDecimal("2.50")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void documentsGoOutAsJson(String what, String expected, Object body) {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, body);

            assertThat(out.getException()).isNull();
            assertThat(rig.onlyRequest().bodyText()).isEqualTo(expected);
            assertThat(rig.onlyRequest().header("Content-Type")).isEqualTo("application/json");
        }
    }

    static Stream<Arguments> nothings() {
        return Stream.of(
                Arguments.of("null", (Function<Exchange, Object>) exchange -> null),
                Arguments.of("no bytes", (Function<Exchange, Object>) exchange -> new byte[0]),
                Arguments.of("empty text", (Function<Exchange, Object>) exchange -> ""),
                Arguments.of("an empty buffer", (Function<Exchange, Object>) exchange -> ByteBuffer.allocate(0)),
                Arguments.of("an empty stream", (Function<Exchange, Object>) exchange -> new ByteArrayInputStream(new byte[0])),
                Arguments.of("an empty reader", (Function<Exchange, Object>) exchange -> new StringReader("")),
                Arguments.of("an empty file", (Function<Exchange, Object>) exchange -> file(new byte[0])),
                Arguments.of("an empty cached stream",
                        (Function<Exchange, Object>) exchange -> new InputStreamCache(new byte[0])),
                Arguments.of("an empty stream cached in a file",
                        (Function<Exchange, Object>) exchange -> cached(exchange, new byte[0])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nothings")
    void emptyMeansNoBody(String what, Function<Exchange, Object> body) {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.process(exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                exchange.getMessage().setBody(body.apply(exchange));
            });

            assertThat(out.getException()).isNull();
            JournalEntry request = rig.onlyRequest();
            assertThat(request.bodyBytes()).isZero();
            assertThat(request.headers()).doesNotContainKeys("content-type", "transfer-encoding");
            assertThat(request.header("Content-Length")).isIn(null, "0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "get", "delete" })
    void readsAndDeletesHaveNoBody(String method) {
        zendesk.faults().always().path("/api/v2/requests/1").respond(Fault.status(200).json("{}"));
        try (Rig rig = new Rig(zendesk).route(method + ":requests/1")) {
            for (Object body : Arrays.asList(null, "left over", new InputStreamCache(new byte[0]), UTF_8,
                    new Object[] { 1 }, new Date())) {
                Exchange out = rig.send(Rig.JANE, body, Map.of(Exchange.CONTENT_TYPE, "text/plain"));
                assertThat(out.getException()).isNull();
            }
            assertThat(rig.requests()).hasSize(6).allSatisfy(request -> {
                assertThat(request.bodyBytes()).isZero();
                assertThat(request.headers()).doesNotContainKeys("content-type", "transfer-encoding");
            });
        }
    }

    enum Colour {
        RED, BLUE {
            @Override
            public String toString() {
                return "blue";
            }
        }
    }

    static class Stamp extends Date {
        private static final long serialVersionUID = 1L;
    }

    static Stream<Arguments> strangers() {
        return Stream.of(
                Arguments.of("array", new Object[] { "a" }), Arguments.of("text array", new String[] { "a" }),
                Arguments.of("int array", new int[] { 1 }), Arguments.of("char array", "abc".toCharArray()),
                Arguments.of("date", new Date()), Arguments.of("child of date", new Stamp()), Arguments.of("integer", 7),
                Arguments.of("boolean", true), Arguments.of("iterator", List.of(1).iterator()),
                Arguments.of("optional", Optional.of("x")), Arguments.of("thread", new Thread(() -> {
                })),
                Arguments.of("child of thread", new Thread() {
                }), Arguments.of("enum", Colour.RED), Arguments.of("enum with a body", Colour.BLUE),
                Arguments.of("instant", Instant.now()), Arguments.of("class", String.class),
                Arguments.of("exception", new IOException("x")), Arguments.of("stream of things", Stream.of(1)),
                Arguments.of("object", new Object()), Arguments.of("lambda", (Callable<String>) () -> "x"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void whatHasNoBytesIsRefused(String what, Object body) {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, body);

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRequestException.class)
                    .hasMessageContaining("Nothing was sent").hasMessageNotContaining(Rig.JANE);
            ZendeskOboException e = out.getException(ZendeskOboException.class);
            assertThat(e.getAttempts()).isZero();
            assertThat(e.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    public static class Cyclic {
        public Cyclic getSelf() {
            return this;
        }
    }

    public static class Failing {
        public String getSubject() {
            throw new IllegalStateException("secret-of-the-bean");
        }
    }

    public static class Empty {
    }

    static Stream<Object> unwritable() {
        return Stream.of(new Cyclic(), new Failing(), new Empty(), Map.of("jane@example.com", new Failing()),
                List.of(Map.of("a", new Failing())));
    }

    @ParameterizedTest
    @MethodSource("unwritable")
    void aBeanThatCannotBeWrittenIsRefusedWithoutQuotingIt(Object body) {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.RAJ, body);

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRequestException.class)
                    .hasMessageContaining("cannot be written as JSON")
                    .hasMessageNotContaining("secret-of-the-bean").hasMessageNotContaining("jane@example.com");
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void theObjectMapperOfTheRegistryWrites() {
        try (Rig rig = new Rig(zendesk)) {
            rig.bind("json", JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE).build());
            rig.route("post:requests").send(Rig.JANE, new Bean());

            assertThat(rig.onlyRequest().bodyText()).isEqualTo("{\"Subject\":\"Zoë\"}");
        }
    }

    @Test
    void theObjectMapperOfTheComponentComesBeforeTheRegistrys() {
        try (Rig rig = new Rig(zendesk)) {
            rig.bind("json", new JsonMapper());
            rig.component().setObjectMapper(
                    JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.UPPER_SNAKE_CASE).build());
            rig.route("post:requests").send(Rig.JANE, new Bean());

            assertThat(rig.onlyRequest().bodyText()).isEqualTo("{\"SUBJECT\":\"Zoë\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void anEncodingThatTheExchangeNamesDoesNotMatter(boolean streamCaching) {
        try (Rig rig = new Rig(zendesk)) {
            rig.camel.setStreamCaching(streamCaching);
            rig.route("post:requests");
            for (Object body : List.of(TEXT, new StringReader(TEXT), new ReaderCache(TEXT))) {
                rig.process(exchange -> {
                    exchange.setProperty(Exchange.CHARSET_NAME, "ISO-8859-1");
                    exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                    exchange.getMessage().setBody(body);
                });
            }
            assertThat(rig.requests()).hasSize(3).allSatisfy(
                    request -> assertThat(request.bodySha256()).isEqualTo(sha256(UTF_8)));
        }
    }

    @Test
    void halfACharacterIsNotSilentlyChangedIntoAQuestionMark() {
        String half = "{\"x\":\"\ud800\"}";
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            for (Object body : List.of(half, new ReaderCache(half))) {
                assertThat(rig.send(Rig.JANE, body).getException()).isInstanceOf(ZendeskOboInvalidRequestException.class);
            }
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aReaderMayHoldCharactersAcrossItsBuffers() throws IOException {
        String text = "x" + "😀é".repeat(9000);
        assertThat(new ReaderStream(new StringReader(text)).readAllBytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> new ReaderStream(new StringReader("abc\ud83d")).readAllBytes())
                .isInstanceOf(CharacterCodingException.class);
    }

    @Test
    void anEncryptedSpoolFileGoesOutAsItWas() {
        byte[] large = new byte[200_001];
        new Random(2).nextBytes(large);
        try (Rig rig = new Rig(zendesk)) {
            rig.camel.getStreamCachingStrategy().setSpoolCipher("AES/CBC/PKCS5Padding");
            rig.route("post:requests");
            Exchange out = rig.process(exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                exchange.getMessage().setBody(cached(exchange, large));
            });

            // whatever Camel makes of this cipher, nothing but the whole body is ever sent as one
            if (out.getException() == null) {
                assertThat(rig.onlyRequest().bodySha256()).isEqualTo(sha256(large));
            } else {
                assertThat(out.getException().getStackTrace()[0].getClassName()).contains("camel");
            }
        }
    }

    // ---- streams that do not keep their word

    @Test
    void aStreamThatFailsInTheMiddleIsNoRequest() {
        // of its own: what is cut off may reach the journal after the test
        try (StandIn own = creating(StandIn.start()); Rig rig = new Rig(own)) {
            rig.camel.setStreamCaching(false);
            rig.route("post:requests");
            for (Throwable failure : List.of(new IOException("disk"), new IllegalStateException("bug"), new AssertionError("error"))) {
                long start = System.nanoTime();
                Exchange out = rig.send(Rig.JANE, new Breaking(200_000, failure));

                assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class)
                        .hasMessageContaining("the body to be sent could not be read").hasMessageNotContaining(Rig.JANE);
                assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
            }
            assertThat(rig.requests()).allSatisfy(request -> assertThat(request.status()).isZero());
            assertThat(own.world().findTicket(40_001)).isEmpty();
            // and the connection that was left in the middle is not used again
            assertThat(rig.send(Rig.JANE, "{}").getException()).isNull();
        }
    }

    @Test
    void aFileThatGrowsOrShrinksMeanwhileIsNoRequest() throws Exception {
        Path file = file(new byte[500_000]);
        try (StandIn own = creating(StandIn.start()); Rig rig = new Rig(own).route("post:requests")) {
            // the length is taken when the message is bound, the bytes when they are sent, after the proof
            rig.bind("growing", new io.github.camelzendesk.obo.token.TokenSource() {
                @Override
                public java.util.concurrent.CompletionStage<io.github.camelzendesk.obo.token.AccessToken> token() {
                    change(file);
                    return io.github.camelzendesk.obo.token.TokenSource.supplied(() -> io.github.camelzendesk.standin.Sample.TOKEN)
                            .token();
                }

                @Override
                public void invalidate(io.github.camelzendesk.obo.token.AccessToken token) {
                }
            });
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:growing").to("zendesk-obo:post:requests?tokenSource=#growing");
                }
            }).start();
            for (boolean grows : new boolean[] { true, false }) {
                Files.write(file, new byte[500_000]);
                grow = grows;
                Exchange out = rig.camel.createProducerTemplate().request("direct:growing", exchange -> {
                    exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                    exchange.getMessage().setBody(file.toFile());
                });
                assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class)
                        .hasMessageContaining("the body to be sent could not be read");
            }
            assertThat(rig.requests()).allSatisfy(request -> assertThat(request.status()).isZero());
        }
    }

    private boolean grow;

    private void change(Path file) {
        try {
            if (grow) {
                Files.write(file, new byte[] { 1, 2, 3 }, StandardOpenOption.APPEND);
            } else {
                Files.write(file, new byte[10]);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFileThatIsNotThereIsATypedError() {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, dir.resolve("jane@example.com.txt").toFile());

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRequestException.class)
                    .hasMessageNotContaining(Rig.JANE);
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    // ---- content type

    @ParameterizedTest
    @ValueSource(strings = {
            "application/binary", "image/png", "application/json; charset=utf-8", "text/csv;header=present",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" })
    void aGivenContentTypeIsKept(String type) {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            rig.send(Rig.JANE, TEXT, Map.of(Exchange.CONTENT_TYPE, type));

            assertThat(rig.onlyRequest().headers().get("content-type")).containsExactly(type);
            assertThat(rig.onlyRequest().bodySha256()).isEqualTo(sha256(UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "image/png\r\nX-Admin: 1", "image/png\nX: 1", "image", "image/", "/png", "image/png\u0000", "imagé/png", " ; x/y",
            "[image/png]" })
    void aContentTypeThatIsNoneIsRefused(String type) {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, TEXT, Map.of(Exchange.CONTENT_TYPE, type));

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRequestException.class)
                    .hasMessageContaining("Content-Type").hasMessageNotContaining("X-Admin");
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void severalContentTypesAreNotJoinedIntoOne() {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, TEXT, Map.of(Exchange.CONTENT_TYPE, List.of("a/b", "c/d")));

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRequestException.class);
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "post:uploads", "post:uploads.json" })
    void uploadsAreBinaryUnlessTheMessageSaysOtherwise(String to) {
        try (Rig rig = new Rig(zendesk).route(to + "?query.filename=a.bin")) {
            rig.send(Rig.JANE, UTF_8);
            rig.send(Rig.JANE, UTF_8, Map.of(Exchange.CONTENT_TYPE, "image/png"));

            assertThat(rig.requests()).extracting(request -> request.header("Content-Type"))
                    .containsExactly("application/binary", "image/png");
        }
    }

    @Test
    void aDocumentIsJsonWhateverTheMessageBroughtAlong() {
        try (Rig rig = new Rig(zendesk).route("post:requests")) {
            rig.send(Rig.JANE, Map.of("a", 1), Map.of(Exchange.CONTENT_TYPE, "text/html"));
            rig.send(Rig.JANE, Map.of("a", 1), Map.of(Exchange.CONTENT_TYPE, "application/vnd.api+json"));

            assertThat(rig.requests()).extracting(request -> request.header("Content-Type"))
                    .containsExactly("application/json", "application/vnd.api+json");
        }
    }

    @Test
    void theTypeOfAnEarlierAnswerIsNotTakenForTheTypeOfANewBody() {
        zendesk.faults().clear();
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    // uploads are answered by JSON that calls itself text/plain; as text Zendesk would not read the request
                    from("direct:in")
                            .to("zendesk-obo:post:uploads?tokenSource=#acme&query.filename=a.txt")
                            .setBody(constant("{\"request\":{\"subject\":\"s\",\"comment\":{\"body\":\"b\"}}}"))
                            .to("zendesk-obo:post:requests?tokenSource=#acme");
                }
            });
            Exchange out = rig.send(Rig.JANE, UTF_8);

            assertThat(out.getException()).isNull();
            assertThat(rig.requests()).extracting(request -> request.header("Content-Type"))
                    .containsExactly("application/binary", "application/json");
        }
    }

    @Test
    void anAnswerThatIsPassedOnKeepsItsType() {
        zendesk.faults().always().method("GET").path("/api/v2/requests/1")
                .respond(Fault.status(200).body("PNG").contentType("image/png"));
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("zendesk-obo:get:requests/1?tokenSource=#acme")
                            .to("zendesk-obo:post:uploads?tokenSource=#acme&query.filename=a.png");
                }
            });
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();

            assertThat(rig.requests().get(1).header("Content-Type")).isEqualTo("image/png");
            assertThat(rig.requests().get(1).bodyText()).isEqualTo("PNG");
        }
    }

    // ---- helpers

    /** Gives a byte or two at a time, and knows no length. */
    private static final class Dripping extends InputStream {
        private final InputStream in;

        Dripping(byte[] bytes) {
            in = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            return in.read(b, off, Math.min(2, len));
        }
    }

    private static final class Breaking extends InputStream {
        private final Throwable failure;
        private int left;

        Breaking(int bytes, Throwable failure) {
            this.left = bytes;
            this.failure = failure;
        }

        @Override
        public int read() throws IOException {
            if (left-- > 0) {
                return 'x';
            }
            if (failure instanceof IOException io) {
                throw io;
            } else if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
    }

    private static Path file(byte[] content) {
        try {
            Path file = Files.createTempFile("body-test-", ".bin");
            file.toFile().deleteOnExit();
            return Files.write(file, content);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static WrappedFile<Object> wrapped(Object file, Object body) {
        return new WrappedFile<>() {
            @Override
            public Object getFile() {
                return file;
            }

            @Override
            public Object getBody() {
                return body;
            }

            @Override
            public long getFileLength() {
                return 0;
            }
        };
    }

    private static GenericFile<File> genericFile(File file) {
        GenericFile<File> generic = new GenericFile<>();
        generic.setFile(file);
        generic.setFileName(file.getName());
        generic.setFileLength(file.length());
        return generic;
    }

    private static StreamCache cached(Exchange exchange, byte[] content) {
        exchange.getContext().getStreamCachingStrategy().setSpoolEnabled(true);
        exchange.getContext().getStreamCachingStrategy().setSpoolThreshold(1);
        try (CachedOutputStream out = new CachedOutputStream(exchange)) {
            out.write(content);
            out.flush();
            return out.newStreamCache();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
