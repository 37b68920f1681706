package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenPairTest {

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "SECRET ", "SEC RET", "SECRET\n", "SECR\u00c9T", "SECRET\u0000" })
    void aRefreshTokenIsVisibleAscii(String refreshToken) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenPair.of(AccessToken.of("a"), refreshToken, null, List.of(), TestPairs.NOW))
                .withMessageNotContaining("SEC");
    }

    @Test
    void aRefreshTokenHasAnEnd() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenPair.of(AccessToken.of("a"), "r".repeat(4097), null, List.of(), TestPairs.NOW));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "read write", "re\"ad", "re\\ad", "read\n" })
    void aScopeIsOneWord(String scope) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenPair.of(AccessToken.of("a"), "r", null, List.of(scope), TestPairs.NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenPair.of(AccessToken.of("a"), "r", null, Collections.nCopies(257, "read"), TestPairs.NOW));
    }

    @Test
    void aPairShowsItsVersionAndNothingElse() {
        assertThat(TestPairs.pair(7).withVersion(3)).hasToString("TokenPair[version=3, hidden]");
    }

    @Test
    void everyDetailCounts() {
        TokenPair pair = TestPairs.pair(1);
        AccessToken sameSecretLater = AccessToken.of("access-SECRET-1", TestPairs.NOW);

        assertThat(pair).isEqualTo(TestPairs.pair(1)).hasSameHashCodeAs(TestPairs.pair(1))
                .isNotEqualTo(TestPairs.pair(2)).isNotEqualTo(pair.withVersion(1)).isNotEqualTo(null)
                .isNotEqualTo(TokenPair.of(
                        sameSecretLater, pair.refreshToken(), pair.refreshExpiresAt(), pair.scopes(), pair.obtainedAt()))
                .isNotEqualTo(TokenPair.of(pair.accessToken(), "other", pair.refreshExpiresAt(), pair.scopes(), pair.obtainedAt()))
                .isNotEqualTo(TokenPair.of(pair.accessToken(), pair.refreshToken(), null, pair.scopes(), pair.obtainedAt()))
                .isNotEqualTo(TokenPair.of(
                        pair.accessToken(), pair.refreshToken(), pair.refreshExpiresAt(), List.of(), pair.obtainedAt()));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "a b", "a\n", "\u00e9" })
    void aClientIdIsVisibleAscii(String clientId) {
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenKey(Origin.ofSubdomain("acme"), clientId))
                .withMessageContaining("Admin Center");
    }
}
