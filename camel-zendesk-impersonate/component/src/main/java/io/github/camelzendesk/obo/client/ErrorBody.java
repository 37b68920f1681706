package io.github.camelzendesk.obo.client;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a failed answer says. Zendesk has four JSON envelopes, plain text, HTML and nothing at all; this reads all of
 * them, and what it cannot read it keeps as text, so that a body never hides the status.
 * <p>
 * Only {@link #code}, {@link #safeFields} and {@link #missingScopes} are checked and may stand in a message or a log; everything else
 * may hold personal data or line breaks.
 *
 * @param code          Zendesk's error code such as {@code RecordInvalid}, null when there is none that looks like one
 * @param title         a short text, null when there is none
 * @param description   a longer text, null when there is none
 * @param details       what is wrong, by field, in Zendesk's order; what names no field is under {@code base}
 * @param missingScopes the scopes of which the token lacks one, as a 403 names them
 * @param text          the whole body decoded, at most 8192 characters of it; empty if there is none
 */
public record ErrorBody(@Nullable String code, @Nullable String title, @Nullable String description,
                        Map<String, List<Problem>> details, List<String> missingScopes, String text) implements Serializable {

    private static final long serialVersionUID = 1L;

    /** That of an answer that did not come. */
    public static final ErrorBody NONE = new ErrorBody(null, null, null, Map.of(), List.of(), "");

    private static final int LONGEST_TEXT = 8 * 1024;
    /** more than any error is; the rest would only cost time */
    private static final int LONGEST_PARSED = 1024 * 1024;
    private static final int DEEPEST = 64;
    private static final String BASE = "base";

    /** A word, and shorter than a token: whoever echoes what was sent must not get it into a log. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,47}");
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9_.\\[\\]-]{1,64}");
    private static final Pattern SCOPE = Pattern.compile("[a-z_]+(:[a-z]+)?");
    private static final Pattern MISSING_SCOPES
            = Pattern.compile("missing the following required scopes:([^\\r\\n]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern CHARSET = Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\\s\";]+)", Pattern.CASE_INSENSITIVE);

    private static final ObjectReader JSON = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build()).build())
            .build().reader();

    public ErrorBody {
        Map<String, List<Problem>> copy = new LinkedHashMap<>();
        details.forEach((field, problems) -> copy.put(field, List.copyOf(problems)));
        details = Collections.unmodifiableMap(copy);
        missingScopes = List.copyOf(missingScopes);
    }

    /**
     * Reads a body; never throws.
     *
     * @param contentType of the answer, for its charset only, since Zendesk sends JSON as text; null when there is none
     * @param body        what came, perhaps cut off; empty when nothing did
     */
    public static ErrorBody parse(@Nullable String contentType, byte[] body) {
        String whole = decode(body, charset(contentType));
        String text = cut(whole, LONGEST_TEXT);
        JsonNode json = json(whole);
        if (json == null) {
            return new ErrorBody(null, null, null, Map.of(), missingScopes(text), text);
        }
        return new Envelope(json).read(text);
    }

    private static String decode(byte[] body, Charset charset) {
        String text = new String(body, 0, Math.min(body.length, LONGEST_PARSED), charset);
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private static Charset charset(@Nullable String contentType) {
        Matcher m = CHARSET.matcher(contentType == null ? "" : contentType);
        if (m.find()) {
            try {
                return Charset.forName(m.group(1));
            } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
                return StandardCharsets.UTF_8;
            }
        }
        return StandardCharsets.UTF_8;
    }

    private static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }

    private static @Nullable JsonNode json(String text) {
        String start = text.stripLeading();
        if (!start.startsWith("{") && !start.startsWith("[")) {
            return null;
        }
        try {
            return JSON.readTree(text);
        } catch (IOException | RuntimeException e) {
            // cut off, nested too deep, or no JSON: it stays text
            return null;
        }
    }

    private static List<String> missingScopes(@Nullable String description) {
        Matcher m = MISSING_SCOPES.matcher(description == null ? "" : description);
        if (!m.find()) {
            return List.of();
        }
        return Stream.of(m.group(1).split(",")).map(String::strip)
                .map(scope -> scope.endsWith(".") ? scope.substring(0, scope.length() - 1) : scope)
                .filter(scope -> scope.length() <= 64 && SCOPE.matcher(scope).matches()).distinct().toList();
    }

    static boolean isCode(String text) {
        return CODE.matcher(text).matches();
    }

    /** The names of the fields in {@link #details} that are fit for a message or a log, in order. */
    public List<String> safeFields() {
        return details.keySet().stream().filter(field -> FIELD.matcher(field).matches()).toList();
    }

    /** Hides the texts, which may hold personal data. */
    @Override
    public String toString() {
        return "ErrorBody[code=" + code + ", fields=" + safeFields() + ", missingScopes=" + missingScopes + "]";
    }

    /** The JSON forms, all of which may come together. */
    private static final class Envelope {

        private final JsonNode json;
        private final Map<String, List<Problem>> details = new LinkedHashMap<>();
        private @Nullable String code;
        private @Nullable String title;
        private @Nullable String description;

        Envelope(JsonNode json) {
            this.json = json;
        }

        ErrorBody read(String text) {
            description = first(json, "description", "error_description", "message");
            title = first(json, "title");
            readError(json.path("error"));
            readErrors(json.isArray() ? json : json.path("errors"));
            readDetails(json.path("details"));
            List<String> scopes = missingScopes(description);
            return new ErrorBody(code, title, description, details, scopes.isEmpty() ? missingScopes(title) : scopes, text);
        }

        /** {@code {"error": "code or text"}} or {@code {"error": {"title", "message"}}} */
        private void readError(JsonNode error) {
            if (error.isObject()) {
                title = orElse(first(error, "title"), title);
                description = orElse(first(error, "message", "description"), description);
                name(first(error, "code", "error"));
                name(first(error, "title"));
                readDetails(error.path("details"));
            } else {
                name(scalar(error));
            }
        }

        /** {@code {"errors": [{"code", "title", "detail"}]}}, or a map as in {@code details} */
        private void readErrors(JsonNode errors) {
            if (errors.isArray() && !errors.isEmpty()) {
                JsonNode foremost = errors.get(0);
                name(first(foremost, "code", "error"));
                title = orElse(title, first(foremost, "title"));
                description = orElse(description, first(foremost, "detail", "description", "message"));
            }
            readDetails(errors);
        }

        private void readDetails(JsonNode node) {
            if (node.isObject()) {
                node.properties().forEach(field -> addAll(field.getKey(), field.getValue()));
            } else {
                addAll(BASE, node);
            }
        }

        private void addAll(String field, JsonNode problems) {
            if (problems.isArray()) {
                problems.forEach(problem -> add(field, problem));
            } else {
                add(field, problems);
            }
        }

        private void add(String field, JsonNode problem) {
            String text = problem.isObject() ? first(problem, "description", "title", "detail", "message") : scalar(problem);
            Problem read = new Problem(text, first(problem, "error", "code"), first(problem, "field_key"));
            if (read.description() != null || read.error() != null || read.fieldKey() != null) {
                details.computeIfAbsent(field, f -> new ArrayList<>()).add(read);
            }
        }

        /** Takes the first name that looks like a code as the code; anything else is a text for people. */
        private void name(@Nullable String name) {
            if (name != null && isCode(name)) {
                code = orElse(code, name);
            } else {
                title = orElse(title, name);
            }
        }

        private static @Nullable String first(JsonNode node, String... names) {
            return Stream.of(names).map(name -> scalar(node.path(name))).filter(text -> text != null).findFirst().orElse(null);
        }

        private static @Nullable String scalar(JsonNode node) {
            return node.isValueNode() && !node.isNull() && !node.asText().isBlank() ? node.asText() : null;
        }

        private static @Nullable String orElse(@Nullable String one, @Nullable String other) {
            return one != null ? one : other;
        }
    }
}
