package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that fetches its tokens from Zendesk. One renewal at a time, whoever asks meanwhile waits for it without holding
 * a thread. Thread-safe once connected, which the component does
 * at start; its settings are set before.
 */
public abstract sealed class RenewingTokenSource implements TokenSource
        permits ClientCredentialsTokenSource, RefreshTokenSource, AdminCreatedTokenSource {

    private static final Logger LOG = LoggerFactory.getLogger(RenewingTokenSource.class);

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
        connectOthers(engine, account);
        connected = new Connected(engine, subdomain == null ? account : Origin.ofSubdomain(subdomain), client);
    }

    /** Gives those that the source itself asks what they need. */
    void connectOthers(TokenEngine engine, Origin account) {
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
    public void setClientSecret(@Nullable String clientSecret) {
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

    /** Fetches a token. Called by one thread at a time; fails with {@link TokenUnavailable}. */
    abstract CompletionStage<AccessToken> renew();

    /** Whether Zendesk refused this one, perhaps only while a renewal was under way. */
    boolean isRefused(AccessToken token) {
        synchronized (lock) {
            return state.dead() && token.equals(state.token());
        }
    }

    /**
     * Why there is no token, or why the next one could not be fetched; empty while all is well. Holds no secret. For health
     * checks: it asks nobody and does not wait.
     */
    public Optional<String> problem() {
        Connected to = connected;
        synchronized (lock) {
            if (state.problem() != null) {
                return Optional.of(state.problem().getMessage());
            } else if (to != null && state.decide(to.engine().clock().instant()) instanceof RenewalState.Decision.Refuse refuse) {
                return Optional.of(refuse.problem().getMessage());
            }
            return Optional.empty();
        }
    }

    /** Whether a token lives on when the next one is there, so that nobody has to wait for a renewal that is merely due. */
    abstract boolean survivesRenewal();

    @Override
    public CompletionStage<AccessToken> token() {
        CompletableFuture<AccessToken> started;
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
        }
        run(started);
        return meanwhile != null ? CompletableFuture.completedStage(meanwhile) : started.copy();
    }

    private void run(CompletableFuture<AccessToken> started) {
        CompletionStage<AccessToken> asked;
        try {
            asked = renew();
        } catch (RuntimeException e) {
            asked = CompletableFuture.failedStage(e);
        }
        asked.whenComplete((token, failure) -> {
            TokenUnavailable problem = failure == null ? null : problem(failure);
            RenewalState before;
            RenewalState after;
            Instant now;
            RenewalState.Decision decision;
            synchronized (lock) {
                now = connected().engine().clock().instant();
                before = state;
                after = problem == null
                        ? state.renewed(token, now) : state.failed(problem, now, ThreadLocalRandom.current().nextDouble());
                decision = after.decide(now);
                state = after;
                renewal = null;
            }
            report(before, after, now);
            if (decision instanceof RenewalState.Decision.Serve serve) {
                // after a failure the token that is only due: it is tried again before that expires
                started.complete(serve.token());
            } else if (decision instanceof RenewalState.Decision.Refuse refuse) {
                started.completeExceptionally(problem != null ? problem : refuse.problem());
            } else {
                // of a zero delay: there is none that lives, or the decision were another
                started.completeExceptionally(problem != null ? problem : new TokenUnavailable("the clock moved; try again", Duration.ZERO));
            }
        });
    }

    /** Once for each time that Zendesk or a store is asked, which is once a window; not for each message that meets the problem. */
    private void report(RenewalState before, RenewalState after, Instant now) {
        if (after.problem() != null) {
            LOG.warn("{} has no new token: {}. The next try is in {} s at the earliest", this, after.problem().getMessage(),
                    Math.max(1, Duration.between(now, after.notBefore()).toSeconds()));
        } else if (before.problem() != null) {
            LOG.info("{} has a new token again, after {} failures", this, before.failures());
        }
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
        boolean refusedNew;
        synchronized (lock) {
            RenewalState before = state;
            state = state.refused(rejected);
            refusedNew = state != before && state.problem() == null && state.waits(connected().engine().clock().instant());
        }
        if (refusedNew) {
            LOG.warn("{} has no token: Zendesk refused the newest one as well. Check that the user whom the token belongs to is an "
                     + "active admin, and that nobody revokes tokens", this);
        }
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + clientId + "]";
    }
}
