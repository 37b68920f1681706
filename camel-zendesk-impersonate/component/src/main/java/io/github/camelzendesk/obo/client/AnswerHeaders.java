package io.github.camelzendesk.obo.client;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What the headers of an answer say. Each is checked, so all but {@link #location} and {@link #warning}, which quote what was
 * sent, may stand in a message or a log; what does not pass is null, as if it had not come.
 *
 * @param requestId          what Zendesk's support asks for
 * @param rateLimit          the account's requests per minute
 * @param rateLimitRemaining what is left of them in this wall-clock minute; may be high in a 429, which then is a {@link Bucket}'s
 * @param rateLimitReset     until the account's window ends, counted from the answer; at most {@link #LONGEST_WAIT}
 * @param retryAfter         how long to wait, counted from the answer, in whole seconds; from 0 to {@link #LONGEST_WAIT}
 * @param buckets            the endpoint limits, in the order of their headers
 * @param idempotencyLookup  {@code hit} or {@code miss}
 * @param location           of what was created: printable ASCII, from any origin
 * @param warning            body keys that Zendesk ignored, in one line of at most 2048 characters; may quote the body
 * @param contentType        as it came
 * @param date               what time it was there, in whole seconds
 */
public record AnswerHeaders(@Nullable String requestId, @Nullable Long rateLimit, @Nullable Long rateLimitRemaining,
                            @Nullable Duration rateLimitReset, @Nullable Duration retryAfter, List<Bucket> buckets,
                            @Nullable String idempotencyLookup, @Nullable String location, @Nullable String warning,
                            @Nullable String contentType, @Nullable Instant date) implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Those of an answer that did not come. */
    public static final AnswerHeaders NONE
            = new AnswerHeaders(null, null, null, null, null, List.of(), null, null, null, null, null);

    /** No wait that Zendesk documents is longer; a longer one that a header asks for counts as this. */
    public static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private static final int LONGEST_WARNING = 2 * 1024;
    private static final int LONGEST_LOCATION = 2 * 1024;
    private static final int LONGEST_CONTENT_TYPE = 256;
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9_.:/-]{1,60}");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");
    private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,30}(?:\\.[0-9]{1,30})?");
    private static final Pattern BUCKET_NAME = Pattern.compile("zendesk-rate-?limit-([a-z0-9_.-]{1,64})");

    public AnswerHeaders {
        buckets = List.copyOf(buckets);
    }

    /**
     * Reads the headers of an answer; never throws.
     *
     * @param names of the headers that came, in any case
     * @param lines the values of a header by its name in lower case, in the order they came
     * @param now   when the answer came; its own {@code Date}, where it has one, is what a date in it is counted from
     */
    public static AnswerHeaders parse(Collection<String> names, Function<String, @Nullable List<String>> lines, Instant now) {
        Lines headers = new Lines(lines);
        return new AnswerHeaders(
                headers.first(AnswerHeaders::isRequestId, "x-zendesk-request-id", "x-request-id"),
                count(headers, "x-rate-limit", "ratelimit-limit", "rate-limit"),
                count(headers, "x-rate-limit-remaining", "ratelimit-remaining", "rate-limit-remaining"),
                seconds(headers.first(SECONDS.asMatchPredicate(), "ratelimit-reset", "rate-limit-reset", "x-rate-limit-reset")),
                retryAfter(headers, now),
                buckets(names, headers),
                lookup(headers),
                headers.whole("location").filter(AnswerHeaders::isLocation).findFirst().orElse(null),
                warning(headers),
                headers.whole("content-type").filter(AnswerHeaders::isContentType).findFirst().orElse(null),
                date(headers, "date", now));
    }

    /** The header lines, whatever came. */
    private record Lines(Function<String, @Nullable List<String>> lines) {

        /** The lines of a header, trimmed; empty ones left out. */
        Stream<String> whole(String name) {
            List<String> found = lines.apply(name);
            return found == null ? Stream.empty()
                    : found.stream().filter(Objects::nonNull).map(String::strip).filter(line -> !line.isEmpty());
        }

        /** The first value that passes; proxies fold lines that came twice into one with a comma. */
        @Nullable String first(Predicate<String> passes, String... names) {
            return Stream.of(names).flatMap(this::whole).flatMap(line -> Stream.of(line.split("[,;]"))).map(String::strip)
                    .filter(passes).findFirst().orElse(null);
        }
    }

    private static boolean isRequestId(String text) {
        return REQUEST_ID.matcher(text).matches();
    }

    private static @Nullable Long count(Lines headers, String... names) {
        String count = headers.first(COUNT.asMatchPredicate(), names);
        return count == null ? null : Long.valueOf(count);
    }

    private static @Nullable Duration seconds(@Nullable String number) {
        if (number == null) {
            return null;
        }
        BigDecimal seconds = new BigDecimal(number).setScale(0, RoundingMode.CEILING);
        BigDecimal longest = BigDecimal.valueOf(LONGEST_WAIT.toSeconds());
        return Duration.ofSeconds(seconds.max(BigDecimal.ZERO).min(longest).longValue());
    }

    private static @Nullable Duration retryAfter(Lines headers, Instant now) {
        Duration seconds = seconds(headers.first(SECONDS.asMatchPredicate(), "retry-after"));
        if (seconds != null) {
            return seconds;
        }
        Instant until = date(headers, "retry-after", now);
        if (until == null) {
            return null;
        }
        Instant answered = date(headers, "date", now);
        Duration wait = Duration.between(answered == null ? now : answered, until);
        return seconds(wait.getSeconds() + (wait.getNano() > 0 ? ".1" : ""));
    }

    private static @Nullable Instant date(Lines headers, String name, Instant now) {
        return headers.whole(name).map(line -> HttpDate.parse(line, now)).filter(Objects::nonNull).findFirst().orElse(null);
    }

    private static List<Bucket> buckets(Collection<String> names, Lines headers) {
        Map<String, Bucket> buckets = new LinkedHashMap<>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            Matcher m = BUCKET_NAME.matcher(lower);
            if (m.matches() && !buckets.containsKey(m.group(1))) {
                headers.whole(lower).map(line -> bucket(m.group(1), line)).filter(Objects::nonNull).findFirst()
                        .ifPresent(bucket -> buckets.put(bucket.name(), bucket));
            }
        }
        return List.copyOf(buckets.values());
    }

    /** {@code total=300; remaining=299; resets=50} */
    private static @Nullable Bucket bucket(String name, String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : line.split("[,;]")) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.putIfAbsent(field.substring(0, equals).strip().toLowerCase(Locale.ROOT), field.substring(equals + 1).strip());
            }
        }
        String total = fields.get("total");
        String remaining = fields.get("remaining");
        String resets = fields.get("resets");
        if (total == null || remaining == null || resets == null || !COUNT.matcher(total).matches()
                || !COUNT.matcher(remaining).matches() || !SECONDS.matcher(resets).matches()) {
            return null;
        }
        return new Bucket(name, Long.parseLong(total), Long.parseLong(remaining), Objects.requireNonNull(seconds(resets)));
    }

    private static @Nullable String lookup(Lines headers) {
        String lookup = headers.first(value -> value.equalsIgnoreCase("hit") || value.equalsIgnoreCase("miss"), "x-idempotency-lookup");
        return lookup == null ? null : lookup.toLowerCase(Locale.ROOT);
    }

    private static boolean isLocation(String text) {
        return text.length() <= LONGEST_LOCATION && text.chars().allMatch(c -> c > ' ' && c <= '~');
    }

    private static boolean isContentType(String text) {
        return text.length() <= LONGEST_CONTENT_TYPE && text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    private static @Nullable String warning(Lines headers) {
        StringBuilder warning = new StringBuilder();
        headers.whole("x-zendesk-api-warn").forEach(line -> {
            warning.append(warning.isEmpty() ? "" : ", ");
            line.chars().filter(c -> !Character.isISOControl(c) && c != '\u2028' && c != '\u2029').forEach(c -> warning.append((char) c));
        });
        String oneLine = warning.toString().strip();
        if (oneLine.isEmpty()) {
            return null;
        }
        return oneLine.length() <= LONGEST_WARNING ? oneLine : oneLine.substring(0, LONGEST_WARNING);
    }

    /** Hides the texts that quote what was sent. */
    @Override
    public String toString() {
        return "AnswerHeaders[requestId=" + requestId + ", rateLimit=" + rateLimit + ", rateLimitRemaining=" + rateLimitRemaining
               + ", rateLimitReset=" + rateLimitReset + ", retryAfter=" + retryAfter + ", buckets=" + buckets
               + ", idempotencyLookup=" + idempotencyLookup + "]";
    }
}
