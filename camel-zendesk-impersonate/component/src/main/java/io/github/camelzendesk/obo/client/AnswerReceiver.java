package io.github.camelzendesk.obo.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Receives one answer: the body of a 2xx into a {@link Spool}, of any other only the start. What goes to a file is written
 * by a thread of the executor, and the other side may send no more than {@link #WINDOW} ahead of it, so a slow disk holds up
 * neither the I/O thread nor memory.
 */
final class AnswerReceiver implements AsyncResponseConsumer<WireAnswer> {

    /** How much of the body of an error is kept. */
    static final int START = 64 * 1024;
    private static final int WINDOW = 256 * 1024;

    private final Executor executor;
    private final CompletableFuture<WireAnswer> received = new CompletableFuture<>();
    private volatile int status;
    private volatile Map<String, List<String>> headers = Map.of();
    private final ByteArrayOutputStream start = new ByteArrayOutputStream(0);
    private @Nullable Spool spool;

    private final Object lock = new Object();
    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private boolean writing;
    private boolean ended;
    private boolean over;
    private @Nullable CapacityChannel capacity;

    AnswerReceiver(Executor executor) {
        this.executor = executor;
    }

    /** The answer when it is complete. Completed by the thread that received or wrote the last of it. */
    CompletableFuture<WireAnswer> received() {
        return received;
    }

    /** Of the answer that began, or 0. */
    int status() {
        return status;
    }

    /** What has come of an answer that broke off, or null when none had begun. */
    @Nullable WireAnswer partial() {
        return status == 0 ? null : new WireAnswer(status, headers, null, start.toByteArray());
    }

    @Override
    public void consumeResponse(
            HttpResponse response, @Nullable EntityDetails entity, HttpContext context,
            FutureCallback<WireAnswer> callback) {
        Map<String, List<String>> lines = new HashMap<>();
        for (Header header : response.getHeaders()) {
            lines.computeIfAbsent(header.getName().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
                    .add(header.getValue() == null ? "" : header.getValue());
        }
        headers = lines;
        status = response.getCode();
        if (status >= 200 && status < 300) {
            spool = new Spool();
        }
        // of a failure the client learns by being cancelled: told of it here, it would go on receiving
        received.thenAccept(callback::completed);
        if (entity == null) {
            complete();
        }
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext context) {
        // 1xx: the answer is still to come
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        boolean first;
        synchronized (lock) {
            first = capacity == null;
            capacity = channel;
        }
        if (first) {
            channel.update(WINDOW);
        }
    }

    @Override
    public void consume(ByteBuffer source) throws IOException {
        int count = source.remaining();
        if (spool == null) {
            byte[] part = new byte[Math.min(count, START - start.size())];
            source.get(part);
            source.position(source.limit());
            start.write(part, 0, part.length);
            grant(count);
            return;
        }
        byte[] chunk = new byte[count];
        source.get(chunk);
        boolean inMemory;
        synchronized (lock) {
            inMemory = !writing && chunks.isEmpty() && spool.file() == null && !spool.wouldSpill(count);
            if (!inMemory) {
                chunks.add(chunk);
            }
        }
        if (inMemory) {
            spool.write(chunk, 0, count);
            grant(count);
        } else {
            write();
        }
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        boolean complete;
        synchronized (lock) {
            ended = true;
            complete = !writing && chunks.isEmpty();
        }
        if (complete) {
            complete();
        }
    }

    private void grant(int count) throws IOException {
        CapacityChannel channel;
        synchronized (lock) {
            channel = capacity;
        }
        if (channel != null) {
            channel.update(count);
        }
    }

    private void write() {
        synchronized (lock) {
            if (writing) {
                return;
            }
            writing = true;
        }
        executor.execute(() -> {
            while (true) {
                byte[] chunk;
                boolean complete;
                synchronized (lock) {
                    chunk = over ? null : chunks.poll();
                    writing = chunk != null;
                    complete = chunk == null && ended && !over;
                }
                if (complete) {
                    complete();
                }
                if (chunk == null) {
                    return;
                }
                try {
                    spool.write(chunk, 0, chunk.length);
                    grant(chunk.length);
                } catch (IOException e) {
                    fail(e);
                }
            }
        });
    }

    private void complete() {
        try {
            if (spool != null) {
                spool.finish();
            }
            if (!received.complete(new WireAnswer(status, headers, spool, start.toByteArray())) && spool != null) {
                spool.delete();
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        boolean abandoned;
        synchronized (lock) {
            over = true;
            chunks.clear();
            abandoned = !received.isDone();
        }
        received.completeExceptionally(cause);
        if (abandoned && spool != null) {
            spool.delete();
        }
    }

    @Override
    public void failed(Exception cause) {
        fail(cause);
    }

    @Override
    public void releaseResources() {
        // what was received belongs to whoever asked for it
    }
}
