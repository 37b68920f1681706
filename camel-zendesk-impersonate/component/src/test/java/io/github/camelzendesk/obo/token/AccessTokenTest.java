package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTokenTest {

    @ParameterizedTest
    @ValueSource(strings = { "abc", "ABC.def-ghi_jkl~mno+pqr/stu==", "af3345kdj3", "eyJhbGciOi.J9.x", "token", "basic", "bearer" })
    void whatRfc6750Allows(String text) {
        assertThat(AccessToken.of(text).secret()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            'Basic ZXhhbXBsZQ==',                  OAuth
            'BASIC ZXhhbXBsZQ==',                  OAuth
            'me@example.com/token:xyz',            OAuth
            'me@example.com',                      OAuth
            'Bearer abc',                          without the scheme
            'bEARER abc',                          without the scheme
            'abc def',                             characters
            'abc"def',                             characters
            ' abc',                                characters
            '{{zendesk.token}}',                   characters
            '=abc',                                characters
            'a=b',                                 characters
            """)
    void whatItLooksLikeIsSaidAndWhatItIsIsNot(String text, String advice) {
        assertThatThrownBy(() -> AccessToken.of(text)).isInstanceOf(InvalidAccessToken.class).hasMessageContaining(advice)
                .hasMessageNotContaining("xyz").hasMessageNotContaining("ZXhhbXBsZQ").hasMessageNotContaining("abc");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "", " ", "\n", "a\nb", "a\r\nb", "a\u0000", "t\u00f6ken", "a\u2028b" })
    void whatIsNoTokenAtAll(String text) {
        assertThatThrownBy(() -> AccessToken.of(text)).isInstanceOf(InvalidAccessToken.class);
    }

    @Test
    void aTokenIsNotLongerThanAHeaderCanBe() {
        assertThat(AccessToken.of("a".repeat(4096)).secret()).hasSize(4096);
        assertThatThrownBy(() -> AccessToken.of("a".repeat(4097))).isInstanceOf(InvalidAccessToken.class);
    }

    @Test
    void theEndOfALineIsNoPartOfIt() {
        assertThat(AccessToken.of("abc\r\n")).isEqualTo(AccessToken.of("abc")).hasSameHashCodeAs(AccessToken.of("abc"));
    }

    @Test
    void twoWithTheSameSecretAreTheSameWheneverTheyExpire() {
        assertThat(AccessToken.of("abc", Instant.EPOCH)).isEqualTo(AccessToken.of("abc"));
        assertThat(AccessToken.of("abc")).isNotEqualTo(AccessToken.of("abd")).isNotEqualTo(null).isNotEqualTo("abc");
    }

    @Test
    void itHasNoTextForm() {
        AccessToken token = AccessToken.of("verysecret");
        assertThat(token).hasToString("AccessToken[hidden]");
        assertThat(new TokenWire.Request("GET", Origin.ofSubdomain("acme"), "/x", token, null).toString())
                .doesNotContain("verysecret");
        assertThat(new FixedTokenSource("verysecret").toString()).doesNotContain("verysecret");
        assertThat(TokenSource.supplied(() -> "verysecret").toString()).doesNotContain("verysecret");
    }
}
