package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.apache.camel.Exchange;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/** Through a proxy goes a tunnel, and in the tunnel nothing that the proxy could read. */
@Timeout(60)
class ProxyTest {

    private static final String PASSWORD = "proxy-secret-0815";
    private static final HeldCertificate SELF = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    private static final HandshakeCertificates TLS
            = new HandshakeCertificates.Builder().heldCertificate(SELF).addTrustedCertificate(SELF.certificate()).build();

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aRequestGoesThroughTheTunnelAndTheProxySeesNothingOfIt(boolean http2) {
        try (StandIn zendesk = StandIn.builder().tls(TLS.sslContext()).http2(http2).start();
             Proxy proxy = new Proxy(null);
             Rig rig = rig(zendesk, proxy)) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();

            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
            assertThat(rig.onlyRequest().protocol()).isEqualTo(http2 ? "HTTP/2.0" : "HTTP/1.1");
            assertThat(proxy.heads).isNotEmpty().allSatisfy(head -> {
                assertThat(head.get(0)).isEqualTo("CONNECT 127.0.0.1:" + zendesk.port() + " HTTP/1.1");
                assertThat(head).noneMatch(line -> line.toLowerCase().matches("(authorization|x-on-behalf-of|proxy-auth).*"));
            });
            assertThat(proxy.seen()).isNotEmpty().doesNotContain(Sample.TOKEN, Rig.JANE, "X-On-Behalf-Of", "requests");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aProxyThatAsksForAUserIsToldAndNobodyElse(boolean hangsUp) {
        try (StandIn zendesk = zendesk();
             Proxy proxy = new Proxy(basic(PASSWORD)).hangingUp(hangsUp);
             Rig rig = authenticated(rig(zendesk, proxy))) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();

            assertThat(proxy.heads.get(proxy.heads.size() - 1)).contains("Proxy-Authorization: " + basic(PASSWORD));
            assertThat(rig.onlyRequest().headers()).doesNotContainKey("proxy-authorization");
            assertThat(proxy.seen()).doesNotContain(Sample.TOKEN, Rig.JANE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aWrongPasswordIsNamedWithoutBeingRepeated(boolean hangsUp) {
        try (StandIn zendesk = zendesk();
             Proxy proxy = new Proxy(basic("another")).hangingUp(hangsUp);
             Rig rig = authenticated(rig(zendesk, proxy))) {
            refused(rig, 407).hasMessageContaining("proxyPassword");
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aProxyThatAsksForAUserWhereNoneIsSetRefuses() {
        try (StandIn zendesk = zendesk(); Proxy proxy = new Proxy(basic(PASSWORD)); Rig rig = rig(zendesk, proxy)) {
            refused(rig, 407).hasMessageContaining("proxyUser");
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 302, 400, 401, 403, 404, 429, 500, 502, 503, 504 })
    void whatAProxyAnswersIsNotTakenForZendesksAnswer(int status) {
        Tokens tokens = new Tokens();
        try (StandIn zendesk = zendesk(); Proxy proxy = new Proxy(null).answering(status); Rig rig = rig(zendesk, proxy)) {
            rig.bind("acme", tokens);

            refused(rig, status);
            assertThat(tokens.invalidated).hasValue(0);
            assertThat(proxy.heads).hasSize(1);
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aProxyThatIsNotThereIsSaid() {
        try (StandIn zendesk = zendesk(); Rig rig = rig(zendesk, null)) {
            rig.component().setProxyHost("127.0.0.1");
            rig.component().setProxyPort(RawServer.deadPort());

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageContaining("no connection").hasMessageContaining("refused");
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.NOT_DONE);
        }
    }

    @Test
    void aProxyThatTalksNonsenseIsNoConnection() {
        try (StandIn zendesk = zendesk();
             RawServer nonsense = new RawServer(line -> {
                 line.head();
                 line.write("nonsense\r\n\r\n");
             });
             Rig rig = rig(zendesk, null)) {
            rig.component().setProxyHost("127.0.0.1");
            rig.component().setProxyPort(nonsense.port());

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class);
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(TransportFaultsTest.stack(out.getException())).doesNotContain("nonsense");
        }
    }

    @Test
    void aProxyThatStallsIsNotDone() {
        try (StandIn zendesk = zendesk(); RawServer silent = new RawServer(RawServer.Line::waitForTheEnd);
             Rig rig = new Rig(zendesk).route("post:requests?proof=off&requestTimeout=400")) {
            rig.component().setSslContextParameters(trusting());
            rig.component().setProxyHost("127.0.0.1");
            rig.component().setProxyPort(silent.port());

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageNotContaining("maxConnections");
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.NOT_DONE);
        }
    }

    @Test
    void plainHttpDoesNotGoThroughTheProxy() {
        try (Proxy proxy = new Proxy(null); Rig rig = new Rig().route("post:requests")) {
            rig.component().setProxyHost("127.0.0.1");
            rig.component().setProxyPort(proxy.port());

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
            assertThat(rig.requests()).hasSize(1);
            assertThat(proxy.connections.get()).isZero();
        }
    }

    @Test
    void theNameOfTheCertificateIsCheckedBehindAProxyToo() {
        HeldCertificate stranger = new HeldCertificate.Builder().addSubjectAlternativeName("zendesk.example.net").build();
        HandshakeCertificates both = new HandshakeCertificates.Builder().heldCertificate(stranger)
                .addTrustedCertificate(stranger.certificate()).build();
        try (StandIn zendesk = StandIn.builder().tls(both.sslContext()).start();
             Proxy proxy = new Proxy(null);
             Rig rig = rig(zendesk, proxy)) {
            rig.component().setSslContextParameters(trusting(both));

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class).hasMessageContaining("TLS failed");
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aServerThatAsksForTheProxysPasswordDoesNotGetIt(boolean throughProxy) {
        try (StandIn zendesk = zendesk();
             Proxy proxy = new Proxy(basic(PASSWORD));
             Rig rig = throughProxy ? authenticated(rig(zendesk, proxy)) : new Rig().route("post:requests?proof=off")) {
            if (!throughProxy) {
                rig.component().setProxyHost("127.0.0.1");
                rig.component().setProxyPort(proxy.port());
                authenticated(rig);
            }
            for (Fault asking : List.of(Fault.status(407).header("Proxy-Authenticate", "Basic realm=\"x\""),
                    Fault.status(403).header("WWW-Authenticate", "Basic realm=\"x\""),
                    Fault.status(407).header("Proxy-Authenticate", "Basic realm=\"x\"")
                            .header("WWW-Authenticate", "Digest realm=\"x\", nonce=\"1\", qop=\"auth\""))) {
                rig.zendesk.journal().clear();
                rig.zendesk.faults().clear();
                rig.zendesk.faults().always().respond(asking);

                assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboException.class);
                assertThat(rig.onlyRequest().headers()).doesNotContainKey("proxy-authorization");
                assertThat(rig.onlyRequest().headers().get("authorization")).containsExactly("Bearer " + Sample.TOKEN);
            }
        }
    }

    @Test
    void aChallengeInA401BringsNoOtherCredentials() {
        Tokens tokens = new Tokens();
        try (StandIn zendesk = zendesk();
             Proxy proxy = new Proxy(basic(PASSWORD));
             Rig rig = authenticated(rig(zendesk, proxy))) {
            rig.bind("acme", tokens);
            rig.zendesk.faults().always().respond(Fault.status(401).header("WWW-Authenticate", "Basic realm=\"x\"")
                    .json("{\"error\":\"invalid_token\"}"));

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboNoTokenException.class);
            assertThat(zendesk.journal().entries()).hasSize(2).allSatisfy(
                    entry -> assertThat(entry.headers().get("authorization")).containsExactly("Bearer " + Sample.TOKEN));
        }
    }

    @Test
    void halfAProxyIsRefusedAtStart() {
        try (Rig rig = new Rig().route("post:requests")) {
            rig.component().setProxyHost("127.0.0.1");
            rig.component().setProxyPort(3128);
            rig.component().setProxyUser("me");

            org.assertj.core.api.Assertions.assertThatThrownBy(rig::start).hasStackTraceContaining("proxyUser and proxyPassword go together");
        }
    }

    // ---- helpers

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(Rig rig, int status) {
        Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
        assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class);
        ZendeskOboException failure = (ZendeskOboException) out.getException();
        assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
        assertThat(failure.getStatusCode()).isZero();
        assertThat(failure.getAttempts()).isZero();
        assertThat(TransportFaultsTest.stack(failure)).doesNotContain(PASSWORD, basic(PASSWORD).substring(6), Sample.TOKEN, Rig.JANE);
        return assertThat(failure).hasMessageContaining("proxy answered with status " + status);
    }

    private static StandIn zendesk() {
        return StandIn.builder().tls(TLS.sslContext()).start();
    }

    private static Rig rig(StandIn zendesk, Proxy proxy) {
        Rig rig = new Rig(zendesk).route("post:requests?proof=off");
        rig.component().setSslContextParameters(trusting());
        if (proxy != null) {
            rig.component().setProxyHost("127.0.0.1");
            rig.component().setProxyPort(proxy.port());
        }
        return rig;
    }

    private static Rig authenticated(Rig rig) {
        rig.component().setProxyUser("me");
        rig.component().setProxyPassword(PASSWORD);
        return rig;
    }

    static SSLContextParameters trusting() {
        return trusting(TLS);
    }

    private static SSLContextParameters trusting(HandshakeCertificates whom) {
        TrustManagersParameters trust = new TrustManagersParameters();
        trust.setTrustManager(whom.trustManager());
        SSLContextParameters parameters = new SSLContextParameters();
        parameters.setTrustManagers(trust);
        return parameters;
    }

    private static String basic(String password) {
        return "Basic " + Base64.getEncoder().encodeToString(("me:" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Counts what the component says about its token. */
    private static final class Tokens implements TokenSource {
        final AtomicInteger invalidated = new AtomicInteger();

        @Override
        public CompletionStage<AccessToken> token() {
            return CompletableFuture.completedStage(AccessToken.of(Sample.TOKEN));
        }

        @Override
        public void invalidate(AccessToken rejected) {
            invalidated.incrementAndGet();
        }
    }

    /** Makes tunnels, and keeps what it sees. */
    private static final class Proxy implements AutoCloseable {

        final List<List<String>> heads = new CopyOnWriteArrayList<>();
        final AtomicInteger connections = new AtomicInteger();
        private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
        private final String credentials;
        private final RawServer server;
        private boolean hangsUp;
        private int status;

        Proxy(String credentials) {
            this.credentials = credentials;
            this.server = new RawServer(this::hold);
        }

        Proxy hangingUp(boolean hangsUp) {
            this.hangsUp = hangsUp;
            return this;
        }

        Proxy answering(int status) {
            this.status = status;
            return this;
        }

        private void hold(RawServer.Line line) throws IOException {
            connections.incrementAndGet();
            while (true) {
                List<String> head = line.head();
                heads.add(head);
                if (status != 0) {
                    line.answer(status, "<html>of the proxy</html>", "Content-Type: text/html", "WWW-Authenticate: Basic realm=\"x\"",
                            "Location: https://elsewhere.invalid/", "Retry-After: 3");
                } else if (credentials == null || head.contains("Proxy-Authorization: " + credentials)) {
                    tunnel(line, head.get(0).split(" ")[1]);
                    return;
                } else {
                    line.answer(407, "who are you", "Proxy-Authenticate: Basic realm=\"proxy\"",
                            hangsUp ? "Connection: close" : "X-Stays: yes");
                    if (hangsUp) {
                        return;
                    }
                }
            }
        }

        private void tunnel(RawServer.Line line, String to) throws IOException {
            try (Socket server = new Socket("127.0.0.1", Integer.parseInt(to.substring(to.indexOf(':') + 1)))) {
                line.write("HTTP/1.1 200 Connection established\r\n\r\n");
                RawServer.daemon(() -> {
                    try {
                        server.getInputStream().transferTo(line.socket.getOutputStream());
                        line.socket.close();
                    } catch (IOException e) {
                        // over
                    }
                });
                byte[] some = new byte[8192];
                InputStream in = line.in;
                for (int count = in.read(some); count >= 0; count = in.read(some)) {
                    synchronized (seen) {
                        seen.write(some, 0, count);
                    }
                    server.getOutputStream().write(some, 0, count);
                }
            }
        }

        String seen() {
            synchronized (seen) {
                return seen.toString(StandardCharsets.ISO_8859_1);
            }
        }

        int port() {
            return server.port();
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
