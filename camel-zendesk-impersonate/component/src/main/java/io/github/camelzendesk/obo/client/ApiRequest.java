package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.ZendeskService;

/**
 * A request on behalf of an end user. One without a user cannot be built.
 *
 * @param method         upper case
 * @param template       the path as the route wrote it, for messages: values of the message are not in it
 * @param path           encoded, with the query, as it goes out
 * @param accept         the value of {@code Accept}
 * @param idempotencyKey the value of {@code Idempotency-Key}, or null for none
 * @param timeout        for each time that it is sent
 */
public record ApiRequest(
        String method, Origin origin, ZendeskService service, String template, String path, EndUser user, Body body,
        String accept, @Nullable String idempotencyKey, Duration timeout) {

    private static final Set<String> READS = Set.of("GET", "HEAD");

    public ApiRequest {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(body, "body");
    }

    /** The same, for the same user, but of another path; to read a list on. */
    public ApiRequest of(String otherPath) {
        return new ApiRequest(
                method, origin, service, template, otherPath, user, body, accept, idempotencyKey, timeout);
    }

    /** Whether it changes nothing. */
    boolean reads() {
        return READS.contains(method);
    }

    /** Whether Zendesk knows a copy of it by its idempotency key: documented for new tickets, and for nothing else. */
    public boolean recognizable() {
        return idempotencyKey != null && method.equals("POST") && path.matches("/api/v2/tickets(\\.json)?(\\?.*)?");
    }

    @Override
    public String toString() {
        return method + " " + template;
    }
}
