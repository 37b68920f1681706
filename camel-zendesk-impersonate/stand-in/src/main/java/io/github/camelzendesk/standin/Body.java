package io.github.camelzendesk.standin;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A request body as it grows: all of it is counted and hashed, the beginning is kept. */
final class Body {

    /** Enough for every JSON body and most files; a test that streams gigabytes must not fill the heap. */
    static final int KEPT = 16 * 1024 * 1024;

    private static final class Beginning extends ByteArrayOutputStream {

        byte[] first(int bytes) {
            return Arrays.copyOf(buf, Math.min(bytes, count));
        }
    }

    private final Beginning kept = new Beginning();
    private final MessageDigest digest = digest("SHA-256");
    private long size;
    private String sha256 = "";

    void add(ByteBuffer bytes) {
        size += bytes.remaining();
        digest.update(bytes.duplicate());
        int room = Math.min(bytes.remaining(), KEPT - kept.size());
        if (room > 0) {
            byte[] part = new byte[room];
            bytes.get(part);
            kept.write(part, 0, room);
        }
        bytes.position(bytes.limit());
    }

    byte[] kept() {
        return kept.toByteArray();
    }

    byte[] first(int bytes) {
        return kept.first(bytes);
    }

    long size() {
        return size;
    }

    /** To be asked when the body has come to its end. */
    synchronized String sha256() {
        if (sha256.isEmpty()) {
            sha256 = HexFormat.of().formatHex(digest.digest());
        }
        return sha256;
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has MD5 and SHA-256
        }
    }
}
