package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.ZendeskService;

class QueryTest {

    private static final Query NOTHING_FIXED = Query.fixed(Map.of());

    @Test
    void withoutParametersThereIsNoQuery() {
        assertThat(NOTHING_FIXED.with(null)).isEmpty();
        assertThat(NOTHING_FIXED.with(Map.of())).isEmpty();
        assertThat(NOTHING_FIXED.with("")).isEmpty();
        assertThat(NOTHING_FIXED.with("?")).isEmpty();
        assertThat(NOTHING_FIXED.with("&&")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "query=requester:example+email@example.com type:ticket | query=requester%3Aexample%2Bemail%40example.com%20type%3Aticket",
            "page[after]=aGk+bG8=                                  | page%5Bafter%5D=aGk%2BbG8%3D",
            "page[size]=100                                        | page%5Bsize%5D=100",
            "page%5Bsize%5D=100                                    | page%5Bsize%5D=100",
            "page%5bsize%5d=100                                    | page%5bsize%5d=100",
            "?page=2                                               | page=2",
            "??page=2                                              | %3Fpage=2",
            "a=1&b=2&                                              | a=1&b=2",
            "&a=1&&b=2                                             | a=1&b=2",
            "a=b%20c%2Bd%26e                                       | a=b%20c%2Bd%26e",
            "a=100%                                                | a=100%25",
            "a=%zz%4                                               | a=%25zz%254",
            "a=%%41                                                | a=%25%41",
            "a=%25%2541                                            | a=%25%2541",
            "a=1;role=2                                            | a=1%3Brole%3D2",
            "a=Zo\u00eb \u65e5                                     | a=Zo%C3%AB%20%E6%97%A5",
            "flag&a=                                               | flag&a=",
            "a=x/y?z:\\\"                                          | a=x%2Fy%3Fz%3A%5C%22",
            "a-._~=A-._~9                                          | a-._~=A-._~9" })
    void aRawQueryIsEncodedOnce(String raw, String encoded) {
        assertThat(NOTHING_FIXED.with(raw)).isEqualTo(encoded);
        assertThat(NOTHING_FIXED.with(new StringBuilder(raw))).isEqualTo(encoded);
    }

    @ParameterizedTest
    @ValueSource(strings = { "a=secret\r\nX: y", "a=secret\n", "secret\u0000", "a=secret#x", "#", "a=\u007f", "a=\u0085", "a=\ud800",
            "=secret", "%20=secret", "%00=secret", "a%0d=secret", "[\n]=secret" })
    void aRawQueryThatCouldBeReadOtherwiseIsRefused(String raw) {
        refused(NOTHING_FIXED, raw);
    }

    static Stream<Arguments> mapValues() {
        return Stream.of(
                arguments("a b+c&d=e%20", "a%20b%2Bc%26d%3De%2520"),
                arguments("", ""),
                arguments("\n", "%0A"),
                arguments(7L, "7"),
                arguments(7, "7"),
                arguments(7.5, "7.5"),
                arguments(1e10, "10000000000"),
                arguments(1e20, "100000000000000000000"),
                arguments(1.5f, "1.5"),
                arguments(new BigDecimal("1.50"), "1.50"),
                arguments(true, "true"),
                arguments(ZendeskService.SUPPORT, "SUPPORT"),
                arguments(new UUID(0, 1), "00000000-0000-0000-0000-000000000001"),
                arguments(Instant.EPOCH, "1970-01-01T00%3A00%3A00Z"));
    }

    @ParameterizedTest
    @MethodSource("mapValues")
    void aMapIsEncodedWhole(Object value, String encoded) {
        assertThat(NOTHING_FIXED.with(Map.of("page[a]", value))).isEqualTo("page%5Ba%5D=" + encoded);
        assertThat(Query.fixed(Map.of("page[a]", value)).with(null)).isEqualTo("page%5Ba%5D=" + encoded);
    }

