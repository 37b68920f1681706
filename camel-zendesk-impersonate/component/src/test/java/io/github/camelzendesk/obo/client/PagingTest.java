package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.Origin;

/** What comes after a page, decided from what the page says. */
class PagingTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Origin ACME = Origin.ofSubdomain("acme");
    private static final Query NOTHING_FIXED = Query.fixed(Map.of());
    private static final String HERE = "https://acme.zendesk.com/api/v2/requests";

    private static final String LAST = "last";
    private static final String NOWHERE = "not where";
    private static final String ELSEWHERE = "leads elsewhere";
    private static final String ITSELF = "to itself";
    private static final String NEITHER = "neither says";

    /** A page with one record that says this. */
    private static Paging says(String json) {
        Spool spool = new Spool();
        byte[] bytes = ("{\"requests\":[{\"id\":1}]" + (json.isEmpty() ? "" : "," + json) + "}").getBytes(StandardCharsets.UTF_8);
        try {
            spool.write(bytes, 0, bytes.length);
            try (RecordPage page = RecordPage.open(spool, JSON, List.of("requests"))) {
                return page.paging();
            }
        } catch (Exception e) {
            throw new AssertionError(json, e);
        }
    }

    private static String text(Following following) {
        return following instanceof Following.Page page ? page.path()
                : following instanceof Following.Broken broken ? broken.why() : LAST;
    }

    private static String after(String page, String json) {
        return text(says(json).after(page, ACME, NOTHING_FIXED));
    }

    private static String link(String name, String query) {
        return "\"" + name + "\":\"" + HERE + query + "\"";
    }

    private static String meta(String hasMore, String rest) {
        return "\"meta\":{\"has_more\":" + hasMore + "},\"links\":{" + rest + "}";
    }

    static Stream<Arguments> pages() {
        String page = "/api/v2/requests";
        String second = page + "?page%5Bsize%5D=2&page%5Bafter%5D=b";
        return Stream.of(
                // by cursor
                arguments(page, meta("true", link("next", "?page%5Bafter%5D=aGk%2BbG8%3D&page%5Bsize%5D=2")),
                        page + "?page%5Bafter%5D=aGk%2BbG8%3D&page%5Bsize%5D=2"),
                arguments(page, meta("true", link("next", "?page[after]=aGk+bG8=")), page + "?page[after]=aGk+bG8="),
                arguments(page, meta("true", "\"prev\":\"x\"," + link("next", "?a=1") + ",\"last\":\"y\""), page + "?a=1"),
                arguments(page, meta("false", ""), LAST),
                arguments(page, meta("false", "\"next\":null"), LAST),
                // an empty page after the last record still has cursors and links, recorded
                arguments(page, meta("false", link("next", "?page%5Bafter%5D=x")), LAST),
                arguments(page, "\"meta\":{\"has_more\":false,\"after_cursor\":\"x\"}", LAST),
                arguments(page, "\"meta\":{\"has_more\":true,\"after_cursor\":\"aGk+bG8=\"}", page + "?page%5Bafter%5D=aGk%2BbG8%3D"),
                arguments(second, "\"meta\":{\"has_more\":true,\"after_cursor\":\"c&d=1\"}",
                        page + "?page%5Bsize%5D=2&page%5Bafter%5D=c%26d%3D1"),
                arguments(page + "?page=4&a=%20&page[before]=x", "\"meta\":{\"has_more\":true,\"after_cursor\":\"c\"},\"links\":{\"next\":null}",
                        page + "?a=%20&page%5Bafter%5D=c"),
                arguments(second, "\"meta\":{\"has_more\":true,\"after_cursor\":\"b\"}", ITSELF),
                arguments(page, "\"meta\":{\"has_more\":true}", NOWHERE),
                arguments(page, "\"meta\":{\"has_more\":true,\"after_cursor\":null},\"links\":{\"next\":null}", NOWHERE),
                arguments(page, "\"meta\":{\"has_more\":true,\"after_cursor\":7}", "no text"),
                arguments(page, "\"meta\":{\"has_more\":true,\"after_cursor\":\"\"}", "no text"),
                arguments(page, "\"meta\":{\"has_more\":true,\"after_cursor\":\"\\ud800\"}", "no text"),
                arguments(page, "\"meta\":{\"has_more\":\"true\"}", NEITHER),
                arguments(page, "\"meta\":{\"has_more\":1}", NEITHER),
                arguments(page, "\"meta\":{\"has_more\":{\"has_more\":false}}", NEITHER),
                arguments(page, "\"meta\":{\"has_more\":null}", LAST),
                arguments(page, "\"links\":{\"next\":null}", LAST),
                arguments(page, "\"links\":{" + link("next", "?a=2") + "}", page + "?a=2"),
                arguments(page, "\"meta\":[1],\"links\":\"x\"", LAST),
                arguments(page, "\"meta\":null,\"links\":null", LAST),
                // by number
                arguments(page, link("next_page", "?page=2") + ",\"previous_page\":null,\"count\":5", page + "?page=2"),
                arguments(page, link("next_page", ".json?page=2"), page + "?page=2"),
                arguments(page + ".json", link("next_page", "?page=2"), page + ".json?page=2"),
                arguments(page, "\"next_page\":null,\"count\":1", LAST),
                arguments(page, "\"count\":1", LAST),
                arguments(page, "", LAST),
                arguments(page, "\"next_page\":2", ELSEWHERE),
                arguments(page, "\"next_page\":false", ELSEWHERE),
                arguments(page, "\"next_page\":\"\"", ELSEWHERE),
                arguments(page, "\"next_page\":[\"" + HERE + "?page=2\"]", ELSEWHERE),
                // in a record it means nothing
                arguments(page, "\"users\":[{" + link("next_page", "?page=2") + "}]", LAST),
                arguments(page, "\"user\":{\"meta\":{\"has_more\":true}," + link("next_page", "?page=2") + "}", LAST),
                // incremental, by cursor and by time
                arguments(page, "\"end_of_stream\":true," + link("after_url", "?cursor=x") + ",\"after_cursor\":\"x\"", LAST),
                arguments(page, "\"end_of_stream\":false," + link("after_url", "?cursor=x") + ",\"after_cursor\":\"x\"", page + "?cursor=x"),
                arguments(page, "\"end_of_stream\":false," + link("next_page", "?start_time=7"), page + "?start_time=7"),
                arguments(page, "\"end_of_stream\":true," + link("next_page", "?start_time=7"), LAST),
                arguments(page, "\"end_of_stream\":false,\"after_url\":null,\"after_cursor\":\"x\"", NOWHERE),
                arguments(page, "\"end_of_stream\":\"no\"", NEITHER),
                arguments(page, link("after_url", "?cursor=x"), page + "?cursor=x"),
                // the same page again, however it is written
                arguments(page + "?start_time=7", link("next_page", "?start_time=7"), LAST),
                arguments(page + "?start_time=7", link("next_page", ".json?start_time=7"), LAST),
                arguments(page + "?b=x%20y&a=%7e", link("next_page", "?a=~&b=x+y"), LAST),
                arguments(page, link("next_page", ""), LAST),
                arguments(page, link("next_page", "?"), LAST),
                arguments(page + "?b=x%2By", link("next_page", "?b=x+y"), page + "?b=x+y"),
                arguments(page + "?b=%80", link("next_page", "?b=%81"), page + "?b=%81"),
                // but not for one that says that there is more
                arguments(page + "?start_time=7", "\"end_of_stream\":false," + link("next_page", "?start_time=7"), ITSELF),
                arguments(page + "?a=1", meta("true", link("next", "?a=1")), ITSELF));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void whatComesAfterAPage(String page, String json, String expected) {
        if (expected.startsWith("/") || expected.equals(LAST)) {
            assertThat(after(page, json)).isEqualTo(expected);
        } else {
            assertThat(after(page, json)).contains(expected).doesNotContain("acme", "api");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "https://evil.example.net/api/v2/requests?page=2", "//evil.example.net/api/v2/requests?page=2",
            "https:evil.example.net/api/v2/requests?page=2", "https:/acme.zendesk.com/api/v2/requests?page=2",
            "/../../api/v2/requests?page=2", "/api/v2/requests?page=2", "?page=2", "requests?page=2", "@evil", "evil",
            "https://acme.zendesk.com@evil.example.net/api/v2/requests?page=2",
            "https://me@acme.zendesk.com/api/v2/requests?page=2", "https://me:pw@acme.zendesk.com/api/v2/requests?page=2",
            "https://acme.zendesk.com.evil.example.net/api/v2/requests?page=2", "https://evil.example.net#acme.zendesk.com/api/v2/requests",
            "https://evil.example.net?acme.zendesk.com/api/v2/requests", "https://acme.zendesk.com:8443/api/v2/requests?page=2",
            "https://acme.zendesk.com:/api/v2/requests?page=2", "https://acme.zendesk.com:80/api/v2/requests?page=2",
            "https://other.zendesk.com/api/v2/requests?page=2", "https://xacme.zendesk.com/api/v2/requests?page=2",
            "http://acme.zendesk.com/api/v2/requests?page=2", "ftp://acme.zendesk.com/api/v2/requests?page=2",
            "file:///api/v2/requests?page=2", "https://acme.zendesk.com", "https://acme.zendesk.com?page=2", "https://acme.zendesk.com/",
            "https://acme.zendesk.com/api/v2/tickets?page=2", "https://acme.zendesk.com/api/v2/requests/?page=2",
            "https://acme.zendesk.com/api/v2//requests?page=2", "https://acme.zendesk.com/api/v2/./requests?page=2",
            "https://acme.zendesk.com/api/v2/x/../requests?page=2", "https://acme.zendesk.com/api/v2/x/%2e%2e/requests?page=2",
            "https://acme.zendesk.com/api/v2%2Frequests?page=2", "https://acme.zendesk.com/api/v2/requests;x=1?page=2",
            "https://acme.zendesk.com/api/v2/requests.xml?page=2", "https://acme.zendesk.com/api/v2/requests.json.json?page=2",
            "https://acme.zendesk.com/api/v2/Requests?page=2", "https://acme.zendesk.com/api/v2/oauth/tokens?page=2",
            "https://acme.zendesk.com/oauth/tokens?page=2", "https://acme.zendesk.com/hc/requests?page=2",
            "https://acme.zendesk.com/api/v2/requests?page=2#x", "https://acme.zendesk.com/api/v2/requests#?page=2",
            "https://acme.zendesk.com/api/v2/requests?page=2\\r\\nX-On-Behalf-Of: x", "https://acme.zendesk.com/api/v2/requests?page=\\u0000",
            "https://acme.zendesk.com/api/v2/requests?page= 2", " https://acme.zendesk.com/api/v2/requests?page=2",
            "https://acme.zendesk.com\\\\evil.example.net/api/v2/requests?page=2", "https://acme.zendesk.com/api/v2/requests?page=\\u00eb",
            "https://\\u0430cme.zendesk.com/api/v2/requests?page=2", "{{env:HOME}}://acme.zendesk.com/api/v2/requests?page=2",
            "javascript://acme.zendesk.com/api/v2/requests?page=2" })
    void aLinkThatLeadsElsewhereIsNotFollowed(String link) {
        for (String says : List.of("\"next_page\":\"" + link + "\"", meta("true", "\"next\":\"" + link + "\""),
                "\"end_of_stream\":false,\"after_url\":\"" + link + "\"")) {
            assertThat(after("/api/v2/requests?page=1", says)).contains(ELSEWHERE).doesNotContain("evil", "://", "page=");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "?page=%", "?page=%zz", "?a=<b>", "?a=\\\"", "?a=b|c", "?a={b}" })
    void aQueryThatIsNoneIsNotSent(String query) {
        assertThat(after("/api/v2/requests", link("next_page", query))).contains("is none");
    }

    @Test
    void aLinkHasItsLimits() {
        assertThat(after("/api/v2/requests", link("next_page", "?page=" + "2".repeat(9000)))).contains(ELSEWHERE);
        assertThat(after("/api/v2/requests", "\"meta\":{\"has_more\":true,\"after_cursor\":\"" + "x".repeat(9000) + "\"}")).contains("is none");
    }

    @Test
    void aSegmentMayBeEncodedInAnotherWayAndOursGoesOut() {
        assertThat(after("/api/v2/tags/a%40b/requests", "\"next_page\":\"https://ACME.zendesk.com:443/api/v2/tags/a@b/requests.json?page=2\""))
                .isEqualTo("/api/v2/tags/a%40b/requests?page=2");
    }

    // ---- what the endpoint fixes

    private static Query fixed(String... namesAndValues) {
        Map<String, Object> options = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            options.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Query.fixed(options);
    }

    @Test
    void whatTheEndpointFixesIsInForceOnEachPage() {
        Query fixed = fixed("status", "open,new", "include", "users", "page[size]", "50", "per_page", "50");
        String page = "/api/v2/requests?" + fixed.with(null);

        assertThat(text(says(link("next_page", "?include=users&page=2&status=open%2Cnew")).after(page, ACME, fixed)))
                .isEqualTo("/api/v2/requests?include=users&page=2&status=open%2Cnew");
        assertThat(text(says(link("next_page", "?page=2")).after(page, ACME, fixed)))
                .as("what the link lacks is added").isEqualTo("/api/v2/requests?page=2&status=open%2Cnew&include=users");
        assertThat(text(says(link("next_page", "")).after(page, ACME, fixed)))
                .isEqualTo("/api/v2/requests?status=open%2Cnew&include=users");
        for (String other : List.of("?page=2&status=closed", "?status=open%2Cnew&status=closed", "?page=2&status", "?status[]=closed",
                "?include=groups&status=open%2Cnew", "?[status]=closed")) {
            assertThat(text(says(link("next_page", other)).after(page, ACME, fixed))).as(other).contains("the endpoint fixes")
                    .doesNotContain("status", "closed");
        }
    }

    // ---- from page to page

    @Test
    void thePagesAreTurnedEachOnce() {
        PageTurner turner = new PageTurner("/api/v2/requests?page=1", ACME, NOTHING_FIXED);
        assertThat(text(turner.turn(says(link("next_page", "?page=2"))))).endsWith("?page=2");
        assertThat(text(turner.turn(says(link("next_page", "?page=3"))))).endsWith("?page=3");
        assertThat(turner.number()).isEqualTo(3);
        assertThat(text(turner.turn(says(link("next_page", "?page=1"))))).contains("read before").doesNotContain("api");
        assertThat(text(turner.turn(says(link("next_page", "?page=2"))))).contains("read before");
        assertThat(text(turner.turn(says(link("next_page", "?page=3"))))).isEqualTo(LAST);
        assertThat(text(turner.turn(says("\"next_page\":null")))).isEqualTo(LAST);
    }

    @Test
    void thereAreNotMoreThanAHundredThousandPages() {
        PageTurner turner = new PageTurner("/api/v2/requests", ACME, NOTHING_FIXED);
        JsonNode none = MissingNode.getInstance();
        for (int i = 1; i < PageTurner.MOST; i++) {
            Paging paging = new Paging(none, none, none, TextNode.valueOf(HERE + "?page=" + i), none, none);
            assertThat(turner.turn(paging))
                    .isInstanceOf(Following.Page.class);
        }
        assertThat(turner.number()).isEqualTo(PageTurner.MOST);
        assertThat(text(turner.turn(says(link("next_page", "?page=x"))))).contains("100000 pages");
        assertThat(text(turner.turn(says("\"next_page\":null")))).isEqualTo(LAST);
    }

    @Test
    void theCursorIsAQueryThatAMessageCanGive() {
        Query fixed = fixed("page[size]", "2", "status", "open");
        PageTurner turner = new PageTurner("/api/v2/requests?" + fixed.with("a=x+y"), ACME, fixed);
        assertThat(turner.cursor()).isEqualTo("a=x%2By");
        turner.turn(says(meta("true", link("next", "?a=x%2By&page%5Bafter%5D=b%2Fc+d==&page%5Bsize%5D=2&status=open"))));

        assertThat(turner.cursor()).isEqualTo("a=x%2By&page%5Bafter%5D=b%2Fc%20d==");
        assertThat(Paging.meaning("/?" + fixed.with(turner.cursor()))).as("the same page").isEqualTo(
                Paging.meaning("/?a=x%2By&page%5Bafter%5D=b%2Fc+d==&page%5Bsize%5D=2&status=open"));
        assertThat(new PageTurner("/api/v2/requests", ACME, fixed).cursor()).isEmpty();
    }

    @Test
    void nothingTellsWhereItLeads() {
        Paging paging = says(link("next_page", "?email=jane"));
        PageTurner turner = new PageTurner("/api/v2/requests?email=jane", ACME, NOTHING_FIXED);
        assertThat(paging + " " + paging.after("/api/v2/requests", ACME, NOTHING_FIXED) + " " + turner).doesNotContain("jane", "acme");
    }
}
