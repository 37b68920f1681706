package io.github.camelzendesk.obo.cli;

import java.time.Instant;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenInspection;
import io.github.camelzendesk.obo.token.TokenStoreException;

/** The end of a token. */
@Command(name = "revoke", description = "Revokes a token by its id, and verifies that it is dead.",
         footer = {
                 "", "Without --id it is the token at hand itself. A stored pair whose access token has expired needs --refresh: the "
                     + "refresh token is alive, and only what is alive can be revoked."})
final class Revoke implements Callable<Integer> {

    private static final int LOOKS = 4;
    private static final long LOOK_AGAIN_MS = 500;

    private final Terminal terminal;

    @Mixin
    private Account account;

    @Mixin
    private TokenAtHand tokenAtHand;

    @Option(names = "--id", paramLabel = "N",
            description = "The id of the token to revoke, as GET /api/v2/oauth/tokens lists it. The token at hand must be an "
                          + "administrator's.")
    private @Nullable Long id;

    Revoke(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailed, TokenStoreException {
        Origin origin = account.origin();
        tokenAtHand.check(origin);
        TokenAtHand.Held held = tokenAtHand.load(origin, terminal);
        try (Engine engine = new Engine(terminal.clock())) {
            TokenInspection inspection = engine.client().inspection();
            TokenInspection.Seen<TokenInspection.TokenInfo> self = Engine.await(inspection.token(origin, held.token()));
            if (self.status() == 401 && held.pair() != null && tokenAtHand.mayRefresh()) {
                held = tokenAtHand.refreshed(origin, held.pair(), engine, terminal);
                self = Engine.await(inspection.token(origin, held.token()));
            }
            if (self.status() == 401) {
                throw new CommandFailed(dead(held));
            }
            Long own = self.value() == null ? null : self.value().id();
            Long target = id != null ? id : own;
            if (target == null) {
                throw new CommandFailed("The token does not tell its id"
                                        + (self.lacksScope() ? ", for it has no scope read" : " [status " + self.status() + "]")
                                        + ": name it by --id, or revoke it in Admin Center > Apps and integrations > APIs > OAuth tokens");
            }
            revoke(inspection, origin, held.token(), target, own);
        }
        terminal.out().println("The token " + (id == null ? "at hand" : id) + " is revoked, and Zendesk refuses it now.");
        if (tokenAtHand.stored() && id == null) {
            terminal.out().println("The stored pair is of no use any more: run zendesk-obo authorize --replace before the next start.");
        }
        return ZendeskObo.OK;
    }

    private String dead(TokenAtHand.Held held) {
        Instant expiresAt = held.pair() == null ? null : held.pair().accessToken().expiresAt();
        if (held.pair() == null) {
            return "Zendesk does not accept the token: it is dead already";
        }
        return "Zendesk does not accept the access token of the stored pair"
               + (expiresAt != null && expiresAt.isBefore(terminal.clock().instant()) ? ", which expired " + expiresAt : "")
               + ". Its refresh token may be alive: run this again with --refresh, so that there is something to revoke";
    }

    private static void revoke(
            TokenInspection inspection, Origin origin, AccessToken bearer, long target, @Nullable Long own) throws CommandFailed {
        TokenInspection.Seen<Void> revoked = Engine.await(inspection.revoke(origin, bearer, target));
        if (revoked.lacksScope()) {
            throw new CommandFailed("The token may not revoke: it has no scope write. Use another one with --token-file and --id, or "
                                    + "revoke it in Admin Center > Apps and integrations > APIs > OAuth tokens");
        } else if (revoked.status() == 404) {
            throw new CommandFailed("There is no token with the id " + target + ", or it is not for the owner of the token at hand to see");
        } else if (revoked.status() < 200 || revoked.status() >= 300) {
            throw new CommandFailed("Zendesk did not revoke the token [status " + revoked.status() + "]. It may be alive");
        }
        Life life = Life.UNKNOWN;
        for (int look = 0; look < LOOKS; look++) {
            life = look(inspection, origin, bearer, target, own);
            if (life == Life.DEAD) {
                return;
            }
            pause();
        }
        throw new CommandFailed(life == Life.ALIVE
                ? "Zendesk said that the token is revoked, but it is still alive: revoke it in Admin Center > Apps and integrations > "
                  + "APIs > OAuth tokens, and report it to Zendesk"
                : "Zendesk said that the token is revoked, but that it is dead could not be verified: look in Admin Center > Apps and "
                  + "integrations > APIs > OAuth tokens");
    }

    private enum Life { DEAD, ALIVE, UNKNOWN }

    /** A dead token cannot ask for itself any more, which is the proof; any other is asked for by its id. */
    private static Life look(
            TokenInspection inspection, Origin origin, AccessToken bearer, long target, @Nullable Long own) throws CommandFailed {
        if (own == null || own == target) {
            int status = Engine.await(inspection.token(origin, bearer)).status();
            if (status == 401) {
                return Life.DEAD;
            } else if (own != null) {
                return status == 200 || status == 403 ? Life.ALIVE : Life.UNKNOWN;
            }
        }
        int status = Engine.await(inspection.token(origin, bearer, target)).status();
        return status == 404 ? Life.DEAD : status == 200 ? Life.ALIVE : Life.UNKNOWN;
    }

    private static void pause() throws CommandFailed {
        try {
            // a command has nothing else to do meanwhile
            Thread.sleep(LOOK_AGAIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("Interrupted");
        }
    }
}
