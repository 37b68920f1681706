package io.github.camelzendesk.obo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.Token;

class RevokeTest {

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

    private Token token(String value) {
        return shell.zendesk.world().token(value);
    }

    private Shell.Said withToken(String value, String... more) {
        return shell.run("revoke", Stream.concat(
                Stream.of("--token-file", shell.tokenFile(value)), Stream.of(more))
                .toArray(String[]::new));
    }

    @Test
    void theTokenAtHandIsRevokedByItsIdAndVerifiedToBeDead() {
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.out()).contains("is revoked, and Zendesk refuses it now");
        assertThat(token(Sample.TOKEN).revoked()).isTrue();
        assertThat(shell.zendesk.journal().entries()).extracting(entry -> entry.method() + " " + entry.path() + " " + entry.status())
                .containsExactly(
                        "GET /api/v2/oauth/tokens/current 200",
                        "DELETE /api/v2/oauth/tokens/" + token(Sample.TOKEN).id() + " 204",
                        "GET /api/v2/oauth/tokens/current 401");
    }

    @Test
    void itDoesNotTrustDeletingTheCurrentOneWhichLeavesItAlive() {
        shell.zendesk.switches().currentDeleteLeavesTokenAlive(true);
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.status()).isZero();
        assertThat(token(Sample.TOKEN).revoked()).isTrue();
        assertThat(shell.zendesk.journal().entries()).filteredOn(entry -> entry.method().equals("DELETE"))
                .extracting(JournalEntry::path).noneMatch(path -> path.contains("current"));
    }

    @Test
    void aTokenThatLivesOnAfterA204IsSaidToBeAlive() {
        shell.zendesk.faults().always().method("DELETE").respond(Fault.status(204));
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("still alive").contains("Admin Center");
        assertThat(said.out()).doesNotContain("refuses it now");
    }

    @Test
    void whatCannotBeVerifiedIsNotClaimed() {
        shell.zendesk.faults().next().method("DELETE").respond(Fault.status(204));
        shell.zendesk.faults().next().path("/api/v2/oauth/tokens/current").respond(Fault.usual());
        shell.zendesk.faults().always().method("GET").respond(Fault.status(503).text("maintenance"));
        Shell.Said said = withToken(Sample.TOKEN);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("could not be verified");
    }

    @Test
    void anotherTokenIsRevokedByItsIdAndTheOneAtHandLives() {
        long id = token(Sample.PLAIN_TOKEN).id();
        Shell.Said said = withToken(Sample.TOKEN, "--id", "" + id);

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.out()).contains("The token " + id + " is revoked");
        assertThat(token(Sample.PLAIN_TOKEN).revoked()).isTrue();
        assertThat(token(Sample.TOKEN).revoked()).isFalse();
    }

    @Test
    void anIdThatDoesNotExistIsSaid() {
        Shell.Said said = withToken(Sample.TOKEN, "--id", "1");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("There is no token with the id 1");
        assertThat(token(Sample.TOKEN).revoked()).isFalse();
    }

    @Test
    void aTokenWithoutReadNeedsItsIdNamed() {
        Shell.Said said = withToken(Sample.WRITE_ONLY_TOKEN);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("no scope read").contains("--id");

        Shell.Said named = withToken(Sample.WRITE_ONLY_TOKEN, "--id", "" + token(Sample.WRITE_ONLY_TOKEN).id());
        assertThat(named.status()).as(named.toString()).isZero();
        assertThat(token(Sample.WRITE_ONLY_TOKEN).revoked()).isTrue();
    }

    @Test
    void aTokenWithoutReadThatRevokesAnotherOneClaimsNothing() {
        Shell.Said said = withToken(Sample.WRITE_ONLY_TOKEN, "--id", "" + token(Sample.PLAIN_TOKEN).id());
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("could not be verified");
    }

    @Test
    void aTokenWithoutWriteMayNot() {
        shell.zendesk.world().token("reads-only").owner(shell.zendesk.world().user(Sample.OWNER)).scopes("read");
        Shell.Said said = withToken("reads-only");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("no scope write");
    }

    @Test
    void aDeadTokenIsSaidToBeDead() {
        Shell.Said said = withToken("no-such-token");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("dead already");
    }

    @Test
    void theStoredPairIsRevokedWholly() {
        shell.authorize(shell.allowing());
        Shell.Said said = shell.run("revoke", shell.stored());

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.out()).contains("authorize --replace");
        assertThat(shell.zendesk.world().findToken(shell.storedPair().accessToken().secret()).orElseThrow().revoked()).isTrue();
    }

    @Test
    void aStoredPairThatExpiredIsRefreshedToBeRevokedWhenAskedTo() {
        shell.authorize(shell.allowing());
        shell.zendesk.oauth().expireAccessTokens();
        Shell.Said refused = shell.run("revoke", shell.stored());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("--refresh");

        Shell.Said said = shell.run("revoke", shell.stored("--refresh", "--client-secret-file", shell.secretFile()));
        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(shell.storedPair().version()).isEqualTo(2);
        assertThat(shell.zendesk.world().findToken(shell.storedPair().accessToken().secret()).orElseThrow().revoked()).isTrue();
    }
}
