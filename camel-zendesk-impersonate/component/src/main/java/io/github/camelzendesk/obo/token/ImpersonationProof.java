package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * Shows, before the first request with a token, that Zendesk honours {@code X-On-Behalf-Of}. A Zendesk (or a proxy before
 * it) that drops the header would do everything as the administrator who owns the token, and no answer would show it.
 * <p>
 * The proof is a control pair that depends on no message: one request as the owner of the token, and the same on behalf of
 * an address that cannot exist. When the two are answered alike, the header has no effect. Reading pair first; a token
 * without the scope {@code read} is tried with deleting something that does not exist.
 * <p>
 * A verdict counts for one origin, one token and one service. Thread-safe; one pair at a time for each.
 */
public final class ImpersonationProof {

    /** What the pair showed. */
    public sealed interface Verdict {
    }

    /**
     * Zendesk honours the header.
     *
     * @param owner the administrator who owns the token, or null when the token may not read
     */
    public record Proven(@Nullable Owner owner) implements Verdict {
    }

    /** Zendesk ignores the header: whatever is sent with this token is done as its owner. */
    public record Contradicted() implements Verdict {
    }

    /** Zendesk does not accept the token. */
    public record DeadToken() implements Verdict {
    }

    /**
     * Nothing is known.
     *
     * @param why        what stood in the way, for the reader of the error
     * @param retryAfter how long the server asks to wait, or null
     */
    public record Undecided(String why, @Nullable Duration retryAfter) implements Verdict {
    }

    /** The administrator who owns a token. */
    public record Owner(String id, @Nullable String email) {
        @Override
        public String toString() {
            return "Owner[hidden]";
        }
    }

    private static final Duration PROVEN_FOR = Duration.ofHours(1);
    private static final Duration CONTRADICTED_FOR = Duration.ofMinutes(1);
    private static final Duration DEAD_FOR = Duration.ofSeconds(5);
    /** How long an undecided pair keeps the next one away, so that an outage is not met with a flood of pairs. */
    private static final Duration UNDECIDED_FOR = Duration.ofSeconds(1);
    private static final Duration UNDECIDED_FOR_AT_MOST = Duration.ofMinutes(1);
    private static final int TOKENS = 256;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TokenWire wire;
    private final SharedAnswers<Key, Verdict> verdicts;

    public ImpersonationProof(TokenWire wire, InstantSource clock) {
        this.wire = wire;
        this.verdicts = new SharedAnswers<>(clock, TOKENS, ImpersonationProof::validFor);
    }

    /** The verdict at hand, or that of a pair sent now. Never fails: what goes wrong is undecided. */
    public CompletionStage<Verdict> of(Origin origin, AccessToken token, ZendeskService service) {
        return verdicts.get(new Key(origin, token, service), () -> prove(origin, token, service));
    }

    private static Duration validFor(Verdict verdict) {
        if (verdict instanceof Proven) {
            return PROVEN_FOR;
        } else if (verdict instanceof Contradicted) {
            return CONTRADICTED_FOR;
        } else if (verdict instanceof Undecided undecided && undecided.retryAfter() != null) {
            return undecided.retryAfter().compareTo(UNDECIDED_FOR_AT_MOST) < 0
                    ? undecided.retryAfter() : UNDECIDED_FOR_AT_MOST;
        }
        return verdict instanceof DeadToken ? DEAD_FOR : UNDECIDED_FOR;
    }

    private CompletionStage<Verdict> prove(Origin origin, AccessToken token, ZendeskService service) {
        List<Pair> pairs = pairs(service);
        if (pairs.isEmpty()) {
            return CompletableFuture.completedStage(new Undecided(
                    "no control request is known for this part of Zendesk; proof=off sends without proof", null));
        }
        return run(pairs.get(0), origin, token, () -> run(pairs.get(1), origin, token,
                () -> CompletableFuture.completedStage(new Undecided(
                        "the token has neither the scope read nor the scope write, so there is nothing that it could show",
                        null))));
    }

    private CompletionStage<Verdict> run(
            Pair pair, Origin origin, AccessToken token, Supplier<CompletionStage<Verdict>> scopeMissing) {

        TokenWire.Request bare = new TokenWire.Request(pair.method(), origin, pair.path(), token, null);
        return send(bare).thenCompose(sent -> {
            if (sent.answer() == null) {
                return CompletableFuture.completedStage(noAnswer(ALONE, sent));
            }
            TokenWire.Answer control = sent.answer();
            if (control.status() == 403 && lacksScope(control)) {
                return scopeMissing.get();
            } else if (control.status() == 401 || pair.answeredAnonymously(control)) {
                return CompletableFuture.completedStage(new DeadToken());
            } else if (!pair.usable(control)) {
                return CompletableFuture.completedStage(undecided(ALONE, control));
            }
            return send(bare.onBehalfOf(nobody())).thenApply(acted -> acted.answer() == null
                    ? noAnswer(AS_NOBODY, acted) : compare(pair, control, acted.answer()));
        });
    }

