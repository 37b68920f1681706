package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * An OAuth client as it is registered in Zendesk's Admin Center, and what is asked for in its name. Immutable.
 *
 * @param id             the client's identifier, as Admin Center shows it; not its name and not its numeric id
 * @param secret         null for a public client
 * @param scopes         {@code impersonate} and what the routes need beside it: {@code read}, {@code write} or both
 * @param tokenLifetime  asked for on each request, since Zendesk forgets it; 5 minutes to 2 days, or null for Zendesk's default
 * @param refreshLifetime 7 to 90 days, or null for Zendesk's default
 */
public record ClientSettings(
        String id, @Nullable String secret, List<String> scopes, @Nullable Duration tokenLifetime,
        @Nullable Duration refreshLifetime) {

    private static final Duration SHORTEST = Duration.ofMinutes(5);
    private static final Duration LONGEST = Duration.ofDays(2);
    private static final Duration SHORTEST_REFRESH = Duration.ofDays(7);
    private static final Duration LONGEST_REFRESH = Duration.ofDays(90);

    /**
     * @throws IllegalArgumentException when something is missing or out of Zendesk's bounds; names it, never the secret
     */
    public ClientSettings {
        if (id == null || id.isBlank()) {
            throw new IllegalArgumentException("the OAuth client's identifier is missing");
        }
        secret = secret == null ? null : secret.strip();
        if (secret != null && secret.isEmpty()) {
            throw new IllegalArgumentException("the OAuth client's secret is blank");
        }
        scopes = List.copyOf(scopes);
        if (!scopes.contains("impersonate")) {
            throw new IllegalArgumentException("the scopes must have impersonate among them, and read or write beside it");
        }
        within("tokenLifetime", tokenLifetime, SHORTEST, LONGEST);
        within("refreshLifetime", refreshLifetime, SHORTEST_REFRESH, LONGEST_REFRESH);
    }

    private static void within(String name, @Nullable Duration value, Duration shortest, Duration longest) {
        if (value != null && (value.compareTo(shortest) < 0 || value.compareTo(longest) > 0)) {
            throw new IllegalArgumentException(
                    name + " must be from " + shortest.toSeconds() + " to " + longest.toSeconds() + " seconds");
        }
    }

    /** What every grant sends. */
    Map<String, Object> request(String grantType) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("grant_type", grantType);
        request.put("client_id", id);
        if (secret != null) {
            request.put("client_secret", secret);
        }
        request.put("scope", String.join(" ", scopes));
        if (tokenLifetime != null) {
            request.put("expires_in", tokenLifetime.toSeconds());
        }
        if (refreshLifetime != null) {
            request.put("refresh_token_expires_in", refreshLifetime.toSeconds());
        }
        return request;
    }

    @Override
    public String toString() {
        return "ClientSettings[" + id + ", " + String.join(" ", scopes) + "]";
    }
}
