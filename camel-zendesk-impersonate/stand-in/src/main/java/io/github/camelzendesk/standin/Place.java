package io.github.camelzendesk.standin;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Where a record stands in a list. A cursor is a place, so that it stays good when the record is gone or has moved.
 *
 * @param at the time that the list is sorted by; always the same one where it is sorted by id
 */
record Place(Instant at, long id) implements Comparable<Place> {

    private static final Comparator<Place> ORDER = Comparator.comparing(Place::at).thenComparingLong(Place::id);
    private static final Pattern TEXT = Pattern.compile("(-?\\d{1,12})\\.(\\d{9})\\|\\|(-?\\d{1,19})\\|");

    static Place of(long id) {
        return new Place(Instant.EPOCH, id);
    }

    /** The form of Zendesk's own, of which one is {@code 1580753798.0||432|} in base 64 [PROBE fivetran.com]; opaque by right. */
    String cursor() {
        String text = String.format(Locale.ROOT, "%d.%09d||%d|", at.getEpochSecond(), at.getNano(), id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Null when it is no cursor. */
    static @Nullable Place fromCursor(String cursor) {
        try {
            Matcher text = TEXT.matcher(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII));
            return text.matches()
                    ? new Place(Instant.ofEpochSecond(Long.parseLong(text.group(1)), Long.parseLong(text.group(2))),
                            Long.parseLong(text.group(3)))
                    : null;
        } catch (IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }
}
