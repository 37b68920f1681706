package io.github.camelzendesk.obo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.Switches;
import io.github.camelzendesk.standin.TestClock;

class DoctorTest {

    @TempDir
    Path home;
    Shell shell;

    @BeforeEach
    void start() {
        shell = new Shell(home);
    }

    @AfterEach
    void noSecretWasTold() {
        shell.saidNoSecret();
        shell.close();
    }

    private Shell.Said withToken(String token, String... more) {
        List<String> all = new ArrayList<>(List.of("--token-file", shell.tokenFile(token)));
        all.addAll(List.of(more));
        return shell.run("doctor", all.toArray(String[]::new));
    }

    private Shell.Said withStore(String... more) {
        return shell.run("doctor", shell.stored(more));
    }

    private void authorized() {
        assertThat(shell.authorize(shell.allowing()).status()).isZero();
        shell.zendesk.journal().clear();
    }

    /** As if the access token's lifetime had gone by since. */
    private void later(Duration by) {
        Clock later = Clock.offset(Clock.systemUTC(), by);
        shell.clock = later::instant;
    }

    @Test
    void whenAllIsWellEachLineSaysSoAndTheStatusIsZero() {
        authorized();
        Shell.Said said = withStore("--as", Sample.JANE);

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.out().lines()).allMatch(line -> line.startsWith("ok ")).hasSize(Checkup.CHECKS.size());
        assertThat(said.line("ok token")).contains("alive, with the id");
        assertThat(said.line("ok expiry")).contains("30 minutes");
        assertThat(said.line("ok refresh_token")).contains("30 days");
        assertThat(said.line("ok scopes")).contains("impersonate read write");
        assertThat(said.line("ok owner")).contains("administrator");
        assertThat(said.line("ok header")).contains("honours X-On-Behalf-Of");
        assertThat(said.line("ok user")).contains("who is an end user");
        assertThat(said.line("ok rate_limit")).contains("700 requests per minute");
        assertThat(said.line("ok clock")).contains("within 30 seconds");
        assertThat(said.err()).isEmpty();
    }

    @Test
    void itChangesNothingInZendeskOrTheStore() {
        authorized();
        TokenPair before = shell.storedPair();
        withStore("--as", Sample.JANE);

        assertThat(shell.zendesk.journal().entries()).extracting(JournalEntry::method).containsOnly("GET");
        assertThat(shell.storedPair()).isEqualTo(before);
        assertThat(shell.zendesk.oauth().refreshes()).isZero();
    }

    @Test
    void theUsersAddressIsNotPrinted() {
        Shell.Said said = withToken(Sample.TOKEN, "--as", Sample.JANE);
        assertThat(said.out() + said.err()).doesNotContain(Sample.JANE).doesNotContain(Sample.OWNER);
    }

    @Test
    void aTokenFromAFileIsEnoughAndItsUserIsSkippedUnlessNamed() {
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.line("skipped user")).contains("--as");
        assertThat(said.line("skipped refresh_token")).isNotEmpty();
        assertThat(said.line("ok expiry")).contains("does not expire");
    }

    @Test
    void anUnknownHostIsSaid() {
        Shell.Said said = shell.plain("doctor", "--base-uri", "https://no-such-host.invalid", "--token-file",
                shell.tokenFile(Sample.TOKEN));

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED host")).contains("is unknown");
        assertThat(said.line("skipped token")).isNotEmpty();
        assertThat(said.out().lines()).hasSize(Checkup.CHECKS.size());
    }

    @Test
    void aHostThatDoesNotListenIsSaid() {
        Shell.Said said = shell.plain("doctor", "--base-uri", "http://127.0.0.1:" + Shell.freePort(), "--token-file",
                shell.tokenFile(Sample.TOKEN));

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED host")).contains("cannot be reached");
    }

    @Test
    void aCertificateThatIsNotTrustedIsSaidAndTheTokenStaysHome() throws IOException {
        HeldCertificate certificate = new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
        try (StandIn strange = StandIn.builder().tls(
                new HandshakeCertificates.Builder().heldCertificate(certificate).build().sslContext()).start()) {
            Shell.Said said = shell.plain("doctor", "--base-uri", "https://localhost:" + strange.port(), "--token-file",
                    shell.tokenFile(Sample.TOKEN));

            assertThat(said.status()).isEqualTo(1);
            assertThat(said.line("ok host")).isNotEmpty();
            assertThat(said.line("FAILED tls")).contains("does not trust the certificate").contains("trustStore");
            assertThat(strange.journal().entries()).isEmpty();
        }
    }

    @Test
    void aServerThatSpeaksNoTlsIsSaid() throws IOException {
        Shell.Said said = shell.plain("doctor", "--base-uri", "https://localhost:" + shell.zendesk.port(), "--token-file",
                shell.tokenFile(Sample.TOKEN));
        assertThat(said.line("FAILED tls")).contains("TLS handshake");
    }

    @Test
    void aServerThatNeverAnswersIsSaid() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Shell.Said said = shell.plain("doctor", "--base-uri", "http://127.0.0.1:" + silent.getLocalPort(), "--token-file",
                    shell.tokenFile(Sample.TOKEN));

            assertThat(said.status()).isEqualTo(1);
            assertThat(said.line("FAILED token")).contains("No answer from").contains("within 10000 ms");
        }
    }

    @Test
    void aDeadTokenIsSaid() {
        Shell.Said said = withToken("no-such-token");

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED token")).contains("expired or was revoked").contains("zendesk-obo authorize");
        assertThat(said.line("skipped header")).isNotEmpty();
        assertThat(said.line("skipped expiry")).isNotEmpty();
        assertThat(said.out()).doesNotContain("no-such-token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer abc", "agent@acme.example/token:abc", "two words", "{{token}}"})
    void whatCannotBeATokenIsSaidWithoutRepeatingIt(String text) {
        Shell.Said said = withToken(text);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED store")).doesNotContain(text);
        assertThat(shell.zendesk.journal().entries()).isEmpty();
    }

    @Test
    void aFileThatIsNotThereIsSaid() {
        Shell.Said said = shell.run("doctor", "--token-file", home.resolve("nowhere").toString());
        assertThat(said.line("FAILED store")).contains("There is no file");
    }

    @Test
    void aFileThatEveryoneCanReadIsWarnedOf() throws IOException {
        String file = shell.tokenFile(Sample.TOKEN);
        Files.setPosixFilePermissions(Path.of(file), PosixFilePermissions.fromString("rw-r--r--"));
        Shell.Said said = shell.run("doctor", "--token-file", file);

        assertThat(said.err()).contains("everyone on this machine can read").contains("chmod 600");
        assertThat(said.status()).isZero();
    }

    @Test
    void aStoreWithoutThePairIsSaid() {
        authorized();
        Shell.Said said = shell.run("doctor", "--store", shell.folder().toString(), "--key-file", shell.keyFile().toString(),
                "--client-id", "another_client");

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED store")).contains("no token pair of the client another_client").contains("authorize");
    }

    @Test
    void aStoreWithAnotherKeyIsSaid() throws Exception {
        authorized();
        io.github.camelzendesk.obo.token.StoreKey.generate(home.resolve("other.key"));
        Shell.Said said = shell.run("doctor", "--store", shell.folder().toString(), "--key-file",
                home.resolve("other.key").toString(), "--client-id", Sample.CLIENT);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED store")).contains("key");
        assertThat(said.line("ok host")).isNotEmpty();
    }

    @Test
    void anExpiredPairIsLeftAloneUnlessARefreshIsAskedFor() {
        authorized();
        shell.zendesk.oauth().expireAccessTokens();
        later(Duration.ofMinutes(31));
        TokenPair before = shell.storedPair();
        Shell.Said said = withStore();

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED token")).contains("--refresh");
        assertThat(said.line("FAILED expiry")).contains("expired 6").contains("ago");
        assertThat(said.line("ok refresh_token")).isNotEmpty();
        assertThat(shell.storedPair()).isEqualTo(before);
        assertThat(shell.tokenRequests()).isZero();
    }

    @Test
    void aRefreshThatIsAskedForStoresTheNewPairWithItsLifetimes() {
        authorized();
        shell.zendesk.oauth().expireAccessTokens();
        Shell.Said said = withStore(
                "--refresh", "--client-secret-file", shell.secretFile(), "--token-lifetime", "1h", "--refresh-lifetime", "60d");

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(shell.storedPair().version()).isEqualTo(2);
        assertThat(said.line("ok store")).contains("pair number 1");
        assertThat(said.line("ok expiry")).contains("60 minutes");
        assertThat(said.line("ok refresh_token")).contains("60 days");
        assertThat(shell.zendesk.oauth().refreshes()).isEqualTo(1);
    }

    @Test
    void ofARevokedTokenItIsNotSaidHowLongItLives() {
        authorized();
        shell.zendesk.oauth().revokeTokens();
        Shell.Said said = withStore();

        assertThat(said.line("FAILED token")).contains("revoked");
        assertThat(said.line("skipped expiry")).isNotEmpty();
    }

    @Test
    void aLivingTokenIsNotRefreshedEvenWhenARefreshIsAllowed() {
        authorized();
        assertThat(withStore("--refresh", "--client-secret-file", shell.secretFile()).status()).isZero();
        assertThat(shell.zendesk.oauth().refreshes()).isZero();
    }

    @Test
    void aRefreshThatZendeskRefusesIsSaid() {
        authorized();
        shell.zendesk.oauth().revokeTokens();
        Shell.Said said = withStore("--refresh", "--client-secret-file", shell.secretFile());

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED token")).contains("[invalid_grant, status 400]").contains("Authorize once more");
    }

    @Test
    void refreshingATokenFromAFileIsWrongUsage() {
        assertThat(withToken(Sample.TOKEN, "--refresh").status()).isEqualTo(2);
    }

    @Test
    void aRefreshTokenThatSoonExpiresIsWarnedOfAndADeadOneFails() {
        authorized();
        later(Duration.ofDays(28));
        assertThat(withStore().line("warning refresh_token")).contains("expires unused in");
        later(Duration.ofDays(31));
        assertThat(withStore().line("FAILED refresh_token")).contains("expired").contains("authorize --replace");
    }

    @Test
    void aTokenWithoutImpersonateIsSaid() {
        Shell.Said said = withToken(Sample.PLAIN_TOKEN);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED scopes")).contains("impersonate is missing");
    }

    @Test
    void aTokenWithImpersonateAloneIsSaid() {
        shell.zendesk.world().token("only-impersonate").owner(shell.zendesk.world().user(Sample.OWNER)).scopes("impersonate");
        Shell.Said said = withToken("only-impersonate");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED header")).contains("neither the scope read nor the scope write");
    }

    @Test
    void aTokenWithoutReadIsHonestAboutWhatItCannotTell() {
        Shell.Said said = withToken(Sample.WRITE_ONLY_TOKEN, "--as", Sample.JANE);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("ok token")).isNotEmpty();
        assertThat(said.line("warning expiry")).contains("unknown");
        assertThat(said.line("warning scopes")).contains("unknown");
        assertThat(said.line("warning owner")).contains("no scope read");
        assertThat(said.line("ok header")).isNotEmpty();
        assertThat(said.line("warning user")).contains("no scope read");
    }

    @Test
    void aTokenOfAnAgentIsSaid() {
        Shell.Said said = withToken(Sample.AGENTS_TOKEN);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED owner")).contains("role agent").contains("only administrators");
    }

    @Test
    void aZendeskThatIgnoresTheHeaderIsSaid() {
        shell.zendesk.switches().ignoreOnBehalfOf(true);
        Shell.Said said = withToken(Sample.TOKEN, "--as", Sample.JANE);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED header")).contains("everything would be done as the token's owner");
        assertThat(said.line("skipped user")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody@example.com", Sample.SUSPENDED, Sample.DELETED, "999"})
    void aUserForWhomZendeskDoesNotActIsSaid(String user) {
        Shell.Said said = withToken(Sample.TOKEN, "--as", user);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED user")).contains("does not act for this user").contains("The token is alive");
        assertThat(said.line("ok token")).isNotEmpty();
    }

    @Test
    void aUserWhoIsAnAgentIsSaid() {
        shell.zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW);
        assertThat(withToken(Sample.TOKEN, "--as", Sample.AGENT).line("FAILED user")).contains("an agent");
        assertThat(withToken(Sample.TOKEN, "--as", Sample.OWNER).line("FAILED user")).contains("Is the user the owner?");
    }

    @Test
    void aUserWhoIsNotVerifiedIsWarnedOf() {
        Shell.Said said = withToken(Sample.TOKEN, "--as", Sample.NEWBIE);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("warning user")).contains("not verified");
    }

    @Test
    void aUserThatCannotBeOneIsWrongUsage() {
        Shell.Said said = withToken(Sample.TOKEN, "--as", "jane@example.com,raj@example.com");
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err()).contains("The value of --as is not valid").doesNotContain("jane@");
    }

    @Test
    void aRateLimitThatIsNearlyUsedUpIsWarnedOf() {
        shell.zendesk.switches().rateLimit(5);
        Shell.Said said = withToken(Sample.TOKEN);
        for (int i = 0; i < 3 && !said.out().contains("warning  rate_limit"); i++) {
            said = withToken(Sample.TOKEN);
        }
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("warning rate_limit")).contains("5 requests per minute, of which 0 are left");
    }

    @Test
    void aRateLimitThatIsUsedUpIsSaid() {
        shell.zendesk.faults().always().respond(Fault.status(429).header("Retry-After", "27").text("slow down"));
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED token")).contains("[status 429]").contains("27 seconds");
    }

    @Test
    void anAnswerThatIsNotZendesksIsSaid() {
        shell.zendesk.faults().always().respond(Fault.status(404).text("No such account"));
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.line("FAILED token")).contains("[status 404]").contains("Is there such an account");
        assertThat(said.line("warning rate_limit")).isNotEmpty();
    }

    @Test
    void anOutageDuringTheProofIsSaid() {
        shell.zendesk.faults().always().path("/api/v2/users/me").respond(Fault.status(503).text("maintenance"));
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.line("warning owner")).contains("[status 503]");
        assertThat(said.line("FAILED header")).contains("could not be shown").contains("status 503");
    }

    @Test
    void aConnectionThatBreaksHalfwayIsSaidAndIsNotWell() {
        shell.zendesk.faults().next().path("/api/v2/users/me").respond(Fault.reset());
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.line("FAILED owner")).contains("broke before the answer");
        assertThat(said.line("ok header")).isNotEmpty();
    }

    @Test
    void aPageOfAProxyIsNoSignOfLife() {
        shell.zendesk.faults().always().respond(Fault.status(403).text("<html>blocked</html>").contentType("text/html"));
        assertThat(withToken(Sample.TOKEN).line("FAILED token")).contains("[status 403]").contains("proxy");
    }

    @Test
    void aClockThatIsOffIsWarnedOfAndOneFarOffFails() {
        later(Duration.ofMinutes(-3));
        assertThat(withToken(Sample.TOKEN).line("warning clock")).contains("behind Zendesk's").contains("NTP");
        later(Duration.ofHours(3));
        Shell.Said said = withToken(Sample.TOKEN);
        assertThat(said.line("FAILED clock")).contains("ahead of Zendesk's");
        assertThat(said.status()).isEqualTo(1);
    }

    @Test
    void theJsonHasEachCheckByItsNameAndNothingElseIsPrinted() throws IOException {
        authorized();
        Shell.Said said = withStore("--json", "--as", Sample.JANE);
        JsonNode json = new ObjectMapper().readTree(said.out());

        assertThat(json.path("origin").asText()).isEqualTo(shell.zendesk.baseUri().toString());
        assertThat(json.path("ok").asBoolean()).isTrue();
        assertThat(json.path("checks").findValuesAsText("check")).containsExactly(
                "host", "tls", "store", "token", "expiry", "refresh_token", "scopes", "owner", "header", "user", "rate_limit",
                "clock");
        assertThat(json.path("checks").findValuesAsText("status")).containsOnly("ok");
        json.path("checks").forEach(check -> assertThat(check.has("remedy")).isTrue());
    }

    @Test
    void theJsonOfAFailureSaysSoAndTheStatusIsOne() throws IOException {
        Shell.Said said = withToken("no-such-token", "--json");
        JsonNode json = new ObjectMapper().readTree(said.out());

        assertThat(said.status()).isEqualTo(1);
        assertThat(json.path("ok").asBoolean()).isFalse();
        assertThat(json.path("checks").get(3).path("status").asText()).isEqualTo("failed");
        assertThat(json.path("checks").get(3).path("remedy").asText()).contains("authorize");
        assertThat(json.path("checks").get(8).path("status").asText()).isEqualTo("skipped");
    }

    @Test
    void timesAreReckonedByTheClockThatBothSidesHave() {
        TestClock clock = new TestClock(Instant.parse("2031-01-01T00:00:00Z"));
        try (StandIn other = StandIn.builder().clock(clock).start()) {
            Shell there = new Shell(home, other);
            there.clock = clock;
            Shell.Said said = there.run("doctor", "--token-file", there.tokenFile(Sample.TOKEN));
            assertThat(said.status()).as(said.toString()).isZero();
        }
    }
}
