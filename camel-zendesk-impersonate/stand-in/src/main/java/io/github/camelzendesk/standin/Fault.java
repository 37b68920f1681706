package io.github.camelzendesk.standin;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** What happens to a request instead of, or after, the usual. A value: each method gives a changed copy. */
public final class Fault {

    enum Ending { ANSWER, RESET_BEFORE_ANSWER, CLOSE_BEFORE_ANSWER, RESET_IN_MID_BODY, STALL }

    private final Ending ending;
    private final int status;
    private final List<Map.Entry<String, String>> headers;
    private final byte @Nullable [] body;
    private final @Nullable String contentType;
    private final Duration latency;
    private final boolean process;
    private final int cutAfter;
    private final boolean chunked;
    private final boolean gzip;

    private Fault(Ending ending, int status, List<Map.Entry<String, String>> headers, byte @Nullable [] body,
            @Nullable String contentType, Duration latency, boolean process, int cutAfter, boolean chunked, boolean gzip) {
        this.ending = ending;
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.contentType = contentType;
        this.latency = latency;
        this.process = process;
        this.cutAfter = cutAfter;
        this.chunked = chunked;
        this.gzip = gzip;
    }

    /** This answer; the request itself is not processed. */
    public static Fault status(int status) {
        return new Fault(Ending.ANSWER, status, List.of(), null, null, Duration.ZERO, false, 0, false, false);
    }

    /** A 302 to another address. */
    public static Fault redirect(String location) {
        return status(302).header("Location", location);
    }

    /** The usual answer, later. */
    public static Fault slow(Duration latency) {
        return status(0).latency(latency).afterProcessing();
    }

    /** The connection is reset before a byte of an answer; the request is not processed. */
    public static Fault reset() {
        return status(0).resetBeforeAnswer();
    }

    /** The request is processed, and then the connection is reset without an answer. */
    public static Fault dropAfterProcessing() {
        return reset().afterProcessing();
    }

    /** No answer, ever; the connection stays open. */
    public static Fault stall() {
        return status(0).stalling();
    }

    /** May be called more than once, also with the same name. */
    public Fault header(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Fault(ending, status, List.copyOf(more), body, contentType, latency, process, cutAfter, chunked, gzip);
    }

    public Fault body(byte[] body) {
        return new Fault(ending, status, headers, body.clone(), contentType, latency, process, cutAfter, chunked, gzip);
    }

    public Fault body(String text) {
        return body(text.getBytes(StandardCharsets.UTF_8));
    }

    public Fault json(String json) {
        return body(json).contentType("application/json; charset=utf-8");
    }

    public Fault text(String text) {
        return body(text).contentType("text/plain; charset=utf-8");
    }

    public Fault contentType(String contentType) {
        return new Fault(ending, status, headers, body, contentType, latency, process, cutAfter, chunked, gzip);
    }

    /** How long the answer waits; no thread waits with it. */
    public Fault latency(Duration latency) {
        return new Fault(ending, status, headers, body, contentType, latency, process, cutAfter, chunked, gzip);
    }

    /** The request takes its effect first. With a status of 0 the usual answer is sent, else this fault's. */
    public Fault afterProcessing() {
        return new Fault(ending, status, headers, body, contentType, latency, true, cutAfter, chunked, gzip);
    }

    public Fault resetBeforeAnswer() {
        return ending(Ending.RESET_BEFORE_ANSWER);
    }

    /** As {@link #resetBeforeAnswer}, but closed in good order: what a server does to a connection that was idle too long. */
    public Fault closeBeforeAnswer() {
        return ending(Ending.CLOSE_BEFORE_ANSWER);
    }

    Fault stalling() {
        return ending(Ending.STALL);
    }

    /** Sends that many bytes of a body that was announced as longer, then resets the connection. */
    public Fault resetInMidBody(int bytes) {
        return new Fault(Ending.RESET_IN_MID_BODY, status == 0 ? 200 : status, headers, body, contentType, latency, process,
                bytes, chunked, gzip);
    }

    /** Without Content-Length. */
    public Fault chunked() {
        return new Fault(ending, status, headers, body, contentType, latency, process, cutAfter, true, gzip);
    }

    /** Compresses the body and says so, whether the client asked for it or not. */
    public Fault gzip() {
        return new Fault(ending, status, headers, body, contentType, latency, process, cutAfter, chunked, true);
    }

    private Fault ending(Ending other) {
        return new Fault(other, status, headers, body, contentType, latency, process, cutAfter, chunked, gzip);
    }

    Ending ending() {
        return ending;
    }

    Duration latency() {
        return latency;
    }

    boolean processesFirst() {
        return process;
    }

    int cutAfter() {
        return cutAfter;
    }

    boolean isChunked() {
        return chunked;
    }

    /** What is sent, given the usual answer when the request was processed. */
    Answer answer(@Nullable Answer usual) {
        Answer answer;
        if (status == 0 && usual != null) {
            answer = usual;
        } else {
            byte[] bytes = body == null ? new byte[0] : body;
            answer = Answer.of(status == 0 ? 200 : status, bytes, contentType);
        }
        for (Map.Entry<String, String> header : headers) {
            answer = answer.with(header.getKey(), header.getValue());
        }
        return gzip ? answer.gzipped() : answer;
    }
}
