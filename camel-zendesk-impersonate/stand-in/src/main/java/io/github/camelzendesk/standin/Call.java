package io.github.camelzendesk.standin;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/**
 * A request as it arrived, read to its end.
 *
 * @param origin  scheme, host and port as the client named them, for links in answers
 * @param headers lower-case names, every line
 * @param body    what was kept of it, see {@link Body#KEPT}
 */
record Call(
        String method,
        String rawPath,
        @Nullable String rawQuery,
        String protocol,
        String origin,
        Map<String, List<String>> headers,
        Body body,
        Instant at) {

    @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    List<String> headers(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** The path's segments, decoded; a {@code .json} at the end is dropped, as both forms are accepted [PROBE]. */
    List<String> segments() {
        String path = rawPath.endsWith(".json") ? rawPath.substring(0, rawPath.length() - 5) : rawPath;
        List<String> segments = new ArrayList<>();
        for (String segment : path.substring(1).split("/", -1)) {
            segments.add(decode(segment.replace("+", "%2B")));
        }
        return segments;
    }

    @Nullable String parameter(String name) {
        return parameters().get(name);
    }

    /** The query's parameters, decoded; the last of a name counts. */
    Map<String, String> parameters() {
        return pairs(rawQuery == null ? "" : rawQuery);
    }

    /** Those of a form-urlencoded body, decoded; none when the body is something else. */
    Map<String, String> formParameters() {
        return pairs(form());
    }

    boolean repeatsFormParameter() {
        return Arrays.stream(form().split("&")).filter(pair -> !pair.isEmpty()).count() > formParameters().size();
    }

    private String form() {
        String type = header("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")
                ? new String(body.kept(), StandardCharsets.UTF_8)
                : "";
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty()) {
                parameters.put(decode(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // a stray % is no reason to fall over
        }
    }

    /**
     * The body's JSON; a missing node when there is none.
     *
     * @throws MalformedJson when it is not JSON
     */
    JsonNode json() {
        String type = header("Content-Type");
        // A body of another type carries no parameters for a JSON endpoint [DOC: Content-Type must be application/json].
        if (body.size() == 0 || type == null || !type.toLowerCase(Locale.ROOT).contains("json")) {
            return JsonNodeFactory.instance.missingNode();
        }
        try {
            return Json.MAPPER.readTree(body.kept());
        } catch (IOException e) {
            throw new MalformedJson(e);
        }
    }

    static final class MalformedJson extends RuntimeException {
        MalformedJson(Throwable cause) {
            super(cause);
        }
    }
}
