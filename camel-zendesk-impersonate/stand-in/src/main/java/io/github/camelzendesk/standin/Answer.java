package io.github.camelzendesk.standin;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A response, and the ones that Zendesk gives when it refuses.
 *
 * @param generated the body where there is no array that could hold it
 */
record Answer(int status, List<Map.Entry<String, String>> headers, byte[] body, @Nullable GeneratedContent generated) {

    private static final String JSON = "application/json; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String DEAD =
            "The access token provided is expired, revoked, malformed or invalid for other reasons.";

    private Answer(int status, List<Map.Entry<String, String>> headers, byte[] body) {
        this(status, headers, body, null);
    }

    static Answer generated(GeneratedContent content, String contentType) {
        return new Answer(200, List.of(), new byte[0], content).with("Content-Type", contentType);
    }

    static Answer of(int status, byte[] body, @Nullable String contentType) {
        Answer answer = new Answer(status, List.of(), body);
        return contentType == null ? answer : answer.with("Content-Type", contentType);
    }

    static Answer json(int status, JsonNode node) {
        return of(status, Json.bytes(node), JSON);
    }

    static Answer ok(JsonNode node) {
        return json(200, node);
    }

    static Answer created(JsonNode node, String location) {
        return json(201, node).with("Location", location);
    }

    static Answer noContent() {
        return of(204, new byte[0], null);
    }

    static Answer text(int status, String text) {
        return of(status, text.getBytes(StandardCharsets.UTF_8), TEXT);
    }

    /** [DOC 4408845965210] for the body; the header is the default of the library that it comes from [INFER]. */
    static Answer invalidToken(boolean challenge) {
        ObjectNode node = Json.object();
        node.put("error", "invalid_token");
        node.put("error_description", DEAD);
        Answer answer = json(401, node);
        return challenge
                ? answer.with("WWW-Authenticate",
                        "Bearer realm=\"stand-in\", error=\"invalid_token\", error_description=\"" + DEAD + "\"")
                : answer;
    }

    /** [PROBE] for no credentials on a protected resource. */
    static Answer notAuthenticated() {
        return json(401, Json.object().put("error", "Couldn't authenticate you"));
    }

    /** [REC singer-io/tap-zendesk], which compares this text. */
    static Answer missingScope(List<String> anyOf) {
        ObjectNode node = Json.object();
        node.put("error", "Forbidden");
        node.put("description", "You are missing the following required scopes: " + String.join(", ", anyOf));
        return json(403, node);
    }

    /** The form of a missing permission, where {@code error} is an object [REC singer-io/tap-zendesk, PROBE]. */
    static Answer forbidden() {
        ObjectNode node = Json.object();
        ObjectNode error = node.putObject("error");
        error.put("title", "Forbidden");
        error.put("message", "You do not have access to this page. Please contact the account owner of this help desk"
                + " for further help.");
        return json(403, node);
    }

    /** [REC zenpy, node-zendesk, zendesk_api_client_rb]. */
    static Answer recordNotFound() {
        return json(404, Json.object().put("error", "RecordNotFound").put("description", "Not found"));
    }

    /** [PROBE]: a path that this account does not have. */
    static Answer invalidEndpoint() {
        return json(404, Json.object().put("error", "InvalidEndpoint").put("description", "Not found"));
    }

    /** [REC grouparoo, zendesk_api_client_rb]; {@code code} as in [COMM 4409515267866]. */
    static Answer invalidRecord(String field, String description, @Nullable String code) {
        ObjectNode node = Json.object();
        node.put("error", "RecordInvalid");
        node.put("description", "Record validation errors");
        ObjectNode problem = Json.object();
        problem.put("description", description);
        if (code != null) {
            problem.put("error", code);
        }
        ArrayNode problems = node.putObject("details").putArray(field);
        problems.add(problem);
        return json(422, node);
    }

    /** What the portal requires and did not get [COMM 4409515267866]. */
    static Answer blank(String label, String key) {
        ObjectNode node = Json.object();
        node.put("error", "RecordInvalid");
        node.put("description", "Record validation errors");
        node.putObject("details").putArray("base").addObject()
                .put("description", label + ": cannot be blank")
                .put("error", "BlankValue")
                .put("field_key", key);
        return json(422, node);
    }

