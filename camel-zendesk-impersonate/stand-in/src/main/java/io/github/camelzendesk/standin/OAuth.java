package io.github.camelzendesk.standin;

import java.util.concurrent.atomic.AtomicInteger;

/** What a test wants to know of the token endpoint, and do to what it gave. */
public final class OAuth {

    private final World world;
    private final AtomicInteger granted = new AtomicInteger();
    private final AtomicInteger refreshes = new AtomicInteger();
    private final AtomicInteger spentPresented = new AtomicInteger();

    OAuth(World world) {
        this.world = world;
    }

    /** How many times {@code POST /oauth/tokens} gave a token, refreshes included, also when the answer was lost. */
    public int tokensGranted() {
        return granted.get();
    }

    /** How many times a refresh token was exchanged, also when the answer was lost. */
    public int refreshes() {
        return refreshes.get();
    }

    /** How many times a client came with a refresh token that it had used before; those that met a fault count too. */
    public int spentRefreshTokensPresented() {
        return spentPresented.get();
    }

    /** Lets every access token that {@code POST /oauth/tokens} gave run out now; their refresh tokens stay good. */
    public void expireAccessTokens() {
        synchronized (world) {
            world.tokens().stream().filter(Token::granted).filter(token -> token.alive(world.now()))
                    .forEach(token -> token.expiresAt(world.now()));
        }
    }

    /** Revokes every access token and refresh token that {@code POST /oauth/tokens} gave. */
    public void revokeTokens() {
        synchronized (world) {
            world.tokens().stream().filter(Token::granted).forEach(Token::revoke);
            world.refreshTokens().forEach(RefreshToken::revoke);
        }
    }

    void countGrant() {
        granted.incrementAndGet();
    }

    void countRefresh() {
        refreshes.incrementAndGet();
    }

    void countSpent() {
        spentPresented.incrementAndGet();
    }

    void reset() {
        granted.set(0);
        refreshes.set(0);
        spentPresented.set(0);
    }
}
