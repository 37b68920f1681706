package io.github.camelzendesk.obo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/** The one jar, as a user runs it. */
class RunnableJarIT {

    @TempDir
    Path home;

    private static Path jar() {
        return Path.of(System.getProperty("zendesk-obo.jar"));
    }

    private record Ended(int status, String out, String err) {
    }

    private ProcessBuilder java(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-jar", jar().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().remove(ClientSecret.VARIABLE);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        return builder;
    }

    private Ended run(List<String> options, String... arguments) throws IOException, InterruptedException {
        Path out = home.resolve("out");
        Path err = home.resolve("err");
        Process process = java(options, arguments).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("it did not end: " + Files.readString(out) + Files.readString(err));
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Path tokenFile(String token) throws IOException {
        return Files.writeString(home.resolve("token"), token);
    }

    @Test
    void itHelps() throws Exception {
        Ended help = run(List.of(), "--help");
        assertThat(help.status()).isZero();
        assertThat(help.out()).startsWith("Usage: zendesk-obo").contains("authorize", "doctor", "revoke", "rekey", "stand-in");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void itTellsItsVersion() throws Exception {
        assertThat(run(List.of(), "--version").out()).matches("zendesk-obo [0-9].*\\R");
    }

    @Test
    void wrongUsageHasTheStatusTwo() throws Exception {
        Ended ended = run(List.of(), "docter");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("--help");
    }

    @Test
    void theDoctorFindsAllWell() throws Exception {
        try (StandIn zendesk = StandIn.start()) {
            Ended ended = run(List.of(), "doctor", "--base-uri", zendesk.baseUri().toString(), "--token-file",
                    tokenFile(Sample.TOKEN).toString(), "--as", Sample.JANE);
            assertThat(ended.status()).as(ended.toString()).isZero();
            assertThat(ended.out()).contains("who is an end user").doesNotContain(Sample.TOKEN);
        }
    }

    @Test
    void theDoctorFindsADeadToken() throws Exception {
        try (StandIn zendesk = StandIn.start()) {
            Ended ended = run(List.of(), "doctor", "--base-uri", zendesk.baseUri().toString(), "--token-file",
                    tokenFile("no-such-token").toString());
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).contains("FAILED   token");
            assertThat(ended.err()).doesNotContain("no-such-token");
        }
    }

    @Test
    void theDoctorSpeaksTlsWithACertificateAuthorityThatJavaIsGiven() throws Exception {
        HeldCertificate certificate = new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
        Path trusted = home.resolve("trusted.p12");
        java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("stand-in", certificate.certificate());
        try (java.io.OutputStream out = Files.newOutputStream(trusted)) {
            store.store(out, "changeit".toCharArray());
        }
        try (StandIn zendesk = StandIn.builder().tls(
                new HandshakeCertificates.Builder().heldCertificate(certificate).build().sslContext()).start()) {
            Ended ended = run(
                    List.of("-Djavax.net.ssl.trustStore=" + trusted, "-Djavax.net.ssl.trustStorePassword=changeit"),
                    "doctor", "--base-uri", "https://localhost:" + zendesk.port(), "--token-file",
                    tokenFile(Sample.TOKEN).toString());
            assertThat(ended.status()).as(ended.toString()).isZero();
            assertThat(ended.out()).contains("ok       tls").contains("TLSv1.3");
        }
    }

    @Test
    void theStandInRunsUntilItIsStoppedAndTheDoctorFindsItWell() throws Exception {
        Process process = java(List.of(), "stand-in", "--port", "0", "--latency", "10ms")
                .redirectError(home.resolve("stand-in.err").toFile()).start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            assertThat(line).startsWith("stand-in listening on http://127.0.0.1:");
            Ended ended = run(List.of(), "doctor", "--base-uri", line.substring("stand-in listening on ".length()), "--token-file",
                    tokenFile(Sample.TOKEN).toString(), "--json");
            assertThat(ended.status()).as(ended.toString()).isZero();
            assertThat(out.readLine()).startsWith("as owner@acme.example (token owner) GET /api/v2/oauth/tokens/current");
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(Files.readString(home.resolve("stand-in.err"))).isEmpty();
    }

    @Test
    void aStandInWhosePortIsTakenSaysSo() throws Exception {
        try (StandIn first = StandIn.start()) {
            Ended ended = run(List.of(), "stand-in", "--port", String.valueOf(first.port()));
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).contains("is in use");
        }
    }

    @Test
    void aSecretThatNobodyCanTypeIsAskedForByAnErrorAndNotByWaiting() throws Exception {
        Ended ended = run(List.of(), "authorize", "--base-uri", "http://127.0.0.1:9", "--client-id", "my_client", "--store",
                home.resolve("tokens").toString(), "--key-file", home.resolve("key").toString(), "--create-key");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).contains("--client-secret-file");
    }

    @Test
    void headersAtDebugAreRefusedRatherThanLogged() throws Exception {
        Path config = Files.writeString(home.resolve("debug.xml"), """
                <configuration>
                  <appender name="stderr" class="ch.qos.logback.core.ConsoleAppender">
                    <target>System.err</target>
                    <encoder><pattern>%msg%n</pattern></encoder>
                  </appender>
                  <root level="TRACE"><appender-ref ref="stderr"/></root>
                </configuration>
                """);
        try (StandIn zendesk = StandIn.start()) {
            Ended ended = run(List.of("-Dlogback.configurationFile=" + config), "doctor", "--base-uri",
                    zendesk.baseUri().toString(), "--token-file", tokenFile(Sample.TOKEN).toString());
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).contains("would write the access token to the log");
            assertThat(ended.out() + ended.err()).doesNotContain(Sample.TOKEN);
        }
    }

    @Test
    void itHasNoSignaturesNoCamelAndTheLicences() throws Exception {
        try (JarFile jar = new JarFile(jar().toFile())) {
            List<String> names = jar.stream().map(JarEntry::getName).collect(Collectors.toList());
            assertThat(names).noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"))
                    .noneMatch(name -> name.startsWith("org/apache/camel/"));
            assertThat(names).contains("LICENSE", "NOTICE", "META-INF/LICENSE", "META-INF/NOTICE");
            try (InputStream providers = jar.getInputStream(jar.getEntry("META-INF/services/org.slf4j.spi.SLF4JServiceProvider"))) {
                assertThat(new String(providers.readAllBytes(), StandardCharsets.UTF_8)).contains("logback");
            }
        }
    }
}
