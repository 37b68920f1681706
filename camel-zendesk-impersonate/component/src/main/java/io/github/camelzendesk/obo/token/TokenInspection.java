package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * What Zendesk tells about a token and its owner, and the token's end. For a person who looks after the token: everything is
 * asked as the owner. The stages fail with {@link TokenWire.NoAnswer}.
 * <p>
 * A token is revoked by its id, never by {@code DELETE /api/v2/oauth/tokens/current}: that was seen to answer 204 and to leave
 * the token alive.
 *
 * @see <a href="https://developer.zendesk.com/api-reference/ticketing/oauth/oauth_tokens/">OAuth tokens</a>
 * @see <a href="https://support.zendesk.com/hc/en-us/profiles/6265760086170">The report of the token that stayed alive</a>
 */
public final class TokenInspection {

    private static final String TOKENS = "/api/v2/oauth/tokens/";
    private static final String OWNER = "/api/v2/users/me";
    /** What may be shown to a reader, since it came from the other side: scopes and roles are such words. */
    private static final Pattern WORD = Pattern.compile("[a-z_:-]{1,64}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TokenWire wire;
    private final ImpersonationProof proof;

    public TokenInspection(TokenWire wire, InstantSource clock) {
        this.wire = wire;
        this.proof = new ImpersonationProof(wire, clock);
    }

    /**
     * An answer.
     *
     * @param value  what it tells; null unless it is the success that was hoped for
     * @param answer as it came
     */
    public record Seen<T>(@Nullable T value, TokenWire.Answer answer) {

        public int status() {
            return answer.status();
        }

        /** Whether Zendesk knows the token but lets it read nothing, which it says with 403. */
        public boolean lacksScope() {
            return answer.status() == 403 && json(answer).path("description").asText("").toLowerCase(Locale.ROOT)
                    .contains("missing the following required scopes");
        }

        @Override
        public String toString() {
            return "Seen[" + answer.status() + "]";
        }
    }

    /**
     * A token as an object of the API.
     *
     * @param id        what it is revoked by
     * @param scopes    in the order of the answer
     * @param expiresAt null when it does not expire
     */
    public record TokenInfo(long id, Set<String> scopes, @Nullable Instant expiresAt) {
    }

    /**
     * A user as far as it matters here.
     *
     * @param role {@code admin}, {@code agent} or {@code end-user}
     */
    public record UserInfo(long id, String role) {
    }

    /** The token about itself; it needs the scope {@code read}. */
    public CompletionStage<Seen<TokenInfo>> token(Origin origin, AccessToken token) {
        return send("GET", origin, TOKENS + "current", token, TokenInspection::tokenInfo);
    }

    /** Another token of the account; only an admin's token sees those of others. */
    public CompletionStage<Seen<TokenInfo>> token(Origin origin, AccessToken bearer, long id) {
        return send("GET", origin, TOKENS + id, bearer, TokenInspection::tokenInfo);
    }

    /** The user whom the token belongs to; it needs the scope {@code read}. */
    public CompletionStage<Seen<UserInfo>> owner(Origin origin, AccessToken token) {
        return send("GET", origin, OWNER, token, TokenInspection::userInfo);
    }

    /** Whether Zendesk honours {@code X-On-Behalf-Of} with the token; asked now, or lately. Never fails. */
    public CompletionStage<ImpersonationProof.Verdict> proof(Origin origin, AccessToken token) {
        return proof.of(origin, token, ZendeskService.SUPPORT);
    }

    /**
     * Revokes a token. A 204 is a claim, not a proof: ask for the token afterwards.
     *
     * @param bearer an admin's, or the token itself; it needs the scope {@code write}
     */
    public CompletionStage<Seen<Void>> revoke(Origin origin, AccessToken bearer, long id) {
        return send("DELETE", origin, TOKENS + id, bearer, json -> null);
    }

    private <T> CompletionStage<Seen<T>> send(
            String method, Origin origin, String path, AccessToken token, Function<JsonNode, @Nullable T> read) {
        return wire.send(new TokenWire.Request(method, origin, path, token, null)).thenApply(
                answer -> new Seen<>(answer.status() == 200 ? read.apply(json(answer)) : null, answer));
    }

    private static @Nullable TokenInfo tokenInfo(JsonNode json) {
        JsonNode token = json.path("token");
        if (!token.path("id").isIntegralNumber()) {
            return null;
        }
        Set<String> scopes = new LinkedHashSet<>();
        for (JsonNode scope : token.path("scopes")) {
            if (WORD.matcher(scope.asText()).matches()) {
                scopes.add(scope.asText());
            }
        }
        return new TokenInfo(token.path("id").asLong(), scopes, instant(token.path("expires_at")));
    }

    private static @Nullable Instant instant(JsonNode text) {
        try {
            return text.isTextual() ? Instant.parse(text.asText()) : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Some of Zendesk's services answer a bad credential with 200 and a user without an id. */
    private static @Nullable UserInfo userInfo(JsonNode json) {
        JsonNode user = json.path("user");
        String role = user.path("role").asText("");
        return user.path("id").isIntegralNumber()
                ? new UserInfo(user.path("id").asLong(), WORD.matcher(role).matches() ? role : "unknown") : null;
    }

    private static JsonNode json(TokenWire.Answer answer) {
        try {
            JsonNode node = JSON.readTree(answer.body());
            return node == null ? JSON.missingNode() : node;
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }
}
