package io.github.camelzendesk.obo;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.apache.camel.converter.stream.FileInputStreamCache;
import org.apache.camel.converter.stream.InputStreamCache;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.AnswerHeaders;
import io.github.camelzendesk.obo.client.ApiRequest;
import io.github.camelzendesk.obo.client.Body;
import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.ErrorBody;
import io.github.camelzendesk.obo.client.Failure;
import io.github.camelzendesk.obo.client.InvalidEndUser;
import io.github.camelzendesk.obo.client.InvalidPathValue;
import io.github.camelzendesk.obo.client.InvalidQuery;
import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.client.Reply;
import io.github.camelzendesk.obo.client.Spool;
import io.github.camelzendesk.obo.token.ZendeskService;

/**
 * Between a Camel message and a request: what of the message becomes the user, the path, the query and the body, and what of
 * the answer becomes the message. Nothing else of the message goes out: no header is forwarded.
 */
final class MessageBinding {

    private static final String JSON = "application/json";
    private static final String BINARY = "application/binary";
    /** Bodies that Camel cached in memory and that are no larger are copied; a larger one is read while it is sent. */
    private static final int COPIED = 128 * 1024;
    /** How large an answer may be that becomes a tree in memory. */
    private static final int LARGEST_JSON = 16 * 1024 * 1024;
    static final String HTML = "the answer is a page of HTML. Is there a proxy or a login page between";
    private static final int LONGEST_KEY = 255;
    private static final String GENERATED_KEY = "CamelZendeskOboGeneratedKey";
    private static final String EARLIER_ANSWER = "CamelZendeskOboEarlierAnswer";
    private static final Pattern MEDIA_TYPE
            = Pattern.compile("[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\\s*;[\\x20-\\x7e]*)?");
    private static final int DEEPEST_SHOWN = 10;
    /** Where the types are at home that are no beans, enums and exceptions among them; nor is what extends one. */
    private static final List<String> OF_OTHERS
            = List.of("java.", "javax.", "jakarta.", "jdk.", "com.sun.", "sun.", "org.w3c.", "org.apache.camel.");
    private static final List<String> OUT = List.of(
            ZendeskOboConstants.HTTP_RESPONSE_CODE, ZendeskOboConstants.REQUEST_ID, ZendeskOboConstants.RATE_LIMIT,
            ZendeskOboConstants.RATE_LIMIT_REMAINING, ZendeskOboConstants.RATE_LIMIT_RESET, ZendeskOboConstants.RETRY_AFTER,
            ZendeskOboConstants.ATTEMPTS, ZendeskOboConstants.WAITED, ZendeskOboConstants.IDEMPOTENCY_LOOKUP,
            ZendeskOboConstants.LOCATION, ZendeskOboConstants.WARNING);

    private final ZendeskOboEndpoint.Call call;
    private final Supplier<ObjectMapper> json;

    /** @param json asked for each message: a producer may be there before the component has started */
    MessageBinding(ZendeskOboEndpoint.Call call, Supplier<ObjectMapper> json) {
        this.call = call;
        this.json = json;
    }

    /** Takes away what an earlier answer left on the message. */
    void forget(Exchange exchange) {
        OUT.forEach(exchange.getMessage()::removeHeader);
    }

    /** @throws Refusal when the message cannot become a request */
    ApiRequest request(Exchange exchange) {
        EndUser user = user(exchange);
        Message message = exchange.getMessage();
        String path;
        String query;
        try {
            path = call.path().expand(message::getHeader);
            query = call.query().with(message.getHeader(ZendeskOboConstants.QUERY));
        } catch (InvalidPathValue | InvalidQuery e) {
            throw new Refusal(Failure.Kind.INVALID_REQUEST, user, e.getMessage(), null);
        }
        Body body = body(exchange, user, path);
        return new ApiRequest(
                call.method(), call.origin(), ZendeskService.of(path), call.path().text(),
                query.isEmpty() ? path : path + "?" + query, user, body,
                call.form() == ZendeskOboEndpoint.Call.Form.STREAM ? JSON + ", */*;q=0.8" : JSON,
                idempotencyKey(exchange, user, path), call.timeout());
    }

    private EndUser user(Exchange exchange) {
        EndUser user;
        try {
            user = call.user().find(exchange);
        } catch (InvalidEndUser e) {
            throw new Refusal(Failure.Kind.INVALID_USER, null, e.getMessage(), null);
        } catch (Exception e) {
            throw new Refusal(
                    Failure.Kind.INVALID_USER, null, "the userResolver failed with " + e.getClass().getName(), null);
        }
        try {
            if (call.user().permits(user, exchange)) {
                return user;
            }
        } catch (Exception e) {
            throw new Refusal(
                    Failure.Kind.USER_VETOED, user, "the userPolicy failed with " + e.getClass().getName(), null);
        }
        throw new Refusal(Failure.Kind.USER_VETOED, user, "the userPolicy does not let the route act for this user", null);
    }

