package io.github.camelzendesk.obo.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import io.github.camelzendesk.obo.token.AuthorizationCodeGrant;
import io.github.camelzendesk.obo.token.ClientSettings;
import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.obo.token.TokenInspection;
import io.github.camelzendesk.obo.token.TokenKey;
import io.github.camelzendesk.obo.token.TokenNotSaved;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenStore;
import io.github.camelzendesk.obo.token.TokenStoreException;

/** The one visit to the browser. */
@Command(name = "authorize",
         description = "Gets the first token pair by one visit to the browser, and stores it encrypted.",
         footer = {
                 "",
                 "The OAuth client (Admin Center > Apps and integrations > APIs > OAuth clients) must be confidential and have the "
                     + "redirect URL http://127.0.0.1:8765/callback, with the port of --redirect-port. Whoever allows the access "
                     + "must be an administrator.",
                 "",
                 "Example:",
                 "  zendesk-obo authorize --subdomain acme --client-id my_client --client-secret-file secret \\",
                 "      --store /var/lib/obo/tokens --key-file /etc/obo/store.key --create-key"})
final class Authorize implements Callable<Integer> {

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final int SAVE_ATTEMPTS = 5;
    private static final Duration SAVE_AGAIN = Duration.ofSeconds(2);

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Account account;

    @Option(names = "--client-id", paramLabel = "ID", required = true,
            description = "The OAuth client's identifier, as Admin Center shows it; not its name.")
    private String clientId;

    @Mixin
    private ClientSecret clientSecret;

    @Option(names = "--scopes", paramLabel = "SCOPES", defaultValue = "impersonate read write",
            description = "What to ask for, separated by blanks, impersonate among it (default: ${DEFAULT-VALUE}).")
    private String scopes;

    @Mixin
    private Lifetimes lifetimes;

    @Option(names = "--store", paramLabel = "DIR", required = true,
            description = "The folder to keep the token pair in; it is created when it does not exist.")
    private Path folder;

    @Option(names = "--key-file", paramLabel = "FILE", required = true,
            description = "The file with the key that the store is encrypted with: 32 random bytes, plain or in base64. Keep it "
                          + "apart from the store.")
    private Path keyFile;

    @Option(names = "--create-key", description = "Create the key file when it does not exist.")
    private boolean createKey;

    @Option(names = "--replace", description = "Replace the pair that is stored already.")
    private boolean replace;

    @Option(names = "--redirect-port", paramLabel = "PORT", defaultValue = "8765",
            description = "The port of the redirect URL (default: ${DEFAULT-VALUE}).")
    private int redirectPort;

    @Option(names = "--wait", paramLabel = "TIME", converter = Time.class, defaultValue = "5m",
            description = "How long to wait for the browser, at most 5m (default: ${DEFAULT-VALUE}).")
    private Duration wait;

    @Option(names = "--paste",
            description = "For a machine without a browser: open the address elsewhere, and paste the address that the browser "
                          + "is sent to in the end, or the code in it. That page does not load, which is all right.")
    private boolean paste;

    @Option(names = "--no-browser", description = "Print the address and open no browser.")
    private boolean noBrowser;

