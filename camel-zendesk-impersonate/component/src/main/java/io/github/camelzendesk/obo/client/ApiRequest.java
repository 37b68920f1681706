package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

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
    private static final Pattern TICKETS = Pattern.compile("/api/v2/tickets(\\.json)?(\\?.*)?");

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

    /** How long Zendesk knows a copy by its key: two hours [Zendesk: Ticketing introduction, Idempotency], less a margin. */
    public static final Duration RECOGNIZABLE_FOR = Duration.ofMinutes(110);

    /** Whether Zendesk knows a copy of it by its idempotency key. */
    public boolean recognizable() {
        return idempotencyKey != null && keysAreHonoured(method, path);
    }

    /** Whether Zendesk honours an idempotency key: documented for new tickets, and for nothing else. */
    public static boolean keysAreHonoured(String method, String path) {
        return method.equals("POST") && TICKETS.matcher(path).matches();
    }

    /** What it does, whichever record it does it to: no number and no name of a placeholder is in it. */
    String operation() {
        StringBuilder operation = new StringBuilder(method).append(' ');
        for (String segment : template.split("/")) {
            boolean one = segment.indexOf('{') >= 0 || !segment.isEmpty() && segment.chars().allMatch(c -> c >= '0' && c <= '9');
            operation.append('/').append(one ? "{}" : segment);
        }
        return operation.toString();
    }

    @Override
    public String toString() {
        return method + " " + template;
    }
}
