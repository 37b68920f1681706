package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;

/** What is wrong with an option shows at start, by the option's name and never by its value. */
class OptionsTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private StandIn zendesk;

    @BeforeEach
    void standIn() {
        zendesk = ZENDESK.standIn();
    }

    /** The messages from the outermost cause to the innermost. */
    private static List<String> messages(Throwable thrown) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            messages.add(String.valueOf(cause.getMessage()));
        }
        return messages;
    }

    /** Camel's own wrappers show the address as the route has it; the reason given by the component does not. */
    private static String reason(Throwable thrown) {
        List<String> messages = messages(thrown);
        return messages.get(messages.size() - 1);
    }

    private Throwable startFails(String to) {
        try (Rig rig = new Rig(zendesk)) {
            Throwable thrown = catchThrowable(() -> rig.route(to).start());
            assertThat(thrown).as(to).isNotNull();
            assertThat(zendesk.journal().entries()).isEmpty();
            return thrown;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "post:requests?onBehalfOff=zzz|no option onBehalfOff", "post:requests?usr=zzz|no option usr",
            "post:requests?configuration=#zzz|configuration", "post:requests?configuration.proof=zzz|configuration",
            "post:requests?query=zzz|no option query", "post:requests?token=zzz|no option token",
            "post:requests?accessToken=zzz|no option accessToken", "post:requests?Query.a=zzz|Query.a",
            "zzz:requests|method", ":requests|method", "head:requests|method", "requests|zendesk-obo:method:path",
            "post:requests?proof=zzz|option proof must be one of token, user, off", "post:requests?proof=|proof",
            "post:requests?responseBody=zzz|option responseBody", "post:requests?allowedFor=zzz|option allowedFor",
            "post:requests?userKind=zzz|option userKind", "post:requests?userFrom=zzz|option userFrom",
            "post:requests?userFrom=header:|option userFrom", "post:requests?userFrom=body:zzz|option userFrom",
            "post:requests?user=zzz x@example.com|option user", "post:requests?user=zzz+x@example.com|RAW(",
            "post:requests?user=zzz%2Bx@example.com|RAW(", "post:requests?user=zzz|option user",
            "post:requests?user=|option user", "post:requests?user=zzz@example.com&userKind=id|option user",
            "post:requests?user=zzz@example.com&userFrom=header:x|exclude each other",
            "post:requests?requestTimeout=zzz|requestTimeout", "post:requests?requestTimeout=0|requestTimeout",
            "post:requests?requestTimeout=-1|requestTimeout", "post:requests?requestTimeout=|requestTimeout",
            "post:requests?throwExceptionOnFailure=zzz|throwExceptionOnFailure",
            "post:requests?proof=off&PROOF=token|two spellings", "post:requests?userKind=any&user-kind=id|two spellings",
            "post:requests?tokenSource=zzz|tokenSource", "post:requests?TOKEN-SOURCE=zzz&tokenSource=#acme|must name a bean",
            "post:requests?TOKEN-SOURCE=#acme&tokenSource=#acme|two spellings",
            "post:requests?tokenSource=#zzz|tokenSource", "post:requests?userResolver=#zzz|userResolver names #zzz", "post:requests?userPolicy=#acme|userPolicy",
            "post:requests?subdomain=zzz|set one of them", "post:requests?query.=zzz|query." })
    void aWrongOptionStopsTheStartByItsName(String to, String said) {
        Throwable thrown = startFails(to);

        assertThat(String.join("\n", messages(thrown))).contains(said);
        if (!said.contains("userResolver") && !to.contains("tokenSource=#zzz")) { // the name of a bean may be told
            assertThat(reason(thrown)).doesNotContain("zzz");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "tokenSource", "token-source", "TOKENSOURCE", "TokenSource", "token_source", "access-token", "token",
            "bearer" })
    void aTokenInTheAddressIsNeverRepeated(String option) {
        Throwable thrown = startFails("post:requests?" + option + "=Sup3rS3cret");

        assertThat(reason(thrown)).containsIgnoringCase(option.toLowerCase().contains("source") ? "the option token" : option)
                .doesNotContain("Sup3rS3cret");
    }

    // ---- the account

    @ParameterizedTest
    @ValueSource(strings = {
            "evil.example.net/#", "a.b@evil", "-x", "x-", "RAW( )", "RAW(acme )", "https://evil.example.net", "acme.evil.net",
            "acme.zendesk.com.evil.net", "https://acme.zendesk.com/agent", "http://acme.zendesk.com", "acme.zendesk.com:8443",
            "acme/../x", "user:zzz@acme", "127.0.0.1", "localhost:80", "ac me", "acmé", "acme%23", "acme_x",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" })
    void aSubdomainThatIsNoneIsRefused(String subdomain) {
        try (Rig rig = new Rig(zendesk)) {
            rig.component().getConfiguration().setBaseUri(null);
            Throwable thrown = catchThrowable(() -> rig.route("get:requests?subdomain=" + subdomain).start());
            assertThat(thrown).isNotNull();
            assertThat(String.join("\n", messages(thrown))).containsAnyOf("subdomain is not valid", "Illegal character",
                    "Failed to resolve endpoint");
            assertThat(reason(thrown)).doesNotContain("evil");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "evil.example.net/#", "", " ", "{{unresolved}}", "${unresolved}", "https://acme.zendesk.com:443/", "acme\n",
            "acme.zendesk.com.", "//acme", "evil.net\u0000" })
    void andSoItIsOnTheComponent(String subdomain) {
        try (Rig rig = new Rig(zendesk)) {
            rig.component().getConfiguration().setBaseUri(null);
            rig.component().getConfiguration().setSubdomain(subdomain);
            Throwable thrown = catchThrowable(() -> rig.route("get:requests").start());
            assertThat(reason(thrown)).contains("subdomain").doesNotContain("evil").doesNotContain("unresolved}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "acme", "ACME", "acme.zendesk.com", "https://acme.zendesk.com", "https://acme.zendesk.com/",
            "Acme.Zendesk.com" })
    void whatPeoplePasteIsTheSameAccount(String subdomain) {
        try (Rig rig = new Rig(zendesk)) {
            rig.component().getConfiguration().setBaseUri(null);
            rig.route("get:requests?subdomain=" + subdomain).start();
            assertThat(origins(rig.camel)).containsExactly("https://acme.zendesk.com");
        }
    }

    @Test
    void anAccountOfItsOwnDomainIsNamedByItsAddress() {
        try (Rig rig = new Rig(zendesk)) {
            rig.component().getConfiguration().setBaseUri(null);
            rig.route("get:requests?baseUri=https://help.example.com/").start();
            assertThat(origins(rig.camel)).containsExactly("https://help.example.com");
        }
    }

    private static List<String> origins(CamelContext camel) {
        return camel.getEndpoints().stream().filter(ZendeskOboEndpoint.class::isInstance)
                .map(endpoint -> ((ZendeskOboEndpoint) endpoint).getServiceUrl()).distinct().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "http://help.example.com", "http://localhost.example.com", "http://127.0.0.1.example.com", "http://0.0.0.0:80",
            "http://10.0.0.1", "http://[fe80::1]", "http://127.1", "http://2130706433", "http://0x7f.0.0.1", "help.example.com",
            "https://help.example.com/api", "https://u:p@help.example.com", "https://help.example.com?x", "https://help.example.com#x",
            "ftp://help.example.com", "https://", "https://help.example.com:0", "https://help.example.com:65536", "https://a b",
            "{{unresolved}}", "", " ", "https://help.example.com\\@evil.example.net", "http://[::1]@evil.example.net",
            "https://help.example.com\r\n" })
    void anAddressThatCouldLeadElsewhereIsRefused(String baseUri) {
        try (Rig rig = new Rig(zendesk)) {
            rig.component().getConfiguration().setBaseUri(baseUri);
            Throwable thrown = catchThrowable(() -> rig.route("get:requests").start());
            assertThat(reason(thrown)).contains("baseUri").doesNotContain("evil", "u:p", "help.example");
        }
    }

    @Test
    void anAccountMustBeNamedAndOnlyOnce() {
        try (Rig rig = new Rig(zendesk)) {
            rig.component().getConfiguration().setBaseUri(null);
            assertThatThrownBy(() -> rig.route("get:requests").start()).hasStackTraceContaining("subdomain or baseUri must name");
        }
        assertThat(reason(startFails("get:requests?subdomain=acme&baseUri=https://help.example.com"))).contains("set one of them");
    }

    @Test
    void anUnresolvedPlaceholderStopsTheStart() {
        Throwable thrown = startFails("get:requests?user={{unresolved.property}}");
        assertThat(String.join("\n", messages(thrown))).contains("unresolved.property");
    }

    // ---- the component

    static Stream<Arguments> wrongComponents() {
        return Stream.of(
                component("connectTimeout", component -> component.setConnectTimeout(0)),
                component("connectTimeout", component -> component.setConnectTimeout(-1)),
                component("maxConnections", component -> component.setMaxConnections(0)),
                component("proxyPort", component -> component.setProxyHost("proxy.example.net")),
                component("proxyPort", component -> {
                    component.setProxyHost("proxy.example.net");
                    component.setProxyPort(70000);
                }),
                component("proxyHost", component -> component.setProxyPort(3128)),
                component("proxyHost", component -> component.setProxyUser("zzz")),
                component("proxyPassword", component -> component.setProxyPassword("zzz")),
                component("proxyPassword", component -> {
                    component.setProxyHost("proxy.example.net");
                    component.setProxyPort(3128);
                    component.setProxyUser("zzz");
                }),
                component("proxyUser", component -> {
                    component.setProxyHost("proxy.example.net");
                    component.setProxyPort(3128);
                    component.setProxyPassword("zzz");
                }),
                component("proxyHost", component -> {
                    component.setProxyHost(" ");
                    component.setProxyPort(3128);
                }),
                component("proxyHost", component -> {
                    component.setProxyHost("http://proxy.example.net/zzz");
                    component.setProxyPort(3128);
                }));
    }

    private static Arguments component(String said, Consumer<ZendeskOboComponent> options) {
        return Arguments.of(said, options);
    }

    @ParameterizedTest
    @MethodSource("wrongComponents")
    void aWrongOptionOfTheComponentStopsTheStartByItsName(String said, Consumer<ZendeskOboComponent> options) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            ZendeskOboComponent component = new ZendeskOboComponent();
            options.accept(component);
            component.setCamelContext(camel);
            Throwable thrown = catchThrowable(component::start);
            assertThat(thrown).isNotNull();
            assertThat(reason(thrown)).contains(said).doesNotContain("zzz");
        }
    }

    @Test
    void whatTheComponentSaysIsTheDefaultOfItsEndpoints() {
        zendesk.faults().always().path("/api/v2/requests").respond(Fault.status(404).json("{\"error\":\"RecordNotFound\"}"));
        try (Rig rig = new Rig(zendesk)) {
            ZendeskOboConfiguration defaults = rig.component().getConfiguration();
            defaults.setThrowExceptionOnFailure(false);
            defaults.setUser(Rig.RAJ);
            defaults.setProof("off");
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme");
                    from("direct:own").to("zendesk-obo:get:requests?tokenSource=#acme&throwExceptionOnFailure=true&user=" + Rig.JANE);
                }
            });
            Exchange out = rig.send(null, null);
            Exchange own = rig.camel.createProducerTemplate().request("direct:own", exchange -> {
            });

            assertThat(out.getException()).isNull();
            assertThat(own.getException()).isInstanceOf(ZendeskOboNotFoundException.class);
            assertThat(zendesk.journal().entries()).extracting(entry -> entry.onBehalfOf()).containsExactly(Rig.RAJ, Rig.JANE);
            // an endpoint's own options do not come to be the component's
            assertThat(defaults.getUser()).isEqualTo(Rig.RAJ);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void propertiesOfCamelMainReachTheComponent(boolean nested) throws Exception {
        zendesk.faults().always().path("/api/v2/requests").respond(Fault.status(404));
        String prefix = "camel.component.zendesk-obo." + (nested ? "configuration." : "");
        Main main = new Main();
        main.addInitialProperty(prefix + "base-uri", zendesk.baseUri().toString());
        main.addInitialProperty(prefix + "request-timeout", "5s");
        main.addInitialProperty(prefix + "throw-exception-on-failure", "false");
        main.addInitialProperty(prefix + "user-from", "property:customer");
        main.addInitialProperty("camel.component.zendesk-obo.max-connections", "7");
        main.addInitialProperty("camel.component.zendesk-obo.connect-timeout", "3s");
        main.addInitialProperty("camel.component.zendesk-obo.autowired-enabled", "true");
        main.bind("acme", io.github.camelzendesk.obo.token.TokenSource.supplied(() -> Sample.TOKEN));
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").setProperty("customer", constant(Rig.JANE)).to("zendesk-obo:get:requests");
            }
        });
        main.start();
        try {
            ZendeskOboComponent component = main.getCamelContext().getComponent("zendesk-obo", ZendeskOboComponent.class);
            assertThat(component.getConfiguration().getRequestTimeout()).isEqualTo(5000);
            assertThat(component.getMaxConnections()).isEqualTo(7);
            assertThat(component.getConnectTimeout()).isEqualTo(3000);
            assertThat(component.getTokenSource()).isNotNull();
            Exchange out = main.getCamelContext().createProducerTemplate().request("direct:in", exchange -> {
            });
            assertThat(out.getException()).isNull();
            assertThat(zendesk.journal().requests()).hasSize(1)
                    .allSatisfy(request -> assertThat(request.actedAs()).isEqualTo(Rig.JANE));
        } finally {
            main.stop();
        }
    }

    @Test
    void aMisspeltPropertyOfCamelMainStopsTheStart() {
        Main main = new Main();
        main.addInitialProperty("camel.component.zendesk-obo.base-urii", "https://zzz.example.com");
        assertThatThrownBy(main::start).hasStackTraceContaining("baseUrii");
    }

    @Test
    void nothingOfTheOptionsIsShownByTheTextFormOfWhatHasThem() {
        try (Rig rig = new Rig(zendesk)) {
            rig.component().setProxyPassword("Sup3rS3cret");
            rig.route("get:requests?user=" + Rig.JANE);
            rig.component().setProxyPassword(null);
            rig.start();
            for (Object object : List.of(rig.component(), rig.component().getConfiguration())) {
                assertThat(object.toString()).doesNotContain("Sup3rS3cret", Rig.JANE, Sample.TOKEN);
            }
        }
    }

    @Test
    void itCannotBeConsumedFrom() {
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("zendesk-obo:get:requests?tokenSource=#acme").to("mock:x");
                }
            });
            assertThatThrownBy(rig::start).hasStackTraceContaining("cannot be consumed from");
        }
    }

    @Test
    void aRouteWithAWrongOptionDoesNotDisturbAnother() {
        try (Rig rig = new Rig(zendesk).route("get:requests").start()) {
            assertThat(catchThrowable(() -> rig.camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:wrong").to("zendesk-obo:get:requests?tokenSource=#acme&proof=zzz");
                }
            }))).isNotNull();
            assertThat(rig.send(Rig.JANE, null, Map.of()).getException()).isNull();
        }
    }
}