    Authorize(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailed, TokenStoreException {
        if (redirectPort < 1 || redirectPort > 65535 || wait.compareTo(LONGEST_WAIT) > 0 || wait.isZero()) {
            throw usage("--redirect-port is from 1 to 65535, and --wait more than nothing and at most 5m");
        }
        Origin origin = account.origin();
        List<String> asked = List.of(scopes.strip().split("[ ,]+"));
        ClientSettings client;
        TokenKey key;
        try {
            // without the secret at first, which nobody should have to type before the rest is right
            new ClientSettings(clientId, null, asked, lifetimes.token(), lifetimes.refresh());
            key = new TokenKey(origin, clientId);
            client = new ClientSettings(clientId, clientSecret.read(terminal), asked, lifetimes.token(), lifetimes.refresh());
        } catch (IllegalArgumentException e) {
            throw usage(Engine.sentence(e.getMessage()));
        }
        TokenStore store = new FileTokenStore(folder, storeKey());
        // shows that the store can be written, before anybody is sent to a browser
        store.<CommandFailed> update(key, stored -> {
            refuseToReplace(stored);
            return null;
        });
        URI redirect = RedirectListener.address(redirectPort);
        Consent consent = new Consent(origin, client, redirect);
        try (Engine engine = new Engine(terminal.clock())) {
            return new Visit(origin, client, key, store, consent, redirect, engine).make();
        }
    }

    private StoreKey storeKey() throws TokenStoreException {
        if (!createKey || Files.exists(keyFile)) {
            return StoreKey.fromFile(keyFile);
        }
        StoreKey key = StoreKey.generate(keyFile);
        terminal.out().println("Created the key " + keyFile + ". Keep a copy of it, apart from the store: without it the stored pair "
                               + "cannot be read.");
        return key;
    }

    private void refuseToReplace(@Nullable TokenPair stored) throws CommandFailed {
        if (stored != null && !replace) {
            throw new CommandFailed("The store " + folder + " has a token pair of the client " + clientId + " already (number "
                                    + stored.version() + ", obtained " + stored.obtainedAt().truncatedTo(ChronoUnit.SECONDS)
                                    + "), and it was left alone. Is it in use? zendesk-obo doctor tells whether it works; "
                                    + "--replace puts the new one in its place");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** The steps from the question to the stored and checked pair. */
    private final class Visit {

        private final Origin origin;
        private final ClientSettings client;
        private final TokenKey key;
        private final TokenStore store;
        private final Consent consent;
        private final URI redirect;
        private final Engine engine;

        private Visit(
                Origin origin, ClientSettings client, TokenKey key, TokenStore store, Consent consent, URI redirect,
                Engine engine) {
            this.origin = origin;
            this.client = client;
            this.key = key;
            this.store = store;
            this.consent = consent;
            this.redirect = redirect;
            this.engine = engine;
        }

        int make() throws CommandFailed, TokenStoreException {
            return paste ? pasted() : redirected();
        }

        private int redirected() throws CommandFailed, TokenStoreException {
            try (RedirectListener listener = new RedirectListener(consent, redirectPort, terminal.err()::println)) {
                ask();
                if (!noBrowser && terminal.browser().test(consent.question())) {
                    terminal.out().println("A browser was opened.");
                }
                terminal.out().println("Waiting for the answer at " + redirect + ", " + Time.words(wait) + " at most ...");
                Consent.Arrival arrival = listener.await(wait);
                if (arrival == null) {
                    throw new CommandFailed("No answer came within " + Time.words(wait) + ". Nothing was stored. When Zendesk showed "
                                            + "an error instead of a question, check the client's identifier, and that its redirect "
                                            + "URLs have exactly " + redirect + "; on a machine without a browser use --paste");
                }
                try {
                    String done = finish(arrival);
                    listener.show(ResultPage.success(done));
                    return ZendeskObo.OK;
                } catch (CommandFailed | TokenStoreException e) {
                    boolean denied = arrival instanceof Consent.Refused refused && refused.denied();
                    String text = Engine.sentence(e.getMessage()) + ".";
                    listener.show(denied ? ResultPage.denied(text) : ResultPage.error(text));
                    throw e;
                } catch (RuntimeException e) {
                    listener.show(ResultPage.error("zendesk-obo authorize failed. See its own output."));
                    throw e;
                }
            }
        }

        private int pasted() throws CommandFailed, TokenStoreException {
            ask();
            terminal.out().println("After that the browser is sent to an address that begins with " + redirect + " and shows an "
                                   + "error, since nobody answers there. Paste that address here within two minutes:");
            String line;
            try {
                line = terminal.in().readLine();
            } catch (IOException e) {
                line = null;
            }
            if (line == null || line.isBlank()) {
                throw new CommandFailed("Nothing was pasted. Nothing was stored");
            }
            finish(consent.readPasted(line));
            return ZendeskObo.OK;
        }

        private void ask() {
            terminal.out().println("Open this address in a browser, signed in to " + origin + " as an administrator, and allow the "
                                   + "access:\n\n    " + consent.question() + "\n");
        }

        /** @return what was achieved, in sentences */
        private String finish(Consent.Arrival arrival) throws CommandFailed, TokenStoreException {
            if (arrival instanceof Consent.Refused refused) {
                throw new CommandFailed(refused.why());
            } else if (arrival instanceof Consent.WrongState) {
                throw new CommandFailed("The answer has a wrong state: it belongs to another run of this command. Nothing was stored");
            } else if (!(arrival instanceof Consent.Code)) {
                throw new CommandFailed("That is neither the address that the browser was sent to nor a code. Nothing was stored");
            }
            TokenPair pair = redeemed((Consent.Code) arrival);
            String stored = "A token pair of the client " + client.id() + " for " + origin + " is stored";
            terminal.out().println(stored + " in " + folder + ".");
            String owner = checked(pair);
            String expiry = lifetime(pair);
            terminal.out().println(owner + "\n" + expiry);
            return stored + ". " + owner;
        }

        /** Redeems while the store's lock is held, and so after the store has shown that it can save; stores before anything else. */
        private TokenPair redeemed(Consent.Code code) throws CommandFailed, TokenStoreException {
            try {
                return store.<CommandFailed> update(key, stored -> {
                    refuseToReplace(stored);
                    return Engine.await(AuthorizationCodeGrant.redeem(
                            engine.client(), origin, client, code.value(), redirect.toString(), consent.verifier()));
                });
            } catch (TokenNotSaved e) {
                terminal.err().println(e.getMessage());
                return savedLater(e);
            }
        }

        private TokenPair savedLater(TokenNotSaved notSaved) throws CommandFailed, TokenStoreException {
            TokenStoreException last = notSaved;
            for (int i = 0; i < SAVE_ATTEMPTS; i++) {
                try {
                    // a command has nothing else to do, and must not end before the only copy is saved
                    Thread.sleep(SAVE_AGAIN.toMillis());
                    store.save(key, notSaved.pair());
                    return notSaved.pair();
                } catch (TokenStoreException e) {
                    last = e;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    break;
                }
            }
            throw new CommandFailed("The token pair could not be stored and is given up: mend the store, then run this again. "
                                    + last.getMessage());
        }

        /** What is known of scopes and owner, in a sentence; the pair is stored by now. */
        private String checked(TokenPair pair) throws CommandFailed {
            TokenInspection.Seen<TokenInspection.TokenInfo> token
                    = Engine.await(engine.client().inspection().token(origin, pair.accessToken()));
            Set<String> granted = token.value() == null ? pair.scopes() : token.value().scopes();
            if (!granted.contains("impersonate")) {
                throw new CommandFailed("The pair is stored, but Zendesk did not grant impersonate, so it cannot act for anybody: add it "
                                        + "to the allowed scopes of the OAuth client, then run this again with --replace");
            }
            String scopesGranted = "Its scopes are " + String.join(" ", granted) + ". ";
            TokenInspection.Seen<TokenInspection.UserInfo> owner
                    = Engine.await(engine.client().inspection().owner(origin, pair.accessToken()));
            if (owner.value() == null) {
                return scopesGranted + "Whether its user is an administrator could not be checked"
                       + (owner.lacksScope() ? ": the token has no scope read." : " [status " + owner.status() + "].");
            } else if (!owner.value().role().equals("admin")) {
                throw new CommandFailed("The pair is stored, but it is of a user with the role " + owner.value().role()
                                        + ", and only administrators may act for end users: run this again with --replace, "
                                        + "signed in as an administrator");
            }
            return scopesGranted + "Its user is an administrator.";
        }

        private String lifetime(TokenPair pair) {
            Instant now = terminal.clock().instant();
            Instant access = pair.accessToken().expiresAt();
            Instant refresh = pair.refreshExpiresAt();
            return "The access token " + (access == null ? "does not say when it expires"
                    : "lives for " + Time.words(Duration.between(now, access)))
                   + ", the refresh token "
                   + (refresh == null ? "does not say when." : "for " + Time.words(Duration.between(now, refresh)) + " unused.");
        }
    }
}
