package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;

import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.SecureSocketProtocolsParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

@Timeout(60)
class TlsTest {

    private static final HeldCertificate CA = new HeldCertificate.Builder().certificateAuthority(0).commonName("Test CA").build();
    private static final HeldCertificate SERVER = signed("127.0.0.1");
    private static final HeldCertificate STRANGER = signed("zendesk.example.net");
    private static final HeldCertificate CLIENT = signed("client");
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path dir;

    private static HeldCertificate signed(String name) {
        return new HeldCertificate.Builder().signedBy(CA).commonName(name).addSubjectAlternativeName(name).build();
    }

    // ---- whom it trusts

    @ParameterizedTest
    @CsvSource({ "true,HTTP/2.0", "false,HTTP/1.1" })
    void aPrivateAuthorityIsTrustedWhenItIsConfigured(boolean http2, String protocol) throws Exception {
        try (StandIn zendesk = zendesk(SERVER, http2); Rig rig = new Rig(zendesk).route("post:requests")) {
            rig.component().setSslContextParameters(trusting(CA.certificate()));

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
            assertThat(rig.onlyRequest().line()).isEqualTo("as jane@example.com POST /api/v2/requests -> 201");
            assertThat(zendesk.journal().entries()).isNotEmpty()
                    .allSatisfy(entry -> assertThat(entry.protocol()).isEqualTo(protocol));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "token", "off" })
    void anUnknownAuthorityIsRefusedAndNothingIsSent(String proof) throws Exception {
        try (StandIn zendesk = zendesk(SERVER, true); Rig rig = new Rig(zendesk).route("post:requests?proof=" + proof)) {
            ZendeskOboException failure = fails(rig);

            assertThat(failure).hasMessageContaining("TLS failed").hasMessageContaining(zendesk.baseUri().toString());
            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(failure.getAttempts()).isZero();
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aStreamThatHttp2RefusesWasNotDoneAndIsRepeatedThoughItIsAWrite() throws Exception {
        try (StandIn zendesk = zendesk(SERVER, true); Rig rig = new Rig(zendesk).route("post:requests?maxAttempts=2")) {
            rig.component().setSslContextParameters(trusting(CA.certificate()));
            zendesk.faults().next().path("/api/v2/requests").respond(Fault.refuseStream());

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertThat(out.getException()).isNull();
            assertThat(zendesk.journal().requests()).hasSize(2).filteredOn(entry -> entry.status() == 201).hasSize(1);
        }
    }

    /** HttpClient 5.5 tells of a connection that was closed, not of the stream that was refused, so what happened is unknown. */
    @Test
    void aWriteThatGoesDownWithItsConnectionIsNotRepeated() throws Exception {
        try (StandIn zendesk = zendesk(SERVER, true); Rig rig = new Rig(zendesk).route("post:requests?maxAttempts=2")) {
            rig.component().setSslContextParameters(trusting(CA.certificate()));
            zendesk.faults().next().path("/api/v2/requests").respond(Fault.goAway());

            ZendeskOboException failure = fails(rig);

            assertThat(failure.getOutcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(zendesk.journal().requests()).hasSize(1);
        }
    }

    @Test
    void aCertificateForAnotherNameIsRefusedAndNothingIsSent() throws Exception {
        try (StandIn zendesk = zendesk(STRANGER, true); Rig rig = new Rig(zendesk).route("post:requests?proof=off")) {
            rig.component().setSslContextParameters(trusting(CA.certificate()));

            ZendeskOboException failure = fails(rig);
            assertThat(failure).hasMessageContaining("TLS failed").hasCauseInstanceOf(SSLException.class);
            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void whoTrustsEveryAuthorityStillDoesNotTrustEveryName(boolean http2) throws Exception {
        TrustManagersParameters all = new TrustManagersParameters();
        all.setTrustManager(new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {
                // everybody
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
                // everybody
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        });
        SSLContextParameters careless = new SSLContextParameters();
        careless.setTrustManagers(all);
        try (StandIn zendesk = zendesk(STRANGER, http2); Rig rig = new Rig(zendesk).route("post:requests?proof=off")) {
            rig.component().setSslContextParameters(careless);

            assertThat(fails(rig)).hasMessageContaining("TLS failed");
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void noOptionSwitchesTheVerificationOfNamesOff() {
        try (Rig rig = new Rig()) {
            Set<String> options = new TreeSet<>(
                    rig.camel.getCamelContextExtension().getEndpointUriFactory("zendesk-obo").propertyNames());
            Stream.of(ZendeskOboComponent.class, ZendeskOboConfiguration.class).flatMap(type -> Stream.of(type.getMethods()))
                    .map(Method::getName).filter(name -> name.startsWith("set")).map(name -> name.substring(3)).forEach(options::add);

            assertThat(options).contains("SslContextParameters", "requestTimeout")
                    .noneMatch(option -> option.toLowerCase().matches(".*(hostname|verif|insecure|trustall).*"));
        }
    }

    // ---- client certificates

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aClientCertificateIsShownToWhoAsksForOne(boolean http2) throws Exception {
        try (StandIn zendesk = StandIn.builder().tls(certificates(SERVER).sslContext()).requireClientCertificate(true).http2(http2)
                .start();
             Rig rig = new Rig(zendesk).route("post:requests")) {
            SSLContextParameters tls = trusting(CA.certificate());
            KeyManagersParameters mine = new KeyManagersParameters();
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("client", CLIENT.keyPair().getPrivate(), PASSWORD,
                    new X509Certificate[] { CLIENT.certificate(), CA.certificate() });
            mine.setKeyStore(stored("client.p12", store));
            mine.setKeyPassword(new String(PASSWORD));
            tls.setKeyManagers(mine);
            rig.component().setSslContextParameters(tls);

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void withoutAClientCertificateNothingArrivesWhereOneIsAskedFor() throws Exception {
        try (StandIn zendesk = StandIn.builder().tls(certificates(SERVER).sslContext()).requireClientCertificate(true).start();
             Rig rig = new Rig(zendesk).route("post:requests?proof=off")) {
            rig.component().setSslContextParameters(trusting(CA.certificate()));

            // with TLS 1.3 the refusal comes after the client's side of the handshake is over
            assertThat(fails(rig)).isInstanceOf(ZendeskOboTransportException.class);
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    // ---- settings

    @Test
    void theSettingsOfTheContextCountWhenTheComponentIsToldToUseThem() throws Exception {
        try (StandIn zendesk = zendesk(SERVER, true); Rig rig = new Rig(zendesk).route("post:requests?proof=off")) {
            rig.camel.setSSLContextParameters(trusting(CA.certificate()));
            rig.component().setUseGlobalSslContextParameters(true);

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
        }
    }

    @Test
    void theSettingsOfTheContextDoNotCountOtherwise() throws Exception {
        try (StandIn zendesk = zendesk(SERVER, true); Rig rig = new Rig(zendesk).route("post:requests?proof=off")) {
            rig.camel.setSSLContextParameters(trusting(CA.certificate()));

            assertThat(fails(rig)).hasMessageContaining("TLS failed");
        }
    }

    @Test
    void aVersionThatTheSettingsShutOutIsNotSpoken() throws Exception {
        try (SSLServerSocket old = (SSLServerSocket) certificates(SERVER).sslContext().getServerSocketFactory()
                .createServerSocket(0, 5, java.net.InetAddress.getByName("127.0.0.1"));
             Rig rig = new Rig().route("post:requests?proof=off&baseUri=https://127.0.0.1:" + old.getLocalPort())) {
            old.setEnabledProtocols(new String[] { "TLSv1.2" });
            RawServer.daemon(() -> {
                try (SSLSocket socket = (SSLSocket) old.accept(); OutputStream out = socket.getOutputStream()) {
                    socket.startHandshake();
                    out.write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n".getBytes());
                    out.flush();
                    socket.getInputStream().read();
                } catch (java.io.IOException e) {
                    // refused
                }
            });
            SSLContextParameters strict = trusting(CA.certificate());
            SecureSocketProtocolsParameters only = new SecureSocketProtocolsParameters();
            only.setSecureSocketProtocol(List.of("TLSv1.3"));
            strict.setSecureSocketProtocols(only);
            rig.component().setSslContextParameters(strict);

            assertThat(fails(rig)).hasMessageContaining("TLS failed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void nothingOlderThanTls12IsOffered(boolean configured) throws Exception {
        CompletableFuture<List<Integer>> offered = new CompletableFuture<>();
        try (RawServer server = new RawServer(line -> offered.complete(versions(new DataInputStream(line.in))));
             Rig rig = new Rig().route("post:requests?proof=off&baseUri=https://127.0.0.1:" + server.port())) {
            if (configured) {
                rig.component().setSslContextParameters(trusting(CA.certificate()));
            }
            fails(rig);

            assertThat(offered).succeedsWithin(Duration.ofSeconds(5));
            assertThat(offered.join()).containsExactlyInAnyOrder(0x0304, 0x0303);
        }
    }

    /** The versions in the extension supported_versions of a ClientHello (RFC 8446, 4.2.1). */
    private static List<Integer> versions(DataInputStream in) throws java.io.IOException {
        in.readNBytes(3);
        ByteBuffer hello = ByteBuffer.wrap(in.readNBytes(in.readUnsignedShort()));
        hello.position(4 + 2 + 32);
        hello.position(hello.position() + 1 + (hello.get(hello.position()) & 0xff));
        hello.position(hello.position() + 2 + (hello.getShort(hello.position()) & 0xffff));
        hello.position(hello.position() + 1 + (hello.get(hello.position()) & 0xff));
        hello.getShort();
        List<Integer> versions = new ArrayList<>();
        while (hello.hasRemaining()) {
            int type = hello.getShort();
            int length = hello.getShort() & 0xffff;
            if (type == 43) {
                int count = (hello.get() & 0xff) / 2;
                for (int i = 0; i < count; i++) {
                    versions.add(hello.getShort() & 0xffff);
                }
            } else {
                hello.position(hello.position() + length);
            }
        }
        return versions;
    }

    // ---- HTTP/2

    @Test
    void manyRequestsAtOnceOverHttp2KeepTheirUsersAndTheirConnections() throws Exception {
        try (StandIn zendesk = zendesk(SERVER, true); Relay relay = new Relay(zendesk.port()); Rig rig = over(relay, zendesk, "")) {
            for (int i = 0; i < 3; i++) {
                assertThat(rig.send(Rig.JANE, Rig.aRequest("First")).getException()).isNull();
            }
            zendesk.journal().clear();
            zendesk.faults().latency(Duration.ofMillis(200));
            List<CompletableFuture<Exchange>> sent = IntStream.range(0, 80)
                    .mapToObj(i -> async(rig, "direct:in", i % 2 == 0 ? Rig.JANE : Rig.RAJ, "by " + (i % 2 == 0 ? "jane" : "raj"))).toList();

            sent.forEach(exchange -> assertThat(exchange.join().getException()).isNull());
            assertThat(relay.connections()).isLessThanOrEqualTo(83);
            int opened = relay.connections();
            IntStream.range(0, 20).mapToObj(i -> async(rig, "direct:in", Rig.JANE, "by jane")).toList()
                    .forEach(exchange -> assertThat(exchange.join().getException()).isNull());
            assertThat(relay.connections()).isEqualTo(opened);
            assertThat(rig.requests()).hasSize(100).allSatisfy(entry -> {
                assertThat(entry.protocol()).isEqualTo("HTTP/2.0");
                assertThat(entry.bodyText()).contains("by " + entry.onBehalfOf().replaceAll("@.*", ""));
            });
        }
    }

    @Test
    void aRequestThatTakesTooLongDoesNotEndTheOthersThatAreUnderWay() throws Exception {
        try (StandIn zendesk = zendesk(SERVER, true); Relay relay = new Relay(zendesk.port());
             Rig rig = over(relay, zendesk, "")) {
            warm(rig);
            zendesk.faults().next().onBehalfOf(Rig.RAJ).respond(Fault.slow(Duration.ofMillis(1500)));
            CompletableFuture<Exchange> slow = async(rig, "direct:in", Rig.RAJ, "slow");
            zendesk.journal().await(entry -> Rig.RAJ.equals(entry.onBehalfOf()));
            zendesk.faults().next().onBehalfOf(Rig.JANE).respond(Fault.stall());

            Exchange stalled = async(rig, "direct:hasty", Rig.JANE, "stalled").join();

            assertThat(stalled.getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageContaining("within 400 ms");
            assertThat(slow.join().getException()).isNull();
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Next")).getException()).isNull();
        }
    }

    @Test
    void howLongOneMayTakeDoesNotShortenHowLongAnotherMay() throws Exception {
        try (StandIn zendesk = zendesk(SERVER, true); Relay relay = new Relay(zendesk.port());
             Rig rig = over(relay, zendesk, "")) {
            warm(rig);
            zendesk.faults().next().onBehalfOf(Rig.RAJ).respond(Fault.slow(Duration.ofMillis(2500)));
            CompletableFuture<Exchange> slow = async(rig, "direct:in", Rig.RAJ, "slow");
            zendesk.journal().await(entry -> Rig.RAJ.equals(entry.onBehalfOf()));

            assertThat(async(rig, "direct:hasty", Rig.JANE, "quick").join().getException()).isNull();
            assertThat(slow.join().getException()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aConnectionThatFellSilentIsNotUsedAgain(boolean http2) throws Exception {
        try (StandIn zendesk = zendesk(SERVER, http2); Relay relay = new Relay(zendesk.port());
             Rig rig = over(relay, zendesk, "")) {
            warm(rig);
            relay.swallow();
            int before = relay.connections();

            assertThat(async(rig, "direct:hasty", Rig.JANE, "lost").join().getException())
                    .isInstanceOf(ZendeskOboTransportException.class).hasMessageContaining("within 400 ms");
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Next")).getException()).isNull();
            assertThat(relay.connections()).isEqualTo(before + 1);
        }
    }

    // ---- helpers

    private static void warm(Rig rig) {
        rig.send(Rig.JANE, Rig.aRequest("First"));
        rig.send(Rig.JANE, Rig.aRequest("Second"));
        rig.zendesk.journal().clear();
    }

    private Rig over(Relay relay, StandIn zendesk, String options) throws Exception {
        Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:post:requests?proof=off&tokenSource=#acme" + options);
                from("direct:hasty").to("zendesk-obo:post:requests?proof=off&tokenSource=#acme&requestTimeout=400" + options);
            }
        });
        rig.component().setSslContextParameters(trusting(CA.certificate()));
        rig.component().getConfiguration().setBaseUri("https://127.0.0.1:" + relay.port());
        return rig;
    }

    private static CompletableFuture<Exchange> async(Rig rig, String to, String user, String subject) {
        ProducerTemplate template = rig.start().camel.createProducerTemplate();
        return template.asyncSend(to, exchange -> {
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, user);
            exchange.getMessage().setBody(Rig.aRequest(subject));
        });
    }

    private static ZendeskOboException fails(Rig rig) {
        Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
        assertThat(out.getException()).isInstanceOf(ZendeskOboException.class);
        assertThat(TransportFaultsTest.stack(out.getException())).doesNotContain(Rig.JANE, Sample.TOKEN);
        return (ZendeskOboException) out.getException();
    }

    private static HandshakeCertificates certificates(HeldCertificate own) {
        return new HandshakeCertificates.Builder().heldCertificate(own).addTrustedCertificate(CA.certificate()).build();
    }

    private static StandIn zendesk(HeldCertificate certificate, boolean http2) {
        return StandIn.builder().tls(certificates(certificate).sslContext()).http2(http2).start();
    }

    private SSLContextParameters trusting(X509Certificate authority) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", authority);
        TrustManagersParameters trust = new TrustManagersParameters();
        trust.setKeyStore(stored("trust.p12", store));
        SSLContextParameters tls = new SSLContextParameters();
        tls.setTrustManagers(trust);
        return tls;
    }

    private KeyStoreParameters stored(String name, KeyStore store) throws Exception {
        Path file = dir.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
        KeyStoreParameters parameters = new KeyStoreParameters();
        parameters.setType("PKCS12");
        parameters.setResource("file:" + file);
        parameters.setPassword(new String(PASSWORD));
        return parameters;
    }
}
