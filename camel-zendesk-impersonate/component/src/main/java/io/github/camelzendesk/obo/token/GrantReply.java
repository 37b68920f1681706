package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * What Zendesk's token endpoint answered.
 *
 * @see <a href="https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/">Grant-type tokens</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-5">RFC 6749, section 5</a>
 */
sealed interface GrantReply {

    /**
     * A token.
     *
     * @param accessToken      with its expiry, as far as the answer told it
     * @param refreshToken     null when the grant has none
     * @param refreshExpiresAt null when unknown
     * @param scopes           what was granted; empty when the answer did not say, which means what was asked for
     */
    record Granted(
            AccessToken accessToken, @Nullable String refreshToken, @Nullable Instant refreshExpiresAt,
            Set<String> scopes) implements GrantReply {
        @Override
        public String toString() {
            return "Granted[hidden]";
        }
    }

    /**
     * No token.
     *
     * @param code    the OAuth error code, or the empty text when there was none
     * @param problem what to tell whoever waits
     */
    record Refused(String code, TokenUnavailable problem) implements GrantReply {
    }

    ObjectMapper JSON = new ObjectMapper();
    Pattern CODE = Pattern.compile("[a-z_]{1,40}");
    Duration SOON = Duration.ofSeconds(1);

    /** Reads an answer; whatever it is, it becomes one of the two. */
    static GrantReply read(TokenWire.Answer answer, Instant now) {
        JsonNode json;
        try {
            json = JSON.readTree(answer.body());
        } catch (IOException e) {
            json = JSON.missingNode();
        }
        if (answer.status() >= 200 && answer.status() < 300) {
            return granted(json, now);
        }
        String code = json == null ? "" : json.path("error").asText("");
        return refused(answer, CODE.matcher(code).matches() ? code : "");
    }

    private static GrantReply granted(@Nullable JsonNode json, Instant now) {
        String secret = json == null ? null : json.path("access_token").asText(null);
        String refresh = json == null ? null : json.path("refresh_token").asText(null);
        try {
            Instant expiresAt = after(now, json == null ? null : json.path("expires_in"));
            Set<String> scopes = new LinkedHashSet<>();
            for (String scope : json == null ? new String[0] : json.path("scope").asText("").split("[ ,]+")) {
                if (!scope.isBlank()) {
                    scopes.add(scope);
                }
            }
            return new Granted(
                    AccessToken.of(secret, expiresAt), refresh == null || refresh.isBlank() ? null : refresh,
                    after(now, json == null ? null : json.path("refresh_token_expires_in")), scopes);
        } catch (InvalidAccessToken e) {
            return new Refused("", new TokenUnavailable(
                    "Zendesk's token endpoint answered with success, but without a usable access_token. "
                                                        + "Is there a proxy between?",
                    SOON));
        }
    }

    private static @Nullable Instant after(Instant now, @Nullable JsonNode seconds) {
        return seconds != null && seconds.isNumber() && seconds.asLong() > 0 ? now.plusSeconds(seconds.asLong()) : null;
    }

    private static Refused refused(TokenWire.Answer answer, String code) {
        String advice = switch (code) {
            case "invalid_client" -> "Zendesk does not know the OAuth client, or its secret is wrong or was replaced: check the "
                                     + "client's identifier (not its name) and secret";
            case "invalid_grant" -> "Zendesk does not accept the refresh token or code: it was used before, expired, was revoked, or "
                                    + "belongs to another client. Authorize once more";
            case "invalid_scope" -> "Zendesk does not grant the scopes: add them to the allowed scopes of the OAuth client, "
                                    + "impersonate among them";
            case "unauthorized_client" -> "the OAuth client may not use this grant: client credentials need a confidential client";
            case "unsupported_grant_type" -> "this Zendesk does not offer this grant";
            case "invalid_request" -> "Zendesk finds the token request incomplete: check the client's identifier and secret";
            case "invalid_token" -> "Zendesk does not accept the token that creates tokens: it must be alive and an admin's";
            default -> "";
        };
        if (!advice.isEmpty()) {
            return new Refused(code, new TokenUnavailable(advice + " [" + code + ", status " + answer.status() + "]", null));
        }
        boolean passing = answer.status() == 429 || answer.status() >= 500 || answer.status() == 408;
        return new Refused(code, new TokenUnavailable(
                passing ? "Zendesk's token endpoint is not able to answer now [status " + answer.status() + "]"
                        : "Zendesk's token endpoint refused the request [status " + answer.status() + "]. Check subdomain or baseUri",
                passing ? answer.retryAfter() != null ? answer.retryAfter() : SOON : null));
    }

    /** @return null when all that was asked for was granted, else what is to be done */
    static @Nullable TokenUnavailable narrower(Collection<String> asked, Set<String> granted) {
        if (granted.isEmpty()) {
            return null;
        }
        Set<String> missing = new TreeSet<>(asked);
        missing.removeAll(granted);
        return missing.isEmpty() ? null : new TokenUnavailable(
                "Zendesk granted less than was asked for; these scopes are missing: " + String.join(", ", missing)
                                                               + ". Add them to the allowed scopes of the OAuth client",
                null);
    }
}
