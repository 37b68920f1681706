package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.ZendeskService;

class PathTemplateTest {

    @ParameterizedTest
    @CsvSource({
            "requests,                          /api/v2/requests",
            "/api/v2/requests,                  /api/v2/requests",
            "/api/sunshine/objects,             /api/sunshine/objects",
            "uploads.json,                      /api/v2/uploads.json",
            "/api/v2/webhooks/01ABC,            /api/v2/webhooks/01ABC",
            "help_center/en-us/articles,        /api/v2/help_center/en-us/articles",
            "a b/c,                             /api/v2/a%20b/c",
            "100%,                              /api/v2/100%25",
            "a%2Fb,                             /api/v2/a%252Fb",
            "Zo\u00eb/\u65e5,                   /api/v2/Zo%C3%AB/%E6%97%A5",
            "x/a:b@c;d=e+f!$&'()*~-._,          /api/v2/x/a:b@c;d=e+f!$&'()*~-._",
            "x/\"<>^`|,                         /api/v2/x/%22%3C%3E%5E%60%7C",
            "oauthx/xoauth/my.oauth,            /api/v2/oauthx/xoauth/my.oauth",
            "x/.../..a/a..,                     /api/v2/x/.../..a/a.." })
    void aLiteralPathIsEncodedOnce(String path, String expanded) {
        assertThat(PathTemplate.parse(path).expand(name -> null)).isEqualTo(expanded);
    }

    @Test
    void placeholdersAreFilledByName() {
        PathTemplate template = PathTemplate.parse("tickets/{ticketId}/comments/{my.comment-id_2}.json");

        assertThat(template.text()).isEqualTo("/api/v2/tickets/{ticketId}/comments/{my.comment-id_2}.json");
        assertThat(template).hasToString(template.text());
        assertThat(template.names()).containsExactly("ticketId", "my.comment-id_2");
        assertThat(template.expand(Map.of("ticketId", 35436, "my.comment-id_2", "7")::get))
                .isEqualTo("/api/v2/tickets/35436/comments/7.json");
    }

    @Test
    void aNameMayStandTwiceAndASegmentMayHoldSeveral() {
        PathTemplate template = PathTemplate.parse("x/{a}-{b}/{a}");

        assertThat(template.names()).containsExactly("a", "b");
        assertThat(template.expand(Map.of("a", "1", "b", "2")::get)).isEqualTo("/api/v2/x/1-2/1");
    }

    static Stream<Arguments> values() {
        return Stream.of(
                arguments("7", "7"),
                arguments(new StringBuilder("7"), "7"),
                arguments(114094276114L, "114094276114"),
                arguments(1.14094276114E11, "114094276114"),
                arguments(true, "true"),
                arguments(TimeUnit.DAYS, "DAYS"),
                arguments(UUID.fromString("123e4567-e89b-12d3-a456-426614174000"), "123e4567-e89b-12d3-a456-426614174000"),
                arguments("a b", "a%20b"),
                arguments("a+b&c=d", "a%2Bb%26c%3Dd"),
                arguments("a?b#c", "a%3Fb%23c"),
                arguments("..%2f..", "..%252f.."),
                arguments("%2e%2e", "%252e%252e"),
                arguments("@evil:80;x", "%40evil%3A80%3Bx"),
                arguments("{other}", "%7Bother%7D"),
                arguments("{{env:HOME}}", "%7B%7Benv%3AHOME%7D%7D"),
                arguments("...", "..."),
                arguments("me~x-y_z", "me~x-y_z"),
                arguments("\u65e5\ud83d\ude00", "%E6%97%A5%F0%9F%98%80"),
                arguments("x".repeat(1024), "x".repeat(1024)));
    }

    @ParameterizedTest
    @MethodSource("values")
    void aValueIsOneEncodedSegment(Object value, String encoded) {
        assertThat(PathTemplate.parse("requests/{id}/comments").expand(name -> value))
                .isEqualTo("/api/v2/requests/" + encoded + "/comments");
    }

    static Stream<@Nullable Object> refusedValues() {
        return Stream.of(null, "", " ", "\t", ".", "..", "/", "evil/", "../evil", "evil/../x", "evil\\", "evil\n", "evil\r\n", "\u0000",
                "evil\u007f", "evil\u0085", "evil\ud800", "\udc00evil", "x".repeat(1025), 7.5, Double.NaN, 1e300, 'x', List.of("evil"),
                Map.of("evil", 1), Optional.of("evil"), new StringBuilder("evil/"), new Object());
    }

    @ParameterizedTest
    @MethodSource("refusedValues")
    void aValueThatCouldChangeThePathIsRefused(@Nullable Object value) {
        PathTemplate template = PathTemplate.parse("requests/{request.id}");

        assertThatExceptionOfType(InvalidPathValue.class).isThrownBy(() -> template.expand(name -> value))
                .withMessageContaining("{request.id}").withMessageNotContaining("evil")
                .satisfies(e -> assertThat(e.name()).isEqualTo("request.id"));
    }

