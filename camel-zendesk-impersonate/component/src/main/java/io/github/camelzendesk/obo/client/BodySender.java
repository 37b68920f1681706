package io.github.camelzendesk.obo.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.concurrent.Executor;

import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.support.classic.SharedOutputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a stream. One thread of the given executor reads it and waits whenever the connection is slower; the I/O thread only
 * takes what is there. Unlike the producer that HttpClient brings for this, it tells the length when it is known, and a
 * stream that cannot be read fails the request at once.
 */
final class BodySender implements AsyncEntityProducer {

    private static final int CHUNK = 64 * 1024;

    private final Body.Stream body;
    private final Executor readers;
    private final SharedOutputBuffer buffer = new SharedOutputBuffer(CHUNK);
    private boolean reading;
    private volatile @Nullable IOException unreadable;
    /** What the connection answered to the thread that reads, which may write to it itself. */
    private volatile @Nullable IOException broken;
    private volatile boolean abandoned;

    BodySender(Body.Stream body, Executor readers) {
        this.body = body;
        this.readers = readers;
    }

    /** Why the stream could not be read, or null. */
    @Nullable IOException unreadable() {
        return unreadable;
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        if (!reading) {
            reading = true;
            readers.execute(() -> read(channel));
        }
        IOException failure = unreadable != null ? unreadable : broken;
        if (failure != null) {
            throw failure;
        }
        buffer.flush(channel);
    }

    private void read(DataStreamChannel channel) {
        try (InputStream in = body.opener().open()) {
            byte[] chunk = new byte[CHUNK];
            long sent = 0;
            for (int read = in.read(chunk); read >= 0 && !abandoned; read = in.read(chunk)) {
                int count = read;
                sent += count;
                if (body.length() >= 0 && sent > body.length()) {
                    throw new IOException("the body has more than the " + body.length() + " bytes that it said it has");
                }
                if (!passOn(channel, () -> buffer.write(chunk, 0, count))) {
                    return;
                }
            }
            if (!abandoned && sent < body.length()) {
                throw new IOException("the body has " + sent + " bytes instead of the " + body.length() + " it said it has");
            }
            passOn(channel, buffer::writeCompleted);
        } catch (IOException | RuntimeException | Error e) {
            // of an error too nobody would hear, since this thread is not the one that waits
            if (!abandoned) {
                unreadable = e instanceof IOException io ? io : new IOException(e);
                channel.requestOutput();
            }
        }
    }

    private interface Passing {
        void run() throws IOException;
    }

    /** @return whether it worked; that it did not says nothing of the body */
    private boolean passOn(DataStreamChannel channel, Passing passing) {
        try {
            passing.run();
            return true;
        } catch (IOException e) {
            if (!abandoned) {
                broken = e;
                channel.requestOutput();
            }
            return false;
        }
    }

    @Override
    public int available() {
        return unreadable != null || broken != null ? 1 : buffer.length();
    }

    @Override
    public long getContentLength() {
        return body.length();
    }

    @Override
    public boolean isChunked() {
        return body.length() < 0;
    }

    @Override
    public @Nullable String getContentType() {
        return null;
    }

    @Override
    public @Nullable String getContentEncoding() {
        return null;
    }

    @Override
    public Set<String> getTrailerNames() {
        return Set.of();
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public void failed(Exception cause) {
        releaseResources();
    }

    /** Lets the reading thread go. */
    @Override
    public void releaseResources() {
        abandoned = true;
        buffer.abort();
    }
}
