package io.github.camelzendesk.obo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.standin.Client;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.TestClock;

class AuthorizeTest {

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

    @Test
    void oneVisitToTheBrowserStoresAPairThatWorks() {
        Browser browser = shell.allowing();
        Shell.Said said = shell.authorize(browser);

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.out()).contains("Created the key").contains("A browser was opened").contains("is stored in")
                .contains("Its scopes are impersonate read write").contains("Its user is an administrator")
                .contains("lives for 30 minutes").contains("30 days unused");
        TokenPair pair = shell.storedPair();
        assertThat(pair.version()).isEqualTo(1);
        assertThat(shell.zendesk.world().findToken(pair.accessToken().secret())).isPresent();
        assertThat(shell.zendesk.world().findRefreshToken(pair.refreshToken())).isPresent();
        assertThat(Browser.outcome(browser.page())).isEqualTo("success");
        assertThat(shell.tokenRequests()).isEqualTo(1);
    }

    @Test
    void theSearchForSecretsKnowsThemAll() throws IOException {
        shell.authorize(shell.allowing());
        String request = shell.zendesk.journal().entries().stream().filter(entry -> entry.path().equals("/oauth/tokens"))
                .findFirst().orElseThrow().bodyText();
        JsonNode sent = new ObjectMapper().readTree(request);

        assertThat(shell.secrets()).contains(
                sent.path("code").asText(), sent.path("code_verifier").asText(), Sample.CLIENT_SECRET,
                shell.storedPair().accessToken().secret(), shell.storedPair().refreshToken(),
                Files.readString(shell.keyFile()).strip());
        assertThat(shell.everythingSaid()).as("the log is looked at too").contains("executing POST /oauth/tokens");
    }

    @Test
    void aPairThatCannotBeStoredAtOnceIsStoredLater() {
        shell.zendesk.faults().next().path("/oauth/tokens").respond(Fault.slow(Duration.ofSeconds(2)));
        CompletableFuture.runAsync(() -> {
            shell.zendesk.journal().await(entry -> entry.path().equals("/oauth/tokens"), Duration.ofSeconds(30));
            // whoever takes the folder away while the answer is under way
            shell.folder().toFile().renameTo(home.resolve("elsewhere").toFile());
        });
        Shell.Said said = shell.authorize(shell.allowing());

        assertThat(said.err()).contains("in memory only");
        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(shell.storedPair()).isNotNull();
        assertThat(shell.tokenRequests()).isEqualTo(1);
    }

    @Test
    void thePageHoldsNoSecretAndLoadsNothing() {
        Browser browser = shell.allowing();
        shell.authorize(browser);

        assertThat(browser.page().body()).contains("<title>Authorized - zendesk-obo</title>").doesNotContain("src=");
        shell.secrets().forEach(secret -> assertThat(browser.page().body()).doesNotContain(secret));
        assertThat(browser.page().headers().firstValue("Content-Security-Policy")).hasValueSatisfying(
                policy -> assertThat(policy).startsWith("default-src 'none'"));
        assertThat(browser.page().headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void thePairIsStoredBeforeItIsUsed() {
        shell.zendesk.faults().next().path("/api/v2/*").respond(Fault.slow(Duration.ofSeconds(2)));
        CompletableFuture<TokenPair> storedAtFirstUse = CompletableFuture.supplyAsync(() -> {
            shell.zendesk.journal().await(entry -> entry.path().startsWith("/api/v2/"), Duration.ofSeconds(30));
            return shell.storedPair();
        });
        shell.authorize(shell.allowing());

        assertThat(storedAtFirstUse.join()).isEqualTo(shell.storedPair()).isNotNull();
    }

    @Test
    void theQuestionCarriesStateAndAnS256Challenge() {
        AtomicReference<URI> question = new AtomicReference<>();
        Browser browser = shell.allowing();
        shell.authorize(address -> {
            question.set(address);
            return browser.test(address);
        });

        assertThat(question.get().getRawQuery()).contains("response_type=code").contains("code_challenge_method=S256")
                .containsPattern("code_challenge=[A-Za-z0-9_-]{43}").containsPattern("state=[A-Za-z0-9_-]{20,}")
                .contains("scope=impersonate+read+write");
    }

    @Test
    void theLifetimesThatAreAskedForAreGranted() {
        Shell.Said said = shell.authorize(shell.allowing(), "--token-lifetime", "2h", "--refresh-lifetime", "90d");

        assertThat(said.status()).isZero();
        assertThat(Duration.between(Instant.now(), shell.storedPair().accessToken().expiresAt())).isBetween(
                Duration.ofMinutes(118), Duration.ofMinutes(121));
        assertThat(Duration.between(Instant.now(), shell.storedPair().refreshExpiresAt())).isGreaterThan(Duration.ofDays(89));
    }

    @Test
    void aDenialIsSaidAndNothingIsStored() {
        Browser browser = new Browser("deny");
        Shell.Said said = shell.authorize(browser);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("Access was denied in the browser. Nothing was stored");
        assertThat(Browser.outcome(browser.page())).isEqualTo("denied");
        assertThat(shell.storedPair()).isNull();
        assertThat(shell.tokenRequests()).isZero();
    }

    @Test
    void anAnswerWithAWrongStateIsLeftAloneAndTheRightOneStillCounts() {
        Browser stale = shell.allowing().changing(redirect -> redirect.replaceFirst("state=[^&]+", "state=forged"));
        Browser right = shell.allowing();
        Shell.Said said = shell.authorize(address -> {
            stale.test(address);
            assertThat(stale.page().statusCode()).isEqualTo(400);
            return right.test(address);
        });

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.err()).contains("wrong state");
        assertThat(Browser.outcome(stale.page())).isEqualTo("wrong-state");
        assertThat(Browser.outcome(right.page())).isEqualTo("success");
        assertThat(shell.tokenRequests()).isEqualTo(1);
    }

    @Test
    void onlyAWrongStateStoresNothing() {
        Browser stale = shell.allowing().changing(redirect -> redirect.replaceFirst("state=[^&]+", "state=forged"));
        Shell.Said said = shell.authorize(stale, "--wait", "2s");

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("wrong state").contains("No answer came within 2 seconds");
        assertThat(shell.storedPair()).isNull();
        assertThat(shell.tokenRequests()).isZero();
    }

    @Test
    void anAnswerWithoutStateIsLeftAlone() {
        Browser stale = shell.allowing().changing(redirect -> redirect.replaceFirst("&state=[^&]+", ""));
        Browser denying = new Browser("deny");
        Shell.Said said = shell.authorize(address -> {
            stale.test(address);
            stale.page();
            return denying.test(address);
        });

        assertThat(Browser.outcome(stale.page())).isEqualTo("wrong-state");
        assertThat(said.status()).isEqualTo(1);
        assertThat(shell.tokenRequests()).isZero();
    }

    @Test
    void aCodeThatExpiredIsSaid() {
        TestClock clock = new TestClock(Instant.now());
        try (StandIn slow = StandIn.builder().clock(clock).start()) {
            Shell other = new Shell(home, slow);
            Browser browser = other.allowing().after(() -> clock.advance(Duration.ofSeconds(121)));
            Shell.Said said = other.authorize(browser);

            assertThat(said.status()).isEqualTo(1);
            assertThat(said.err()).contains("expired").contains("[invalid_grant, status 400]").contains("Authorize once more");
            assertThat(Browser.outcome(browser.page())).isEqualTo("error");
            assertThat(other.storedPair()).isNull();
            other.saidNoSecret();
        }
    }

    @Test
    void aWrongSecretIsSaid() {
        Browser browser = shell.allowing();
        Shell.Said said = shell.authorize(
                browser, "--client-secret-file", shell.file("wrong", "not-the-secret").toString());

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("its secret is wrong or was replaced").contains("[invalid_client, status 401]")
                .doesNotContain("not-the-secret");
        assertThat(Browser.outcome(browser.page())).isEqualTo("error");
        assertThat(shell.storedPair()).isNull();
    }

    @Test
    void theSecretComesFromTheEnvironmentToo() {
        shell.environment.put("ZENDESK_CLIENT_SECRET", "not-the-secret");
        shell.browser = shell.allowing();
        Shell.Said said = shell.run("authorize", shell.stored("--redirect-port", "" + shell.redirectPort, "--create-key"));

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("its secret is wrong or was replaced").contains("[invalid_client, status 401]")
                .doesNotContain("not-the-secret");
        assertThat(shell.storedPair()).isNull();

        shell.environment.put("ZENDESK_CLIENT_SECRET", Sample.CLIENT_SECRET);
        shell.browser = shell.allowing();
        assertThat(shell.run("authorize", shell.stored("--redirect-port", "" + shell.redirectPort)).status()).isZero();
    }

    @Test
    void theSecretIsAskedForWhenNothingElseTellsIt() {
        shell.typedSecret = Sample.CLIENT_SECRET.toCharArray();
        shell.browser = shell.allowing();
        assertThat(shell.run("authorize", shell.stored("--redirect-port", "" + shell.redirectPort, "--create-key")).status())
                .isZero();
    }

    @Test
    void aPublicClientHasNoSecretAndRefreshesAllTheSame() {
        shell.zendesk.world().client(Sample.CLIENT).kind(Client.Kind.PUBLIC);
        shell.browser = shell.allowing();
        Shell.Said said = shell.run(
                "authorize", shell.stored("--redirect-port", "" + shell.redirectPort, "--create-key", "--public-client"));
        assertThat(said.status()).as(said.toString()).isZero();

        shell.zendesk.oauth().expireAccessTokens();
        Shell.Said checked = shell.run("doctor", shell.stored("--public-client", "--refresh"));
        assertThat(checked.out()).contains("token");
        assertThat(shell.storedPair().version()).as(checked.toString()).isEqualTo(2);
        assertThat(shell.zendesk.oauth().refreshes()).isEqualTo(1);
    }

    @Test
    void aPublicClientWithASecretIsWrongUsage() {
        Shell.Said said = shell.run(
                "authorize", shell.stored("--public-client", "--client-secret-file", shell.file("secret", "x").toString()));

        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err()).contains("exclude each other");
    }

    @Test
    void withoutASecretItIsWrongUsage() {
        Shell.Said said = shell.run("authorize", shell.stored("--create-key"));

        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err()).contains("--client-secret-file").contains("ZENDESK_CLIENT_SECRET");
        assertThat(shell.zendesk.journal().entries()).isEmpty();
    }

    @Test
    void aSecretAsAnArgumentIsRefusedWithoutBeingRepeated() {
        Shell.Said said = shell.run("authorize", shell.stored("--client-secret=" + Sample.CLIENT_SECRET));
        Shell.Said apart = shell.run("authorize", shell.stored("--client-secret", Sample.CLIENT_SECRET));

        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err()).contains("There is no option --client-secret. A secret is never an argument");
        assertThat(apart.err()).contains("A secret is never an argument");
    }

    @Test
    void anUnregisteredRedirectIsAPageOfZendesksAndTheWaitingEndsWithAHint() {
        Browser browser = shell.allowing();
        int other = Shell.freePort();
        shell.browser = browser;
        Shell.Said said = shell.run("authorize", shell.stored(
                "--client-secret-file", shell.secretFile(), "--redirect-port", "" + other, "--create-key", "--wait", "2s"));

        assertThat(browser.page().body()).contains("redirect URL is not registered");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("No answer came within 2 seconds. Nothing was stored")
                .contains("exactly http://127.0.0.1:" + other + "/callback");
    }

    @Test
    void aScopeOutsideTheCeilingIsSaid() {
        shell.zendesk.world().client(Sample.CLIENT).allowedScopes("impersonate", "write");
        Browser browser = shell.allowing();
        Shell.Said said = shell.authorize(browser);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("[invalid_scope]").contains("allowed scopes of the OAuth client");
        assertThat(Browser.outcome(browser.page())).isEqualTo("error");
        assertThat(shell.storedPair()).isNull();
    }

    @Test
    void scopesWithoutImpersonateAreWrongUsage() {
        Shell.Said said = shell.authorize(shell.allowing(), "--scopes", "read write");

        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err()).contains("impersonate");
    }

    @Test
    void aTokenOfAnAgentIsStoredAndSaidToBeUseless() {
        shell.zendesk.world().signedIn(shell.zendesk.world().user(Sample.AGENT));
        Browser browser = shell.allowing();
        Shell.Said said = shell.authorize(browser);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("role agent").contains("only administrators").contains("--replace");
        assertThat(Browser.outcome(browser.page())).isEqualTo("error");
    }

    @Test
    void withoutTheScopeReadTheOwnerIsSaidToBeUnchecked() {
        Shell.Said said = shell.authorize(shell.allowing(), "--scopes", "impersonate write");

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.out()).contains("could not be checked: the token has no scope read");
    }

    @Test
    void aStoredPairIsReplacedOnlyWhenSaidSo() {
        shell.authorize(shell.allowing());
        TokenPair first = shell.storedPair();
        shell.zendesk.journal().clear();

        Shell.Said refused = shell.authorize(shell.allowing());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("has a token pair").contains("--replace");
        assertThat(shell.zendesk.journal().entries()).isEmpty();
        assertThat(shell.storedPair()).isEqualTo(first);

        assertThat(shell.authorize(shell.allowing(), "--replace").status()).isZero();
        assertThat(shell.storedPair().version()).isEqualTo(2);
    }

    @Test
    void aPairThatCameMeanwhileIsNotOverwritten() {
        Shell second = new Shell(home, shell.zendesk);
        Browser browser = shell.allowing().after(() -> assertThat(second.authorize(second.allowing()).status()).isZero());
        Shell.Said said = shell.authorize(browser);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("has a token pair");
        assertThat(shell.storedPair().version()).isEqualTo(1);
        assertThat(shell.tokenRequests()).as("the code of the second is not even redeemed").isEqualTo(1);
    }

    @Test
    void aStoreThatCannotBeUsedIsSaidBeforeTheBrowserOpens() throws IOException {
        Files.createDirectory(shell.folder(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.setPosixFilePermissions(shell.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Shell.Said said = shell.authorize(shell.allowing());

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("chmod 700");
        assertThat(shell.zendesk.journal().entries()).isEmpty();
    }

    @Test
    void aKeyThatIsNotThereIsNotMadeUnlessSaidSo() {
        Shell.Said said = shell.run("authorize", shell.stored("--client-secret-file", shell.secretFile()));

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("is not there");
        assertThat(shell.keyFile()).doesNotExist();
    }

    @Test
    void aPortInUseIsSaidWithTheWaysOut() throws IOException {
        try (ServerSocket taken = new ServerSocket(shell.redirectPort, 1, InetAddress.getByName("127.0.0.1"))) {
            Shell.Said said = shell.authorize(shell.allowing());

            assertThat(said.status()).isEqualTo(1);
            assertThat(said.err()).contains("Port " + taken.getLocalPort() + " of this machine is in use").contains("--paste");
        }
    }

    @Test
    void theWholeAddressCanBePasted() throws Exception {
        String pasted = pastedAfterAllowing("--paste", address -> address);
        assertThat(pasted).contains("Its user is an administrator");
        assertThat(shell.storedPair()).isNotNull();
    }

    @Test
    void theCodeAloneCanBePasted() throws Exception {
        pastedAfterAllowing("--paste", address -> address.replaceFirst(".*[?&]code=([^&]+).*", "$1"));
        assertThat(shell.storedPair()).isNotNull();
    }

    @Test
    void aPastedAddressWithAWrongStateIsRefused() throws Exception {
        String said = pastedAfterAllowing("--paste", address -> address.replaceFirst("state=[^&]+", "state=forged"));
        assertThat(said).contains("wrong state");
        assertThat(shell.storedPair()).isNull();
    }

    @Test
    void nothingPastedStoresNothing() {
        Shell.Said said = shell.authorize(address -> false, "--paste");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("Nothing was pasted. Nothing was stored");
    }

    /** The question is only known once the command runs, so the terminal answers when it is asked. */
    private String pastedAfterAllowing(String option, UnaryOperator<String> copied) throws Exception {
        StringWriter out = new StringWriter();
        PrintWriter printer = new PrintWriter(out, true);
        BufferedReader in = new BufferedReader(new StringReader("")) {
            @Override
            public String readLine() {
                String question = out.toString().lines().map(String::strip).filter(line -> line.startsWith("http"))
                        .findFirst().orElseThrow();
                AtomicReference<String> redirect = new AtomicReference<>();
                Browser browser = shell.allowing().changing(address -> {
                    redirect.set(address);
                    return shell.zendesk.baseUri() + "/nowhere";
                });
                browser.test(URI.create(question));
                browser.page();
                return copied.apply(redirect.get());
            }
        };
        Terminal terminal = new Terminal(
                printer, printer, in, shell.environment::get, question -> null, address -> {
                    throw new AssertionError("no browser with --paste");
                }, shell.clock);
        int status = ZendeskObo.run(
                terminal, "authorize", "--base-uri", shell.zendesk.baseUri().toString(), "--client-id", Sample.CLIENT,
                "--client-secret-file", shell.secretFile(), "--store", shell.folder().toString(), "--key-file",
                shell.keyFile().toString(), "--create-key", "--redirect-port", "" + shell.redirectPort, option);
        assertThat(status).isEqualTo(out.toString().contains("wrong state") ? 1 : 0);
        shell.secrets().forEach(secret -> assertThat(out.toString()).doesNotContain(secret));
        return out.toString();
    }

    @Test
    void whenZendeskDoesNotAnswerTheTokenRequestNothingIsStored() {
        shell.zendesk.faults().next().method("POST").path("/oauth/tokens").respond(Fault.status(503).text("busy"));
        Browser browser = shell.allowing();
        Shell.Said said = shell.authorize(browser);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("not able to answer now [status 503]");
        assertThat(Browser.outcome(browser.page())).isEqualTo("error");
        assertThat(shell.storedPair()).isNull();
    }

    @Test
    void aPairThatWasStoredStaysWhenItCannotBeChecked() {
        shell.zendesk.faults().always().path("/api/v2/*").respond(Fault.reset());
        Shell.Said said = shell.authorize(shell.allowing());

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.out()).contains("is stored in");
        assertThat(shell.storedPair()).isNotNull();
    }
}
