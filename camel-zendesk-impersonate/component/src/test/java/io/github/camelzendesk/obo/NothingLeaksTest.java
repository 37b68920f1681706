package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.client.EngineSettings;
import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/** With every logger at TRACE: the token is nowhere, and the user's address in nothing that the component or its engine writes. */
@Timeout(120)
class NothingLeaksTest {

    private static final String PROXY_PASSWORD = "proxy-secret-4711";
    private static final String LITERAL = "literal-secret-0815";
    private static final String GHOST = "ghost-91@example.com";
    private static final List<String> TALKATIVE = List.of("org.apache.hc.client5.http.headers", "org.apache.hc.client5.http.wire",
            "org.apache.hc.client5.http2.frame", "org.apache.hc.client5.http2.frame.payload");
    private static final List<String> SECRETS = List.of(Sample.TOKEN, PROXY_PASSWORD, LITERAL,
            base64("me:" + PROXY_PASSWORD), base64(Sample.TOKEN));
    private static final List<String> ADDRESSES = List.of(Sample.JANE, Sample.RAJ, GHOST, Sample.OWNER);
    /** At TRACE these print every URI of a route as it is written, before any component sees it. */
    private static final List<String> CAMELS_CORE = List.of("org.apache.camel.impl.engine", "org.apache.camel.support.EndpointHelper");
    /** These and that one, which reports why a context did not start. */
    private static final List<String> CAMELS_REPORT = List.of(
            "org.apache.camel.impl.engine", "org.apache.camel.support.EndpointHelper", "org.apache.camel.support.service");
    /** The other side's, which runs in the same process. */
    private static final List<String> SERVERS = List.of("io.undertow", "org.xnio", "org.jboss", "io.github.camelzendesk.standin", "jdk.");

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Recorder log = new Recorder();
    private Level before;

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private record Line(String logger, String text) {
    }

