package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.builder.dsl.ZendeskOboEndpointBuilderFactory;

/** What tools, DSLs and containers learn about the component from the files beside its classes. */
class CatalogTest {

    private static final JsonNode CATALOG = catalog();

    private static JsonNode catalog() {
        try (InputStream json = CatalogTest.class.getResourceAsStream(
                "/META-INF/io/github/camelzendesk/obo/zendesk-obo.json")) {
            return new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }


    private static Set<String> settersOf(Class<?>... types) {
        return Stream.of(types).flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getName().startsWith("set") && method.getParameterCount() == 1)
                .map(method -> Character.toLowerCase(method.getName().charAt(3)) + method.getName().substring(4))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void everyOptionIsInTheCatalogWithAnExplanation() {
        Set<String> endpoint = settersOf(ZendeskOboEndpoint.class, ZendeskOboConfiguration.class);
        endpoint.remove("configuration");
        assertThat(names(CATALOG.path("properties"))).containsAll(endpoint).contains("method", "path", "lazyStartProducer");
        assertThat(names(CATALOG.path("componentProperties")))
                .containsAll(settersOf(ZendeskOboComponent.class, ZendeskOboConfiguration.class));

        for (String part : List.of("properties", "componentProperties", "headers")) {
            CATALOG.path(part).properties().forEach(option -> {
                String text = option.getValue().path("description").asText();
                assertThat(text).as(option.getKey()).isNotBlank().endsWith(".");
            });
        }
    }

    @Test
    void everyOptionThatHasADefaultStatesTheOneItHas() throws Exception {
        ZendeskOboConfiguration defaults = new ZendeskOboConfiguration();
        for (Field field : ZendeskOboConfiguration.class.getDeclaredFields()) {
            field.setAccessible(true);
            Object value = field.get(defaults);
            JsonNode stated = CATALOG.path("properties").path(field.getName()).path("defaultValue");
            if (value != null) {
                assertThat(stated.asText()).as(field.getName()).isEqualTo(value.toString());
                assertThat(CATALOG.path("componentProperties").path(field.getName()).path("defaultValue").asText())
                        .isEqualTo(value.toString());
            }
        }
        assertThat(CATALOG.at("/properties/userFrom/defaultValue").asText()).isEqualTo("header:" + ZendeskOboConstants.USER);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            ZendeskOboComponent component = new ZendeskOboComponent(camel);
            assertThat(CATALOG.at("/componentProperties/connectTimeout/defaultValue").asLong()).isEqualTo(component.getConnectTimeout());
            assertThat(CATALOG.at("/componentProperties/maxConnections/defaultValue").asInt()).isEqualTo(component.getMaxConnections());
        }
    }

    @Test
    void secretsAndBeansAreMarked() {
        assertThat(CATALOG.at("/componentProperties/proxyPassword/secret").asBoolean()).isTrue();
        assertThat(CATALOG.at("/componentProperties/tokenSource/autowired").asBoolean()).isTrue();
        assertThat(CATALOG.at("/properties/method/enum")).extracting(JsonNode::asText)
                .containsExactly("get", "post", "put", "patch", "delete");
        assertThat(CATALOG.at("/properties/query/multiValue").asBoolean()).isTrue();
        assertThat(CATALOG.at("/component/producerOnly").asBoolean()).isTrue();
        assertThat(CATALOG.at("/component/scheme").asText()).isEqualTo("zendesk-obo");
        assertThat(CATALOG.at("/component/syntax").asText()).isEqualTo("zendesk-obo:method:path");
    }

    @Test
    void everyHeaderBeginsWithCamelAndIsInTheCatalog() throws Exception {
        Set<String> headers = new TreeSet<>();
        for (Field field : ZendeskOboConstants.class.getFields()) {
            headers.add((String) field.get(null));
        }
        assertThat(headers).hasSizeGreaterThanOrEqualTo(13).allSatisfy(header -> assertThat(header).startsWith("Camel"));
        assertThat(names(CATALOG.path("headers"))).isEqualTo(headers);
    }

    @Test
    void theEndpointDslHasEveryOption() {
        Set<String> methods = Stream.of(ZendeskOboEndpointBuilderFactory.class.getDeclaredClasses())
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods())).map(method -> method.getName()).collect(Collectors.toSet());
        Set<String> options = names(CATALOG.path("properties"));
        options.removeAll(Set.of("method", "path"));
        assertThat(methods).containsAll(options);

        Set<String> headers = Stream.of(ZendeskOboEndpointBuilderFactory.ZendeskOboHeaderNameBuilder.class.getDeclaredMethods())
                .filter(method -> method.getParameterCount() == 0 && method.getReturnType() == String.class)
                .map(method -> method.getName()).collect(Collectors.toSet());
        assertThat(headers).hasSize(names(CATALOG.path("headers")).size());
    }

    @Test
    void theComponentIsAnnounced() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(classes().resolve("META-INF/services/org/apache/camel/component.properties"))) {
            properties.load(in);
        }
        assertThat(properties).containsEntry("components", "zendesk-obo").containsEntry("groupId", "io.github.camelzendesk")
                .containsEntry("artifactId", "camel-zendesk-impersonate");
        for (String service : List.of("component/zendesk-obo", "configurer/zendesk-obo-component", "configurer/zendesk-obo-endpoint",
                "configurer/io.github.camelzendesk.obo.ZendeskOboConfiguration", "urifactory/zendesk-obo-endpoint")) {
            assertThat(classes().resolve("META-INF/services/org/apache/camel/" + service)).exists();
        }
    }

    /** The manifest goes into the jar after the tests, so these are the instructions that make it. */
    @Test
    void theBundleImportsTheCamelsThatItRunsOn() throws IOException {
        String pom = Files.readString(classes().resolve("../../pom.xml"));
        assertThat(pom).contains("org.apache.camel*;version=\"[4.14,5)\"", "com.fasterxml.jackson*;version=\"[2.15,3)\"",
                "<Automatic-Module-Name>io.github.camelzendesk.obo</Automatic-Module-Name>",
                "(osgi.extender=org.apache.camel)", "org.apache.camel;component=zendesk-obo");
        Path manifest = classes().resolve("META-INF/MANIFEST.MF");
        if (Files.exists(manifest)) { // of the build before
            String text = Files.readString(manifest).replace("\r\n ", "").replace("\n ", "");
            assertThat(text).contains("Bundle-SymbolicName: io.github.camelzendesk.camel-zendesk-impersonate")
                    .containsPattern("Import-Package:.*org\\.apache\\.camel;version=\"\\[4\\.14,5\\)\"")
                    .containsPattern("Import-Package:.*com\\.fasterxml\\.jackson\\.databind;version=\"\\[2\\.15,3\\)\"");
        }
    }

    private static Path classes() {
        try {
            return Path.of(ZendeskOboComponent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
