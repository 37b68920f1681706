package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Failure;
import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;
import io.github.camelzendesk.standin.Ticket;

/** The pages say what the code does: each table against the code, each link against the files, each snippet run. */
class DocumentationTest {

    static final Path ROOT = root();
    private static final Path REFERENCE = ROOT.resolve("docs/reference");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|.*", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);
    private static final Pattern FENCE = Pattern.compile("^```(\\w*)\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("^(?:public )?class (\\w+)", Pattern.MULTILINE);
    private static final JsonNode CATALOG = catalog();

    private static final String IMPORTS = Stream.of(
            "com.fasterxml.jackson.databind.JsonNode", "java.util.*", "org.apache.camel.*", "org.apache.camel.builder.*",
            "org.apache.camel.impl.*", "org.apache.camel.main.Main", "org.apache.camel.support.jsse.*",
            "io.github.camelzendesk.obo.*", "io.github.camelzendesk.obo.client.Outcome", "io.github.camelzendesk.obo.token.*",
            "io.github.camelzendesk.standin.*", "org.junit.jupiter.api.*", "org.junit.jupiter.api.extension.*",
            "static org.junit.jupiter.api.Assertions.*").map(name -> "import " + name + ";\n").reduce("", String::concat);

    @TempDir
    static Path classes;

    private static StandIn zendesk;
    private static @Nullable URLClassLoader snippets;

    @BeforeAll
    static void start() {
        zendesk = StandIn.start();
    }

    @AfterAll
    static void stop() throws IOException {
        zendesk.close();
        if (snippets != null) {
            snippets.close();
            snippets = null;
        }
    }

    // ---- the reference

    @Test
    void theOptionsAreThoseOfTheCatalog() {
        String page = read(REFERENCE.resolve("options.md"));
        String endpoint = section(page, "Endpoint options");
        String component = section(page, "Component options");

        assertThat(rows(endpoint, 2)).isEqualTo(inCatalog("properties"));
        assertThat(rows(component, 2)).isEqualTo(inCatalog("componentProperties"));
    }

    @Test
    void theHeadersAreThoseOfTheCatalog() {
        List<String> documented = List.copyOf(rows(read(REFERENCE.resolve("headers.md")), 1).keySet());
        List<String> inCatalog = new ArrayList<>();
        CATALOG.path("headers").fieldNames().forEachRemaining(inCatalog::add);

        assertThat(documented).containsExactlyInAnyOrderElementsOf(inCatalog);
    }

    @Test
    void everyExceptionAndEveryKindOfFailureIsDescribed() throws Exception {
        List<List<String>> table = rowsOf(section(read(REFERENCE.resolve("errors.md")), "The exceptions"));

        assertThat(table).extracting(row -> plain(row.get(0))).containsExactlyInAnyOrderElementsOf(exceptions());
        assertThat(table).extracting(row -> plain(row.get(1)))
                .containsExactlyInAnyOrderElementsOf(Stream.of(Failure.Kind.values()).map(Enum::name).toList());
        for (List<String> row : table) {
            Failure failure = Failure.unsent(Failure.Kind.valueOf(plain(row.get(1))), "", null);
            assertThat(ZendeskOboException.of("GET /", null, failure).getClass().getSimpleName()).isEqualTo(plain(row.get(0)));
        }
    }

    /** What stands beside the base class in its package and extends it. */
    private static List<String> exceptions() throws Exception {
        Path here = Path.of(ZendeskOboException.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .resolve(ZendeskOboException.class.getPackageName().replace('.', '/'));
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(here)) {
            for (Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                Class<?> type = Class.forName(ZendeskOboException.class.getPackageName() + "." + name, false,
                        DocumentationTest.class.getClassLoader());
                if (ZendeskOboException.class.isAssignableFrom(type) && type != ZendeskOboException.class) {
                    names.add(name);
                }
            }
        }
        assertThat(names).isNotEmpty();
        return names;
    }

    private static Map<String, String> inCatalog(String kind) {
        Map<String, String> options = new TreeMap<>();
        CATALOG.path(kind).properties().forEach(option -> options.put(
                option.getKey(), option.getValue().path("defaultValue").asText("")));
        return options;
    }

    /** Name and, in the column of that index, default. */
    private static Map<String, String> rows(String text, int column) {
        Map<String, String> options = new TreeMap<>();
        for (List<String> row : rowsOf(text)) {
            String value = plain(row.get(column));
            assertThat(options.put(plain(row.get(0)), value.equals("–") ? "" : value)).as("twice: " + row).isNull();
        }
        return options;
    }

    /** The rows whose first cell is code, as cells. */
    private static List<List<String>> rowsOf(String text) {
        return ROW.matcher(text).results().map(row -> Stream.of(row.group().split("\\|")).skip(1).map(String::strip).toList())
                .toList();
    }

    private static String plain(String cell) {
        return cell.replace("`", "");
    }

    private static String section(String page, String heading) {
        Matcher m = Pattern.compile("^## " + heading + "$(.*?)(?=^## |\\z)", Pattern.MULTILINE | Pattern.DOTALL).matcher(page);
        assertThat(m.find()).as("section " + heading).isTrue();
        return m.group(1);
    }

    // ---- links

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs")); Stream<Path> top = Files.list(ROOT);
                Stream<Path> examples = Files.walk(ROOT.resolve("examples"), 2)) {
            Stream.of(docs, top, examples).flatMap(files -> files).filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path page) {
        List<String> broken = new ArrayList<>();
        LINK.matcher(FENCE.matcher(read(page)).replaceAll("")).results().map(link -> link.group(1)).forEach(link -> {
            if (link.startsWith("https://")) {
                return;
            }
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
            if (!Files.exists(target) || !target.startsWith(ROOT)
                    || parts.length == 2 && !anchors(read(target)).contains(parts[1])) {
                broken.add(link);
            }
        });

        assertThat(broken).isEmpty();
    }

