package io.github.camelzendesk.standin;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One request that arrived.
 *
 * @param path       as on the wire, without the query
 * @param query      as on the wire
 * @param status     what was answered; 0 when nothing was
 * @param onBehalfOf the header's value as sent
 * @param actedAs    the address of the user it counted as; null when that could not be told, or nobody was signed in
 * @param tokenOwner the address of the token's owner
 * @param headers    lower-case names, every line, in memory only: the bearer token is among them
 * @param body       the first 64 KiB
 * @param client     the OAuth client that an OAuth request named, if there is such a one
 * @param step       the grant type of an OAuth request, or what was done on the authorization page
 * @param refusal    why nobody could be told, in words
 */
public record JournalEntry(
        long number,
        Instant at,
        String method,
        String path,
        @Nullable String query,
        int status,
        @Nullable String onBehalfOf,
        @Nullable String actedAs,
        @Nullable String tokenOwner,
        @Nullable String client,
        @Nullable String step,
        Map<String, List<String>> headers,
        byte[] body,
        long bodyBytes,
        String bodySha256,
        String protocol,
        @Nullable String refusal) {

    /** Whether it came without X-On-Behalf-Of. */
    public boolean bare() {
        return !headers.containsKey("x-on-behalf-of");
    }

    /** Whether it was one of OAuth's own, whose query and body hold secrets: they are in memory only. */
    public boolean oauth() {
        return path.startsWith("/oauth/");
    }

    /** The first value of a header, under any spelling of its name. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    /** The body's beginning as UTF-8. */
    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Who did what, and what came of it; no token in it. */
    public String line() {
        String who;
        if (client != null) {
            who = "client " + client;
        } else if (actedAs == null) {
            who = "nobody (" + (refusal == null ? "anonymous" : refusal) + ")";
        } else if (actedAs.equals(tokenOwner)) {
            who = actedAs + " (token owner)";
        } else {
            who = actedAs;
        }
        return "as " + who + " " + method + " " + path + (step == null ? "" : " " + step) + " -> " + (status == 0 ? "no answer" : status);
    }

    @Override
    public String toString() {
        return line();
    }
}
