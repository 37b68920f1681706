package io.github.camelzendesk.standin;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.protocols.http2.Http2StreamSourceChannel;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http2.Http2ServerConnection;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;

/**
 * Where the sockets are: reads a request to its end, has it answered and journaled, and writes the answer or breaks the
 * connection. Everything happens on the I/O threads, and what waits holds none of them.
 */
final class FrontDoor implements HttpHandler {

    private static final int JOURNALED_BODY = 64 * 1024;
    private static final int PART = 64 * 1024;
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter
            .ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);

    /** Lets what was written reach the client before a reset overtakes it. */
    private static final long RESET_DELAY_MILLIS = 20;

    private final Desk desk;
    private final Control control;
    private final Journal journal;
    private final Faults faults;
    private final Clock clock;

    FrontDoor(Desk desk, Control control, Journal journal, Faults faults, Clock clock) {
        this.desk = desk;
        this.control = control;
        this.journal = journal;
        this.faults = faults;
        this.clock = clock;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            Call headers = call(exchange, new Body());
            Desk.Outcome early = Control.serves(headers) ? null : desk.receiveHeaders(headers);
            if (early != null) {
                conclude(exchange, headers, early);
                return;
            }
            StreamSourceChannel channel = exchange.getRequestChannel();
            if (channel == null) {
                arrived(exchange, new Body());
            } else {
                read(exchange, channel, new Body());
            }
        });
    }

    private void read(HttpServerExchange exchange, StreamSourceChannel channel, Body body) {
        try (PooledByteBuffer pooled = exchange.getConnection().getByteBufferPool().allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            while (true) {
                buffer.clear();
                int count = channel.read(buffer);
                if (count < 0) {
                    channel.suspendReads();
                    break;
                }
                if (count == 0) {
                    channel.getReadSetter().set(ready -> {
                        ready.suspendReads();
                        read(exchange, ready, body);
                    });
                    channel.resumeReads();
                    return;
                }
                buffer.flip();
                body.add(buffer);
            }
        } catch (IOException e) {
            aborted(exchange, body);
            return;
        }
        arrived(exchange, body);
    }

    /** The client went away in the middle of its body: that request counts as arrived, and as not answered. */
    private void aborted(HttpServerExchange exchange, Body body) {
        Call call = call(exchange, body);
        if (!Control.serves(call)) {
            enter(call, new Doorman.Verdict(null, null, null, "body cut off"), 0);
        }
        IoUtils.safeClose(exchange.getConnection());
    }

    private void arrived(HttpServerExchange exchange, Body body) {
        Call call = call(exchange, body);
        if (Control.serves(call)) {
            send(exchange, control.answer(call), false);
            return;
        }
        conclude(exchange, call, desk.receive(call));
    }

    private void conclude(HttpServerExchange exchange, Call call, Desk.Outcome outcome) {
        Fault fault = outcome.fault();
        Answer answer = fault == null ? outcome.usual() : fault.answer(outcome.usual());
        if (answer == null) {
            throw new IllegalStateException("neither an answer nor a fault");
        }
        Fault.Ending ending = fault == null ? Fault.Ending.ANSWER : fault.ending();
        boolean answers = fault == null || fault.answers();
        // before the first byte of the answer, so that whoever has the answer finds the entry
        enter(call, outcome.verdict(), answers ? answer.status() : 0);
        Duration latency = fault == null ? faults.latency() : faults.latency().plus(fault.latency());
        Runnable end = () -> {
            switch (ending) {
                case ANSWER -> send(exchange, answer, fault != null && fault.isChunked());
                case RESET_BEFORE_ANSWER -> reset(exchange);
                case CLOSE_BEFORE_ANSWER -> IoUtils.safeClose(exchange.getConnection());
                case RESET_IN_MID_BODY -> sendPart(exchange, answer, fault);
                case TRICKLE -> trickle(exchange, answer, fault);
                case REFUSE_STREAM -> refuse(exchange);
                case GO_AWAY -> goAway(exchange);
                case STALL -> { }
            }
        };
        if (latency.isZero()) {
            end.run();
        } else {
            exchange.getIoThread().executeAfter(end, latency.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void enter(Call call, Doorman.Verdict verdict, int status) {
        journal.add(number -> new JournalEntry(number, call.at(), call.method(), call.rawPath(), call.rawQuery(), status,
                call.header("X-On-Behalf-Of"), verdict.actedAs(), verdict.tokenOwner(), verdict.client(), verdict.step(), call.headers(),
                call.body().first(JOURNALED_BODY), call.body().size(), call.body().sha256(), call.protocol(),
                verdict.reason()));
    }

    private Call call(HttpServerExchange exchange, Body body) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (HeaderValues values : exchange.getRequestHeaders()) {
            headers.put(values.getHeaderName().toString().toLowerCase(Locale.ROOT), List.copyOf(new ArrayList<>(values)));
        }
        String uri = exchange.getRequestURI();
        if (exchange.isHostIncludedInRequestURI()) {
            int path = uri.indexOf('/', uri.indexOf("://") + 3);
            uri = path < 0 ? "/" : uri.substring(path);
        }
        String query = exchange.getQueryString();
        return new Call(exchange.getRequestMethod().toString(), uri, query.isEmpty() ? null : query,
                exchange.getProtocol().toString(), exchange.getRequestScheme() + "://" + exchange.getHostAndPort(), headers,
                body, clock.instant());
    }

    private void send(HttpServerExchange exchange, Answer answer, boolean chunked) {
        if (!begin(exchange, answer)) {
            return;
        }
        if (chunked) {
            exchange.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
        }
        if (answer.generated() != null) {
            if (!chunked) {
                exchange.setResponseContentLength(answer.size());
            }
            pump(exchange, answer.open(), answer.size(), PART, Duration.ZERO, exchange::endExchange);
        } else if (answer.body().length == 0 && !chunked) {
            exchange.endExchange();
        } else {
            exchange.getResponseSender().send(ByteBuffer.wrap(answer.body()));
        }
    }

    private boolean begin(HttpServerExchange exchange, Answer answer) {
        if (!exchange.getConnection().isOpen() || exchange.isResponseStarted()) {
            return false; // gone while it waited
        }
        exchange.setStatusCode(answer.status());
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.DATE, HTTP_DATE.format(clock.instant()));
        for (Map.Entry<String, String> header : answer.headers()) {
            headers.add(new HttpString(header.getKey()), header.getValue());
        }
        return true;
    }

    private void trickle(HttpServerExchange exchange, Answer answer, Fault fault) {
        if (!begin(exchange, answer)) {
            return;
        }
        if (fault.isChunked()) {
            exchange.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
        } else {
            exchange.setResponseContentLength(answer.size());
        }
        pump(exchange, answer.open(), answer.size(), fault.bytes(), fault.pause(), exchange::endExchange);
    }

    /** Sends part by part, each when the client has taken the one before and the pause is over. */
    private static void pump(HttpServerExchange exchange, InputStream content, long left, int bytes, Duration pause, Runnable end) {
        if (left == 0) {
            end.run();
            return;
        }
        byte[] part;
        try {
            part = content.readNBytes((int) Math.min(left, bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it comes from memory
        }
        exchange.getResponseSender().send(ByteBuffer.wrap(part), new IoCallback() {
            @Override
            public void onComplete(HttpServerExchange sent, Sender sender) {
                if (!pause.isZero()) {
                    flush(sent);
                }
                // by way of the thread's queue, so that others on it get their turn
                Runnable next = () -> pump(sent, content, left - part.length, bytes, pause, end);
                if (pause.isZero() || left == part.length) {
                    sent.getIoThread().execute(next);
                } else {
                    sent.getIoThread().executeAfter(next, pause.toNanos(), TimeUnit.NANOSECONDS);
                }
            }

            @Override
            public void onException(HttpServerExchange sent, Sender sender, @Nullable IOException exception) {
                IoUtils.safeClose(sent.getConnection()); // the client has had enough
            }
        });
    }

    private static void flush(HttpServerExchange exchange) {
        StreamSinkChannel channel = exchange.getResponseChannel();
        if (channel != null) {
            try {
                channel.flush();
            } catch (IOException e) {
                // the next write, or the reset, will meet it again
            }
        }
    }

    /** A body that was promised to be longer, and a reset in the middle of it. */
    private static void sendPart(HttpServerExchange exchange, Answer answer, Fault fault) {
        exchange.setStatusCode(answer.status());
        for (Map.Entry<String, String> header : answer.headers()) {
            exchange.getResponseHeaders().add(new HttpString(header.getKey()), header.getValue());
        }
        byte[] padding = new byte[(int) Math.max(0, fault.bytes() - answer.size())];
        Arrays.fill(padding, (byte) ' ');
        if (fault.isChunked()) {
            exchange.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
        } else {
            exchange.setResponseContentLength(Math.max(answer.size(), fault.bytes() + 1L));
        }
        InputStream part = new SequenceInputStream(answer.open(), new ByteArrayInputStream(padding));
        pump(exchange, part, fault.bytes(), PART, Duration.ZERO, () -> {
            flush(exchange);
            exchange.getIoThread().executeAfter(() -> reset(exchange), RESET_DELAY_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    private static void refuse(HttpServerExchange exchange) {
        if (exchange.getConnection() instanceof Http2ServerConnection connection) {
            Insides insides = Insides.of(connection);
            insides.channel().sendRstStream(insides.stream(), Http2Channel.ERROR_REFUSED_STREAM);
        } else {
            reset(exchange);
        }
    }

    private static void goAway(HttpServerExchange exchange) {
        if (exchange.getConnection() instanceof Http2ServerConnection connection) {
            Insides insides = Insides.of(connection);
            insides.pretendLastStream(insides.stream() - 2); // clients' streams have odd numbers [RFC 9113, 5.1.1]
            insides.channel().sendGoAway(Http2Channel.ERROR_NO_ERROR);
            exchange.getIoThread().executeAfter(() -> IoUtils.safeClose(insides.channel()), RESET_DELAY_MILLIS,
                    TimeUnit.MILLISECONDS);
        } else {
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    /**
     * What Undertow keeps to itself: it can only cancel a stream and name the last one it has seen. Its channel can do more,
     * but nothing gives the channel out.
     */
    private record Insides(Http2Channel channel, int stream) {

        static Insides of(Http2ServerConnection connection) {
            try {
                Field channel = Http2ServerConnection.class.getDeclaredField("channel");
                Field stream = Http2ServerConnection.class.getDeclaredField("requestChannel");
                channel.setAccessible(true);
                stream.setAccessible(true);
                return new Insides((Http2Channel) channel.get(connection),
                        ((Http2StreamSourceChannel) stream.get(connection)).getStreamId());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("Undertow has changed; HTTP/2's faults need another way in", e);
            }
        }

        void pretendLastStream(int id) {
            try {
                Field last = Http2Channel.class.getDeclaredField("lastGoodStreamId");
                last.setAccessible(true);
                last.setInt(channel, Math.max(0, id));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("Undertow has changed; GOAWAY needs another way in", e);
            }
        }
    }

    /** RST on HTTP/1.1 (no lingering), RST_STREAM on HTTP/2. */
    private static void reset(HttpServerExchange exchange) {
        if (exchange.getConnection() instanceof AbstractServerConnection connection) {
            try {
                connection.getChannel().setOption(Options.CLOSE_ABORT, true);
            } catch (IOException | IllegalArgumentException e) {
                // then it is a plain close, which a client must survive as well
            }
        }
        IoUtils.safeClose(exchange.getConnection());
    }
}
