package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Finds out whether a token lives. Zendesk answers a user whom it does not know with the very 401 of a dead token, so on
 * a 401 the token is asked about alone, before anything is done about either.
 *
 * @see <a href="https://developer.zendesk.com/documentation/ticketing/managing-tickets/making-api-requests-on-behalf-of-end-users/">
 *      Making API requests on behalf of end users</a>
 */
public final class TokenProbe {

    /** What a probe found. */
    public enum Liveness {
        /** Zendesk accepts the token: if it refused a request, it was because of the user. */
        ALIVE,
        /** Zendesk no longer accepts the token. */
        DEAD,
        /** No answer, or one that says nothing about the token. */
        UNDECIDED
    }

    static final String PATH = "/api/v2/oauth/tokens/current";
    private static final Duration SERVES = Duration.ofSeconds(5);
    private static final int TOKENS = 256;

    private final TokenWire wire;
    private final SharedAnswers<Key, Liveness> answers;

    public TokenProbe(TokenWire wire, InstantSource clock) {
        this.wire = wire;
        this.answers = new SharedAnswers<>(clock, TOKENS, liveness -> SERVES);
    }

    /** Asks, or shares the answer of whoever asks or asked within the last five seconds. Never fails. */
    public CompletionStage<Liveness> probe(Origin origin, AccessToken token) {
        return answers.get(new Key(origin, token), () -> ask(new TokenWire.Request("GET", origin, PATH, token, null)));
    }

    private CompletionStage<Liveness> ask(TokenWire.Request request) {
        try {
            return wire.send(request).handle(
                    (answer, failure) -> failure == null ? read(answer.status()) : Liveness.UNDECIDED);
        } catch (RuntimeException e) {
            return CompletableFuture.completedStage(Liveness.UNDECIDED);
        }
    }

    /** A token without the scope {@code read} may not look at itself, but is alive all the same. */
    private static Liveness read(int status) {
        return switch (status) {
            case 200, 403 -> Liveness.ALIVE;
            case 401 -> Liveness.DEAD;
            default -> Liveness.UNDECIDED;
        };
    }

    private record Key(Origin origin, AccessToken token) {
    }
}
