package io.github.camelzendesk.obo.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * An access token and the refresh token that renews it. Zendesk kills both at the moment it gives out their successors,
 * so a pair that is lost is gone: it lives in a {@link TokenStore}. The secrets have no text form. Immutable.
 * <p>
 * The version counts the pairs that a store has held for one key. A pair fresh from the token endpoint has the version
 * {@value #NOT_STORED}; the store numbers it.
 */
public final class TokenPair {

    /** The version of a pair that no store has numbered yet. */
    public static final long NOT_STORED = 0;

    /** RFC 6749, appendix A.17, without the blank that would get lost on the way. */
    private static final Pattern REFRESH_TOKEN = Pattern.compile("[!-~]+");
    private static final int LONGEST_REFRESH_TOKEN = 4096;
    /** RFC 6749, appendix A.4. */
    private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]{1,128}");
    private static final int MOST_SCOPES = 256;

    private final AccessToken accessToken;
    private final String refreshToken;
    private final @Nullable Instant refreshExpiresAt;
    private final Set<String> scopes;
    private final Instant obtainedAt;
    private final long version;

    private TokenPair(AccessToken accessToken, String refreshToken, @Nullable Instant refreshExpiresAt, Set<String> scopes,
                      Instant obtainedAt, long version) {
        this.accessToken = accessToken;
        this.refreshToken = refreshToken;
        this.refreshExpiresAt = refreshExpiresAt;
        this.scopes = scopes;
        this.obtainedAt = obtainedAt;
        this.version = version;
    }

    /**
     * A pair as the token endpoint gave it, not stored yet.
     *
     * @param  refreshExpiresAt         null when unknown
     * @param  scopes                   the granted ones; empty when unknown
     * @throws IllegalArgumentException when the refresh token or a scope cannot be one; the message never has the value
     */
    public static TokenPair of(
            AccessToken accessToken, String refreshToken, @Nullable Instant refreshExpiresAt, Collection<String> scopes,
            Instant obtainedAt) {
        if (refreshToken.length() > LONGEST_REFRESH_TOKEN || !REFRESH_TOKEN.matcher(refreshToken).matches()) {
            throw new IllegalArgumentException("The refresh token is not valid: it has 1 to " + LONGEST_REFRESH_TOKEN
                                               + " visible ASCII characters and no blanks");
        }
        if (scopes.size() > MOST_SCOPES || !scopes.stream().allMatch(s -> SCOPE.matcher(s).matches())) {
            throw new IllegalArgumentException("The scopes are not valid: at most " + MOST_SCOPES + " words such as impersonate,"
                                               + " write or tickets:read");
        }
        return new TokenPair(
                Objects.requireNonNull(accessToken), refreshToken, refreshExpiresAt,
                Collections.unmodifiableSet(new LinkedHashSet<>(scopes)), Objects.requireNonNull(obtainedAt), NOT_STORED);
    }

    /** The token that requests carry; it knows when it expires. */
    public AccessToken accessToken() {
        return accessToken;
    }

    /** The refresh token itself, for the token request and nothing else. */
    public String refreshToken() {
        return refreshToken;
    }

    /** When the refresh token dies unused, or null when that is unknown. */
    public @Nullable Instant refreshExpiresAt() {
        return refreshExpiresAt;
    }

    /** The granted scopes, in the order of the answer; empty when unknown. */
    public Set<String> scopes() {
        return scopes;
    }

    /** When the token endpoint gave out the pair. */
    public Instant obtainedAt() {
        return obtainedAt;
    }

    /** How many pairs the store has held for the key, this one included; {@value #NOT_STORED} when it is not stored. */
    public long version() {
        return version;
    }

    /** The same pair under a number; for implementations of {@link TokenStore}. */
    public TokenPair withVersion(long version) {
        if (version < NOT_STORED) {
            throw new IllegalArgumentException("A version is not negative");
        }
        return new TokenPair(accessToken, refreshToken, refreshExpiresAt, scopes, obtainedAt, version);
    }

    /** The same pair as the successor of another one; for implementations of {@link TokenStore}. */
    public TokenPair after(@Nullable TokenPair previous) {
        return withVersion(Math.addExact(previous == null ? NOT_STORED : previous.version, 1));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenPair that && version == that.version && accessToken.equals(that.accessToken)
                && MessageDigest.isEqual(
                        refreshToken.getBytes(StandardCharsets.UTF_8), that.refreshToken.getBytes(StandardCharsets.UTF_8))
                && Objects.equals(accessToken.expiresAt(), that.accessToken.expiresAt())
                && Objects.equals(refreshExpiresAt, that.refreshExpiresAt) && scopes.equals(that.scopes)
                && obtainedAt.equals(that.obtainedAt);
    }

    @Override
    public int hashCode() {
        return Objects.hash(version, obtainedAt);
    }

    @Override
    public String toString() {
        return "TokenPair[version=" + version + ", hidden]";
    }
}