    @Test
    void aMapKeepsItsOrderAndLeavesOutNulls() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("z", 1);
        map.put("none", null);
        map.put("a", 2);

        assertThat(NOTHING_FIXED.with(map)).isEqualTo("z=1&a=2");
        assertThat(Query.fixed(map).with("m=3")).isEqualTo("z=1&a=2&m=3");
    }

    static Stream<Arguments> refusedMaps() {
        return Stream.of(List.of("secret"), new String[] { "secret" }, new int[] { 1 }, Map.of("secret", 1), new Object(),
                "secret".getBytes(), Double.NaN, new BigDecimal("1E+1000000"), "\ud800").map(v -> arguments(Map.of("a", v)));
    }

    @ParameterizedTest
    @MethodSource("refusedMaps")
    void aValueWithoutOneTextFormIsRefused(Map<String, Object> map) {
        refused(NOTHING_FIXED, map);
        assertThatExceptionOfType(InvalidQuery.class).isThrownBy(() -> Query.fixed(map)).withMessageContaining("'a'");
    }

    @Test
    void aNameIsNeverMissing() {
        refused(NOTHING_FIXED, Map.of("", 1));
        refused(NOTHING_FIXED, Map.of(" ", 1));
        refused(NOTHING_FIXED, Map.of("a\n", 1));
        refused(NOTHING_FIXED, Map.of(7, 1));
        Map<@Nullable String, Object> nullName = new LinkedHashMap<>();
        nullName.put(null, 1);
        refused(NOTHING_FIXED, nullName);
    }

    @Test
    void aQueryIsAMapOrText() {
        refused(NOTHING_FIXED, List.of("a=secret"));
        refused(NOTHING_FIXED, 7);
        refused(NOTHING_FIXED, new byte[0]);
    }

    @Test
    void whatAMessageAddsComesAfterWhatIsFixed() {
        Query query = Query.fixed(Map.of("page", 2));

        assertThat(query.with("?query=x")).isEqualTo("page=2&query=x");
        assertThat(query.with(Map.of("query", "x"))).isEqualTo("page=2&query=x");
        assertThat(query.with(null)).isEqualTo("page=2");
    }

    @ParameterizedTest
    @ValueSource(strings = { "role=secret", "a=1&role=secret", "role", "%72ole=secret", "r%6Fle=secret", "[role]=secret",
            "role]=secret", "%5Brole=secret", "role[]=secret", "role%5B%5D=secret", " role=secret", "role%20=secret",
            "page[size]=secret", "page%5Bsize%5D=secret", "page%5bsize]=secret", "page[size=secret", "[page][size]=secret" })
    void aMessageCannotSetWhatIsFixed(String raw) {
        Query query = Query.fixed(Map.of("role", "end_user", "page[size]", 100));

        assertThatExceptionOfType(InvalidQuery.class).isThrownBy(() -> query.with(raw))
                .withMessageContaining("which the endpoint fixes").withMessageNotContaining("secret");
    }

    @Test
    void aMapCannotSetWhatIsFixedEither() {
        Query query = Query.fixed(Map.of("page[size]", 100));

        assertThatExceptionOfType(InvalidQuery.class).isThrownBy(() -> query.with(Map.of("page[size]", "secret")))
                .withMessageContaining("'page[size]'").withMessageNotContaining("secret");
        assertThat(query.with(Map.of("page[after]", "x"))).isEqualTo("page%5Bsize%5D=100&page%5Bafter%5D=x");
        assertThat(query.with(Map.of("Page[size]", "x"))).isEqualTo("page%5Bsize%5D=100&Page%5Bsize%5D=x");
    }

    @Test
    void valuesHaveNoTextForm() {
        assertThat(Query.fixed(Map.of("query", "a@example.com"))).hasToString("Query[1 fixed]");
    }

    private static void refused(Query query, Object dynamic) {
        assertThatExceptionOfType(InvalidQuery.class).isThrownBy(() -> query.with(dynamic))
                .withMessageNotContaining("secret").withNoCause();
    }
}