    /** Not one that locks while it formats: HttpClient's sessions lock in toString, and the two would wait for each other. */
    private static final class Recorder extends UnsynchronizedAppenderBase<ILoggingEvent> {
        final Queue<Line> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            String text = event.getFormattedMessage() + " " + event.getMDCPropertyMap() + " " + event.getThreadName();
            if (event.getThrowableProxy() != null) {
                text += "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy());
            }
            lines.add(new Line(event.getLoggerName(), text));
        }
    }

    @BeforeEach
    void listen() {
        before = root.getLevel();
        log.setContext(root.getLoggerContext());
        log.start();
        TALKATIVE.forEach(name -> logger(name).setLevel(Level.INFO));
        root.iteratorForAppenders().forEachRemaining(appender -> {
            if (appender.getName().equals("console")) {
                ch.qos.logback.classic.filter.ThresholdFilter quiet = new ch.qos.logback.classic.filter.ThresholdFilter();
                quiet.setLevel("INFO");
                quiet.start();
                appender.clearAllFilters();
                appender.addFilter(quiet);
            }
        });
        root.addAppender(log);
        root.setLevel(Level.TRACE);
    }

    @AfterEach
    void listenNoMore() {
        root.setLevel(before);
        root.detachAppender(log);
        TALKATIVE.forEach(name -> logger(name).setLevel(null));
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    private void assertLogHoldsNothing() {
        assertThat(log.lines).isNotEmpty();
        for (Line line : log.lines) {
            if (SERVERS.stream().noneMatch(line.logger()::startsWith)) {
                assertThat(line.text()).as(line.logger()).doesNotContain(SECRETS.toArray(String[]::new))
                        .doesNotContain(ADDRESSES.toArray(String[]::new));
            }
        }
        assertThat(log.lines).as("that it listened at all").anyMatch(line -> line.logger().startsWith("org.apache.hc.client5"))
                .anyMatch(line -> line.logger().startsWith("org.apache.camel"));
    }

    private static void assertTextHoldsNothing(String text) {
        assertThat(text).doesNotContain(SECRETS.toArray(String[]::new)).doesNotContain(ADDRESSES.toArray(String[]::new));
    }

    private static void assertExceptionHoldsNothing(Throwable exception) {
        assertTextHoldsNothing(TransportFaultsTest.stack(exception));
        for (Throwable one = exception; one != null; one = one.getCause()) {
            assertTextHoldsNothing(one + " " + one.getMessage() + " " + one.getLocalizedMessage() + Arrays.toString(one.getSuppressed()));
        }
    }

    // ---- exchanges

    private static final String TALE = "token " + Sample.TOKEN + " of jane@example.com\r\nERROR forged line jane@example.com";

    private static Map<String, Fault> outcomes() {
        String json = "{\"error\":\"RecordInvalid\",\"description\":\"" + TALE.replace("\r\n", "\\r\\n") + "\",\"details\":"
                      + "{\"jane@example.com\":[{\"description\":\"jane@example.com is suspended\",\"error\":\"jane@example.com\"}],"
                      + "\"requester\":[{\"description\":\"Requester: jane@example.com is suspended\"}]}}";
        Map<String, Fault> faults = new java.util.LinkedHashMap<>();
        for (int status : new int[] { 301, 400, 401, 403, 404, 408, 409, 413, 415, 418, 422, 429, 500, 502, 503, 504 }) {
            faults.put("json " + status, Fault.status(status).json(json).header("Retry-After", "1")
                    .header("Location", "https://example.com/?u=jane@example.com&t=" + Sample.TOKEN)
                    .header("X-Zendesk-Request-Id", "jane@example.com " + Sample.TOKEN)
                    .header("WWW-Authenticate", "Bearer realm=\"jane@example.com\"")
                    .header("X-Echo", Sample.TOKEN));
            faults.put("text " + status, Fault.status(status).text(TALE));
        }
        faults.put("title", Fault.status(422).json("{\"error\":{\"title\":\"jane@example.com\",\"message\":\"" + Sample.TOKEN + "\"}}"));
        faults.put("code", Fault.status(422).json("{\"error\":\"" + Sample.TOKEN + "\"}"));
        faults.put("code of an address", Fault.status(422).json("{\"error\":\"jane@example.com\"}"));
        faults.put("scopes", Fault.status(403).json("{\"error\":\"Forbidden\",\"description\":\"You are missing the following required "
                                                    + "scopes: jane@example.com, write\"}"));
        faults.put("html", Fault.status(200).body("<html>" + TALE).contentType("text/html"));
        faults.put("link", Fault.status(200).json("{\"requests\":[{\"id\":1}],\"next_page\":\"https://example.com/?u=jane@example.com&t="
                                                  + Sample.TOKEN + "\"}"));
        faults.put("no json", Fault.status(200).body("{" + TALE).contentType("application/json"));
        faults.put("warning", Fault.status(200).json("{}").header("X-Zendesk-Api-Warn", "Removed jane@example.com " + Sample.TOKEN));
        faults.put("type", Fault.status(500).body("x").contentType("text/jane@example.com"));
        faults.put("reset", Fault.reset());
        faults.put("closed", Fault.reset().closeBeforeAnswer());
        faults.put("half", Fault.status(200).json("{\"a\":\"" + TALE.replace("\r\n", "") + "\"}").resetInMidBody(20));
        faults.put("not gzip", Fault.status(200).json("{}").header("Content-Encoding", "gzip"));
        faults.put("other packing", Fault.status(200).json("{}").header("Content-Encoding", "jane@example.com"));
        faults.put("stalled", Fault.stall());
        return faults;
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void whateverBecomesOfAnExchange(boolean tls) throws Exception {
        HeldCertificate self = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
        HandshakeCertificates both = new HandshakeCertificates.Builder().heldCertificate(self)
                .addTrustedCertificate(self.certificate()).build();
        StandIn.Builder standIn = StandIn.builder();
        try (StandIn zendesk = tls ? standIn.tls(both.sslContext()).start() : standIn.start(); Rig rig = new Rig(zendesk)) {
            if (tls) {
                TrustManagersParameters trust = new TrustManagersParameters();
                trust.setTrustManager(both.trustManager());
                SSLContextParameters parameters = new SSLContextParameters();
                parameters.setTrustManagers(trust);
                rig.component().setSslContextParameters(parameters);
            }
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    errorHandler(defaultErrorHandler().maximumRedeliveries(1).redeliveryDelay(1).logExhausted(true)
                            .logRetryAttempted(true).logRetryStackTrace(true).logHandled(true));
                    String options = "?tokenSource=#acme&requestTimeout=300";
                    from("direct:in").to("zendesk-obo:post:requests" + options + "&responseBody=json");
                    from("direct:stream").to("zendesk-obo:post:requests" + options);
                    from("direct:lenient").to("zendesk-obo:post:requests" + options + "&throwExceptionOnFailure=false");
                    from("direct:checked").to("zendesk-obo:post:requests" + options + "&proof=user");
                    from("direct:unproven").to("zendesk-obo:get:requests" + options + "&proof=off");
                    from("direct:records").to("zendesk-obo:get:requests" + options + "&responseBody=records&query.per_page=1")
                            .log("${body}").split(body()).streaming().log("${header.CamelSplitIndex}");
                }
            });
            rig.start();
            List<String> failed = new ArrayList<>();
            for (String user : List.of(Rig.JANE, GHOST, Sample.OWNER, Sample.SUSPENDED, "no address jane@example.com", "jane@example.com,x")) {
                for (String to : List.of("direct:in", "direct:stream", "direct:lenient", "direct:checked", "direct:unproven", "direct:records")) {
                    check(send(rig, to, user), user, failed);
                }
            }
            for (Map.Entry<String, Fault> outcome : outcomes().entrySet()) {
                for (String to : List.of("direct:in", "direct:lenient", "direct:unproven", "direct:records")) {
                    zendesk.faults().clear();
                    if (to.equals("direct:records")) {
                        // so that it is the second page
                        zendesk.faults().next().path("/api/v2/requests").onBehalfOf(Rig.JANE).respond(Fault.usual());
                    }
                    zendesk.faults().always().onBehalfOf(Rig.JANE).respond(outcome.getValue());
                    check(send(rig, to, Rig.JANE), outcome.getKey(), failed);
                }
            }
            zendesk.faults().clear();
            zendesk.faults().always().respond(Fault.status(401).text(TALE));
            check(send(rig, "direct:in", Rig.JANE), "dead token", failed);

            assertThat(failed).contains("422 json 422", "500 text 500", "0 reset", "0 stalled", "401 dead token");
            dumpOfJmxHoldsNothing(rig);
            textOf(rig);
        }
        assertLogHoldsNothing();
    }

    private static Exchange send(Rig rig, String to, String user) {
        return rig.camel.createProducerTemplate().request(to, exchange -> {
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, user);
            exchange.getMessage().setBody(Rig.aRequest("Help"));
        });
    }

    private static void check(Exchange out, String what, List<String> failed) {
        if (out.getException() != null) {
            assertThat(out.getException()).as(what).isInstanceOf(ZendeskOboException.class);
            assertExceptionHoldsNothing(out.getException());
            assertThat(out.getException().getMessage()).doesNotContain("\n", "\r", "forged");
            failed.add(((ZendeskOboException) out.getException()).getStatusCode() + " " + what);
        }
    }

    private static void dumpOfJmxHoldsNothing(Rig rig) throws Exception {
        MBeanServer server = rig.camel.getManagementStrategy().getManagementAgent().getMBeanServer();
        Set<ObjectName> names = server.queryNames(new ObjectName("org.apache.camel:*"), null);
        assertThat(names).as("that there is something to dump").hasSizeGreaterThan(10);
        int read = 0;
        for (ObjectName name : names) {
            assertTextHoldsNothing(name.toString());
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                if (attribute.isReadable()) {
                    Object value;
                    try {
                        value = server.getAttribute(name, attribute.getName());
                    } catch (javax.management.JMException | RuntimeException e) {
                        continue;
                    }
                    read++;
                    assertTextHoldsNothing(attribute.getName() + "=" + text(value));
                }
            }
        }
        assertThat(read).isGreaterThan(100);
    }

    private static String text(Object value) {
        return value instanceof Object[] many ? Arrays.deepToString(many) : String.valueOf(value);
    }

    private static void textOf(Rig rig) throws Exception {
        List<Object> all = new ArrayList<>(List.of(rig.component(), rig.component().getConfiguration(), rig.camel));
        rig.camel.getEndpoints().forEach(endpoint -> {
            all.add(endpoint);
            all.add(endpoint.getEndpointUri());
            all.add(endpoint.getEndpointKey());
            all.add(endpoint.getEndpointBaseUri());
            if (endpoint instanceof ZendeskOboEndpoint ours) {
                all.add(ours.getConfiguration());
                all.add(ours.call());
                all.add(ours.call().terms().tokens());
                all.add(ours.call().user());
                all.add(ours.getServiceUrl());
            }
        });
        rig.camel.getRoutes().forEach(route -> {
            all.add(route);
            route.getServices().forEach(all::add);
        });
        all.forEach(one -> assertTextHoldsNothing("" + one));
    }

    // ---- what holds secrets has no text

    @Test
    void whatHoldsASecretDoesNotTellIt() throws Exception {
        Supplier<String> supplier = () -> Sample.TOKEN;
        AccessToken token = AccessToken.of(Sample.TOKEN);
        for (Object one : List.of(token, new FixedTokenSource(Sample.TOKEN), TokenSource.supplied(supplier), List.of(token),
                Map.of(token, token),
                new EngineSettings.Proxy("proxy", 3128, "me", PROXY_PASSWORD.toCharArray()),
                new EngineSettings(null, new EngineSettings.Proxy("proxy", 3128, "me", PROXY_PASSWORD.toCharArray()),
                        Duration.ofSeconds(1), 1, "agent"))) {
            assertTextHoldsNothing(one.toString());
        }
        try (Rig rig = new Rig().route("get:requests")) {
            rig.component().setProxyHost("127.0.0.1");
            rig.component().setProxyPort(3128);
            rig.component().setProxyUser("me");
            rig.component().setProxyPassword(PROXY_PASSWORD);
            rig.send(Rig.JANE, null);
            dumpOfJmxHoldsNothing(rig);
            textOf(rig);
        }
        assertLogHoldsNothing();
    }

    @Test
    void whatIsNoTokenIsRefusedWithoutBeingRepeated() {
        for (String bad : List.of("Bearer " + LITERAL, "me@example.com/token:" + LITERAL, "Basic " + LITERAL, LITERAL + " x", LITERAL + "\nx",
                "{" + LITERAL + "}", "x".repeat(5000) + LITERAL)) {
            try (Rig rig = new Rig().bind("bad", bad).route("get:requests?tokenSource=#bad")) {
                assertExceptionHoldsNothing(catchThrowable(rig::start));
            }
            try (Rig rig = new Rig().bind("bad", (Supplier<String>) () -> bad).route("get:requests?tokenSource=#bad")) {
                Exchange out = rig.send(Rig.JANE, null);
                assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class);
                assertExceptionHoldsNothing(out.getException());
            }
            TokenSource failing = () -> {
                throw new IllegalStateException("cannot use " + bad);
            };
            try (Rig rig = new Rig().bind("bad", failing).route("get:requests?tokenSource=#bad")) {
                Exchange out = rig.send(Rig.JANE, null);
                assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class);
                assertExceptionHoldsNothing(out.getException());
            }
        }
    }

    // ---- what is refused at start

    @ParameterizedTest
    @ValueSource(strings = { "tokenSource", "token-source", "TOKENSOURCE", "TokenSource", "token_source", "tokensource", "Token-Source" })
    void aTokenInTheUriIsRefusedAndNotRepeated(String option) {
        for (String value : List.of(LITERAL, "RAW(" + LITERAL + ")", "%23" + LITERAL + "%20x", "#class:" + LITERAL, "#type:" + LITERAL,
                "#valueAs(java.lang.String):" + LITERAL)) {
            assertRefusedAtStart(option + "=" + value, option, NothingLeaksTest::assertExceptionHoldsNothing, CAMELS_CORE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "accessToken", "token", "acessToken", "bearer", "foo", "tokenSurce", "apiKey", "proxyPassword", "query" })
    void anOptionThatDoesNotExistIsNamedAndItsValueIsNot(String option) {
        // Camel puts the whole URI before what we say, with the values of the names that it takes for secret left out
        assertRefusedAtStart(
                option + "=" + LITERAL, option, refused -> assertTextHoldsNothing(root(refused).toString()), CAMELS_REPORT);
    }

    private static Throwable root(Throwable refused) {
        Throwable root = refused;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private void assertRefusedAtStart(String option, String name, Consumer<Throwable> holdsNothing, List<String> others) {
        try (Rig rig = new Rig()) {
            String uri = "zendesk-obo:get:requests?proof=off&" + option;
            Throwable refused = catchThrowable(() -> rig.camel.getEndpoint(uri));
            assertThat(refused).as(option).isNotNull().hasStackTraceContaining(name);
            holdsNothing.accept(refused);
        }
        try (Rig rig = new Rig()) {
            Throwable refused = catchThrowable(() -> {
                rig.routes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").to("zendesk-obo:get:requests?proof=off&" + option);
                    }
                });
                rig.start();
            });
            assertThat(refused).as(option).isNotNull();
            holdsNothing.accept(refused);
        }
        for (Line line : log.lines) {
            if (others.stream().anyMatch(line.logger()::startsWith)) {
                continue;
            }
            assertThat(line.text()).as(option + " in " + line.logger()).doesNotContain(LITERAL);
        }
    }

    @Test
    void aUserInTheUriThatIsNoneIsNotRepeated() {
        for (String bad : List.of("a b" + GHOST, GHOST + "," + GHOST)) {
            try (Rig rig = new Rig().route("get:requests?user=RAW(" + bad + ")")) {
                Throwable refused = catchThrowable(rig::start);
                assertThat(refused).isNotNull();
                // the route is printed by Camel with its URI: what we say is the cause
                assertTextHoldsNothing(root(refused).toString());
            }
        }
    }

    // ---- loggers that would write the token

    @ParameterizedTest
    @ValueSource(strings = { "org.apache.hc.client5.http.headers", "org.apache.hc.client5.http.wire",
            "org.apache.hc.client5.http2.frame", "org.apache.hc.client5.http2.frame.payload" })
    void nothingIsSentWhileALoggerWouldWriteTheToken(String name) {
        for (Level level : List.of(Level.DEBUG, Level.TRACE)) {
            for (String proof : List.of("token", "off")) {
                try (Rig rig = new Rig().route("post:requests?proof=" + proof)) {
                    logger(name).setLevel(level);
                    Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

                    assertThat(out.getException()).isInstanceOf(ZendeskOboException.class).hasMessageContaining(name)
                            .hasMessageContaining("INFO");
                    ZendeskOboException refused = (ZendeskOboException) out.getException();
                    assertThat(refused.getOutcome()).isEqualTo(Outcome.NOT_DONE);
                    assertThat(refused.getAttempts()).isZero();
                    assertExceptionHoldsNothing(refused);
                    assertThat(rig.zendesk.journal().entries()).isEmpty();

                    logger(name).setLevel(Level.INFO);
                }
            }
        }
        for (Line line : log.lines) {
            assertThat(line.text()).as(line.logger()).doesNotContain(Sample.TOKEN);
        }
    }

    @Test
    void aParentThatIsSwitchedOnCountsAsWell() {
        TALKATIVE.forEach(name -> logger(name).setLevel(null));
        try (Rig rig = new Rig().route("post:requests?proof=off")) {
            logger("org.apache.hc.client5").setLevel(Level.DEBUG);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboTransportException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        } finally {
            logger("org.apache.hc.client5").setLevel(null);
        }
    }

    @Test
    void aLoggerThatIsSwitchedOnLaterStopsTheNextRequest() {
        try (Rig rig = new Rig().route("post:requests")) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
            logger(TALKATIVE.get(0)).setLevel(Level.DEBUG);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboTransportException.class);
            logger(TALKATIVE.get(0)).setLevel(Level.INFO);
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
            assertThat(rig.requests()).hasSize(2);
        }
        assertLogHoldsNothing();
    }
}
