package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** An OAuth access token. Its text form leaves the value out. */
public final class Token {

    private final String value;
    private final long id;
    private final Instant createdAt;
    private volatile @Nullable User owner;
    private volatile List<String> scopes = List.of("read", "write");
    private volatile @Nullable Instant expiresAt;
    private volatile @Nullable Instant usedAt;
    private volatile @Nullable Client client;
    private volatile @Nullable RefreshToken refreshToken;
    private volatile boolean granted;
    private volatile boolean revoked;

    Token(String value, long id, Instant createdAt) {
        this.value = value;
        this.id = id;
        this.createdAt = createdAt;
    }

    public String value() {
        return value;
    }

    public long id() {
        return id;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public @Nullable User owner() {
        return owner;
    }

    public Token owner(User owner) {
        this.owner = owner;
        return this;
    }

    public List<String> scopes() {
        return scopes;
    }

    public Token scopes(String... scopes) {
        this.scopes = List.of(scopes);
        return this;
    }

    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    public Token expiresAt(@Nullable Instant expiresAt) {
        this.expiresAt = expiresAt;
        return this;
    }

    /** The client that it belongs to; null for one that was put there by a test without. */
    public @Nullable Client client() {
        return client;
    }

    public Token client(Client client) {
        this.client = client;
        return this;
    }

    Token grantedTo(Client client) {
        granted = true;
        return client(client);
    }

    /** Whether it came from the endpoint of the grants. */
    boolean granted() {
        return granted;
    }

    /** The one that came with it; null when none did. */
    public @Nullable RefreshToken refreshToken() {
        return refreshToken;
    }

    void refreshToken(RefreshToken refreshToken) {
        this.refreshToken = refreshToken;
    }

    public boolean revoked() {
        return revoked;
    }

    /** It alone; a refresh token that came with it stays good. */
    public Token revoke() {
        revoked = true;
        return this;
    }

    @Nullable Instant usedAt() {
        return usedAt;
    }

    void used(Instant at) {
        usedAt = at;
    }

    boolean alive(Instant now) {
        Instant end = expiresAt;
        return !revoked && (end == null || now.isBefore(end));
    }

    @Override
    public String toString() {
        return "token " + id + " " + scopes + (revoked ? " revoked" : "");
    }
}
