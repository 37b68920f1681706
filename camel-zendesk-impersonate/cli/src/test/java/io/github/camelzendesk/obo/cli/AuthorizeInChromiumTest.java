package io.github.camelzendesk.obo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/**
 * The visit in a real browser. With {@code -Dscreenshots} the page in the end is saved for the documentation. It fails where
 * there is no Chromium; {@code -DexcludedGroups=chromium} leaves it out.
 */
@Tag("chromium")
class AuthorizeInChromiumTest {

    @TempDir
    static Path profile;
    static Chromium chromium;

    @TempDir
    Path home;
    Shell shell;

    @BeforeAll
    static void openTheBrowser() throws Exception {
        chromium = new Chromium(Files.createDirectory(profile.resolve("profile")));
    }

    @AfterAll
    static void closeTheBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @AfterEach
    void noSecretWasTold() {
        shell.saidNoSecret();
        shell.close();
    }

    private CompletableFuture<String> shown;

    /** Clicks, and keeps what the page in the end says. */
    private boolean clicks(URI question, String button) {
        shown = CompletableFuture.supplyAsync(() -> {
            chromium.open(question).click(button).awaiting("#outcome");
            return outcome();
        });
        return true;
    }

    private static String outcome() {
        return chromium.evaluate("document.querySelector('#outcome').dataset.outcome");
    }

    @Test
    void theAdministratorAllowsAndIsShownThatItWorked() throws IOException {
        boolean saves = System.getProperty("screenshots") != null;
        shell = new Shell(home, saves ? StandIn.builder().port(8089).start() : StandIn.start());
        Shell.Said said = shell.authorize(question -> clicks(question, "#allow"));

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(shown.join()).isEqualTo("success");
        assertThat(chromium.evaluate("document.querySelector('h1').textContent")).isEqualTo("Authorized");
        assertThat(chromium.evaluate("document.querySelector('#outcome').textContent")).contains("Its user is an administrator.");
        assertThat(chromium.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor"))
                .as("the page's own policy lets its style through").isEqualTo("rgb(255, 255, 255)");
        assertThat(shell.storedPair()).isNotNull();
        byte[] picture = chromium.screenshot();
        assertThat(picture).hasSizeGreaterThan(5_000);
        if (saves) {
            Path images = Files.createDirectories(Path.of("../../docs/images"));
            Files.write(images.resolve("authorize-success.png"), picture);
        }
    }

    @Test
    void theAdministratorDenies() {
        shell = new Shell(home);
        Shell.Said said = shell.authorize(question -> clicks(question, "#deny"));

        assertThat(said.status()).isEqualTo(1);
        assertThat(shown.join()).isEqualTo("denied");
        assertThat(chromium.evaluate("document.title")).isEqualTo("Access denied - zendesk-obo");
        assertThat(shell.storedPair()).isNull();
    }

    @Test
    void anAnswerWithAWrongStateIsShownAsSuchAndTheRightTabStillWorks() {
        shell = new Shell(home);
        Shell.Said said = shell.authorize(question -> {
            URI stale = URI.create(question.toString().replaceFirst("state=[^&]+", "state=of-an-old-tab"));
            chromium.open(stale).click("#allow").awaiting("#outcome");
            assertThat(outcome()).isEqualTo("wrong-state");
            assertThat(chromium.evaluate("document.querySelector('#outcome').textContent")).contains("an old tab");
            return clicks(question, "#allow");
        });

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.err()).contains("wrong state");
        assertThat(shown.join()).isEqualTo("success");
        assertThat(shell.tokenRequests()).isEqualTo(1);
    }

    @Test
    void anAgentIsShownThatOnlyAdministratorsMay() {
        shell = new Shell(home);
        shell.zendesk.world().signedIn(shell.zendesk.world().user(Sample.AGENT));
        Shell.Said said = shell.authorize(question -> clicks(question, "#allow"));

        assertThat(said.status()).isEqualTo(1);
        assertThat(shown.join()).isEqualTo("error");
        assertThat(chromium.evaluate("document.querySelector('#outcome').textContent")).contains("only administrators may act");
    }
}
