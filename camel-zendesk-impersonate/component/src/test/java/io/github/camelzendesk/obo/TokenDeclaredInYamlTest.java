package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.JdbcTokenStore;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;

/** A few lines of YAML or properties declare each kind of token source, and it works end to end. */
class TokenDeclaredInYamlTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final String PACKAGE = "io.github.camelzendesk.obo.token.";
    private static final String ROUTE = """
            - from:
                uri: direct:in
                steps:
                  - to: "zendesk-obo:post:requests?user=jane@example.com&tokenSource=#acme"
            """;

    @TempDir
    private Path temp;

    private StandIn zendesk() {
        return ZENDESK.standIn();
    }

    private void sends(String beans) throws Exception {
        sends(beans, ROUTE, Map.of());
    }

    private void sends(String beans, String route, Map<String, Object> others) throws Exception {
        try (Rig rig = new Rig(zendesk())) {
            rig.camel.getRegistry().unbind("acme");
            others.forEach(rig::bind);
            PluginHelper.getRoutesLoader(rig.camel).loadRoutes(ResourceHelper.fromString("beans.yaml", beans + route));
            Exchange out = rig.send(null, Rig.aRequest("Help"));
            assertThat(out.getException()).isNull();
            assertThat(rig.onlyRequest().line()).isEqualTo("as jane@example.com POST /api/v2/requests -> 201");
        }
    }

    private String keyFile() throws Exception {
        Path file = temp.resolve("store.key");
        StoreKey.generate(file);
        return file.toString();
    }

    private String folder() {
        return temp.resolve("tokens").toString();
    }

    /** What {@code zendesk-obo authorize} leaves. */
    private void authorized(String keyFile) throws Exception {
        GrantRig.authorize(zendesk().baseUri(), java.time.Instant.now(),
                new FileTokenStore(Path.of(folder()), StoreKey.fromFile(Path.of(keyFile))), Sample.CLIENT, Sample.CLIENT_SECRET,
                "impersonate read write");
        zendesk().oauth().expireAccessTokens();
    }

    @Test
    void fixed() throws Exception {
        sends("""
                - beans:
                    - name: acme
                      type: io.github.camelzendesk.obo.token.FixedTokenSource
                      properties:
                        token: sample-token-impersonate-read-write
                """);
    }

    @Test
    void clientCredentials() throws Exception {
        sends("""
                - beans:
                    - name: acme
                      type: io.github.camelzendesk.obo.token.ClientCredentialsTokenSource
                      properties:
                        clientId: my_client
                        clientSecret: sample-secret-of-my-client
                        scopes: impersonate read write
                        tokenLifetime: 1h
                """);
        assertThat(zendesk().journal().entries()).filteredOn(entry -> entry.path().equals("/oauth/tokens"))
                .singleElement().satisfies(entry -> assertThat(entry.bodyText()).contains("\"expires_in\":3600"));
    }

    @Test
    void theOnlySourceNeedsNoName() throws Exception {
        sends("""
                - beans:
                    - name: whatever
                      type: io.github.camelzendesk.obo.token.ClientCredentialsTokenSource
                      properties:
                        clientId: my_client
                        clientSecret: sample-secret-of-my-client
                """, ROUTE.replace("&tokenSource=#acme", ""), Map.of());
    }

    @Test
    void refreshTokenWithAFile() throws Exception {
        String keyFile = keyFile();
        authorized(keyFile);
        sends("""
                - beans:
                    - name: pairs
                      type: io.github.camelzendesk.obo.token.FileTokenStore
                      properties:
                        folder: %s
                        keyFile: %s
                    - name: acme
                      type: io.github.camelzendesk.obo.token.RefreshTokenSource
                      properties:
                        clientId: my_client
                        clientSecret: sample-secret-of-my-client
                        store: "#bean:pairs"
                """.formatted(folder(), keyFile));
        assertThat(zendesk().oauth().refreshes()).isEqualTo(1);
    }

    @Test
    void refreshTokenWithADatabase() throws Exception {
        JdbcDataSource database = database("declared");
        String keyFile = keyFile();
        JdbcTokenStore store = new JdbcTokenStore(database, StoreKey.fromFile(Path.of(keyFile)));
        store.createSchema();
        GrantRig.authorize(zendesk().baseUri(), java.time.Instant.now(), store, Sample.CLIENT, Sample.CLIENT_SECRET,
                "impersonate read write");
        zendesk().oauth().expireAccessTokens();
        sends("""
                - beans:
                    - name: pairs
                      type: io.github.camelzendesk.obo.token.JdbcTokenStore
                      properties:
                        dataSource: "#bean:db"
                        keyFile: %s
                        createSchema: true
                    - name: acme
                      type: io.github.camelzendesk.obo.token.RefreshTokenSource
                      properties:
                        clientId: my_client
                        clientSecret: sample-secret-of-my-client
                        store: "#bean:pairs"
                """.formatted(keyFile), ROUTE, Map.of("db", database));
        assertThat(zendesk().oauth().refreshes()).isEqualTo(1);
    }

    @Test
    void createdByAnAdmin() throws Exception {
        sends("""
                - beans:
                    - name: boss
                      type: io.github.camelzendesk.obo.token.FixedTokenSource
                      properties:
                        token: sample-token-read-write
                    - name: acme
                      type: io.github.camelzendesk.obo.token.AdminCreatedTokenSource
                      properties:
                        clientId: "%d"
                        admin: "#bean:boss"
                """.formatted(zendesk().world().client(Sample.CLIENT).id()));
    }

    // ---- application.properties

    private Exchange viaMain(Map<String, String> properties) throws Exception {
        Main main = new Main();
        Properties all = new Properties();
        all.putAll(properties);
        all.setProperty("camel.component.zendesk-obo.configuration.base-uri", zendesk().baseUri().toString());
        main.setOverrideProperties(all);
        main.setPropertyPlaceholderLocations("false");
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:post:requests?user=jane@example.com&tokenSource=#acme");
            }
        });
        try {
            main.start();
            return main.getCamelTemplate().request("direct:in", exchange -> exchange.getMessage().setBody(Rig.aRequest("Help")));
        } finally {
            main.stop();
        }
    }

    @Test
    void clientCredentialsInProperties() throws Exception {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("camel.beans.acme", "#class:" + PACKAGE + "ClientCredentialsTokenSource");
        properties.put("camel.beans.acme.clientId", Sample.CLIENT);
        properties.put("camel.beans.acme.clientSecret", Sample.CLIENT_SECRET);
        properties.put("camel.beans.acme.tokenLifetime", "2h");
        assertThat(viaMain(properties).getException()).isNull();
    }

    @Test
    void refreshTokenInProperties() throws Exception {
        String keyFile = keyFile();
        authorized(keyFile);
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("camel.beans.pairs", "#class:" + PACKAGE + "FileTokenStore");
        properties.put("camel.beans.pairs.folder", folder());
        properties.put("camel.beans.pairs.keyFile", keyFile);
        properties.put("camel.beans.acme", "#class:" + PACKAGE + "RefreshTokenSource");
        properties.put("camel.beans.acme.clientId", Sample.CLIENT);
        properties.put("camel.beans.acme.clientSecret", Sample.CLIENT_SECRET);
        properties.put("camel.beans.acme.store", "#bean:pairs");
        assertThat(viaMain(properties).getException()).isNull();
        assertThat(zendesk().oauth().refreshes()).isEqualTo(1);
    }

    @Test
    void createdByAnAdminInProperties() throws Exception {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("camel.beans.boss", "#class:" + PACKAGE + "FixedTokenSource");
        properties.put("camel.beans.boss.token", Sample.PLAIN_TOKEN);
        properties.put("camel.beans.acme", "#class:" + PACKAGE + "AdminCreatedTokenSource");
        properties.put("camel.beans.acme.clientId", String.valueOf(zendesk().world().client(Sample.CLIENT).id()));
        properties.put("camel.beans.acme.admin", "#bean:boss");
        assertThat(viaMain(properties).getException()).isNull();
    }

    // ---- as the how-to has them

    static Stream<String> ofTheHowTo(String language) throws Exception {
        Path page = Path.of("").toAbsolutePath();
        while (!Files.exists(page.resolve("docs/how-to/tokens.md"))) {
            page = page.getParent();
        }
        return Pattern.compile("^```" + language + "\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(page.resolve("docs/how-to/tokens.md"))).results().map(match -> match.group(1));
    }

    static Stream<String> yamlOfTheHowTo() throws Exception {
        // that of Camel's profiles needs a newer Camel: it runs in the module runtime-tests
        return ofTheHowTo("yaml").filter(text -> !text.contains("CamelOAuthTokenSource"));
    }

    static Stream<String> propertiesOfTheHowTo() throws Exception {
        return ofTheHowTo("properties");
    }

    private String here(String text, String keyFile) {
        return text.replace("/var/lib/obo/tokens", folder()).replace("/etc/obo/store.key", keyFile)
                .replace("{{zendesk.secret}}", Sample.CLIENT_SECRET).replace("{{zendesk.token}}", Sample.PLAIN_TOKEN)
                .replace("10000000000041", String.valueOf(zendesk().world().client(Sample.CLIENT).id()));
    }

    private JdbcDataSource database(String name) {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
        database.setUser("sa");
        return database;
    }

    @ParameterizedTest
    @MethodSource("yamlOfTheHowTo")
    void theYamlOfTheHowToWorks(String text) throws Exception {
        String keyFile = keyFile();
        authorized(keyFile);
        JdbcDataSource database = database("howto");
        if (text.contains("JdbcTokenStore")) {
            JdbcTokenStore store = new JdbcTokenStore(database, StoreKey.fromFile(Path.of(keyFile)));
            store.createSchema();
            GrantRig.authorize(zendesk().baseUri(), java.time.Instant.now(), store, Sample.CLIENT, Sample.CLIENT_SECRET,
                    "impersonate read write");
        }
        // the plain token stands for the fixed one where it is not an admin's that creates others
        sends(text.contains("admin:") ? here(text, keyFile) : here(text.replace("{{zendesk.token}}", Sample.TOKEN), keyFile), ROUTE,
                Map.of("database", database));
    }

    @ParameterizedTest
    @MethodSource("propertiesOfTheHowTo")
    void thePropertiesOfTheHowToWork(String text) throws Exception {
        String keyFile = keyFile();
        authorized(keyFile);
        Map<String, String> properties = new LinkedHashMap<>();
        here(text, keyFile).lines().forEach(line -> properties.put(line.split("=", 2)[0].strip(), line.split("=", 2)[1].strip()));
        assertThat(viaMain(properties).getException()).isNull();
    }

    // ---- what is missing or wrong is said at start, by name

    @ParameterizedTest
    @ValueSource(strings = {
            "clientSecret: s3cret-value | identifier is missing",
            "clientId: my_client, clientSecret: s3cret-value, scopes: read write | must have impersonate",
            "clientId: my_client, clientSecret: s3cret-value, tokenLifetime: 1m | tokenLifetime must be from 300",
            "clientId: my_client, clientSecret: '  ' | secret is blank",
            "clientId: my_client | needs a client secret" })
    void aWrongSettingFailsAtStartByNameAndWithoutItsValue(String row) throws Exception {
        String[] parts = row.split(" \\| ");
        refuses("""
                - beans:
                    - name: acme
                      type: io.github.camelzendesk.obo.token.ClientCredentialsTokenSource
                      properties: { %s }
                """.formatted(parts[0]), parts[1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "plainText: true | folder must name",
            "folder: /tmp/not-there-zendesk-obo | keyFile must name the file",
            "folder: /tmp/not-there-zendesk-obo, keyFile: /no/such/key | /no/such/key is not there",
            "folder: /tmp/not-there-zendesk-obo, keyText: s3cret-value | 32 random bytes",
            "folder: /tmp/not-there-zendesk-obo, plainText: true, keyText: s3cret-value | only one may be set" })
    void aWrongStoreFailsAtStartByNameAndWithoutItsValue(String row) throws Exception {
        String[] parts = row.split(" \\| ");
        refuses("""
                - beans:
                    - name: pairs
                      type: io.github.camelzendesk.obo.token.FileTokenStore
                      properties: { %s }
                    - name: acme
                      type: io.github.camelzendesk.obo.token.RefreshTokenSource
                      properties: { clientId: my_client, store: "#bean:pairs" }
                """.formatted(parts[0]), parts[1]);
    }

    @Test
    void aSourceWithoutAStoreFailsAtStart() throws Exception {
        refuses("""
                - beans:
                    - name: acme
                      type: io.github.camelzendesk.obo.token.RefreshTokenSource
                      properties: { clientId: my_client }
                """, "store must name the token store");
    }

    private void refuses(String beans, String message) throws Exception {
        try (Rig rig = new Rig(zendesk())) {
            rig.camel.getRegistry().unbind("acme");
            PluginHelper.getRoutesLoader(rig.camel).loadRoutes(ResourceHelper.fromString("beans.yaml", beans + ROUTE));
            assertThatThrownBy(rig::start).hasStackTraceContaining(message).satisfies(e -> {
                for (Throwable each = e; each != null; each = each.getCause()) {
                    assertThat(each.toString()).doesNotContain("s3cret-value");
                }
            });
        }
    }
}
