package io.github.camelzendesk.obo.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * An OAuth 2.0 bearer token of a Zendesk account. Two tokens are equal when their secret is. The secret has no text
 * form: {@link #toString()} hides it, and only what writes the {@code Authorization} header asks for {@link #secret()}.
 * Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">RFC 6750, section 2.1</a>
 */
public final class AccessToken {

    /** The characters that RFC 6750 allows in a bearer token. */
    private static final Pattern B64TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");
    private static final int MAX_LENGTH = 4096;

    private final String secret;
    private final @Nullable Instant expiresAt;

    private AccessToken(String secret, @Nullable Instant expiresAt) {
        this.secret = secret;
        this.expiresAt = expiresAt;
    }

    /**
     * A token whose expiry is unknown.
     *
     * @param  secret              the token as Zendesk issued it; a trailing line break, as a token read from a file has
     *                             it, is cut off
     * @throws InvalidAccessToken when it is null, blank, or something else than a bearer token; the message says what it
     *                             looks like and never what it is
     */
    public static AccessToken of(@Nullable CharSequence secret) {
        return of(secret, null);
    }

    /**
     * A token that dies at a given time.
     *
     * @param  expiresAt           null when unknown
     * @throws InvalidAccessToken as {@link #of(CharSequence)}
     */
    public static AccessToken of(@Nullable CharSequence secret, @Nullable Instant expiresAt) {
        if (secret == null) {
            throw new InvalidAccessToken("The token is null");
        }
        String text = secret.toString().stripTrailing();
        String lower = text.toLowerCase(Locale.ROOT);
        if (text.isBlank()) {
            throw new InvalidAccessToken("The token is blank");
        }
        if (lower.startsWith("basic ") || lower.contains("/token:") || text.contains("@")) {
            throw new InvalidAccessToken(
                    "The token is a Basic credential or an API token (user/token:key). Those cannot act for end users and "
                                         + "stop working on 2027-04-30: use an OAuth access token with the scope impersonate");
        }
        if (lower.startsWith("bearer ")) {
            throw new InvalidAccessToken("The token starts with the word Bearer: give the token alone, without the scheme");
        }
        if (text.length() > MAX_LENGTH) {
            throw new InvalidAccessToken("The token is longer than " + MAX_LENGTH + " characters");
        }
        if (!B64TOKEN.matcher(text).matches()) {
            throw new InvalidAccessToken(
                    "The token holds characters that no bearer token has (RFC 6750): is it a placeholder that was not "
                                         + "resolved, a JSON text, or a file with more than one line?");
        }
        return new AccessToken(text, expiresAt);
    }

    /** The secret itself, for the {@code Authorization} header and nothing else. */
    public String secret() {
        return secret;
    }

    /** When the token dies, or null when that is unknown. */
    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AccessToken that && MessageDigest.isEqual(
                secret.getBytes(StandardCharsets.UTF_8), that.secret.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return secret.hashCode();
    }

    @Override
    public String toString() {
        return "AccessToken[hidden]";
    }
}