    /** [PROBE]: any write to a closed ticket. */
    static Answer closed() {
        return invalidRecord("status", "closed prevents ticket update", null);
    }

    /** Status and text form are [DOC introduction/requests]; the words are ours. */
    static Answer malformedJson() {
        return text(400, "The request body is not well-formed JSON");
    }

    /** Plain text [REC grouparoo]; these words are those that old clients know. */
    static Answer rateLimited(int seconds) {
        return text(429, "Number of allowed API requests per minute exceeded")
                .with("Retry-After", String.valueOf(seconds));
    }

    /** The limit of the incremental exports has a JSON of its own [COMM airbytehq/airbyte#11899]. */
    static Answer exportsLimited(int seconds) {
        return json(429, Json.object().put("error", "APIRateLimitExceeded")
                .put("description", "Number of allowed incremental export API requests per minute exceeded"))
                .with("Retry-After", String.valueOf(seconds));
    }

    static Answer invalidValue(String description) {
        return json(422, Json.object().put("error", "InvalidValue").put("description", description));
    }

    static Answer errors(int status, String code, String title) {
        ObjectNode node = Json.object();
        node.putArray("errors").addObject().put("code", code).put("title", title);
        return json(status, node);
    }

    /** Says that the limit lies in the stand-in, not in Zendesk. */
    static Answer notImplemented(String operation) {
        return json(501, Json.object().put("error", "StandInNotImplemented")
                .put("description", "The stand-in knows " + operation + " but does not act it out; script it with a fault"));
    }

    /**
     * With a warning of the keys that were not looked at: they are ignored with a 2xx and reported only in this header, in
     * the notation of Ruby's inspect [REC zenpy].
     */
    Answer warningOf(String root, JsonNode sent, Set<String> permitted, String action) {
        Set<String> unknown = new TreeSet<>();
        for (Map.Entry<String, JsonNode> property : sent.properties()) {
            if (!permitted.contains(property.getKey())) {
                unknown.add("\"" + root + "." + property.getKey() + "\"");
            }
        }
        return unknown.isEmpty() ? this : with("x-zendesk-api-warn", "{:allowed_parameters=>{:controller=>\"" + root
                + "s\", :action=>\"" + action + "\", :unpermitted_keys=>[" + String.join(", ", unknown)
                + "], :invalid_values=>[]}}");
    }

    Answer with(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Answer(status, List.copyOf(more), body, generated);
    }

    long size() {
        return generated == null ? body.length : generated.size();
    }

    InputStream open() {
        return generated == null ? new ByteArrayInputStream(body) : generated.open();
    }

    @Nullable String header(String name) {
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase(name)) {
                return header.getValue();
            }
        }
        return null;
    }

    /**
     * With other values at the places that JSON pointers name; a missing node takes what is there away. Unchanged when the
     * body is no JSON.
     */
    Answer edited(Map<String, JsonNode> values) {
        if (generated != null) {
            return this;
        }
        boolean packed = "gzip".equals(header("Content-Encoding"));
        JsonNode root;
        try (InputStream in = packed ? new GZIPInputStream(new ByteArrayInputStream(body)) : new ByteArrayInputStream(body)) {
            root = Json.MAPPER.readTree(in);
        } catch (IOException e) {
            return this;
        }
        values.forEach((pointer, value) -> {
            JsonPointer place = JsonPointer.compile(pointer);
            JsonNode parent = root.at(place.head() == null ? place : place.head());
            if (parent instanceof ObjectNode object) {
                String name = place.last().getMatchingProperty();
                if (value.isMissingNode()) {
                    object.remove(name);
                } else {
                    object.set(name, value);
                }
            } else if (parent instanceof ArrayNode array && array.has(place.last().getMatchingIndex())) {
                if (value.isMissingNode()) {
                    array.remove(place.last().getMatchingIndex());
                } else {
                    array.set(place.last().getMatchingIndex(), value);
                }
            }
        });
        Answer plain = new Answer(status, headers, Json.bytes(root));
        return packed ? new Answer(status, headers, plain.gzipped().body()) : plain;
    }

    /** Compressed, unless it is generated. */
    Answer gzipped() {
        if (generated != null) {
            return this;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(status, headers, bytes.toByteArray()).with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding");
    }
}
