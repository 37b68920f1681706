package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.AccountRateBudget;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;

/** Where a request goes, and that no message can lead it elsewhere. */
class PathAndQueryTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private StandIn zendesk;

    @BeforeEach
    void everythingIsFine() {
        zendesk = ZENDESK.standIn();
        zendesk.faults().always().path("/api/v2/requests*").respond(Fault.status(200).json("{}"));
        zendesk.faults().always().path("/api/v2/search*").respond(Fault.status(200).json("{}"));
        zendesk.faults().always().path("/api/v2/webhooks*").respond(Fault.status(200).json("{}"));
    }

    private JournalEntry sent(String to, Map<String, ?> headers) {
        try (Rig rig = new Rig(zendesk).route(to)) {
            assertThat(rig.send(Rig.JANE, null, headers).getException()).isNull();
            return rig.onlyRequest();
        }
    }

    private void refused(String to, Map<String, ?> headers, String... said) {
        try (Rig rig = new Rig(zendesk).route(to)) {
            Exchange out = rig.send(Rig.JANE, null, headers);
            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRequestException.class)
                    .hasMessageContaining("Nothing was sent");
            for (String text : said) {
                assertThat(out.getException()).hasMessageContaining(text);
            }
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    private void refusedAtStart(String to, String said) {
        try (Rig rig = new Rig(zendesk)) {
            assertThatThrownBy(() -> rig.route(to).start()).hasStackTraceContaining(said);
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    // ---- paths

    @ParameterizedTest
    @CsvSource({
            "get:requests, /api/v2/requests", "get:requests.json, /api/v2/requests.json",
            "get:/api/v2/requests.json, /api/v2/requests.json", "get:webhooks/01ABC, /api/v2/webhooks/01ABC",
            "get:requests/a%20b, /api/v2/requests/a%20b", "get:requests/a b, /api/v2/requests/a%20b",
            "get:requests/100%25, /api/v2/requests/100%25", "get:requests/a%2520b, /api/v2/requests/a%20b" /* Camel decodes it twice */,
            "get:requests/a+b, /api/v2/requests/a+b", "get:requests/a%2Bb, /api/v2/requests/a+b",
            "get:requests/Zoë, /api/v2/requests/Zo%C3%AB", "get:requests/a@b;c=d, /api/v2/requests/a@b;c=d",
            "GET:requests, /api/v2/requests" })
    void aPathIsEncodedOnceAndNothingIsAppended(String to, String path) {
        assertThat(sent(to, Map.of()).path()).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "get:/requests|must begin with /api/", "get:/oauth/tokens|must begin with /api/", "get:/api/v2/oauth/tokens|oauth",
            "get:oauth/tokens/current.json|oauth", "get:OAuth/tokens|oauth", "get:o%61uth/tokens|oauth",
            "get:requests/../users|dots", "get:requests/%2e%2e/users|dots", "get:requests/./1|dots",
            "get:requests/..%2Fusers|dots", "get:requests//1|empty segment", "get:requests/|empty segment",
            "get:requests%2F|empty segment", "get:requests%3Fpage=2|there is no option page", "get:requests%253Fpage=2|must have no '?'", "get:requests%23x|must have no '#'",
            "get:requests%5Cx|backslash", "get:requests%0D%0AX:1|Illegal character", "get:requests%09X|Illegal character", "get:requests%2509X|control character",
            "get:requests%2523x|must have no '#'", "get://api/v2/requests|no address",
            "get:requests/%252e%252e/users|dots", "get:requests/{id|brace",
            "get:requests/{}|valid name", "get:requests/{a b}|valid name", "get:https://evil.example.net/api/v2/x|no address",
            "get:///evil.example.net/x|address", "get:api/v2/requests|leave out api/v2/", "get:|missing",
            "get:requests/${header.id}|send with toD", "get:@evil.example.net/../x|dots",
            "get:requests?path=users|stands beside the URI's own", "get:requests?PATH=users|stands beside the URI's own",
            "get:requests?method=post|stands beside the URI's own", "get:search.json?page=2&query.query=x|query.NAME" })
    void aPathThatCouldBeReadAsAnotherIsRefusedAtStart(String to, String said) {
        refusedAtStart(to, said);
    }

    @ParameterizedTest
    @CsvSource({
            "7, 7", "a b, a%20b", "a+b, a%2Bb", "100%, 100%25", "%2F, %252F", "%2e%2e, %252e%252e", "?x=1, %3Fx%3D1", "#x, %23x",
            "a@b&c=d;e, a%40b%26c%3Dd%3Be", "Zoë, Zo%C3%AB", "😀, %F0%9F%98%80", "..., ...", "{{env:HOME}}, %7B%7Benv%3AHOME%7D%7D",
            "${sys.user.name}, %24%7Bsys.user.name%7D", "bean:x?method=y, bean%3Ax%3Fmethod%3Dy",
            "https:evil.example.net, https%3Aevil.example.net", "RAW(x), RAW%28x%29" })
    void aValueStaysInsideItsSegment(String value, String encoded) {
        assertThat(sent("get:requests/{id}/comments", Map.of("id", value)).path())
                .isEqualTo("/api/v2/requests/" + encoded + "/comments");
    }

    @Test
    void numbersAndOtherIdentifiersFillAPlaceholder() {
        UUID uuid = UUID.fromString("00000000-0000-0000-0000-00000000002a");
        Map<Object, String> values = new LinkedHashMap<>();
        values.put(360_000_000_001L, "360000000001");
        values.put(42, "42");
        values.put(1.14094276114E11, "114094276114");
        values.put(uuid, uuid.toString());
        values.put(true, "true");
        values.put(new StringBuilder("sb"), "sb");
        values.forEach((value, encoded) -> {
            zendesk.journal().clear();
            assertThat(sent("get:requests/{id}.json", Map.of("id", value)).path()).isEqualTo("/api/v2/requests/" + encoded + ".json");
        });
    }

    @Test
    void aValueThatCouldLeadElsewhereIsRefusedByTheNameOfItsPlaceholder() {
        for (Object value : Arrays.asList("", "  ", ".", "..", "a/b", "/", "..\\x", "a\u0000b", "a\r\nb", "\ud800", List.of(1),
                new Object[] { 1 }, Map.of(), 1.5, "x".repeat(1025), new Object())) {
            refused("get:requests/{request_id}", Map.of("request_id", value), "request_id");
        }
        // ".." made of a value and the template, or of two values
        refused("get:requests/.{a}", Map.of("a", "."), "{a} ");
        refused("get:requests/{a}{b}", Map.of("a", ".", "b", "."));
        refused("get:{a}th/tokens", Map.of("a", "oau"));
        refused("get:{a}.json", Map.of("a", "oauth"));
    }

    @Test
    void aMissingValueIsATypedError() {
        refused("get:requests/{id}/comments/{other}", Map.of("id", 1), "{other}", "set the message header");
    }

    @Test
    void aRefusedValueIsNotRepeated() {
        try (Rig rig = new Rig(zendesk).route("get:requests/{id}")) {
            Exchange out = rig.send(Rig.RAJ, null, Map.of("id", Rig.JANE + "/../../x"));
            assertThat(out.getException()).hasMessageNotContaining(Rig.JANE).hasMessageStartingWith("GET /api/v2/requests/{id}: ");
        }
    }

    @Test
    void headersOfOtherComponentsDoNotSteerTheCall() {
        Map<String, Object> headers = new HashMap<>();
        headers.put(Exchange.HTTP_PATH, "/x");
        headers.put(Exchange.HTTP_URI, "http://evil.example.net");
        headers.put(Exchange.HTTP_QUERY, "a=b");
        headers.put(Exchange.HTTP_RAW_QUERY, "a=b");
        headers.put(Exchange.HTTP_METHOD, "DELETE");
        headers.put(Exchange.HTTP_BASE_URI, "/y");
        headers.put(Exchange.HTTP_HOST, "evil.example.net");
        headers.put(Exchange.HTTP_SCHEME, "https");
        headers.put(Exchange.REST_HTTP_QUERY, "c=d");
        headers.put("CamelRestHttpUri", "http://evil.example.net");
        headers.put("CamelZendeskOboPath", "users");
        headers.put("Host", "evil.example.net");
        headers.put("path", "users");
        JournalEntry request = sent("get:requests", headers);

        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.path()).isEqualTo("/api/v2/requests");
        assertThat(request.query()).isNull();
        assertThat(request.headers().get("host")).containsExactly("127.0.0.1:" + zendesk.port());
    }

    // ---- query

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "get:search?query.query=RAW(requester:example+email@example.com type:ticket)|query=requester%3Aexample%2Bemail%40example.com%20type%3Aticket",
            "get:search?query.query=a%20b|query=a%20b", "get:search?query.query=RAW(a%20b)|query=a%2520b",
            "get:search?query.query=RAW(a&b=c)|query=a%26b%3Dc", "get:search?query.page[size]=100|page%5Bsize%5D=100",
            "get:search?query.page%5Bsize%5D=100|page%5Bsize%5D=100", "get:search?query.sort=-created_at|sort=-created_at",
            "get:search?query.empty=|empty=", "get:search?query.q=RAW(#acme)|q=%23acme",
            "get:search?query.a.b=1|a.b=1", "get:search?query.a=Zoë|a=Zo%C3%AB",
            // what Camel makes of these before anybody can see them; RAW() is for what must stay
            "get:search?query.a=x+y|a=x%20y", "get:search?query.a=x%2By|a=x%20y" })
    void anOptionBecomesAParameterEncodedOnce(String to, String query) {
        assertThat(sent(to, Map.of()).query()).isEqualTo(query);
    }

    @Test
    void severalOptionsAreJoinedByOneQuestionMark() {
        JournalEntry request = sent("get:search.json?query.page=2&query.query=x", Map.of());
        assertThat(request.path()).isEqualTo("/api/v2/search.json");
        assertThat(request.query().split("&")).containsExactlyInAnyOrder("page=2", "query=x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "?page=2&query=x|page=2&query=x", "page=2|page=2", "query=a+b|query=a%2Bb", "query=a%2Bb|query=a%2Bb",
            "q=a b|q=a%20b", "page[size]=100&page[after]=aGk+bG8=|page%5Bsize%5D=100&page%5Bafter%5D=aGk%2BbG8%3D",
            "page%5Bsize%5D=100|page%5Bsize%5D=100", "q=100%|q=100%25", "q=Zoë|q=Zo%C3%AB", "a&b|a&b", "&&a=1&|a=1",
            "q={{env:HOME}}|q=%7B%7Benv%3AHOME%7D%7D", "q=${sys.user.name}|q=%24%7Bsys.user.name%7D",
            "q=bean:x?method=y|q=bean%3Ax%3Fmethod%3Dy", "q=https://evil.example.net/|q=https%3A%2F%2Fevil.example.net%2F" })
    void aRawQueryKeepsWhatIsEncoded(String raw, String query) {
        String wire = sent("get:search", Map.of(ZendeskOboConstants.QUERY, raw)).query();
        assertThat(decodedAlike(wire)).isEqualTo(decodedAlike(query));
        assertThat(wire).doesNotContain(" ", "[", "{", "<", "\"").doesNotContain("%25" + "2B", "%255B");
    }

    /** The server's reading of it: that is what counts, not which of the harmless characters are encoded. */
    private static List<String> decodedAlike(String query) {
        return Arrays.stream(query.split("&")).map(pair -> java.net.URLDecoder.decode(pair, java.nio.charset.StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void theValuesOfAMapAreEncodedOnce() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("page[after]", "aGk+bG8=");
        map.put("query", "requester:a+b@example.com 100%");
        map.put("n", 360_000_000_001L);
        map.put("none", null);
        map.put("e", "{{env:HOME}}&x=${sys.user.name}");
        assertThat(sent("get:search?query.fixed=1", Map.of(ZendeskOboConstants.QUERY, map)).query())
                .isEqualTo("fixed=1&page%5Bafter%5D=aGk%2BbG8%3D&query=requester%3Aa%2Bb%40example.com%20100%25&n=360000000001"
                           + "&e=%7B%7Benv%3AHOME%7D%7D%26x%3D%24%7Bsys.user.name%7D");
    }

    @Test
    void aMessageCannotOverrideWhatTheEndpointFixes() {
        for (Object query : List.of("status=open", Map.of("status", "open"), "a=1&status=open", "status[]=open", "%73tatus=open",
                "[status]=open", Map.of("status[]", "open"), "status]=open", "status")) {
            refused("get:requests?query.status=closed", Map.of(ZendeskOboConstants.QUERY, query), "which the endpoint fixes");
        }
        assertThat(sent("get:requests?query.status=closed", Map.of(ZendeskOboConstants.QUERY, "page=2")).query())
                .isEqualTo("status=closed&page=2");
    }

    @Test
    void aQueryThatIsNoneIsRefused() {
        for (Object query : List.of("a=1\r\nX: 1", "a=1#x", "a=\u0000", List.of("a=1"), 5, Map.of("a", List.of(1, 2)),
                Map.of("", "x"), Map.of(1, "x"), Map.of("a\nb", "x"), "=x", "a=\ud800", new String[] { "a=1" })) {
            refused("get:requests", Map.of(ZendeskOboConstants.QUERY, query));
        }
    }

    @Test
    void aRefusedQueryIsNotRepeated() {
        try (Rig rig = new Rig(zendesk).route("get:requests?query.x=1")) {
            for (Object query : List.of(Rig.JANE + "=1\n", Map.of(Rig.JANE, List.of(Rig.JANE)), Map.of("a", List.of(Rig.JANE)))) {
                Exchange out = rig.send(Rig.RAJ, null, Map.of(ZendeskOboConstants.QUERY, query));
                assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidRequestException.class)
                        .hasMessageNotContaining(Rig.JANE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "{{env:HOME}}", "${sys.user.name}", "bean:x?method=y", "#{x}", "$simple{sys.user.name}", "RAW(a@b.c)" })
    void nothingInAUserIsEverEvaluated(String user) {
        zendesk.world().endUser("x@example.com");
        try (Rig rig = new Rig(zendesk).route("get:requests")) {
            assertThat(rig.send(user, null).getException()).isInstanceOf(ZendeskOboInvalidUserException.class)
                    .hasMessageNotContaining(System.getProperty("user.name") + "@");
            assertThat(zendesk.journal().entries()).isEmpty();
            // what has the form of an address goes out letter by letter
            Exchange out = rig.send("${x}@example.com", null);
            assertThat(rig.requests()).allSatisfy(request -> assertThat(request.onBehalfOf()).isEqualTo("${x}@example.com"));
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.USER)).isEqualTo("${x}@example.com");
        }
    }

    @Test
    void anAddressWithAPlusIsAPlusInTheHeader() {
        zendesk.world().endUser("mf+1@example.com");
        try (Rig rig = new Rig(zendesk).route("get:requests")) {
            rig.send("mf+1@example.com", null);
            assertThat(rig.onlyRequest().headers().get("x-on-behalf-of")).containsExactly("mf+1@example.com");
        }
    }

    // ---- many addresses

    @Test
    void dynamicAddressesOpenNoNewClientsAndNoThreads() throws Exception {
        int many = 2_000;
        // these answers tell of no limit
        AccountRateBudget ample = new AccountRateBudget();
        ample.setAssumedLimit(1_000_000);
        try (Rig rig = new Rig(zendesk)) {
            rig.component().getConfiguration().setRateBudget(ample);
            AtomicInteger failures = new AtomicInteger();
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").toD("zendesk-obo:get:requests/${header.id}?tokenSource=#acme");
                }
            }).start();
            try (var template = rig.camel.createProducerTemplate()) {
                int threads = 0;
                Object client = null;
                for (int i = 0; i < many; i++) {
                    long id = 360_000_000_000L + i;
                    Exchange out = template.request("direct:in", exchange -> {
                        exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                        exchange.getMessage().setHeader("id", id);
                    });
                    if (out.getException() != null) {
                        failures.incrementAndGet();
                    }
                    if (i == 50) {
                        threads = Thread.getAllStackTraces().size();
                        client = rig.component().client();
                    }
                }
                assertThat(failures).hasValue(0);
                assertThat(rig.component().client()).isSameAs(client);
                assertThat(Thread.getAllStackTraces().size()).isLessThanOrEqualTo(threads + 3);
                assertThat(Thread.getAllStackTraces().keySet()).filteredOn(thread -> thread.getName().startsWith("ZendeskObo-io"))
                        .hasSizeLessThanOrEqualTo(5);
                assertThat(rig.requests()).extracting(JournalEntry::path).doesNotHaveDuplicates().hasSize(many);
            }
        }
    }

    @Test
    void aDynamicAddressCanBeLedNowhereThatAStaticOneCannotBe() {
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").toD("zendesk-obo:get:requests/${header.id}?tokenSource=#acme");
                }
            });
            for (@Nullable String id : new String[] { "../users", "../../../oauth/tokens", "1?path=users", "1?method=delete", "%2e%2e/x",
                    "1?user=" + Rig.RAJ + "&user=x@example.com" }) {
                Exchange out = rig.send(Rig.JANE, null, Map.of("id", id));
                assertThat(out.getException()).as(id).isNotNull();
            }
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }
}
