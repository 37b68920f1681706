package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * A source that fetches its tokens from Zendesk. One renewal at a time, whoever asks meanwhile waits for it without holding
 * a thread. Thread-safe once connected, which the component does
 * at start; its settings are set before.
 */
public abstract sealed class RenewingTokenSource implements TokenSource
        permits ClientCredentialsTokenSource, RefreshTokenSource, AdminCreatedTokenSource {

    private @Nullable String clientId;
    private @Nullable String clientSecret;
    private String scopes = "impersonate read write";
    private @Nullable String subdomain;
    private @Nullable Duration tokenLifetime;
    private volatile @Nullable Connected connected;

    private final Object lock = new Object();
    private RenewalState state = RenewalState.NOTHING;
    private @Nullable CompletableFuture<AccessToken> renewal;

    RenewingTokenSource() {
    }

    /**
     * What a source has from whoever uses it.
     *
     * @param origin where tokens are asked for
     */
    record Connected(TokenEngine engine, Origin origin, ClientSettings client) {
    }

    /**
     * Gives the source what it needs and checks its settings. The component calls it at start.
     *
     * @param  account                  the account whose API the tokens are used with
     * @throws IllegalArgumentException when a setting is missing or wrong; names it
     */
    public synchronized void connect(TokenEngine engine, Origin account) {
        ClientSettings client = new ClientSettings(
                clientId, clientSecret, List.of(scopes.strip().split("[ ,]+")), tokenLifetime, refreshLifetime());
        check(client);
        connected = new Connected(engine, subdomain == null ? account : Origin.ofSubdomain(subdomain), client);
    }

    /** The component stops: the source is not asked again before it is connected again. */
    public void disconnect() {
    }

    /** Refuses settings that the grant cannot do with. */
    void check(ClientSettings client) {
    }

    /** What refresh tokens are asked to live for, or null. */
    @Nullable Duration refreshLifetime() {
        return null;
    }

    Connected connected() {
        Connected now = connected;
        if (now == null) {
            throw new IllegalStateException("the token source is not connected: name it by the option tokenSource");
        }
        return now;
    }

    /** The OAuth client's identifier, as Zendesk's Admin Center shows it. Required. */
    public void setClientId(String clientId) {
        this.clientId = clientId;
    }

    /** The OAuth client's secret. A public client has none. */
    public void setClientSecret(String clientSecret) {
        this.clientSecret = clientSecret;
    }

    /** What to ask for, separated by blanks; {@code impersonate} must be among it. */
    public void setScopes(String scopes) {
        this.scopes = scopes;
    }

    /**
     * The account's own subdomain, where tokens are asked for. Only needed when the API is used under another name
     * ({@code baseUri}): Zendesk gives tokens under the account's own name only.
     */
    public void setSubdomain(String subdomain) {
        this.subdomain = subdomain;
    }

    /** How long a token shall live, from five minutes to two days; by default as Zendesk decides. */
    public void setTokenLifetime(Duration tokenLifetime) {
        this.tokenLifetime = tokenLifetime;
    }

    /**
     * Fetches a token. Called by one thread at a time; fails with {@link TokenUnavailable}.
     *
     * @param dead the newest token when Zendesk refused it, else null
     */
    abstract CompletionStage<AccessToken> renew(@Nullable AccessToken dead);

    /** Whether a token lives on when the next one is there, so that nobody has to wait for a renewal that is merely due. */
    abstract boolean survivesRenewal();

    @Override
    public CompletionStage<AccessToken> token() {
        CompletableFuture<AccessToken> started;
        AccessToken dead;
        AccessToken meanwhile;
        synchronized (lock) {
            RenewalState.Decision decision = state.decide(connected().engine().clock().instant());
            if (decision instanceof RenewalState.Decision.Serve serve
                    && (renewal == null || survivesRenewal())) {
                return CompletableFuture.completedStage(serve.token());
            } else if (decision instanceof RenewalState.Decision.Refuse refuse && renewal == null) {
                return CompletableFuture.failedStage(refuse.problem());
            }
            meanwhile = decision instanceof RenewalState.Decision.Renew renew && survivesRenewal() ? renew.meanwhile() : null;
            if (renewal != null) {
                return meanwhile != null ? CompletableFuture.completedStage(meanwhile) : renewal.copy();
            }
            started = new CompletableFuture<>();
            renewal = started;
            dead = state.dead() ? state.token() : null;
        }
        run(started, dead);
        return meanwhile != null ? CompletableFuture.completedStage(meanwhile) : started.copy();
    }

    private void run(CompletableFuture<AccessToken> started, @Nullable AccessToken dead) {
        CompletionStage<AccessToken> asked;
        try {
            asked = renew(dead);
        } catch (RuntimeException e) {
            asked = CompletableFuture.failedStage(e);
        }
        asked.whenComplete((token, failure) -> {
            TokenUnavailable problem = failure == null ? null : problem(failure);
            AccessToken stillAlive = null;
            synchronized (lock) {
                Instant now = connected().engine().clock().instant();
                if (problem == null) {
                    state = state.renewed(token, now);
                } else {
                    state = state.failed(problem, now, ThreadLocalRandom.current().nextDouble());
                    stillAlive = state.decide(now) instanceof RenewalState.Decision.Serve serve ? serve.token() : null;
                }
                renewal = null;
            }
            if (problem == null) {
                started.complete(token);
            } else if (stillAlive != null) {
                // it was only due: what fails now is tried again before it expires
                started.complete(stillAlive);
            } else {
                started.completeExceptionally(problem);
            }
        });
    }

    private static TokenUnavailable problem(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TokenUnavailable known) {
            return known;
        } else if (cause instanceof TokenWire.NoAnswer known) {
            return new TokenUnavailable("asking Zendesk for a token: " + known.getMessage(), Duration.ofSeconds(1));
        }
        return new TokenUnavailable("asking Zendesk for a token failed with " + cause.getClass().getName(), null);
    }

    @Override
    public void invalidate(AccessToken rejected) {
        synchronized (lock) {
            state = state.refused(rejected);
        }
    }

    /** Takes a token that was there already, such as one from a store. */
    void begin(AccessToken token, Instant obtainedAt) {
        synchronized (lock) {
            state = new RenewalState(token, obtainedAt, false, 0, null, null);
        }
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + clientId + "]";
    }
}