    /** As GitHub makes them of headings. */
    private static List<String> anchors(String page) {
        return HEADING.matcher(FENCE.matcher(page).replaceAll("")).results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    // ---- snippets

    /** Of a page, a snippet in YAML that is a route. */
    private record Snippet(Path page, String text) {
        @Override
        public String toString() {
            return ROOT.relativize(page) + ": " + text.lines().filter(line -> line.contains("uri:")).findFirst().orElse("");
        }
    }

    static List<Snippet> yaml() throws IOException {
        return pages().stream().flatMap(page -> fences(page, "yaml").stream()
                // what only declares beans is TokenDeclaredInYamlTest's
                .filter(text -> text.contains("uri:")).map(text -> new Snippet(page, text))).toList();
    }

    @ParameterizedTest
    @MethodSource("yaml")
    void everyRouteInYamlStarts(Snippet snippet) throws Exception {
        try (DefaultCamelContext camel = camel()) {
            if (!snippet.text().contains("FixedTokenSource")) {
                camel.getRegistry().bind("zendeskToken", new FixedTokenSource(Sample.TOKEN));
            }
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("snippet.yaml", snippet.text()));
            camel.start();

            assertThat(camel.getRoutes()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "RatingRoute", "RatingRouteByDsl" })
    void theFirstRouteInJavaRatesAsTheCustomer(String route) throws Exception {
        rates(camel -> {
            camel.getRegistry().bind("zendeskToken", new FixedTokenSource(Sample.TOKEN));
            camel.addRoutes((RoutesBuilder) snippet(route));
        });
    }

    /** The how-to's own test, each method on an instance of its own. */
    @ParameterizedTest
    @MethodSource("methodsOfTheHowTo")
    void theTestInTheHowToPasses(Method test) throws Exception {
        Object instance = snippet("RatingRouteTest");
        Field field = instance.getClass().getDeclaredField("ZENDESK");
        field.setAccessible(true);
        ((StandInExtension) field.get(null)).standIn().reset();
        call(instance, "start");
        try {
            test.setAccessible(true);
            test.invoke(instance);
        } finally {
            call(instance, "stop");
        }
    }

    static List<Method> methodsOfTheHowTo() throws Exception {
        return Stream.of(snippet("RatingRouteTest").getClass().getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class)).toList();
    }

    private static void call(Object instance, String method) throws Exception {
        Method called = instance.getClass().getDeclaredMethod(method);
        called.setAccessible(true);
        called.invoke(instance);
    }

    @Test
    void theFileIsUploadedAndNamedByTheSameCustomer() throws Exception {
        zendesk.reset();
        String route = sources().entrySet().stream().filter(source -> source.getValue().contains("post:uploads")).findFirst()
                .orElseThrow().getKey();
        try (DefaultCamelContext camel = camel()) {
            camel.getRegistry().bind("zendeskToken", new FixedTokenSource(Sample.TOKEN));
            camel.addRoutes((RoutesBuilder) snippet(route));
            camel.start();
            Exchange out = camel.createProducerTemplate().request("direct:outbox", exchange -> {
                exchange.getMessage().setHeader("CamelFileNameOnly", "a & b.txt");
                exchange.getMessage().setBody("content");
            });

            assertThat(out.getException()).isNull();
            assertThat(zendesk.journal().requests()).extracting(JournalEntry::line).containsExactly(
                    "as jane@example.com POST /api/v2/uploads -> 201",
                    "as jane@example.com POST /api/v2/requests -> 201");
            assertThat(zendesk.journal().requests().get(0).query()).isEqualTo("filename=a%20%26%20b.txt");
            assertThat(zendesk.journal().requests().get(1).query()).isNullOrEmpty();
        }
    }

