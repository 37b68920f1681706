package io.github.camelzendesk.standin;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.jspecify.annotations.Nullable;

/** What happens to a request instead of, or after, the usual. A value: each method gives a changed copy. */
public final class Fault {

    enum Ending { ANSWER, RESET_BEFORE_ANSWER, CLOSE_BEFORE_ANSWER, RESET_IN_MID_BODY, TRICKLE, REFUSE_STREAM, GO_AWAY, STALL }

    // changed only in a copy that nobody else has seen yet
    private Ending ending = Ending.ANSWER;
    private int status;
    private List<Map.Entry<String, String>> headers = List.of();
    private byte[] body = new byte[0];
    private @Nullable String contentType;
    private Duration latency = Duration.ZERO;
    private Duration pause = Duration.ZERO;
    private int bytes;
    private boolean processesFirst;
    private boolean early;
    private boolean chunked;
    private boolean gzip;
    private Map<String, JsonNode> edits = Map.of();

    private Fault() {
    }

    private Fault changed(Consumer<Fault> change) {
        Fault copy = new Fault();
        copy.ending = ending;
        copy.status = status;
        copy.headers = headers;
        copy.body = body;
        copy.contentType = contentType;
        copy.latency = latency;
        copy.pause = pause;
        copy.bytes = bytes;
        copy.processesFirst = processesFirst;
        copy.early = early;
        copy.chunked = chunked;
        copy.gzip = gzip;
        copy.edits = edits;
        change.accept(copy);
        return copy;
    }

    /** This answer; the request itself is not processed. */
    public static Fault status(int status) {
        return new Fault().changed(fault -> fault.status = status);
    }

    /** A 302 to another address. */
    public static Fault redirect(String location) {
        return status(302).header("Location", location);
    }

    /** The usual answer, later. */
    public static Fault slow(Duration latency) {
        return usual().latency(latency);
    }

    /** The usual answer; to be changed by what follows, as by a header or by {@link #trickle}. */
    public static Fault usual() {
        return new Fault().afterProcessing();
    }

    /** The connection is reset before a byte of an answer; the request is not processed. */
    public static Fault reset() {
        return new Fault().resetBeforeAnswer();
    }

    /** The request is processed, and then the connection is reset without an answer. */
    public static Fault dropAfterProcessing() {
        return reset().afterProcessing();
    }

    /** No answer, ever; the connection stays open. */
    public static Fault stall() {
        return new Fault().ending(Ending.STALL);
    }

    /** On HTTP/2, RST_STREAM with REFUSED_STREAM, which promises that nothing was done; on HTTP/1.1 a reset. */
    public static Fault refuseStream() {
        return new Fault().ending(Ending.REFUSE_STREAM);
    }

    /**
     * On HTTP/2, GOAWAY with a last stream before this request's, which promises that this one was not done, and the
     * connection is closed with whatever else runs on it; on HTTP/1.1 it is closed without an answer.
     */
    public static Fault goAway() {
        return new Fault().ending(Ending.GO_AWAY);
    }

    /** May be called more than once, also with the same name. */
    public Fault header(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return changed(fault -> fault.headers = List.copyOf(more));
    }

    public Fault body(byte[] body) {
        return changed(fault -> fault.body = body.clone());
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
        return changed(fault -> fault.contentType = contentType);
    }

    /** How long the answer waits; no thread waits with it. */
    public Fault latency(Duration latency) {
        return changed(fault -> fault.latency = latency);
    }

    /** The request takes its effect first. Without a status of its own the fault then sends the usual answer. */
    public Fault afterProcessing() {
        return changed(fault -> fault.processesFirst = true);
    }

    /** Strikes when the headers have come, while the client may still be sending its body; the journal shows no body. */
    public Fault beforeBody() {
        return changed(fault -> fault.early = true);
    }

    public Fault resetBeforeAnswer() {
        return ending(Ending.RESET_BEFORE_ANSWER);
    }

