package io.github.camelzendesk.obo.client;

import java.io.IOException;
import java.io.InputStream;

/** The body of a request. */
public sealed interface Body {

    /** No body, and so no {@code Content-Type}. */
    Body NONE = new None();

    /** Whether it can be sent again. What can be read only once is sent only once. */
    boolean repeatable();

    /** See {@link #NONE}. */
    record None() implements Body {
        @Override
        public boolean repeatable() {
            return true;
        }
    }

    /**
     * A body in memory.
     *
     * @param contentType as it goes out
     */
    record Bytes(byte[] bytes, String contentType) implements Body {
        @Override
        public boolean repeatable() {
            return true;
        }

        @Override
        public String toString() {
            return "Bytes[" + bytes.length + "]";
        }
    }

    /**
     * A body that is read while it is sent, by a thread of its own that does nothing but wait for it.
     *
     * @param length     in bytes, or -1 when unknown
     * @param repeatable whether {@code opener} gives the same bytes each time
     */
    record Stream(Opener opener, long length, boolean repeatable, String contentType) implements Body {
    }

    /** Gives the bytes of a stream body, once for each time that it is sent. */
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }
}
