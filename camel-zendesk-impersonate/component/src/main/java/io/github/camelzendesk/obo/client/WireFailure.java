package io.github.camelzendesk.obo.client;

import org.jspecify.annotations.Nullable;

/** There was no whole answer. */
final class WireFailure extends Exception {

    private static final long serialVersionUID = 1L;

    enum Kind {
        /** Refused here, because a logger would have written the token to the log. */
        WOULD_BE_LOGGED,
        /** No connection: refused, unknown host. */
        NO_CONNECTION,
        /** No connection, and none before something is put right: TLS, the proxy's password, plain http to another machine. */
        NO_CONNECTION_EVER,
        /** All connections stayed busy for as long as one may wait for one. */
        NO_FREE_CONNECTION,
        /** The deadline passed. */
        TIMEOUT,
        /** The body to be sent could not be read. */
        UNREADABLE_BODY,
        /** It left, and the other side promises that it did nothing with it (HTTP/2). */
        REFUSED_UNDONE,
        /** The connection broke, or what came back is not HTTP. */
        BROKEN
    }

    private final transient Kind kind;
    private final boolean started;
    private final int status;

    /**
     * @param message what happened, without anything that came from the other side
     * @param started whether any of the request may have left
     * @param status  of the answer that broke off, or 0
     */
    WireFailure(Kind kind, String message, boolean started, int status, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.started = started;
        this.status = status;
    }

    Kind kind() {
        return kind;
    }

    /** Whether another try would end the same way. */
    boolean lasting() {
        return kind == Kind.WOULD_BE_LOGGED || kind == Kind.NO_CONNECTION_EVER || kind == Kind.UNREADABLE_BODY;
    }

    boolean started() {
        return started;
    }

    int status() {
        return status;
    }
}
