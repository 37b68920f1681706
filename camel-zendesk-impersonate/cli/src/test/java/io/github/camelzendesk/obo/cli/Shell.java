package io.github.camelzendesk.obo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.obo.token.TokenKey;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenStoreException;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/** A user at a terminal, beside a stand-in for Zendesk, with a folder of their own. */
final class Shell implements AutoCloseable {

    private static final Pattern SENT_SECRET
            = Pattern.compile("\"(?:code|code_verifier|client_secret|refresh_token)\":\"([^\"]+)\"");

    final StandIn zendesk;
    final Path home;
    final int redirectPort;
    final Map<String, String> environment = new HashMap<>();
    InstantSource clock = InstantSource.system();
    Predicate<URI> browser = address -> false;
    String input = "";
    char @Nullable [] typedSecret;
    private final List<Said> all = new ArrayList<>();

    Shell(Path home) {
        this(home, StandIn.start());
    }

    Shell(Path home, StandIn zendesk) {
        this.home = home;
        this.zendesk = zendesk;
        this.redirectPort = freePort();
        if (zendesk.world().findClient(Sample.CLIENT).isPresent()) {
            zendesk.world().client(Sample.CLIENT).redirectUri("http://127.0.0.1:" + redirectPort + "/callback");
        }
        logged().list.clear();
    }

    /** What a command printed, and its exit status. */
    record Said(int status, String out, String err) {
        String line(String beginning) {
            return out.lines().filter(line -> line.replaceAll(" +", " ").startsWith(beginning)).findFirst()
                    .orElseThrow(() -> new AssertionError("no line begins with '" + beginning + "' in\n" + out + err));
        }
    }

    /** Runs a command on this account. */
    Said run(String command, String... arguments) {
        return plain(Stream.concat(
                Stream.of(command, "--base-uri", zendesk.baseUri().toString()), Stream.of(arguments)).toArray(String[]::new));
    }

    Said plain(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(
                new PrintWriter(out, true), new PrintWriter(err, true), new BufferedReader(new StringReader(input)),
                environment::get, question -> typedSecret, browser, clock);
        int status = ZendeskObo.run(terminal, arguments);
        Said said = new Said(status, out.toString(), err.toString());
        synchronized (all) {
            all.add(said);
        }
        return said;
    }

    /** {@code authorize} with all that it needs, and a browser in which something happens. */
    Said authorize(Predicate<URI> inTheBrowser, String... more) {
        browser = inTheBrowser;
        Map<String, String> usual = new LinkedHashMap<>();
        usual.put("--client-id", Sample.CLIENT);
        usual.put("--client-secret-file", secretFile());
        usual.put("--store", folder().toString());
        usual.put("--key-file", keyFile().toString());
        usual.put("--redirect-port", String.valueOf(redirectPort));
        usual.put("--wait", "20s");
        List<String> arguments = new ArrayList<>(List.of("--create-key"));
        usual.forEach((option, value) -> {
            if (!List.of(more).contains(option)) {
                arguments.add(option);
                arguments.add(value);
            }
        });
        arguments.addAll(List.of(more));
        return run("authorize", arguments.toArray(String[]::new));
    }

    /** A browser in which the administrator allows it. */
    Browser allowing() {
        return new Browser("allow");
    }

    /** Options that name the stored pair. */
    String[] stored(String... more) {
        return Stream.concat(Stream.of(
                "--store", folder().toString(), "--key-file", keyFile().toString(), "--client-id", Sample.CLIENT),
                Stream.of(more)).toArray(String[]::new);
    }

    Path folder() {
        return home.resolve("tokens");
    }

    Path keyFile() {
        return home.resolve("store.key");
    }

    String secretFile() {
        return file("client-secret", Sample.CLIENT_SECRET + "\n").toString();
    }

    String tokenFile(String token) {
        return file("token", token).toString();
    }

    Path file(String name, String text) {
        Path file = home.resolve(name);
        try {
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TokenKey key() {
        return new TokenKey(Origin.ofBaseUri(zendesk.baseUri().toString()), Sample.CLIENT);
    }

    @Nullable
    TokenPair storedPair() {
        try {
            return Files.exists(keyFile()) ? new FileTokenStore(folder(), StoreKey.fromFile(keyFile())).load(key()) : null;
        } catch (TokenStoreException e) {
            throw new IllegalStateException(e);
        }
    }

    long tokenRequests() {
        return zendesk.journal().entries().stream().filter(entry -> entry.path().equals("/oauth/tokens")).count();
    }

    /** Every secret that there has been, to be looked for. */
    Set<String> secrets() {
        Set<String> secrets = new LinkedHashSet<>();
        zendesk.world().tokens().forEach(token -> secrets.add(token.value()));
        zendesk.world().refreshTokens().forEach(token -> secrets.add(token.value()));
        zendesk.world().clients().forEach(client -> secrets.add(client.secret()));
        zendesk.journal().entries().stream().filter(JournalEntry::oauth)
                .flatMap(entry -> SENT_SECRET.matcher(entry.bodyText()).results()).forEach(found -> secrets.add(found.group(1)));
        try {
            if (Files.exists(keyFile())) {
                secrets.add(Files.readString(keyFile()).strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        secrets.remove("");
        return secrets;
    }

    /** All that was printed and logged. */
    String everythingSaid() {
        String printed = all.stream().map(said -> said.out() + said.err()).collect(Collectors.joining());
        List<ILoggingEvent> events = List.copyOf(logged().list);
        return printed + events.stream().map(event -> event.getFormattedMessage() + (event.getThrowableProxy() == null
                ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy())))
                .collect(Collectors.joining("\n"));
    }

    @SuppressWarnings("unchecked")
    private static ListAppender<ILoggingEvent> logged() {
        return (ListAppender<ILoggingEvent>) ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLogger("ROOT").getAppender("kept");
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        zendesk.close();
    }

    /** No command may leave a secret behind; asked at the end of the tests that have many. */
    void saidNoSecret() {
        String everything = everythingSaid();
        assertThat(secrets()).isNotEmpty().allSatisfy(
                secret -> assertThat(everything.contains(secret)).as("a secret was told").isFalse());
    }
}
