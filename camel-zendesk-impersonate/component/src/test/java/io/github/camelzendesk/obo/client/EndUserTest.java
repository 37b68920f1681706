package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.EndUser.Form;

class EndUserTest {

    static Stream<Arguments> ids() {
        return Stream.of(
                arguments("360000012872", "360000012872"),
                arguments(new StringBuilder("7"), "7"),
                arguments("9999999999999999999", "9999999999999999999"),
                arguments((byte) 42, "42"),
                arguments((short) 42, "42"),
                arguments(42, "42"),
                arguments(114094276114L, "114094276114"),
                arguments(Long.MAX_VALUE, "9223372036854775807"),
                arguments(new BigInteger("9999999999999999999"), "9999999999999999999"),
                arguments(new AtomicInteger(42), "42"),
                arguments(new AtomicLong(114094276114L), "114094276114"),
                arguments(1.14094276114E11, "114094276114"),
                arguments(9007199254740991d, "9007199254740991"),
                arguments(42f, "42"),
                arguments(new BigDecimal("114094276114.00"), "114094276114"),
                arguments(new BigDecimal("1.5E+12"), "1500000000000"));
    }

    @ParameterizedTest
    @MethodSource("ids")
    void anIdGoesOutAsPlainDigits(Object value, String header) {
        for (Form form : List.of(Form.ANY, Form.ID)) {
            EndUser user = EndUser.of(value, form);
            assertThat(user.headerValue()).isEqualTo(header);
            assertThat(user.id()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "customer@example.com", "123asd@example.com", "mf+1@example.com", "o'neil@example.com",
            "a+b%c@example.com", "bounce=x.y-z_1@sub.example.co.uk", "Jane.Doe@EXAMPLE.com", "1@2", "a@xn--bcher-kva.example" })
    void anEmailAddressGoesOutVerbatim(String address) {
        for (Form form : List.of(Form.ANY, Form.EMAIL)) {
            EndUser user = EndUser.of(address, form);
            assertThat(user.headerValue()).isEqualTo(address);
            assertThat(user.id()).isFalse();
        }
    }

    @Test
    void anAddressMayHave254Characters() {
        String longest = "a".repeat(242) + "@example.com";

        assertThat(EndUser.of(longest, Form.ANY).headerValue()).hasSize(254);
        refused("a" + longest);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "", " ", "\t", "\n", "\u00a0", "\u2003", "null", "NULL", "Null" })
    void anAbsentUserIsRefused(@Nullable String value) {
        refused(value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "0", "007", "-1", "+1", "1.0", "1e5", "1.14E11", "12345678901234567890", "1_000", "1 000", "\u0661",
            "\uff11", "0x10", "12L" })
    void whatIsNotQuiteAnIdIsRefused(String value) {
        refused(value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "jane", "jane@", "@example.com", "@", "a@b@example.com", "a@@b", " a@example.com", "a@example.com ",
            "a @example.com", "a@example.com\n", "a@example.com\r\nX-Admin: 1", "a\u0000@example.com", "a\t@example.com",
            "a\u007f@example.com", "a\u0080@example.com", "a@ex\u00e4mple.com", "\u202ea@example.com", "a\u200b@example.com",
            "a@example.com,b@example.com", "a@example.com;b", "Jane<a@example.com>", "<a@example.com>", "\"a\"@example.com",
            "`a`@example.com", "mailto:a@example.com", "a(x)@example.com", "a\\@example.com", "[a@example.com]",
            "{email=a@example.com}", "[\"a@example.com\"]", "${body}@example.com", "{{user}}@example.com" })
    void whatIsNotOnePlainAddressIsRefused(String value) {
        refused(value);
    }

    static Stream<Arguments> severalOrNone() {
        return Stream.<Object>of(List.of("a@example.com"), List.of(7L), Set.of(), Map.of("a@example.com", 1), Optional.of("a@example.com"),
                Optional.empty(), new String[] { "a@example.com" }, new long[] { 7 }, "a@example.com".toCharArray(), new byte[] { '7' },
                new Object() {
                    @Override
                    public String toString() {
                        return "a@example.com";
                    }
                }, '7', true).map(value -> () -> new Object[] { value });
    }

    @ParameterizedTest
    @MethodSource("severalOrNone")
    void aTypeThatMayHoldSeveralUsersIsRefused(Object value) {
        refused(value);
    }

    static Stream<Number> inexact() {
        return Stream.of(0, -7, Long.MIN_VALUE, 0d, -0d, 7.5, 9007199254740992d, 1e18, Double.NaN, Double.POSITIVE_INFINITY, 16777216f,
                0.1f, new BigDecimal("7.1"), new BigDecimal("1E+1000000000"), new BigDecimal("1E-1000000000"),
                new BigDecimal("0E+1000000000"), BigInteger.TEN.pow(19), BigInteger.ONE.shiftLeft(1_000_000), new Number() {
                    @Override
                    public int intValue() {
                        return 7;
                    }

                    @Override
                    public long longValue() {
                        return 7;
                    }

                    @Override
                    public float floatValue() {
                        return 7;
                    }

                    @Override
                    public double doubleValue() {
                        return 7;
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("inexact")
    void aNumberThatIsNotExactlyAnIdIsRefused(Number value) {
        refused(value);
    }

    @Test
    void aCustomerNumberDoesNotPassForAnId() {
        assertThatThrownBy(() -> EndUser.of("4711", Form.EMAIL)).isInstanceOf(InvalidEndUser.class)
                .hasMessageContaining("userKind=email").hasMessageNotContaining("4711");
        assertThatThrownBy(() -> EndUser.of(4711L, Form.EMAIL)).isInstanceOf(InvalidEndUser.class);
        assertThatThrownBy(() -> EndUser.of("a@example.com", Form.ID)).isInstanceOf(InvalidEndUser.class)
                .hasMessageContaining("userKind=id").hasMessageNotContaining("example");
    }

    @Test
    void theTokensOwnerIsRecognised() {
        EndUser byId = EndUser.of("7", Form.ANY);
        EndUser byEmail = EndUser.of("Admin@Example.com", Form.ANY);

        assertThat(byId.matches("7", null)).isTrue();
        assertThat(byId.matches("77", "7")).isFalse();
        assertThat(byId.matches(null, null)).isFalse();
        assertThat(byEmail.matches(null, "admin@example.COM")).isTrue();
        assertThat(byEmail.matches("Admin@Example.com", "other@example.com")).isFalse();
        assertThat(byEmail.matches(null, null)).isFalse();
    }

    @Test
    void theValueHasNoTextForm() {
        assertThat(EndUser.of("a@example.com", Form.ANY)).hasToString("EndUser[e-mail]");
        assertThat(EndUser.of("4711", Form.ANY)).hasToString("EndUser[id]");
    }

    @Test
    void usersAreEqualByValue() {
        assertThat(EndUser.of(7L, Form.ANY)).isEqualTo(EndUser.of("7", Form.ID)).hasSameHashCodeAs(EndUser.of("7", Form.ID));
        assertThat(EndUser.of("a@example.com", Form.ANY)).isNotEqualTo(EndUser.of("b@example.com", Form.ANY)).isNotEqualTo(null);
    }

    private static void refused(@Nullable Object value) {
        for (Form form : Form.values()) {
            assertThatThrownBy(() -> EndUser.of(value, form)).isInstanceOf(InvalidEndUser.class)
                    .hasMessageNotContainingAny("example", "jane", "Admin:").hasNoCause();
        }
    }
}
