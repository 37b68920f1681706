package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

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
    /** Longer than a token request takes. */
    private static final long LAST_REFRESH_SECONDS = 20;

    private @Nullable TokenStore store;
    private @Nullable Duration refreshLifetime;
    /** What Zendesk gave and the store could not save. Changes only under {@link #storing}. */
    private volatile @Nullable TokenPair unsaved;
    private volatile boolean stopped;
    /** Whoever hands a pair to the store has it, so that an older one that is saved late never stands in the way of a newer. */
    private final ReentrantLock storing = new ReentrantLock(true);

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
        try {
            store.checkSettings();
        } catch (TokenStoreException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    void connectOthers(TokenEngine engine, Origin account) {
        stopped = false;
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
    CompletionStage<AccessToken> renew() {
        Connected to = connected();
        return CompletableFuture.supplyAsync(() -> {
            storing.lock();
            try {
                return usable(renewed(to), to);
            } catch (TokenUnavailable e) {
                throw new CompletionException(e);
            } finally {
                storing.unlock();
            }
        }, to.engine().blocking());
    }

    private TokenPair renewed(Connected to) throws TokenUnavailable {
        TokenKey key = new TokenKey(to.origin(), to.client().id());
        try {
            TokenPair stored = store.<TokenUnavailable>update(key, current -> {
                TokenPair newest = newer(current, unsaved);
                if (newest == null) {
                    throw new TokenUnavailable("there is no token pair for the client " + key.clientId() + " of " + key.origin()
                                               + " in the store: run zendesk-obo authorize once", null);
                } else if (!lives(newest, to.engine().clock().instant())) {
                    newest = refreshed(to, key, newest, true);
                }
                // else at start, or after another process was faster
                return newest.equals(current) ? null : newest;
            });
            unsaved = null;
            return stored;
        } catch (TokenNotSaved e) {
            LOG.error("Zendesk gave a new token pair for the client {} of {}, but the store could not save it. {}. Saving is "
                      + "repeated; do not stop this process before it worked",
                    key.clientId(), key.origin(), e.getMessage());
            keep(e.pair(), key, to);
            return e.pair();
        } catch (TokenStoreException e) {
            throw new TokenUnavailable(e.getMessage(), STORE_AGAIN);
        }
    }

    private static @Nullable TokenPair newer(@Nullable TokenPair one, @Nullable TokenPair other) {
        return one == null || other != null && other.version() > one.version() ? other : one;
    }

    private boolean lives(TokenPair pair, Instant now) {
        return !isRefused(pair.accessToken())
                && RenewalState.NOTHING.renewed(pair.accessToken(), pair.obtainedAt()).decide(now)
                        instanceof RenewalState.Decision.Serve;
    }

    /** @return the successor, or what another process, one without the lock, has stored meanwhile */
    private TokenPair refreshed(
            Connected to, TokenKey key, TokenPair current, boolean mayBeOutdated) throws TokenUnavailable {
        if (stopped) {
            throw new TokenUnavailable("the application stops, so the token was not refreshed", Duration.ofSeconds(1));
        }
        Map<String, Object> request = to.client().request("refresh_token");
        // what was granted is kept; to ask for more than that is not documented
        request.remove("scope");
        request.put("refresh_token", current.refreshToken());
        if (to.client().secret() == null && current.codeVerifier() != null) {
            request.put("code_verifier", current.codeVerifier());
        }
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
            TokenPair again = mayBeOutdated && refused.code().equals("invalid_grant") ? reread(key) : null;
            // an older one is what the store still has while it cannot save
            if (again == null || again.version() < current.version() || again.refreshToken().equals(current.refreshToken())) {
                throw refused.problem();
            }
            return lives(again, now) ? again : refreshed(to, key, again, false);
        }
        GrantReply.Granted granted = (GrantReply.Granted) reply;
        try {
            return TokenPair.of(
                    granted.accessToken(), granted.refreshToken() != null ? granted.refreshToken() : current.refreshToken(),
                    granted.refreshExpiresAt(), granted.scopes().isEmpty() ? current.scopes() : granted.scopes(), now)
                    .withCodeVerifier(current.codeVerifier()).after(current);
        } catch (IllegalArgumentException e) {
            throw new TokenUnavailable(
                    "Zendesk refreshed the token, but its answer cannot be stored. " + e.getMessage()
                                       + ". Authorize once more: run zendesk-obo authorize, and report this",
                    null);
        }
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
        try {
            to.engine().later(STORE_AGAIN, () -> saveAgain(pair, key, to));
        } catch (RuntimeException e) {
            LOG.warn("Saving cannot be repeated while the application stops; it is tried once more at the end");
        }
    }

    private void saveAgain(TokenPair pair, TokenKey key, Connected to) {
        storing.lock();
        try {
            if (unsaved == pair && !saved(pair, key)) {
                keep(pair, key, to);
            }
        } finally {
            storing.unlock();
        }
    }

    /** Only under {@link #storing}. */
    private boolean saved(TokenPair pair, TokenKey key) {
        try {
            store.save(key, pair);
            LOG.info("The token pair of the client {} of {} is saved now", key.clientId(), key.origin());
        } catch (TokenStoreException e) {
            if (e.reason() != TokenStoreException.Reason.NEWER_VERSION) {
                return false;
            }
            LOG.warn("The store has a newer token pair of the client {} of {} than the one that could not be saved: that is used",
                    key.clientId(), key.origin());
        } catch (RuntimeException e) {
            LOG.warn("The token store failed with {}", e.getClass().getName());
            return false;
        }
        unsaved = null;
        return true;
    }

    /** Lets a refresh that is under way come to its end, for its answer is all that is left of the pair; then the last chance to save. */
    @Override
    public void disconnect() {
        stopped = true;
        boolean mine = false;
        try {
            mine = storing.tryLock(LAST_REFRESH_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            TokenPair pair = unsaved;
            if (pair == null) {
                return;
            }
            Connected to = connected();
            TokenKey key = new TokenKey(to.origin(), to.client().id());
            if (!mine || !saved(pair, key)) {
                LOG.error("The newest token pair of the client {} of {} could not be saved and is lost with this process: run "
                          + "zendesk-obo authorize before the next start",
                        key.clientId(), key.origin());
            }
        } finally {
            if (mine) {
                storing.unlock();
            }
        }
    }
}