    /** A hash, so that copies of a message for other users or paths never share a key. */
    private @Nullable String idempotencyKey(Exchange exchange, EndUser user, String path) {
        Object given = exchange.getMessage().getHeader(ZendeskOboConstants.IDEMPOTENCY_KEY);
        if (given == null && ApiRequest.keysAreHonoured(call.method(), path)) {
            given = generatedKey(exchange);
        }
        if (given == null || !call.method().equals("POST")) {
            return null;
        }
        String key = given instanceof CharSequence || given instanceof Number || given instanceof UUID
                ? given.toString() : "";
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw new Refusal(
                    Failure.Kind.INVALID_REQUEST, user,
                    "the header " + ZendeskOboConstants.IDEMPOTENCY_KEY + " must be text of 1 to " + LONGEST_KEY + " characters",
                    null);
        }
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(key, call.origin().toString(), user.headerValue(), call.method(), path)) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                hash.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                hash.update(bytes);
            }
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same each time that Camel redelivers the message, and another one each time that the route sends it anew. */
    private static String generatedKey(Exchange exchange) {
        String key = exchange.getProperty(GENERATED_KEY, String.class);
        if (key == null || !Boolean.TRUE.equals(exchange.getMessage().getHeader(Exchange.REDELIVERED, Boolean.class))) {
            key = exchange.getExchangeId() + " " + UUID.randomUUID();
            exchange.setProperty(GENERATED_KEY, key);
        }
        return key;
    }

    // ---- the body that goes out

    private Body body(Exchange exchange, EndUser user, String path) {
        if (call.method().equals("GET") || call.method().equals("DELETE")) {
            return Body.NONE;
        }
        try {
            return body(exchange, exchange.getMessage().getBody(), user, path);
        } catch (IOException | RuntimeCamelException e) {
            throw new Refusal(Failure.Kind.INVALID_REQUEST, user, "the body cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    private Body body(Exchange exchange, @Nullable Object body, EndUser user, String path) throws IOException {
        if (body == null) {
            return Body.NONE;
        } else if (body instanceof WrappedFile<?> wrapped) {
            return body(exchange, wrapped.getFile() instanceof File file ? file : wrapped.getBody(), user, path);
        } else if (body instanceof File file) {
            return file(file.toPath(), exchange, user, path);
        } else if (body instanceof Path file) {
            return file(file, exchange, user, path);
        } else if (body instanceof byte[] bytes) {
            return bytes(bytes, exchange, user, path);
        } else if (body instanceof CharSequence text) {
            return bytes(utf8(text.toString(), user), exchange, user, path);
        } else if (body instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes(bytes, exchange, user, path);
        } else if (body instanceof StreamCache cache) {
            return cached(cache, exchange, user, path);
        } else if (body instanceof InputStream stream) {
            return new Body.Stream(() -> stream, -1, false, contentType(exchange, user, path));
        } else if (body instanceof Reader reader) {
            return new Body.Stream(() -> new ReaderStream(reader), -1, false, contentType(exchange, user, path));
        }
        return json(body, exchange, user);
    }

    private Body bytes(byte[] bytes, Exchange exchange, EndUser user, String path) {
        return bytes.length == 0 ? Body.NONE : new Body.Bytes(bytes, contentType(exchange, user, path));
    }

    private Body file(Path file, Exchange exchange, EndUser user, String path) throws IOException {
        long length = Files.size(file);
        return length == 0 ? Body.NONE
                : new Body.Stream(() -> Files.newInputStream(file), length, true, contentType(exchange, user, path));
    }

    private Body cached(StreamCache cache, Exchange exchange, EndUser user, String path) throws IOException {
        cache.reset();
        if (cache instanceof Reader reader) {
            // its own writeTo would take the encoding of the system
            StringWriter text = new StringWriter();
            reader.transferTo(text);
            cache.reset();
            return bytes(utf8(text.toString(), user), exchange, user, path);
        }
        if (cache.inMemory() && cache.length() <= COPIED || !(cache instanceof InputStream)) {
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            cache.writeTo(copy);
            cache.reset();
            return bytes(copy.toByteArray(), exchange, user, path);
        }
        // of an encrypted file Camel knows the length on the disk only
        boolean known = cache.inMemory() || exchange.getContext().getStreamCachingStrategy().getSpoolCipher() == null;
        long length = cache.length();
        Semaphore one = new Semaphore(1);
        return new Body.Stream(() -> {
            // the thread that read it for an earlier try may not have noticed yet that nobody wants it
            one.acquireUninterruptibly();
            cache.reset();
            return new Unclosed((InputStream) cache, one);
        }, known && length > 0 ? length : -1, true, contentType(exchange, user, path));
    }

    private static byte[] utf8(String text, EndUser user) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new Refusal(Failure.Kind.INVALID_REQUEST, user, "the body is not valid Unicode: it has half a character", null);
        }
    }

    /** A cached stream belongs to the exchange, which reads it again perhaps. */
    private static final class Unclosed extends FilterInputStream {

        private final Semaphore inUse;

        Unclosed(InputStream in, Semaphore inUse) {
            super(in);
            this.inUse = inUse;
        }

        @Override
        public void close() {
            inUse.release();
        }
    }

    private Body json(Object body, Exchange exchange, EndUser user) {
        if (!isJson(body)) {
            throw new Refusal(
                    Failure.Kind.INVALID_REQUEST, user,
                    "a body of the type " + body.getClass().getName()
                                                        + " cannot be sent: give a Map, a JsonNode, a bean or record, text, "
                                                        + "bytes, a stream or a file",
                    null);
        }
        String given = givenType(exchange, user);
        try {
            byte[] bytes = json.get().writeValueAsBytes(body);
            boolean isJsonType = given != null && given.toLowerCase(Locale.ROOT).matches("application/([\\w.-]+\\+)?json(\\s*;.*)?");
            return new Body.Bytes(bytes, isJsonType ? contentType(exchange, user, "") : JSON);
        } catch (JsonProcessingException e) {
            // its message may repeat a part of the body
            throw new Refusal(
                    Failure.Kind.INVALID_REQUEST, user,
                    "the body cannot be written as JSON: " + e.getClass().getSimpleName() + where(e), null);
        }
    }

    /** The way to what could not be written; a key of a map may be personal data. */
    private static String where(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
            return "";
        }
        return mapping.getPath().stream().limit(DEEPEST_SHOWN)
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]"
                        : step.getFieldName().matches("[A-Za-z0-9_]{1,64}") ? step.getFieldName() : "?")
                .collect(Collectors.joining(".", " at ", ""));
    }

    /** A type with a meaning of its own has none as JSON: no toString by the back door. */
    private static boolean isJson(Object body) {
        if (body instanceof Map || body instanceof Collection || body instanceof TreeNode) {
            return true;
        }
        if (body.getClass() == Object.class) {
            return false;
        }
        for (Class<?> type = body.getClass(); type != Object.class && type != Record.class; type = type.getSuperclass()) {
            String name = type.getName();
            if (type.isArray() || type.isHidden() || OF_OTHERS.stream().anyMatch(name::startsWith)) {
                return false;
            }
        }
        return true;
    }

    private String contentType(Exchange exchange, EndUser user, String path) {
        String given = givenType(exchange, user);
        return given != null ? given : path.matches("/api/v2/uploads(\\.json)?") ? BINARY : JSON;
    }

    private static @Nullable String givenType(Exchange exchange, EndUser user) {
        Object given = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE);
        Earlier earlier = exchange.getProperty(EARLIER_ANSWER, Earlier.class);
        if (earlier != null && earlier.type == given && earlier.body != exchange.getMessage().getBody()) {
            return null;
        } else if (given == null || given.toString().isBlank()) {
            return null;
        } else if (given instanceof Collection || given.getClass().isArray() || !MEDIA_TYPE.matcher(given.toString()).matches()) {
            throw new Refusal(Failure.Kind.INVALID_REQUEST, user, "the header Content-Type is not a media type", null);
        }
        return given.toString();
    }

    /**
     * What an answer left in the message. Its type says nothing of the body that a route sets afterwards: Zendesk answers an
     * upload by JSON that calls itself text, and as text it does not read a request.
     */
    private static final class Earlier {
        private final String type;
        private final Object body;

        Earlier(String type, Object body) {
            this.type = type;
            this.body = body;
        }
    }

    // ---- what comes back

    /** Puts the answer into the message; or says why it cannot be used. */
    @Nullable Failure answer(Exchange exchange, Reply.Answer answer) throws IOException {
        exchange.removeProperty(GENERATED_KEY);
        headers(exchange, answer.status(), answer.headers(), answer);
        Spool spool = answer.body();
        boolean keep = false;
        try {
            String type = answer.headers().contentType();
            if (isHtml(answer) && !call.path().text().contains("/attachments")) {
                return unusable(answer, HTML, Outcome.UNKNOWN);
            }
            Message message = exchange.getMessage();
            if (spool.length() == 0) {
                message.setBody(null);
                message.removeHeader(Exchange.CONTENT_TYPE);
                return null;
            }
            if (call.form() == ZendeskOboEndpoint.Call.Form.JSON) {
                if (spool.length() > LARGEST_JSON) {
                    return unusable(
                            answer, "the answer is larger than " + LARGEST_JSON + " bytes: use responseBody=stream", Outcome.DONE);
                }
                JsonNode tree;
                try (InputStream in = spool.open()) {
                    tree = json.get().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(in);
                } catch (JsonProcessingException e) {
                    return unusable(answer, "the answer is not JSON: use responseBody=stream if it is not meant to be", Outcome.DONE);
                }
                message.setBody(tree.isMissingNode() ? null : tree);
            } else if (spool.file() == null) {
                message.setBody(new InputStreamCache(spool.bytes()));
            } else {
                // the copy is the one that deletes the file when the exchange is done
                message.setBody(new FileInputStreamCache(spool.file().toFile()).copy(exchange));
                keep = true;
            }
            describe(exchange, type);
            return null;
        } finally {
            if (!keep) {
                spool.delete();
            }
        }
    }

    /**
     * Puts the records of a list into the message; or says why its first page cannot be used.
     *
     * @param client sends the requests for the pages that follow
     */
    @Nullable Failure records(
            Exchange exchange, ApiRequest request, Reply.Answer answer, Function<ApiRequest, CompletionStage<Reply>> client) {
        headers(exchange, answer.status(), answer.headers(), answer);
        Records records = new Records(call, request, json.get(), client, this::unusable);
        Failure unusable = records.begin(answer);
        if (unusable == null) {
            // however the exchange ends: nothing of the list is left behind
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    records.close();
                }
            });
            exchange.getMessage().setBody(records);
            describe(exchange, answer.headers().contentType());
        }
        return unusable;
    }

    static boolean isHtml(Reply.Answer answer) {
        String type = answer.headers().contentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("text/html");
    }

    private Failure unusable(Reply.Answer answer, String what) {
        return unusable(answer, what, Outcome.UNKNOWN);
    }

    private Failure unusable(Reply.Answer answer, String what, Outcome outcome) {
        boolean reads = call.method().equals("GET");
        return new Failure(
                Failure.Kind.UNEXPECTED_ANSWER, what + (reads ? "" : outcome == Outcome.DONE
                        ? ". It was done: do not send it again" : ". Whether it was done is unknown: look in Zendesk first"),
                answer.status(), answer.headers(), ErrorBody.NONE, new byte[0], reads ? Outcome.NOT_DONE : outcome,
                answer.attempts(), null, null, answer.waited(), true);
    }

    /** The headers of an answer that was no success, or of none. */
    void failure(Exchange exchange, Failure failure) {
        headers(exchange, failure.status(), failure.headers(), failure);
        set(exchange, ZendeskOboConstants.RETRY_AFTER, seconds(failure.retryAfter()));
    }

    /** An answer that was no success becomes the message all the same ({@code throwExceptionOnFailure=false}). */
    void failedAnswer(Exchange exchange, Failure failure) {
        Message message = exchange.getMessage();
        message.setBody(failure.start().length == 0 ? null : new InputStreamCache(failure.start()));
        describe(exchange, failure.headers().contentType());
    }

    /** The type of the body that was received, or none. */
    private static void describe(Exchange exchange, @Nullable String type) {
        Message message = exchange.getMessage();
        if (type == null || message.getBody() == null) {
            message.removeHeader(Exchange.CONTENT_TYPE);
        } else {
            message.setHeader(Exchange.CONTENT_TYPE, type);
            exchange.setProperty(EARLIER_ANSWER, new Earlier(type, message.getBody()));
        }
    }

    private static void headers(Exchange exchange, int status, AnswerHeaders headers, Reply reply) {
        set(exchange, ZendeskOboConstants.HTTP_RESPONSE_CODE, status == 0 ? null : status);
        set(exchange, ZendeskOboConstants.REQUEST_ID, headers.requestId());
        set(exchange, ZendeskOboConstants.RATE_LIMIT, headers.rateLimit());
        set(exchange, ZendeskOboConstants.RATE_LIMIT_REMAINING, headers.rateLimitRemaining());
        set(exchange, ZendeskOboConstants.RATE_LIMIT_RESET, seconds(headers.rateLimitReset()));
        set(exchange, ZendeskOboConstants.RETRY_AFTER, seconds(headers.retryAfter()));
        set(exchange, ZendeskOboConstants.ATTEMPTS, reply.attempts());
        set(exchange, ZendeskOboConstants.WAITED, reply.waited().toMillis());
        set(exchange, ZendeskOboConstants.IDEMPOTENCY_LOOKUP, headers.idempotencyLookup());
        set(exchange, ZendeskOboConstants.LOCATION, headers.location());
        set(exchange, ZendeskOboConstants.WARNING, headers.warning());
    }

    private static void set(Exchange exchange, String header, @Nullable Object value) {
        if (value != null) {
            exchange.getMessage().setHeader(header, value);
        }
    }

    private static @Nullable Long seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toSeconds();
    }
}