    @Test
    void anArrayIsNoValue() {
        for (Object array : new Object[] { new String[] { "evil" }, "evil".toCharArray(), new byte[1] }) {
            assertThatExceptionOfType(InvalidPathValue.class)
                    .isThrownBy(() -> PathTemplate.parse("requests/{id}").expand(name -> array));
        }
    }

    @ParameterizedTest
    @CsvSource({
            "{a},       oauth, ''",
            "{a},       OAuth, ''",
            "{a},       oauth.json, ''",
            "{a}.json,  oauth, ''",
            "o{a},      auth,  ''",
            "{a}{b},    oa,    uth",
            "{a};x,     oauth, ''",
            ".{a},      .,  ''",
            "{a}{b},    .,     ." })
    void aValueCannotCompleteAForbiddenSegment(String segment, String a, String b) {
        PathTemplate template = PathTemplate.parse(segment + "/tokens");

        assertThatExceptionOfType(InvalidPathValue.class).isThrownBy(() -> template.expand(Map.of("a", a, "b", b)::get));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "/", "//", "/api", "/api/", "/API/v2/x", "/apix/v2", "/v2/requests", "//evil.example.net/api/v2/x",
            "/api//x", "/api/v2/", "requests/", "requests//1", "/api/v2/x/", ".", "..", "x/.", "x/..", "x/../y", "./x", "/api/../x",
            "..;/x", "x/.;a=b", "x?y=1", "x#y", "?", "x\\y", "\\\\evil", "x\n", "x\ry", "x\u0000", "x\u007f", "x\u009f", "x\ud800",
            "https://evil.example.net/api/v2/x", "https:evil", "http:/evil/x", "file:x", "mailto:a", "api/v2/requests", "oauth/tokens",
            "OAuth/tokens", "oauth", "oauth.json", "Oauth.JSON", "oauth;x=y/tokens", "/api/v2/oauth/tokens/current", "/api/oauth/x",
            "/api/v2/x/oauth", "x/{", "x/}", "x/{}", "x/{a", "x/a}", "x/{a/b}", "x/{{a}}", "x/{a}{", "x/{1a}", "x/{a b}", "x/{ a}",
            "x/{a:b}", "x/{_a}", "x/{\u00e4}", "x/{a{b}}", "x/${a}", "x/${header.id}", "x/$simple{a}", "x/{}{}" })
    void whatIsNoPathOfTheApiIsRefused(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> PathTemplate.parse(path))
                .withMessageStartingWith("The path ").withMessageNotContaining("evil").withNoCause();
    }

    @Test
    void refusalsSayWhatToDo() {
        assertThatIllegalArgumentException().isThrownBy(() -> PathTemplate.parse("requests/${header.id}"))
                .withMessageContaining("{name}").withMessageContaining("toD");
        assertThatIllegalArgumentException().isThrownBy(() -> PathTemplate.parse("requests?page=1"))
                .withMessageContaining("query.NAME");
        assertThatIllegalArgumentException().isThrownBy(() -> PathTemplate.parse("requests//7"))
                .withMessageContaining("segment 4 of /api/");
    }

    @ParameterizedTest
    @CsvSource({
            "/api/v2/requests,                 SUPPORT",
            "/api/v2/help_centers,             SUPPORT",
            "/api/v2/users/help_center,        SUPPORT",
            "/api/v2/help_center/articles,     HELP_CENTER",
            "/api/v2/help_center,              HELP_CENTER",
            "/api/v2/help_center.json,         HELP_CENTER",
            "/api/v2/Help_Center/articles,     HELP_CENTER",
            "/api/V2/COMMUNITY/posts.json,     HELP_CENTER",
            "/api/v2/guide;x/survey_responses, HELP_CENTER",
            "/api/v2/guide/survey_responses,   HELP_CENTER",
            "/api/v1/help_center/x,            OTHER",
            "/api/sunshine/objects,            OTHER",
            "/api/v2,                          OTHER" })
    void theServiceIsDecidedByTheExpandedPath(String path, ZendeskService service) {
        assertThat(ZendeskService.of(path)).isEqualTo(service);
    }

    @Test
    void aPlaceholderMayDecideTheService() {
        PathTemplate template = PathTemplate.parse("{area}/posts");

        assertThat(ZendeskService.of(template.expand(name -> "community"))).isEqualTo(ZendeskService.HELP_CENTER);
        assertThat(ZendeskService.of(template.expand(name -> "requests"))).isEqualTo(ZendeskService.SUPPORT);
    }

    @Test
    void templatesAreEqualByText() {
        assertThat(PathTemplate.parse("x/{a}")).isEqualTo(PathTemplate.parse("/api/v2/x/{a}"))
                .hasSameHashCodeAs(PathTemplate.parse("/api/v2/x/{a}")).isNotEqualTo(PathTemplate.parse("x/{b}"));
    }
}
