package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.token.AdminCreatedTokenSource;
import io.github.camelzendesk.obo.token.ClientCredentialsTokenSource;
import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.obo.token.RefreshTokenSource;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenStore;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;

/**
 * Client secret, refresh tokens, access tokens, code and verifier, everywhere that text can go: logs of ours and of the
 * libraries at TRACE, exceptions with their causes, text forms. The journal of the stand-in tells which secrets there were.
 */
class TokensLeakNowhereTest {

    /** Their wire and header logs print everything; while they are on nothing is sent, so they are left as they are. */
    private static final List<String> REFUSED_AT_DEBUG = List.of("org.apache.hc.client5.http.headers",
            "org.apache.hc.client5.http.wire", "org.apache.hc.client5.http2");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> texts = new ArrayList<>();

    private void collect(Exchange out) {
        if (out.getException() != null) {
            StringWriter trace = new StringWriter();
            out.getException().printStackTrace(new PrintWriter(trace));
            texts.add(trace.toString());
        }
        texts.add(out.toString());
        texts.add(out.getMessage().getHeaders().toString());
        texts.add(out.getProperties().toString());
    }

    @Test
    void noSecretOfAGrantIsInAnyText(@TempDir Path temp) throws Exception {
        Set<String> secrets = new LinkedHashSet<>(List.of(Sample.CLIENT_SECRET, "replaced-secret", GrantRig.VERIFIER));
        List<Level> levels = new ArrayList<>();
        List<Logger> loggers = REFUSED_AT_DEBUG.stream().map(name -> (Logger) LoggerFactory.getLogger(name)).toList();
        loggers.forEach(logger -> {
            levels.add(logger.getLevel());
            logger.setLevel(Level.INFO);
        });
        Path keyFile = temp.resolve("store.key");
        FileTokenStore file = new FileTokenStore(temp.resolve("tokens"), StoreKey.generate(keyFile));
        FailingStore failing = new FailingStore();
        secrets.add(java.nio.file.Files.readString(keyFile).strip());
        try (Logs logs = new Logs(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.TRACE)) {
            Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            var console = root.getAppender("console");
            root.detachAppender(console);
            try {
                for (TokenStore store : List.of(file, failing)) {
                    story(store, secrets, failing);
                }
                others(secrets);
            } finally {
                root.addAppender(console);
            }
            for (ILoggingEvent event : logs.all()) {
                if (event.getLoggerName().startsWith("io.undertow") || event.getLoggerName().startsWith("org.xnio")
                        || event.getLoggerName().startsWith("jdk.httpclient")) {
                    // the stand-in and the test's own client, which no application has
                    continue;
                }
                texts.add(event.getLoggerName() + " " + event.getFormattedMessage());
                for (IThrowableProxy thrown = event.getThrowableProxy(); thrown != null; thrown = thrown.getCause()) {
                    texts.add(event.getLoggerName() + " " + thrown.getMessage());
                }
            }
        } finally {
            for (int i = 0; i < loggers.size(); i++) {
                loggers.get(i).setLevel(levels.get(i));
            }
        }
        assertThat(secrets).hasSizeGreaterThan(15).allMatch(secret -> secret.length() > 8);
        assertThat(texts).hasSizeGreaterThan(500);
        for (String secret : secrets) {
            assertThat(texts).noneMatch(text -> text.contains(secret));
        }
    }

    private void story(TokenStore store, Set<String> secrets, FailingStore failing) throws Exception {
        try (GrantRig rig = new GrantRig()) {
            TokenPair pair = rig.authorize(store);
            RefreshTokenSource source = GrantRig.refreshing(store);
            rig.route(source, "post:requests");
            collect(rig.send());
            rig.clock.advance(Duration.ofMinutes(30));
            failing.savesThatFail.set(store == failing ? 1 : 0);
            collect(rig.send());
            rig.zendesk.oauth().expireAccessTokens();
            collect(rig.send());
            collect(rig.rig.send("ghost@example.com", Rig.aRequest("Boo")));
            rig.clock.advance(Duration.ofMinutes(30));
            for (Fault fault : List.of(Fault.status(503).text("no"), Fault.reset(), Fault.status(200).text("<html>no</html>"),
                    Fault.status(200).json("{\"access_token\":\"not a token " + Sample.CLIENT_SECRET + "\"}"),
                    Fault.status(400).json("{\"error\":\"" + Sample.CLIENT_SECRET + "\",\"error_description\":\""
                                           + pair.refreshToken() + "\"}"))) {
                rig.zendesk.faults().next().path("/oauth/tokens").respond(fault);
                collect(rig.send());
                rig.clock.advance(Duration.ofMinutes(2));
            }
            rig.zendesk.world().client(Sample.CLIENT).secret("replaced-secret");
            collect(rig.send());
            rig.zendesk.world().client(Sample.CLIENT).secret(Sample.CLIENT_SECRET);
            rig.clock.advance(Duration.ofMinutes(2));
            collect(rig.send());
            rig.clock.advance(Duration.ofMinutes(30));
            rig.zendesk.faults().next().path("/oauth/tokens").respond(Fault.dropAfterProcessing());
            collect(rig.send());
            rig.clock.advance(Duration.ofMinutes(2));
            collect(rig.send());
            texts.add(String.valueOf(source));
            texts.add(String.valueOf(store));
            texts.add(String.valueOf(source.problem()));
            texts.add(String.valueOf(pair));
            texts.add(String.valueOf(store.load(rig.key(Sample.CLIENT))));
            remember(rig, secrets);
        }
    }

    private void others(Set<String> secrets) throws Exception {
        try (GrantRig rig = new GrantRig()) {
            ClientCredentialsTokenSource boss = new ClientCredentialsTokenSource();
            boss.setClientId(Sample.CLIENT);
            boss.setClientSecret(Sample.CLIENT_SECRET);
            AdminCreatedTokenSource created = new AdminCreatedTokenSource();
            created.setClientId(String.valueOf(rig.zendesk.world().client(Sample.CLIENT).id()));
            created.setAdmin(boss);
            rig.route(created, "post:requests");
            collect(rig.send());
            texts.add(boss + " " + created + " " + new FixedTokenSource(Sample.TOKEN));
            remember(rig, secrets);
        }
    }

    /** All that went over the wire. */
    private static void remember(GrantRig rig, Set<String> secrets) throws Exception {
        rig.zendesk.world().tokens().forEach(token -> secrets.add(token.value()));
        for (var entry : rig.zendesk.journal().entries()) {
            if (entry.path().equals("/oauth/tokens")) {
                JsonNode body = JSON.readTree(entry.bodyText());
                for (String name : List.of("refresh_token", "code", "code_verifier", "client_secret")) {
                    if (body.hasNonNull(name)) {
                        secrets.add(body.path(name).asText());
                    }
                }
            }
        }
    }
}