    /** As {@link #resetBeforeAnswer}, but closed in good order: what a server does to a connection that was idle too long. */
    public Fault closeBeforeAnswer() {
        return ending(Ending.CLOSE_BEFORE_ANSWER);
    }

    /** Sends that many bytes of a body that was announced as longer, then resets the connection. */
    public Fault resetInMidBody(int bytes) {
        return ending(Ending.RESET_IN_MID_BODY).changed(fault -> fault.bytes = bytes);
    }

    /** Sends the body so many bytes at a time, with a pause before each part but the first. */
    public Fault trickle(int bytes, Duration pause) {
        return ending(Ending.TRICKLE).changed(fault -> {
            fault.bytes = Math.max(1, bytes);
            fault.pause = pause;
        });
    }

    /** Without Content-Length. */
    public Fault chunked() {
        return changed(fault -> fault.chunked = true);
    }

    /** Compresses the body and says so, whether the client asked for it or not. */
    public Fault gzip() {
        return changed(fault -> fault.gzip = true);
    }

    /**
     * Changes one value in the body that is sent, if that is JSON: so a list can lie about its next page. What the pointer
     * names is put there when it is missing, if its parent is there. May be called more than once.
     *
     * @param pointer RFC 6901, as {@code /links/next}
     * @param value   a text, number or truth value; null for JSON's null
     */
    public Fault set(String pointer, @Nullable Object value) {
        return edited(pointer, Json.MAPPER.valueToTree(value));
    }

    /** As {@link #set}, but leaves the value out, and whatever it holds. */
    public Fault remove(String pointer) {
        return edited(pointer, MissingNode.getInstance());
    }

    Fault edited(String pointer, JsonNode value) {
        if (JsonPointer.compile(pointer).matches()) { // a wrong one fails here rather than in the answer
            throw new IllegalArgumentException("The pointer names the whole body");
        }
        Map<String, JsonNode> more = new LinkedHashMap<>(edits);
        more.put(pointer, value);
        return changed(fault -> fault.edits = more);
    }

    private Fault ending(Ending other) {
        return changed(fault -> fault.ending = other);
    }

    /** For the HTTP control, which names endings. */
    Fault ended(String name, int bytes, Duration pause) {
        return switch (name) {
            case "answer" -> this;
            case "reset" -> resetBeforeAnswer();
            case "close" -> closeBeforeAnswer();
            case "refuse" -> ending(Ending.REFUSE_STREAM);
            case "goaway" -> ending(Ending.GO_AWAY);
            case "cut" -> resetInMidBody(bytes);
            case "trickle" -> trickle(bytes, pause);
            case "stall" -> ending(Ending.STALL);
            default -> throw new IllegalArgumentException("ending is answer, reset, close, refuse, goaway, cut, trickle or stall");
        };
    }

    Ending ending() {
        return ending;
    }

    /** Whether the client gets at least a status. */
    boolean answers() {
        return ending == Ending.ANSWER || ending == Ending.RESET_IN_MID_BODY || ending == Ending.TRICKLE;
    }

    Duration latency() {
        return latency;
    }

    Duration pause() {
        return pause;
    }

    /** How many bytes go before the cut, or before each pause. */
    int bytes() {
        return bytes;
    }

    boolean processesFirst() {
        return processesFirst;
    }

    /** What takes effect needs its body first. */
    boolean strikesEarly() {
        return early && !processesFirst;
    }

    boolean isChunked() {
        return chunked;
    }

    /** What is sent, given the usual answer when the request was processed. */
    Answer answer(@Nullable Answer usual) {
        Answer answer = status == 0 && usual != null ? usual : Answer.of(status == 0 ? 200 : status, body, contentType);
        if (!edits.isEmpty()) {
            answer = answer.edited(edits);
        }
        for (Map.Entry<String, String> header : headers) {
            answer = answer.with(header.getKey(), header.getValue());
        }
        return gzip ? answer.gzipped() : answer;
    }
}
