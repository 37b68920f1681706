package io.github.camelzendesk.standin;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Answers kept by Idempotency-Key for two hours [DOC ticketing/introduction#idempotency]. By whom a key is shared is
 * unknown; here, by token and acting user.
 */
final class IdempotencyKeys {

    private static final Duration LIFETIME = Duration.ofHours(2);

    private record Key(String value, String operation, @Nullable String token, @Nullable Long user) {
    }

    private record Kept(String bodySha256, Answer answer, Instant until) {
    }

    private final Map<Key, Kept> kept = new HashMap<>();

    Answer answer(Visit visit, Endpoint endpoint) {
        Call call = visit.call();
        String value = call.header("Idempotency-Key");
        if (value == null) {
            return endpoint.answer(visit);
        }
        Token token = visit.token();
        User user = visit.signedIn();
        Key key = new Key(value, call.method() + " " + String.join("/", call.segments()),
                token == null ? null : token.value(), user == null ? null : user.id());
        Kept earlier = kept.get(key);
        if (earlier != null && call.at().isBefore(earlier.until())) {
            return earlier.bodySha256().equals(call.body().sha256())
                    ? earlier.answer().with("x-idempotency-lookup", "hit")
                    : Answer.json(400, Json.object().put("error", "IdempotentRequestError")
                            .put("description", "Request parameters don't match the given idempotency key"));
        }
        Answer answer = endpoint.answer(visit);
        // only what was done is kept; a refused request may be corrected under the same key [INFER]
        if (answer.status() == 201) {
            kept.put(key, new Kept(call.body().sha256(), answer, call.at().plus(LIFETIME)));
        }
        return answer.with("x-idempotency-lookup", "miss");
    }

    void clear() {
        kept.clear();
    }
}
