package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

class StoreKeyTest {

    private static final byte[] BYTES
            = HexFormat.of().parseHex("fbefbe000a4f1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a59687786950a");

    @TempDir
    Path folder;

    private Path file(byte[] content) throws Exception {
        Path file = folder.resolve("key");
        Files.write(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private Path file(String content) throws Exception {
        return file(content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aKeyIsTheSameInEveryForm() throws Exception {
        byte[] id = StoreKey.of(BYTES).id();
        String base64 = Base64.getEncoder().encodeToString(BYTES);
        assertThat(base64).contains("+");

        assertThat(StoreKey.of(base64).id()).isEqualTo(id);
        assertThat(StoreKey.of(" " + base64 + "\r\n").id()).isEqualTo(id);
        assertThat(StoreKey.of(Base64.getUrlEncoder().withoutPadding().encodeToString(BYTES)).id()).isEqualTo(id);
        assertThat(StoreKey.fromFile(file(base64)).id()).isEqualTo(id);
        assertThat(StoreKey.fromFile(file(base64 + "\n")).id()).isEqualTo(id);
        assertThat(StoreKey.fromFile(file(base64 + "\r\n")).id()).isEqualTo(id);
        // ends in a line feed of its own
        assertThat(StoreKey.fromFile(file(BYTES)).id()).isEqualTo(id);
        byte[] withLineBreak = Arrays.copyOf(BYTES, 33);
        withLineBreak[32] = '\n';
        assertThat(StoreKey.fromFile(file(withLineBreak)).id()).isEqualTo(id);
    }

    @Test
    void theGivenBytesMayBeWipedAfterwards() throws Exception {
        byte[] bytes = BYTES.clone();
        StoreKey key = StoreKey.of(bytes);
        Arrays.fill(bytes, (byte) 0);

        assertThat(key.secretKey().getEncoded()).isEqualTo(BYTES);
    }

    @Test
    void aGeneratedKeyIsForItsOwnerOnlyAndNeverReplaced() throws Exception {
        Path file = folder.resolve("new.key");
        StoreKey key = StoreKey.generate(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(file).content().matches("[A-Za-z0-9+/]{43}=\n");
        assertThat(StoreKey.fromFile(file).id()).isEqualTo(key.id());
        String content = Files.readString(file);
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.generate(file))
                .withMessageContaining("exists already").extracting(TokenStoreException::reason).isEqualTo(Reason.NOT_WRITABLE);
        assertThat(file).hasContent(content);
        assertThat(StoreKey.generate(folder.resolve("other.key")).id()).isNotEqualTo(key.id());
        assertThatExceptionOfType(TokenStoreException.class)
                .isThrownBy(() -> StoreKey.generate(folder.resolve("none/x.key"))).withMessageContaining("folder exists");
    }

    @ParameterizedTest
    @ValueSource(strings = { "rw-r-----", "r--r--r--", "rw----r--", "rw--w----" })
    void aFileThatOthersCanReadOrReplaceIsRefusedWithTheRemedy(String permissions) throws Exception {
        Path file = file(BYTES);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.fromFile(file))
                .withMessageContaining("chmod 600 '" + file + "'")
                .extracting(TokenStoreException::reason).isEqualTo(Reason.WRONG_PERMISSIONS);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.fromFile(link));
    }

    @Test
    void aMountedSecretIsALinkAndWorks() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file(BYTES));

        assertThat(StoreKey.fromFile(link).id()).isEqualTo(StoreKey.of(BYTES).id());
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "SECRETSECRET", "correct horse battery staple SECR", "correct-horse-battery-SECRET-123",
            "U0VDUkVU", "SECRET!SECRET!SECRET!SECRET!SECRET!SECRET!=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "{{vault:SECRET}}", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gSECRET" })
    void whatIsNoKeyIsRefusedWithoutRepeatingIt(String text) throws Exception {
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.of(text))
                .withMessageContaining("openssl rand -base64 32").withMessageNotContaining("SECRET").withNoCause()
                .extracting(TokenStoreException::reason).isEqualTo(Reason.WRONG_KEY);
        Path file = file(text);
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.fromFile(file))
                .withMessageContaining("openssl rand -base64 32").withMessageNotContaining("SECRET").withNoCause();
    }

    @Test
    void aPassPhraseOf32CharactersIsNoKey() throws Exception {
        byte[] phrase = "correct-horse-battery-SECRET-123".getBytes(StandardCharsets.US_ASCII);
        assertThat(phrase).hasSize(32);

        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.of(phrase))
                .withMessageContaining("could be guessed");
    }

    @Test
    void aMissingFileOrVariableSaysSo() {
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.fromFile(folder.resolve("none")))
                .withMessageContaining("is not there");
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.fromFile(folder))
                .extracting(TokenStoreException::reason).isIn(Reason.WRONG_KEY, Reason.WRONG_PERMISSIONS);
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.fromEnvironment("NO_SUCH_VARIABLE"))
                .withMessageContaining("NO_SUCH_VARIABLE is not set");
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> StoreKey.fromEnvironment("PATH"))
                .withMessageContaining("variable PATH").withMessageNotContaining("/bin");
    }

    @Test
    void aKeyHasNoText() throws Exception {
        assertThat(StoreKey.of(BYTES)).hasToString("StoreKey[hidden]");
    }

    @Test
    void theIdOfAKeyIsNotPartOfIt() throws Exception {
        assertThat(HexFormat.of().formatHex(BYTES)).doesNotContain(HexFormat.of().formatHex(StoreKey.of(BYTES).id()).substring(0, 6));
        assertThat(DurableTokenStoreContractTest.key(1).id()).isNotEqualTo(DurableTokenStoreContractTest.key(2).id());
    }
}