    /** Of a page, the one snippet with that text. */
    private static RoutesBuilder snippetWith(String text) throws Exception {
        return (RoutesBuilder) snippet(sources().entrySet().stream().filter(source -> source.getValue().contains(text)).findFirst()
                .orElseThrow().getKey());
    }

    private static List<String> sendTo(DefaultCamelContext camel, String to, List<Object> received) {
        camel.createProducerTemplate().send(to, exchange -> {
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, Sample.JANE);
            exchange.getExchangeExtension().addOnCompletion(new org.apache.camel.support.SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    received.add(done.getException() == null ? done.getMessage().getBody() : done.getException());
                }
            });
        });
        return zendesk.journal().requests().stream().map(entry -> entry.line() + " " + entry.query()).toList();
    }

    @Test
    void theListsInTheHowToAreReadInJavaAndInYaml() throws Exception {
        for (int i = 0; i < 2; i++) {
            zendesk.reset();
            for (int n = 0; n < 150; n++) {
                zendesk.world().ticket(zendesk.world().user(Sample.JANE), Ticket.Status.OPEN);
            }
            try (DefaultCamelContext camel = camel(); Logs logs = new Logs(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.INFO)) {
                camel.getRegistry().bind("zendeskToken", new FixedTokenSource(Sample.TOKEN));
                if (i == 0) {
                    camel.addRoutes(snippetWith("direct:requests-of-a-customer"));
                } else {
                    PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(
                            "list.yaml", fences(ROOT.resolve("docs/how-to/lists.md"), "yaml").get(0)));
                }
                camel.start();
                List<Object> received = new ArrayList<>();
                assertThat(sendTo(camel, "direct:requests-of-a-customer", received)).hasSize(2)
                        .allSatisfy(line -> assertThat(line).startsWith("as jane@example.com GET /api/v2/requests -> 200 page%5B"));
                assertThat(received).hasSize(1).first().isInstanceOf(Records.class);
                assertThat(logs.at(Level.INFO)).filteredOn(line -> line.matches("[0-9]+: (open|solved|closed)")).hasSizeGreaterThan(150);
            }
        }
    }

    @Test
    void theCopyInTheHowToGoesOnWhereItStoppedAlsoInAnotherProcess() throws Exception {
        zendesk.reset();
        Files.deleteIfExists(Path.of("target/bookmarks"));
        for (int n = 0; n < 250; n++) {
            zendesk.world().ticket(zendesk.world().user(Sample.JANE), Ticket.Status.OPEN);
        }
        List<Long> copied = new ArrayList<>();
        for (int dieAt : new int[] { 30, 150, Integer.MAX_VALUE }) {
            try (DefaultCamelContext camel = camel()) {
                camel.getRegistry().bind("zendeskToken", new FixedTokenSource(Sample.TOKEN));
                camel.addRoutes(snippetWith("direct:copy-requests"));
                camel.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:copy-one").process(exchange -> {
                            if (copied.size() == dieAt) {
                                throw new IllegalStateException("killed");
                            }
                            copied.add(exchange.getMessage().getBody(JsonNode.class).get("id").asLong());
                        });
                    }
                });
                camel.start();
                List<Object> received = new ArrayList<>();
                sendTo(camel, "direct:copy-requests", received);
                assertThat(received).hasSize(1).first().isInstanceOf(dieAt == Integer.MAX_VALUE ? Records.class : Exception.class);
            }
        }
        assertThat(copied.stream().distinct()).hasSizeGreaterThanOrEqualTo(250)
                .containsExactlyInAnyOrderElementsOf(copied.stream().distinct().sorted().toList());
        assertThat(copied.size() - copied.stream().distinct().count()).isLessThanOrEqualTo(200);
        assertThat(copied.subList(0, 31).get(30)).as("begins again at the front of its page").isEqualTo(copied.get(0));
        assertThat(Files.readString(Path.of("target/bookmarks"))).contains("jane=page%5B");
    }

    @Test
    void whoWantsTheNewestOnlyReadsOnePage() throws Exception {
        zendesk.reset();
        for (int n = 0; n < 50; n++) {
            zendesk.world().ticket(zendesk.world().user(Sample.JANE), Ticket.Status.OPEN);
        }
        try (DefaultCamelContext camel = camel()) {
            camel.getRegistry().bind("zendeskToken", new FixedTokenSource(Sample.TOKEN));
            camel.addRoutes(snippetWith("direct:newest-requests"));
            camel.start();
            List<Object> received = new ArrayList<>();
            sendTo(camel, "direct:newest-requests", received);
            assertThat(received).hasSize(1).first().asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(5);
        }
    }

    @Test
    void theFirstRouteInYamlRatesAsTheCustomer() throws Exception {
        String route = fences(ROOT.resolve("docs/getting-started.md"), "yaml").get(0);

        rates(camel -> PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("first.yaml", route)));
    }

    private interface Routes {
        void addTo(DefaultCamelContext camel) throws Exception;
    }

    private static void rates(Routes routes) throws Exception {
        zendesk.reset();
        try (DefaultCamelContext camel = camel()) {
            routes.addTo(camel);
            camel.start();
            Exchange out = camel.createProducerTemplate().request("direct:rate", exchange -> {
                exchange.setVariable("customer", Sample.JANE);
                exchange.getMessage().setHeader("ticketId", Sample.JANES_SOLVED_TICKET);
            });

            assertThat(out.getException()).isNull();
            assertThat(zendesk.journal().requests()).extracting(JournalEntry::line)
                    .containsExactly("as jane@example.com POST /api/v2/tickets/35436/satisfaction_rating -> 200");
        }
    }

    private static DefaultCamelContext camel() {
        DefaultCamelContext camel = new DefaultCamelContext();
        Properties properties = new Properties();
        properties.setProperty("zendesk.token", Sample.TOKEN);
        camel.getPropertiesComponent().setInitialProperties(properties);
        camel.getComponent("zendesk-obo", ZendeskOboComponent.class).getConfiguration().setBaseUri(zendesk.baseUri().toString());
        return camel;
    }

    private static Object snippet(String name) throws Exception {
        if (snippets == null) {
            compile(sources());
            snippets = new URLClassLoader(new URL[] { classes.toUri().toURL() }, DocumentationTest.class.getClassLoader());
        }
        Constructor<?> constructor = snippets.loadClass(name).getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    /** All snippets in Java, by the name of their class; those of the stand-in's page are its own test's. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Path page : pages()) {
            if (!page.endsWith("stand-in.md")) {
                fences(page, "java").forEach(text -> add(sources, text.replace("file:outbox", "direct:outbox").replace("\"bookmarks\"", "\"target/bookmarks\"")));
            }
        }
        return sources;
    }

    /** A class is compiled as it stands, anything else as the body of a route builder. */
    private static void add(Map<String, String> sources, String snippet) {
        Matcher type = TYPE.matcher(snippet);
        boolean whole = type.find();
        String name = whole ? type.group(1) : "Snippet" + sources.size();
        String imports = snippet.lines().filter(line -> line.startsWith("import ")).reduce("", (all, line) -> all + line + "\n");
        String code = snippet.lines().filter(line -> !line.startsWith("import ")).reduce("", (all, line) -> all + line + "\n");
        String body = !whole
                ? "public class " + name + " extends RouteBuilder {\n public void configure() throws Exception {\n" + code + "}\n}\n"
                : code;
        assertThat(sources.put(name, IMPORTS + imports + body)).as("two snippets named " + name).isNull();
    }

    private static void compile(Map<String, String> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        java.io.StringWriter complaints = new java.io.StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            boolean compiles = compiler.getTask(complaints, files, null,
                    Arrays.asList("-proc:none", "-d", classes.toString(), "-classpath",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))),
                    null, sources.entrySet().stream().map(source -> new InMemory(source.getKey(), source.getValue())).toList())
                    .call();
            assertThat(compiles).as(complaints.toString()).isTrue();
        }
    }

    private static final class InMemory extends SimpleJavaFileObject {
        private final String text;

        InMemory(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    static List<String> fences(Path page, String language) {
        return FENCE.matcher(read(page)).results().filter(fence -> fence.group(1).equals(language)).map(fence -> fence.group(2))
                .toList();
    }

    private static JsonNode catalog() {
        try {
            return new ObjectMapper().readTree(DocumentationTest.class.getResource(
                    "/META-INF/io/github/camelzendesk/obo/zendesk-obo.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the repository, from the module that the tests run in. */
    private static Path root() {
        Path path = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(path.resolve("docs")) || !new File(path.toFile(), "LICENSE").exists()) {
            path = path.getParent();
        }
        return path;
    }
}
