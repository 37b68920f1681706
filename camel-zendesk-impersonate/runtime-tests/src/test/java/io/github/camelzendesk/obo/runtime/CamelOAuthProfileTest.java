package io.github.camelzendesk.obo.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.OAuthClientAuthenticationFactory;
import org.apache.camel.spi.OAuthClientConfig;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.CamelOAuthTokenSource;
import io.github.camelzendesk.obo.ZendeskOboNoTokenException;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/**
 * Camel's OAuth profiles as a source of tokens. What Camel ships for them, {@code camel-oauth}, stands here as a factory of the
 * test's own behind the same interface.
 */
class CamelOAuthProfileTest {

    /** Camel finds it by the service file in the test's resources, as it finds that of camel-oauth. */
    public static final class Profiles implements OAuthClientAuthenticationFactory {
        static final List<String> ASKED = new ArrayList<>();
        static RuntimeException failure;

        @Override
        public String resolveToken(OAuthClientConfig config) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String resolveToken(CamelContext context, String profile) {
            ASKED.add(profile);
            if (failure != null) {
                throw failure;
            }
            return Sample.TOKEN;
        }

        @Override
        public String resolveToken(CamelContext context) {
            throw new UnsupportedOperationException();
        }
    }

    @BeforeEach
    void begin() {
        Profiles.ASKED.clear();
        Profiles.failure = null;
    }

    private DefaultCamelContext camel(StandIn zendesk, CamelOAuthTokenSource source) throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.getRegistry().bind("byProfile", source);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:post:requests?tokenSource=#byProfile&baseUri=" + zendesk.baseUri());
            }
        });
        return camel;
    }

    private static Exchange send(CamelContext camel) throws Exception {
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            return template.request("direct:in", exchange -> {
                exchange.getMessage().setHeader("CamelZendeskOboUser", Sample.JANE);
                exchange.getMessage().setBody(Map.of("request", Map.of("subject", "Help", "comment", Map.of("body", "It broke"))));
            });
        }
    }

    @Test
    void aProfileGivesTheToken() throws Exception {
        CamelOAuthTokenSource source = new CamelOAuthTokenSource();
        source.setProfile("zendesk");
        try (StandIn zendesk = StandIn.start(); DefaultCamelContext camel = camel(zendesk, source)) {
            camel.start();

            assertThat(send(camel).getException()).isNull();
            assertThat(Profiles.ASKED).isNotEmpty().containsOnly("zendesk");
            assertThat(zendesk.journal().requests()).extracting(Object::toString)
                    .containsExactly("as jane@example.com POST /api/v2/requests -> 201");
        }
    }

    @Test
    void theYamlOfTheHowToWorks() throws Exception {
        Matcher snippet = Pattern.compile("^```yaml\\n((?:(?!```).)*CamelOAuthTokenSource.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../../docs/how-to/tokens.md")));
        assertThat(snippet.find()).isTrue();
        try (StandIn zendesk = StandIn.start(); DefaultCamelContext camel = new DefaultCamelContext()) {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("beans.yaml", snippet.group(1)));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("zendesk-obo:post:requests?baseUri=" + zendesk.baseUri());
                }
            });
            camel.start();

            assertThat(send(camel).getException()).isNull();
            assertThat(Profiles.ASKED).containsOnly("zendesk");
        }
    }

    @Test
    void whatAProfileSaysOfItsFailureIsNotRepeated() throws Exception {
        CamelOAuthTokenSource source = new CamelOAuthTokenSource();
        source.setProfile("zendesk");
        Profiles.failure = new IllegalStateException("the secret was s3cr3t");
        try (StandIn zendesk = StandIn.start(); DefaultCamelContext camel = camel(zendesk, source)) {
            camel.start();

            assertThat(send(camel).getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("camel.oauth.zendesk").hasMessageNotContaining("s3cr3t").hasNoCause();
            assertThat(zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aMissingProfileFailsAtStart() throws Exception {
        try (StandIn zendesk = StandIn.start(); DefaultCamelContext camel = camel(zendesk, new CamelOAuthTokenSource())) {
            assertThatThrownBy(camel::start).hasStackTraceContaining("needs a profile");
        }
    }
}
