package io.github.camelzendesk.standin;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A file that was sent to {@code /uploads}, or a generated one.
 *
 * @param sha256  empty when it is generated: {@link GeneratedContent#sha256} has it
 * @param key     the secret part of its download address
 * @param content the bytes; only the beginning when {@code size} is beyond what the stand-in keeps in memory, none when it is
 *                generated
 */
public record Attachment(
        long id, String fileName, String contentType, long size, String sha256, String key, byte[] content) {

    /** Where its content is, from the slash after the host on. */
    public String contentPath() {
        return "/attachments/token/" + key + "/?name=" + URLEncoder.encode(fileName, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return fileName + " (" + size + " bytes)";
    }
}
