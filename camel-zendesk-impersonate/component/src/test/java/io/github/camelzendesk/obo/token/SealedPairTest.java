package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32;

import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

class SealedPairTest {

    private static final StoreKey KEY = DurableTokenStoreContractTest.key(1);
    /** What the first release wrote. Never change it: there are stores out there that look like this. */
    private static final String FORMAT_1 = "7a642d6f626f0d0a0101820484c555e7e92c0000000000000007001868747470733a2f2f61636d652e7a656e6465736b2e63"
            + "6f6d000868656c706465736b28cc8bc0430664e1f50bdab600000070e8820df80b2bad6f99f85930518030c946e515c7f391"
            + "ad63c7bd50d727909f178ddb24323e2dec3b708abea4bcb8b543d7e92e1b3cbece9d9a4a63deec8f27d921692ea25fd264e7"
            + "92d29c7cbfaf11e4db691a4962a279e2e133755ef80b9a084b4e39e8db19dbff6259bdc674803ab844c0c8b4";
    private static final int VERSION_AT = 18;
    private static final int ORIGIN_AT = 28;
    private static final int CRC_AT = 78;

    @Test
    void whatTheFirstReleaseWroteCanBeReadForEver() throws Exception {
        byte[] bytes = HexFormat.of().parseHex(FORMAT_1);

        SealedPair sealed = SealedPair.read(bytes, "It");

        assertThat(sealed.owner("It")).isEqualTo(TestPairs.ACME);
        assertThat(sealed.version()).isEqualTo(7);
        assertThat(sealed.open(TestPairs.ACME, KEY, "It")).isEqualTo(TestPairs.pair(1).withVersion(7));
    }

    @Test
    void aForgedVersionDoesNotOpenEvenWithTheRightChecksum() throws Exception {
        byte[] bytes = HexFormat.of().parseHex(FORMAT_1);
        ByteBuffer.wrap(bytes).putLong(VERSION_AT, 8);

        assertDoesNotOpen(forged(bytes), TestPairs.ACME);
    }

    @Test
    void thePairOfOneAccountRelabelledAsAnothersDoesNotOpen() throws Exception {
        byte[] bytes = HexFormat.of().parseHex(FORMAT_1);
        bytes[ORIGIN_AT + "https://ac".length()] = 'n';

        assertDoesNotOpen(forged(bytes), new TokenKey(Origin.ofSubdomain("acne"), "helpdesk"));
    }

    @Test
    void noNonceIsUsedTwice() {
        Set<String> nonces = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            byte[] sealed = SealedPair.seal(TestPairs.ACME, TestPairs.pair(1).withVersion(1), KEY);
            nonces.add(HexFormat.of().formatHex(Arrays.copyOfRange(sealed, CRC_AT - 16, CRC_AT - 4)));
        }
        assertThat(nonces).hasSize(1000);
    }

    private static byte[] forged(byte[] bytes) throws Exception {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, CRC_AT);
        ByteBuffer.wrap(bytes).putInt(CRC_AT, (int) crc.getValue());
        SealedPair.read(bytes, "It");
        return bytes;
    }

    private static void assertDoesNotOpen(byte[] bytes, TokenKey as) throws Exception {
        SealedPair sealed = SealedPair.read(bytes, "It");
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> sealed.open(as, KEY, "It"))
                .extracting(TokenStoreException::reason).isEqualTo(Reason.DAMAGED);
    }
}
