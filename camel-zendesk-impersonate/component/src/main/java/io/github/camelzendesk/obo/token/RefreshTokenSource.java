package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens by the refresh token grant, from a pair that {@code zendesk-obo authorize} put into a store. Zendesk kills the old
 * access token and the old refresh token at the very moment that it gives out the new ones, so a refresh holds the store's lock,
 * and the new pair is stored before it is used.
 *
 * @see <a href="https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/">Grant-type tokens</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-6">RFC 6749, section 6</a>
 */
public final class RefreshTokenSource extends RenewingTokenSource {

    private static final Logger LOG = LoggerFactory.getLogger(RefreshTokenSource.class);
    private static final Duration STORE_AGAIN = Duration.ofSeconds(5);

    private @Nullable TokenStore store;
    private @Nullable Duration refreshLifetime;
    /** What Zendesk gave and the store could not save. Only the one renewal that is under way, or what saves it, touches it. */
    private volatile @Nullable TokenPair unsaved;

    /** Where the pair is kept. Required. */
    public void setStore(TokenStore store) {
        this.store = store;
    }

    /** How long a refresh token shall live when it is not used, from 7 to 90 days; by default as Zendesk decides. */
    public void setRefreshLifetime(Duration refreshLifetime) {
        this.refreshLifetime = refreshLifetime;
    }

    @Override
    @Nullable Duration refreshLifetime() {
        return refreshLifetime;
    }

    @Override
    void check(ClientSettings client) {
        if (store == null) {
            throw new IllegalArgumentException("store must name the token store that holds the pair");
        }
    }

    /** The old token dies when the new one is given out. */
    @Override
    boolean survivesRenewal() {
        return false;
    }

    /** Whether Zendesk gave a pair that the store has not saved yet: stopping the process now would lose it. */
    public boolean holdsUnsavedPair() {
        return unsaved != null;
    }

    @Override
    CompletionStage<AccessToken> renew(@Nullable AccessToken dead) {
        Connected to = connected();
        return CompletableFuture.supplyAsync(() -> {
            try {
                return usable(renewed(to, dead), to);
            } catch (TokenUnavailable e) {
                throw new CompletionException(e);
            }
        }, to.engine().blocking());
    }

    private TokenPair renewed(Connected to, @Nullable AccessToken dead) throws TokenUnavailable {
        TokenKey key = new TokenKey(to.origin(), to.client().id());
        Newest newest = new Newest();
        try {
            TokenPair stored = store.<TokenUnavailable>update(key, current -> {
                newest.pair = newer(current, unsaved);
                if (newest.pair == null) {
                    throw new TokenUnavailable("there is no token pair for the client " + key.clientId() + " of " + key.origin()
                                               + " in the store: run zendesk-obo authorize once", null);
                } else if (lives(newest.pair, dead, to.engine().clock().instant())) {
                    // at start, or after another process was faster
                    return null;
                }
                return refreshed(to, key, newest);
            });
            unsaved = null;
            return newer(stored, newest.pair);
        } catch (TokenNotSaved e) {
            keep(e.pair(), key, to);
            LOG.error("Zendesk gave a new token pair for the client {} of {}, but the store could not save it. {}. Saving is "
                      + "repeated; do not stop this process before it worked",
                    key.clientId(), key.origin(), e.getMessage());
            return e.pair();
        } catch (TokenStoreException e) {
            throw new TokenUnavailable(e.getMessage(), STORE_AGAIN);
        }
    }

    /** The newest pair that is known while the store's lock is held. */
    private static final class Newest {
        @Nullable TokenPair pair;
    }

    private static @Nullable TokenPair newer(@Nullable TokenPair one, @Nullable TokenPair other) {
        return one == null || other != null && other.version() > one.version() ? other : one;
    }

    private static boolean lives(TokenPair pair, @Nullable AccessToken dead, Instant now) {
        return !pair.accessToken().equals(dead)
                && new RenewalState(pair.accessToken(), pair.obtainedAt(), false, 0, null, null)
                        .decide(now) instanceof RenewalState.Decision.Serve;
    }

    /** @return null when another process, without the lock, was faster: {@code newest} has its pair */
    private @Nullable TokenPair refreshed(Connected to, TokenKey key, Newest newest)
            throws TokenUnavailable {
        TokenPair current = newest.pair;
        Map<String, Object> request = to.client().request("refresh_token");
        // what was granted is kept; to ask for more than that is not documented
        request.remove("scope");
        request.put("refresh_token", current.refreshToken());
        TokenWire.Answer answer;
        try {
            answer = to.engine().post(to.origin(), "/oauth/tokens", null, request).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new TokenUnavailable(
                    "refreshing the token: " + (e.getCause() instanceof TokenWire.NoAnswer known
                            ? known.getMessage() : e.getCause().getClass().getName()),
                    Duration.ofSeconds(1));
        }
        Instant now = to.engine().clock().instant();
        GrantReply reply = GrantReply.read(answer, now);
        if (reply instanceof GrantReply.Refused refused) {
            TokenPair again = refused.code().equals("invalid_grant") ? reread(key) : null;
            if (again != null && !again.refreshToken().equals(current.refreshToken())) {
                newest.pair = again;
                return null;
            }
            throw refused.problem();
        }
        GrantReply.Granted granted = (GrantReply.Granted) reply;
        return TokenPair.of(
                granted.accessToken(), granted.refreshToken() != null ? granted.refreshToken() : current.refreshToken(),
                granted.refreshExpiresAt(), granted.scopes().isEmpty() ? current.scopes() : granted.scopes(), now)
                .after(current);
    }

    private @Nullable TokenPair reread(TokenKey key) {
        try {
            return store.load(key);
        } catch (TokenStoreException e) {
            return null;
        }
    }

    private static AccessToken usable(TokenPair pair, Connected to) throws TokenUnavailable {
        TokenUnavailable narrower = GrantReply.narrower(to.client().scopes(), pair.scopes());
        if (narrower != null) {
            throw narrower;
        }
        return pair.accessToken();
    }

    private void keep(TokenPair pair, TokenKey key, Connected to) {
        unsaved = pair;
        to.engine().later(STORE_AGAIN, () -> {
            if (unsaved == pair && !saved(pair, key)) {
                keep(pair, key, to);
            }
        });
    }

    private boolean saved(TokenPair pair, TokenKey key) {
        try {
            store.save(key, pair);
            LOG.info("The token pair of the client {} of {} is saved now", key.clientId(), key.origin());
        } catch (TokenStoreException e) {
            if (e.reason() != TokenStoreException.Reason.NEWER_VERSION) {
                return false;
            }
        }
        if (unsaved == pair) {
            unsaved = null;
        }
        return true;
    }

    /** The last chance to save what is not. */
    @Override
    public void disconnect() {
        TokenPair pair = unsaved;
        Connected to = connected();
        if (pair != null && !saved(pair, new TokenKey(to.origin(), to.client().id()))) {
            LOG.error("The newest token pair of the client {} of {} could not be saved and is lost with this process: run "
                      + "zendesk-obo authorize before the next start",
                    to.client().id(), to.origin());
        }
    }
}
