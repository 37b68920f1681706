package io.github.camelzendesk.obo.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Percent-encoding as RFC 3986 has it: UTF-8, upper-case digits, a blank is {@code %20} and a plus is itself. */
final class Percent {

    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";

    private Percent() {
    }

    /**
     * @param  kept what stands for itself beside letters, digits and {@code -._~}
     * @return      ASCII; every byte that is not kept is encoded, percent signs too
     */
    static String encode(String text, String kept) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0 || kept.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
            }
        }
        return encoded.toString();
    }

    /** As {@link #encode} without anything kept, but what is already encoded stays as it is. */
    static String encodeOnce(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        int from = 0;
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (isEncodedByte(text, i)) {
                encoded.append(encode(text.substring(from, i), "")).append(text, i, i + 3);
                from = i + 3;
            }
        }
        return encoded.append(encode(text.substring(from), "")).toString();
    }

    /** What the encoded text means; a sequence that is no UTF-8 becomes the replacement character. */
    static String decode(String encoded) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            if (isEncodedByte(encoded, i)) {
                bytes.write(Integer.parseInt(encoded, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(encoded.charAt(i));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Whether every surrogate has its partner; a lone one has no UTF-8 form and would silently become a question mark. */
    static boolean encodable(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static boolean isEncodedByte(String text, int at) {
        return text.charAt(at) == '%' && at + 2 < text.length() && isHex(text.charAt(at + 1)) && isHex(text.charAt(at + 2));
    }

    private static boolean isHex(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    private static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
