package io.github.camelzendesk.obo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A few numbers that several processes see at once, in a file that each maps: the time, and how far each worker is. */
final class SharedBoard {

    static final int WORKERS = 4;

    private static final VarHandle LONGS
            = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private final ByteBuffer bytes;

    SharedBoard(Path file) {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long get(int slot) {
        return (long) LONGS.getVolatile(bytes, slot * Long.BYTES);
    }

    private void add(int slot, long n) {
        LONGS.getAndAdd(bytes, slot * Long.BYTES, n);
    }

    void advance(Duration by) {
        add(0, by.toMillis());
    }

    /** The time that all the processes go by. */
    Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(get(0));
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    void succeeded(int process, int worker) {
        add(slot(process, worker), 1);
    }

    void failed(int process, int worker) {
        add(slot(process, worker) + 1, 1);
    }

    long successes(int process, int worker) {
        return get(slot(process, worker));
    }

    long failures(int process, int worker) {
        return get(slot(process, worker) + 1);
    }

    private static int slot(int process, int worker) {
        return 1 + (process * WORKERS + worker) * 2;
    }
}
