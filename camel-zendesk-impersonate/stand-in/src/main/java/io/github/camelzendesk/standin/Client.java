package io.github.camelzendesk.standin;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/** An OAuth client, as registered in Admin Center. Its text form leaves the secret out. */
public final class Client {

    public enum Kind { CONFIDENTIAL, PUBLIC }

    /** Tokens of clients made since then expire after half an hour when nothing is asked; of older ones never [OAS]. */
    public static final Instant EXPIRING_SINCE = Instant.parse("2026-04-30T00:00:00Z");

    private final String identifier;
    private final long id;
    private final List<String> redirectUris = new CopyOnWriteArrayList<>();
    private volatile String secret;
    private volatile String name;
    private volatile Kind kind = Kind.CONFIDENTIAL;
    private volatile @Nullable User user;
    private volatile @Nullable List<String> allowedScopes;
    // not the clock's time: with a test clock set in the past every client would be an old one
    private volatile Instant createdAt = EXPIRING_SINCE;

    Client(String identifier, long id) {
        this.identifier = identifier;
        this.id = id;
        this.name = identifier;
        this.secret = Secrets.make();
    }

    /** What OAuth calls the client id: {@code client_id} of {@code /oauth/tokens} and of the authorization page. */
    public String identifier() {
        return identifier;
    }

    /** What the API calls {@code client_id} of {@code /api/v2/oauth/tokens}. */
    public long id() {
        return id;
    }

    public String secret() {
        return secret;
    }

    /** Replaces the secret, as "generate secret" does; the one before is refused from now on. */
    public Client secret(String secret) {
        this.secret = secret;
        return this;
    }

    public String name() {
        return name;
    }

    public Client name(String name) {
        this.name = name;
        return this;
    }

    public Kind kind() {
        return kind;
    }

    public Client kind(Kind kind) {
        this.kind = kind;
        return this;
    }

    /** Whose tokens a client credentials grant gives. */
    public @Nullable User user() {
        return user;
    }

    public Client user(User user) {
        this.user = user;
        return this;
    }

    public List<String> redirectUris() {
        return List.copyOf(redirectUris);
    }

    /**
     * Registers one more.
     *
     * @throws IllegalArgumentException when Zendesk would not: it is absolute, and https unless it leads to this machine
     *                                  [DOC 4408845965210]
     */
    public Client redirectUri(String uri) {
        URI parsed = URI.create(uri);
        String host = parsed.getHost();
        boolean here = "localhost".equals(host) || "127.0.0.1".equals(host);
        if (!"https".equals(parsed.getScheme()) && !("http".equals(parsed.getScheme()) && here)) {
            throw new IllegalArgumentException("A redirect URI is absolute, and https unless it leads to localhost: " + uri);
        }
        redirectUris.add(uri);
        return this;
    }

    /** The ceiling; null when there is none, as for clients from before August 2026 [PROBE csa-zendesk 7.2]. */
    public @Nullable List<String> allowedScopes() {
        return allowedScopes;
    }

    public Client allowedScopes(String... scopes) {
        this.allowedScopes = List.of(scopes);
        return this;
    }

    public Instant createdAt() {
        return createdAt;
    }

    /** Before {@link #EXPIRING_SINCE}, a grant that asks for no lifetime gets a token that never expires. */
    public Client createdAt(Instant createdAt) {
        this.createdAt = createdAt;
        return this;
    }

    @Override
    public String toString() {
        return "client " + identifier + " (" + id + ")";
    }
}
