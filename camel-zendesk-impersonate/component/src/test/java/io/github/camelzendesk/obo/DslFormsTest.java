package io.github.camelzendesk.obo;

import static io.github.camelzendesk.obo.builder.StaticEndpointBuilders.zendeskObo;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;

/**
 * One and the same request in every form in which a route can be written. The user has a plus and a percent sign, which
 * Camel's addresses make a blank and a character of.
 */
class DslFormsTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final String USER = "a+b%c@example.com";
    private static final String QUERY = "requester:a+b 100%";

    private StandIn zendesk;

    @BeforeEach
    void theUserExistsAndSoDoThoseThatCouldBeMistaken() {
        zendesk = ZENDESK.standIn();
        zendesk.world().endUser(USER);
        zendesk.world().endUser("ab%c@example.com");
        zendesk.world().endUser("b%c@example.com");
    }

    interface Form {
        void addTo(Rig rig, String user, String query) throws Exception;
    }

    private static void load(Rig rig, String name, String text) throws Exception {
        PluginHelper.getRoutesLoader(rig.camel).loadRoutes(ResourceHelper.fromString(name, text));
    }

    static Stream<Arguments> forms() {
        return Stream.of(
                form("Java", (rig, user, query) -> rig.routes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme&user=" + user + "&query.query=" + query);
                    }
                })),
                form("Endpoint DSL", (rig, user, query) -> rig.routes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").to(zendeskObo("get:requests").tokenSource("#acme").user(user).query("query", query));
                    }
                })),
                form("YAML with parameters", (rig, user, query) -> load(rig, "route.yaml", """
                        - from:
                            uri: direct:in
                            steps:
                              - to:
                                  uri: zendesk-obo:get:requests
                                  parameters:
                                    tokenSource: "#acme"
                                    user: "%s"
                                    query.query: "%s"
                        """.formatted(user, query))),
                form("YAML with an address", (rig, user, query) -> load(rig, "route.yaml", """
                        - from:
                            uri: direct:in
                            steps:
                              - to:
                                  uri: "zendesk-obo:get:requests?tokenSource=#acme&user=%s&query.query=%s"
                        """.formatted(user, query))),
                form("XML", (rig, user, query) -> load(rig, "route.xml", """
                        <routes xmlns="http://camel.apache.org/schema/spring"><route><from uri="direct:in"/>
                          <to uri="zendesk-obo:get:requests?tokenSource=#acme&amp;user=%s&amp;query.query=%s"/>
                        </route></routes>
                        """.formatted(user, query))),
                form("toD", (rig, user, query) -> rig.routes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").setHeader("who", constant(user)).setHeader("what", constant(query))
                                .toD("zendesk-obo:get:requests?tokenSource=#acme&user=${header.who}&query.query=${header.what}");
                    }
                })));
    }

    private static Arguments form(String name, Form form) {
        return Arguments.of(name, form);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void withRawTheUserAndTheQueryArriveLetterByLetter(String name, Form form) throws Exception {
        try (Rig rig = new Rig(zendesk)) {
            form.addTo(rig, "RAW(" + USER + ")", "RAW(" + QUERY + ")");
            Exchange out = rig.send(null, null);

            assertThat(out.getException()).isNull();
            assertThat(rig.onlyRequest().headers().get("x-on-behalf-of")).containsExactly(USER);
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(USER);
            assertThat(rig.onlyRequest().query()).isEqualTo("query=requester%3Aa%2Bb%20100%25");
        }
    }

    /**
     * No form carries a plus without RAW, not even the parameters of YAML or the Endpoint DSL, since Camel makes an address of
     * them all: the plus is a blank by the time the component sees it. That is no user, and the error says what to write.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void withoutRawNobodyElseIsMeantAndTheErrorSaysWhatToWrite(String name, Form form) {
        String what;
        try (Rig rig = new Rig(zendesk)) {
            form.addTo(rig, USER, "x");
            Exchange out = rig.send(null, null);
            assertThat(rig.requests()).allSatisfy(request -> assertThat(request.onBehalfOf()).isEqualTo(USER));
            what = out.getException() == null ? "carries it" : reasons(out.getException());
        } catch (Exception e) {
            what = reasons(e);
        }
        assertThat(what).contains("option user").contains("RAW(");
        assertThat(zendesk.journal().requests()).extracting(JournalEntry::actedAs).doesNotContain("b%c@example.com", "ab%c@example.com");
    }

    /** In a header nothing has to be quoted, whatever form the route has. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("plainForms")
    void inTheHeaderThePlusIsAPlus(String name, Form form) throws Exception {
        try (Rig rig = new Rig(zendesk)) {
            form.addTo(rig, "", "");
            Exchange out = rig.send(USER, null, Map.of("id", 7));

            assertThat(out.getException()).isInstanceOf(ZendeskOboNotFoundException.class);
            assertThat(rig.onlyRequest().line()).isEqualTo("as " + USER + " GET /api/v2/requests/7 -> 404");
        }
    }

    static Stream<Arguments> plainForms() {
        return Stream.of(
                form("Java", (rig, user, query) -> rig.routes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").to("zendesk-obo:get:requests/{id}?tokenSource=#acme");
                    }
                })),
                form("Endpoint DSL", (rig, user, query) -> rig.routes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").to(zendeskObo("get:requests/{id}").tokenSource("#acme").responseBody("json"));
                    }
                })),
                form("YAML", (rig, user, query) -> load(rig, "route.yaml", """
                        - from:
                            uri: direct:in
                            steps:
                              - to:
                                  uri: zendesk-obo
                                  parameters:
                                    method: get
                                    path: "requests/{id}"
                                    tokenSource: "#acme"
                        """)),
                form("XML", (rig, user, query) -> load(rig, "route.xml", """
                        <route><from uri="direct:in"/><to uri="zendesk-obo:get:requests/{id}?tokenSource=#acme"/></route>
                        """)),
                form("toD", (rig, user, query) -> rig.routes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").toD("zendesk-obo:get:requests/${header.id}?tokenSource=#acme");
                    }
                })));
    }

    private static String reasons(Throwable thrown) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            messages.add(String.valueOf(cause.getMessage()));
        }
        return messages.get(messages.size() - 1);
    }
}
