package io.github.camelzendesk.obo.client;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * The body of an answer: in memory while it is small, in a temporary file that only its owner may read beyond that. Written
 * by one thread at a time, then read as often as wanted. Whoever receives it deletes it.
 */
public final class Spool {

    /** How much stays in memory: the threshold of Camel's stream caching. */
    static final int IN_MEMORY = 128 * 1024;

    private @Nullable ByteArrayOutputStream memory = new ByteArrayOutputStream(1024);
    private @Nullable Path file;
    private @Nullable OutputStream toFile;
    private long length;

    Spool() {
    }

    boolean wouldSpill(int more) {
        return file == null && length + more > IN_MEMORY;
    }

    void write(byte[] bytes, int offset, int count) throws IOException {
        if (wouldSpill(count)) {
            file = Files.createTempFile("zendesk-obo-", ".body");
            toFile = Files.newOutputStream(file);
            memory.writeTo(toFile);
            memory = null;
        }
        if (toFile != null) {
            toFile.write(bytes, offset, count);
        } else {
            memory.write(bytes, offset, count);
        }
        length += count;
    }

    void finish() throws IOException {
        if (toFile != null) {
            toFile.close();
        }
    }

    /** In bytes. */
    public long length() {
        return length;
    }

    /** Where it is, or null when it is in memory. */
    public @Nullable Path file() {
        return file;
    }

    /** The bytes from the start. */
    public InputStream open() throws IOException {
        return file != null ? Files.newInputStream(file) : new ByteArrayInputStream(memory.toByteArray());
    }

    /** All bytes. Only for what is known to be small. */
    public byte[] bytes() throws IOException {
        return file != null ? Files.readAllBytes(file) : memory.toByteArray();
    }

    /** Deletes the file, if there is one. What cannot be deleted now is left to the system's own clean-up. */
    public void delete() {
        try {
            finish();
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }
}