    private static Verdict compare(Pair pair, TokenWire.Answer control, TokenWire.Answer acted) {
        if (pair.alike(control, acted)) {
            return new Contradicted();
        }
        // Only Zendesk's own refusal proves something: an HTML page of a proxy that dislikes the header does not.
        boolean refused = acted.status() == 401 || acted.status() == 403 || acted.status() == 404 || acted.status() == 422;
        if (refused && json(acted).isObject() || pair.answeredAsAnother(control, acted)) {
            return new Proven(pair.owner(control));
        }
        return undecided(AS_NOBODY, acted);
    }

    private CompletionStage<Sent> send(TokenWire.Request request) {
        try {
            return wire.send(request).handle(Sent::new);
        } catch (RuntimeException e) {
            return CompletableFuture.completedStage(new Sent(null, e));
        }
    }

    /** One of the two is null. */
    private record Sent(TokenWire.@Nullable Answer answer, @Nullable Throwable failure) {
    }

    private static final String ALONE = "the control request without a user";
    private static final String AS_NOBODY = "the control request on behalf of a user who cannot exist";

    private static Undecided undecided(String which, TokenWire.Answer answer) {
        return new Undecided(which + " was answered with status " + answer.status() + "; try again later", answer.retryAfter());
    }

    private static Undecided noAnswer(String which, Sent sent) {
        Throwable cause = sent.failure() instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause() : sent.failure();
        return new Undecided(
                which + " got no answer" + (cause instanceof TokenWire.NoAnswer known ? ": " + known.getMessage() : "")
                            + "; try again later",
                null);
    }

    /** An address that cannot exist (RFC 2606 keeps {@code .invalid} free), another one each time. */
    private static String nobody() {
        return "nobody-" + UUID.randomUUID() + "@" + UUID.randomUUID() + ".invalid";
    }

    private static boolean lacksScope(TokenWire.Answer answer) {
        return json(answer).path("description").asText("").toLowerCase(Locale.ROOT)
                .contains("missing the following required scopes");
    }

    private static JsonNode json(TokenWire.Answer answer) {
        try {
            JsonNode node = JSON.readTree(answer.body());
            return node == null ? JSON.missingNode() : node;
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }

    private static List<Pair> pairs(ZendeskService service) {
        return switch (service) {
            case SUPPORT -> List.of(
                    new Pair("GET", "/api/v2/users/me", 200, true),
                    new Pair("DELETE", "/api/v2/uploads/" + UUID.randomUUID().toString().replace("-", ""), 404, false));
            case HELP_CENTER -> List.of(
                    new Pair("GET", "/api/v2/help_center/users/me/votes", 200, false),
                    new Pair("DELETE", "/api/v2/help_center/votes/" + impossibleId(), 404, false));
            case OTHER -> List.of();
        };
    }

    /** Close to the largest id that the API's 64 bits hold; Zendesk's own have at most 17 digits. */
    private static long impossibleId() {
        return Long.MAX_VALUE - ThreadLocalRandom.current().nextLong(1L << 40);
    }

    /**
     * A request whose answer is known to differ when the header counts.
     *
     * @param expected   what the owner of the token is answered
     * @param namesOwner whether that answer tells who the owner is
     */
    private record Pair(String method, String path, int expected, boolean namesOwner) {

        boolean usable(TokenWire.Answer control) {
            return control.status() == expected && (!namesOwner || owner(control) != null);
        }

        /** Some of Zendesk's services answer a bad credential with 200 and a user without an id. */
        boolean answeredAnonymously(TokenWire.Answer control) {
            return namesOwner && control.status() == expected
                    && json(control).path("user").isObject() && owner(control) == null;
        }

        boolean alike(TokenWire.Answer control, TokenWire.Answer acted) {
            if (acted.status() != expected) {
                return false;
            }
            return !namesOwner || owner(acted) != null && sameOwner(control, acted);
        }

        boolean answeredAsAnother(TokenWire.Answer control, TokenWire.Answer acted) {
            return namesOwner && acted.status() == expected
                    && json(acted).path("user").isObject() && !sameOwner(control, acted);
        }

        private static boolean sameOwner(TokenWire.Answer control, TokenWire.Answer acted) {
            return json(control).path("user").path("id").asText().equals(json(acted).path("user").path("id").asText());
        }

        @Nullable Owner owner(TokenWire.Answer control) {
            JsonNode user = json(control).path("user");
            return namesOwner && user.path("id").isIntegralNumber()
                    ? new Owner(user.path("id").asText(), user.path("email").asText(null)) : null;
        }
    }

    private record Key(Origin origin, AccessToken token, ZendeskService service) {
    }
}
