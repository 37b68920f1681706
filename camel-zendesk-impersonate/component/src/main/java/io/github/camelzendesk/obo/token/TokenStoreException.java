package io.github.camelzendesk.obo.token;

import org.jspecify.annotations.Nullable;

/** A token store refused or failed. Nothing was overwritten. The message says what to do next and holds no secret. */
public class TokenStoreException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** What is stored there is something else: no store of ours, or a pair of another account or client. */
        NOT_OURS,
        /** The store was written by a newer release, or is not of a kind that this one knows. */
        UNSUPPORTED_FORMAT,
        /** It is ours but was changed or cut off. */
        DAMAGED,
        /** It was encrypted with another key, or one side is plain text; or what was given as a key cannot be one. */
        WRONG_KEY,
        /** Others than the owner could read or replace it. */
        WRONG_PERMISSIONS,
        /** Disk full, or a quota is used up. */
        NO_ROOM,
        /** It cannot be written at all. */
        NOT_WRITABLE,
        /** Another thread or process held the key for longer than the store waits. */
        LOCK_TIMEOUT,
        /** The thread was interrupted while it waited for the key. */
        INTERRUPTED,
        /** Locks and syncs do not hold on that file system. */
        NETWORK_FILE_SYSTEM,
        /** Another pair of the same or a newer version is stored. */
        NEWER_VERSION,
        /** The database has no table for it yet. */
        NO_TABLE,
        /** Anything else that the disk or the database reported. */
        IO
    }

    private final Reason reason;

    /** For implementations of {@link TokenStore}. */
    public TokenStoreException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** For implementations of {@link TokenStore}; the cause is printed with stack traces, so it must hold no secret. */
    public TokenStoreException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
