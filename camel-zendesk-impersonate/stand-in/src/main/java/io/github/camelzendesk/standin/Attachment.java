package io.github.camelzendesk.standin;

/**
 * A file that was sent to {@code /uploads}.
 *
 * @param key     the secret part of its download address
 * @param content the bytes; only the beginning when {@code size} is beyond what the stand-in keeps in memory
 */
public record Attachment(
        long id, String fileName, String contentType, long size, String sha256, String key, byte[] content) {

    @Override
    public String toString() {
        return fileName + " (" + size + " bytes)";
    }
}
