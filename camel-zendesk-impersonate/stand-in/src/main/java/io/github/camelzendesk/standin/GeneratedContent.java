package io.github.camelzendesk.standin;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The content of a file of any size that exists only as a rule: the numbers that SplitMix64 makes of the seed, eight bytes
 * each, little-endian. Nobody compresses it, and a byte that is lost or doubled changes its SHA-256.
 */
public record GeneratedContent(long seed, long size) {

    private static final int BLOCK = 64 * 1024;

    /** @throws IllegalArgumentException when the size is negative */
    public GeneratedContent {
        if (size < 0) {
            throw new IllegalArgumentException("size is negative");
        }
    }

    /** The bytes from the first on; each stream gives the same ones. */
    public InputStream open() {
        return new Bytes();
    }

    /** In hexadecimal; reads through all of it. */
    public String sha256() {
        MessageDigest digest = Body.digest("SHA-256");
        Bytes bytes = new Bytes();
        byte[] block = new byte[BLOCK];
        for (int count = bytes.read(block, 0, BLOCK); count > 0; count = bytes.read(block, 0, BLOCK)) {
            digest.update(block, 0, count);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private final class Bytes extends InputStream {

        private final ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN).limit(0);
        private long generated;

        private boolean fill() {
            if (!block.hasRemaining()) {
                int count = (int) Math.min(BLOCK, size - generated);
                block.clear();
                for (int i = 0; i < count; i += Long.BYTES) {
                    block.putLong(i, SplitMix64.at(seed, (generated + i) / Long.BYTES));
                }
                block.limit(count);
                generated += count;
            }
            return block.hasRemaining();
        }

        @Override
        public int read() {
            return fill() ? block.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, block.remaining());
            block.get(into, offset, count);
            return count;
        }
    }
}
