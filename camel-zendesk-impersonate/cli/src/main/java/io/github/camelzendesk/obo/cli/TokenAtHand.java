package io.github.camelzendesk.obo.cli;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.InvalidAccessToken;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.RefreshTokenSource;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.obo.token.TokenKey;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenStoreException;

/**
 * The token that a command is about: the one of a stored pair, or one in a file. A stored pair may be in use by a running system,
 * which would go on with a dead token after a refresh of ours until it finds out; so there is none unless it is asked for.
 */
final class TokenAtHand {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Place place;

    @Mixin
    private ClientSecret clientSecret;

    @Option(names = "--refresh",
            description = "Refresh the stored pair when its access token has expired or is dead, and store the new one. It needs "
                          + "the client's secret.")
    private boolean refresh;

    @Mixin
    private Lifetimes lifetimes;

    private static final class Place {

        @ArgGroup(exclusive = false, multiplicity = "1")
        private Stored stored;

        @Option(names = "--token-file", paramLabel = "FILE", required = true, description = "A file that holds an access token.")
        private Path tokenFile;
    }

    private static final class Stored {

        @Option(names = "--store", paramLabel = "DIR", required = true,
                description = "The folder with the token pair that zendesk-obo authorize stored.")
        private Path store;

        @Option(names = "--key-file", paramLabel = "FILE", required = true, description = "The file with the store's key.")
        private Path keyFile;

        @Option(names = "--client-id", paramLabel = "ID", required = true,
                description = "The identifier of the OAuth client that the pair belongs to.")
        private String clientId;
    }

    /**
     * What was loaded.
     *
     * @param pair null when the token is from a file
     */
    record Held(AccessToken token, @Nullable TokenPair pair) {
    }

    boolean stored() {
        return place.tokenFile == null;
    }

    boolean mayRefresh() {
        return refresh;
    }

    /** Refuses options that make no sense, before anything is asked or read. */
    void check(Origin origin) {
        if (stored()) {
            key(origin);
        } else if (refresh) {
            throw new ParameterException(command.commandLine(), "--refresh is for a stored pair: a token alone cannot be refreshed");
        }
    }

    Held load(Origin origin, Terminal terminal) throws CommandFailed, TokenStoreException {
        if (!stored()) {
            try {
                return new Held(AccessToken.of(ClientSecret.secretIn(place.tokenFile, terminal)), null);
            } catch (InvalidAccessToken e) {
                throw new CommandFailed(place.tokenFile + ": " + e.getMessage());
            }
        }
        TokenPair pair = store().load(key(origin));
        if (pair == null) {
            throw new CommandFailed("There is no token pair of the client " + key(origin).clientId() + " of " + origin + " in "
                                    + place.stored.store + ". Check both, or run zendesk-obo authorize once");
        }
        return new Held(pair.accessToken(), pair);
    }

    /**
     * Refreshes the stored pair, unless another process was faster.
     *
     * @param dead the pair whose access token Zendesk refuses, or that has expired
     */
    Held refreshed(Origin origin, TokenPair dead, Engine engine, Terminal terminal) throws CommandFailed, TokenStoreException {
        RefreshTokenSource source = new RefreshTokenSource();
        source.setStore(store());
        source.setClientId(key(origin).clientId());
        source.setClientSecret(clientSecret.read(terminal));
        source.setTokenLifetime(lifetimes.token());
        source.setRefreshLifetime(lifetimes.refresh());
        if (dead.scopes().contains("impersonate")) {
            source.setScopes(String.join(" ", dead.scopes()));
        }
        connect(source, origin, engine);
        try {
            AccessToken token = Engine.await(source.token());
            if (token.equals(dead.accessToken())) {
                source.invalidate(token);
                token = Engine.await(source.token());
            }
            for (int i = 0; i < 30 && source.holdsUnsavedPair(); i++) {
                // the source saves on a thread of its own; the command must not end before
                Thread.sleep(1000);
            }
            if (source.holdsUnsavedPair()) {
                throw new CommandFailed("The new token pair could not be stored in " + place.stored.store
                                        + ". Mend the store, then run zendesk-obo authorize once more");
            }
            return new Held(token, store().load(key(origin)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("Interrupted");
        } finally {
            source.disconnect();
        }
    }

    private void connect(RefreshTokenSource source, Origin origin, Engine engine) {
        try {
            source.connect(engine.client(), origin);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), Engine.sentence(e.getMessage()));
        }
    }

    private FileTokenStore store() throws TokenStoreException {
        return new FileTokenStore(place.stored.store, StoreKey.fromFile(place.stored.keyFile));
    }

    private TokenKey key(Origin origin) {
        try {
            return new TokenKey(origin, place.stored.clientId);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), Engine.sentence(e.getMessage()));
        }
    }
}
