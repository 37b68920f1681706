package io.github.camelzendesk.obo.client;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What came back.
 *
 * @param headers by lower-case name, each line
 * @param body    of a 2xx answer, else null
 * @param start   the start of the body of any other answer
 */
record WireAnswer(int status, Map<String, List<String>> headers, @Nullable Spool body, byte[] start) {

    List<String> lines(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    AnswerHeaders parsed(Instant now) {
        return AnswerHeaders.parse(headers.keySet(), this::lines, now);
    }

    @Nullable String first(String name) {
        List<String> lines = lines(name);
        return lines.isEmpty() ? null : lines.get(0);
    }

    /** Hides what came: it may repeat what was sent. */
    @Override
    public String toString() {
        return "WireAnswer[" + status + "]";
    }
}
