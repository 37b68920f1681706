package io.github.camelzendesk.obo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.obo.token.TokenPair;

class RekeyTest {

    @TempDir
    Path home;
    Shell shell;
    TokenPair pair;

    @BeforeEach
    void start() {
        shell = new Shell(home);
        shell.authorize(shell.allowing());
        pair = shell.storedPair();
    }

    @AfterEach
    void noSecretWasTold() {
        shell.saidNoSecret();
        shell.close();
    }

    private Shell.Said rekey(Path from, Path to, String... more) {
        return shell.plain(Stream.concat(Stream.of(
                "rekey", "--store", shell.folder().toString(), "--key-file", from.toString(), "--new-key-file", to.toString()),
                Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void theNewKeyReadsTheStoreAndTheOldOneDoesNot() throws Exception {
        Path next = home.resolve("next.key");
        Shell.Said said = rekey(shell.keyFile(), next, "--create-key");

        assertThat(said.status()).as(said.toString()).isZero();
        assertThat(said.out()).contains("a new one");
        assertThat(new FileTokenStore(shell.folder(), StoreKey.fromFile(next)).load(shell.key())).isEqualTo(pair);
        Shell.Said old = shell.run("doctor", shell.stored());
        assertThat(old.line("FAILED store")).contains("key");
        assertThat(said.out() + said.err()).doesNotContain(Files.readString(next).strip());
    }

    @Test
    void aWrongOldKeyChangesNothing() throws Exception {
        Path wrong = home.resolve("wrong.key");
        StoreKey.generate(wrong);
        Shell.Said said = rekey(wrong, home.resolve("next.key"), "--create-key");

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("key");
        assertThat(shell.storedPair()).isEqualTo(pair);
    }

    @Test
    void aKeyThatExistsIsUsedAndNotOverwritten() throws Exception {
        Path next = home.resolve("next.key");
        StoreKey.generate(next);
        String before = Files.readString(next);

        assertThat(rekey(shell.keyFile(), next, "--create-key").status()).isZero();
        assertThat(Files.readString(next)).isEqualTo(before);
    }

    @Test
    void aNewKeyThatIsNotThereIsNotMadeUnlessSaidSo() {
        Shell.Said said = rekey(shell.keyFile(), home.resolve("next.key"));
        assertThat(said.status()).isEqualTo(1);
        assertThat(shell.storedPair()).isEqualTo(pair);
    }

    @Test
    void aFolderThatIsNotThereIsSaidAndNoKeyIsMade() {
        Shell.Said said = shell.plain("rekey", "--store", home.resolve("nowhere").toString(), "--key-file",
                shell.keyFile().toString(), "--new-key-file", home.resolve("next.key").toString(), "--create-key");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("There is no folder");
        assertThat(home.resolve("next.key")).doesNotExist();
    }

    @Test
    void anInterruptedChangeCanBeRepeated() {
        Path next = home.resolve("next.key");
        assertThat(rekey(shell.keyFile(), next, "--create-key").status()).isZero();
        assertThat(rekey(shell.keyFile(), next).status()).isZero();
    }
}
