package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/** What comes in with a message does not go out with the request, and what one answer brings does not go with the next. */
@Timeout(60)
class InboundHeadersTest {

    /** All that ever goes out in a POST with a body. */
    private static final Set<String> WIRE = Set.of("accept", "accept-encoding", "authorization", "x-on-behalf-of",
            "content-type", "content-length", "host", "user-agent", "connection");
    private static final String EVIL = "evil-7d1f";

    // ---- message headers

    @ParameterizedTest
    @ValueSource(strings = { "Authorization", "authorization", "AUTHORIZATION", "Cookie", "Cookie2", "Host", "Content-Length",
            "Transfer-Encoding", "Accept", "Accept-Encoding", "TE", "Trailer", "Upgrade", "Connection", "Keep-Alive", "Expect",
            "Proxy-Authorization", "Proxy-Connection", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via",
            "X-On-Behalf-Of", "x-on-behalf-of", "X-ON-BEHALF-OF", "X_On_Behalf_Of", "X-On-Behalf-Of ", "If-None-Match",
            "If-Modified-Since", "If-Match", "Range", "Origin", "Referer", "User-Agent", "X-HTTP-Method-Override",
            "Idempotency-Key", "X-Zendesk-Request-Id", "X-Evil", "X-Api-Key", "traceparent", "breadcrumbId",
            "CamelHttpUri", "CamelHttpPath", "CamelHttpQuery", "CamelHttpRawQuery", "CamelHttpMethod", "CamelHttpBaseUri",
            "CamelHttpUrl", "CamelHttpHost", "CamelHttpPort", "CamelHttpScheme", "CamelHttpCharacterEncoding",
            "CamelRestHttpUri", "CamelRestHttpQuery", "CamelOverrideEndpointUri", "CamelZendeskOboPath", "CamelZendeskOboMethod",
            "CamelZendeskOboTokenSource", "CamelZendeskOboBaseUri", "CamelAuthentication", "CamelAuthenticationUser" })
    void aHeaderOfTheMessageStaysWithTheMessage(String name) {
        try (Rig rig = new Rig().route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"), Map.of(name, EVIL, "orderId", 5));

            assertThat(out.getException()).isNull();
            assertOurs(rig.onlyRequest(), Rig.JANE);
            assertThat(out.getMessage().getHeader(name)).isEqualTo(EVIL);
            assertThat(out.getMessage().getHeader("orderId")).isEqualTo(5);
        }
    }

    @Test
    void allOfThemTogetherChangeNothing() {
        Map<String, Object> headers = new HashMap<>();
        headers.put("Authorization", "Bearer alien");
        headers.put("Cookie", "_zendesk_session=" + EVIL);
        headers.put("Host", EVIL + ".example.net");
        headers.put("Content-Length", "3");
        headers.put("Transfer-Encoding", "chunked");
        headers.put("Accept-Encoding", "br");
        headers.put("X-Forwarded-For", "10.0.0.1");
        headers.put("x-on-behalf-of", Rig.RAJ);
        headers.put("Proxy-Authorization", "Basic " + EVIL);
        headers.put("If-None-Match", "\"" + EVIL + "\"");
        headers.put("CamelHttpUri", "http://" + EVIL + ".example.net/steal");
        headers.put("CamelHttpPath", "/" + EVIL);
        headers.put("CamelHttpQuery", "a=" + EVIL);
        headers.put("CamelHttpRawQuery", "b=" + EVIL);
        headers.put("CamelHttpMethod", "DELETE");
        headers.put("CamelHttpBaseUri", "http://" + EVIL + ".example.net");
        headers.put("X-Evil", EVIL + "\r\nX-Admin: 1");
        headers.put("X-Many", List.of(EVIL, EVIL));
        try (Rig rig = new Rig().route("post:requests")) {
            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help"), headers).getException()).isNull();
            assertOurs(rig.onlyRequest(), Rig.JANE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "X-On-Behalf-Of", "x-on-behalf-of", "On-Behalf-Of", "user", "User", "CamelZendeskOboUsers",
            "ZendeskOboUser", "CamelZendeskUser" })
    void nothingButItsOwnHeaderIsReadAsTheUser(String name) {
        try (Rig rig = new Rig().route("post:requests")) {
            Exchange out = rig.send(null, Rig.aRequest("Help"), Map.of(name, Rig.RAJ));

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({ "get,", "delete,", "post,x", "put,x", "patch,x" })
    void eachMethodSendsItsOwnHeadersAndNoOther(String method, String body) {
        try (RawServer server = new RawServer(line -> {
            while (true) {
                line.read();
                line.answer(200, "{}");
            }
        }); Rig rig = new Rig().route(method + ":requests/1?proof=off&baseUri=" + server.uri())) {
            rig.send(Rig.JANE, body, Map.of("X-Evil", EVIL, "Content-Type", "application/json"));

            RawServer.Request request = server.requests().get(0);
            assertThat(request.names()).doesNotHaveDuplicates().isSubsetOf(WIRE)
                    .contains("accept", "accept-encoding", "authorization", "x-on-behalf-of", "host", "user-agent");
            assertThat(request.names().contains("content-type")).isEqualTo(body != null);
            assertThat(request.values("Connection")).allMatch("keep-alive"::equalsIgnoreCase);
            assertThat(request.values("User-Agent")).hasSize(1).allMatch(agent -> agent.startsWith("camel-zendesk-impersonate"));
        }
    }

    @Test
    void theControlRequestsCarryNoHeaderOfAMessageEither() {
        try (Rig rig = new Rig().route("post:requests")) {
            rig.send(Rig.JANE, Rig.aRequest("Help"), Map.of("X-Evil", EVIL, "Cookie", EVIL, "X-On-Behalf-Of", Rig.RAJ));

            assertThat(rig.zendesk.journal().entries()).hasSize(3).allSatisfy(entry -> {
                assertThat(WIRE).containsAll(entry.headers().keySet());
                assertThat(entry.headers().toString()).doesNotContain(EVIL, Rig.RAJ);
            });
        }
    }

    private static void assertOurs(JournalEntry entry, String user) {
        assertThat(entry.line()).isEqualTo("as " + user + " POST /api/v2/requests -> 201");
        assertThat(entry.query()).isNull();
        assertThat(WIRE).containsAll(entry.headers().keySet());
        assertThat(entry.headers()).allSatisfy((name, values) -> assertThat(values).as(name).hasSize(1));
        assertThat(entry.headers().get("authorization")).containsExactly("Bearer " + Sample.TOKEN);
        assertThat(entry.headers().get("x-on-behalf-of")).containsExactly(user);
        assertThat(entry.headers().get("content-type")).containsExactly("application/json");
        assertThat(entry.headers().get("accept-encoding")).containsExactly("gzip");
        assertThat(entry.headers().get("host").get(0)).startsWith("127.0.0.1:");
        assertThat(entry.headers().toString()).doesNotContain(EVIL, "alien");
        assertThat(entry.bodyText()).contains("Help");
    }

    // ---- what answers bring

    @Test
    void aCookieOfOneAnswerGoesWithNoLaterRequest() {
        try (Rig rig = new Rig().route("get:requests?proof=off")) {
            rig.zendesk.faults().always().respond(Fault.status(200).json("{}").header("Set-Cookie", "_zendesk_session=u1; Path=/")
                    .header("Set-Cookie", "other=1"));
            for (String user : List.of(Rig.JANE, Rig.RAJ, Rig.JANE)) {
                Exchange out = rig.send(user, null);
                assertThat(out.getException()).isNull();
                assertThat(out.getMessage().getHeader("Set-Cookie")).isNull();
            }
            assertThat(rig.requests()).hasSize(3).allSatisfy(entry -> assertThat(entry.headers()).doesNotContainKey("cookie"));
        }
    }

    @Test
    void anEtagOfOneAnswerGoesWithNoLaterRequestAndNoAnswerIsServedTwice() {
        try (Rig rig = new Rig().route("get:requests/1?proof=off")) {
            rig.zendesk.faults().next().onBehalfOf(Rig.JANE).respond(Fault.status(200).json("{\"of\":\"jane\"}")
                    .header("ETag", "\"x\"").header("Cache-Control", "public, max-age=3600").header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"));
            rig.zendesk.faults().next().onBehalfOf(Rig.RAJ).respond(Fault.status(200).json("{\"of\":\"raj\"}"));

            assertThat(rig.send(Rig.JANE, null).getMessage().getBody(String.class)).contains("jane");
            assertThat(rig.send(Rig.RAJ, null).getMessage().getBody(String.class)).contains("raj");
            assertThat(rig.requests()).hasSize(2).allSatisfy(
                    entry -> assertThat(entry.headers()).doesNotContainKeys("if-none-match", "if-modified-since"));
        }
    }

    @Test
    void theHeadersOfAnAnswerAreNotThoseOfTheNextMessage() {
        try (Rig rig = new Rig().route("get:requests?proof=off")) {
            rig.zendesk.faults().next().respond(Fault.status(200).json("{}").header("Authorization", "Bearer " + EVIL)
                    .header("CamelZendeskOboUser", Rig.RAJ).header("X-On-Behalf-Of", Rig.RAJ).header("CamelHttpUri", "http://" + EVIL));
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getMessage().getHeader(ZendeskOboConstants.USER)).isEqualTo(Rig.JANE);
            assertThat(out.getMessage().getHeaders()).doesNotContainKeys("Authorization", "X-On-Behalf-Of", "CamelHttpUri");
        }
    }

    // ---- redirects

    @ParameterizedTest
    @CsvSource({ "get,301", "get,302", "get,303", "get,307", "get,308", "post,301", "post,302", "post,303", "post,307", "post,308" })
    void aRedirectToAnotherOriginIsNotFollowed(String method, int status) {
        try (StandIn other = StandIn.start(); Rig rig = new Rig().route(method + ":requests?proof=off")) {
            String location = other.baseUri() + "/api/v2/requests?secret=" + EVIL;
            rig.zendesk.faults().next().respond(Fault.status(status).header("Location", location));

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
            assertThat(out.getException()).isInstanceOf(ZendeskOboUnexpectedAnswerException.class).hasMessageContaining("redirects");
            assertThat(((ZendeskOboException) out.getException()).getRedirectLocation()).isNull();
            assertThat(TransportFaultsTest.stack(out.getException())).doesNotContain(EVIL);
            assertThat(other.journal().entries()).isEmpty();
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 301, 302, 307, 308 })
    void aRedirectToTheSameOriginIsNotFollowedEither(int status) {
        try (Rig rig = new Rig().route("post:requests?proof=off")) {
            rig.zendesk.faults().next().respond(Fault.status(status).header("Location", "/api/v2/requests"));

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboUnexpectedAnswerException.class);
            assertThat(rig.onlyRequest().method()).isEqualTo("POST");
        }
    }

    @Test
    void aControlRequestThatIsRedirectedProvesNothingAndLeadsNowhere() {
        try (StandIn other = StandIn.start(); Rig rig = new Rig().route("post:requests")) {
            rig.zendesk.faults().always().respond(Fault.redirect(other.baseUri() + "/api/v2/users/me"));

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isInstanceOf(ZendeskOboNotProvenException.class);
            assertThat(other.journal().entries()).isEmpty();
            assertThat(rig.requests()).isEmpty();
        }
    }

    // ---- an HTTP server in front

    @ParameterizedTest
    @ValueSource(strings = { "CamelZendeskOboUser", "camelzendeskobouser", "CAMELZENDESKOBOUSER", "cAmElZendeskOboUser",
            "cAMELZendeskOboUser", "CamelZendeskObouser", "Camelzendeskobouser", "X-On-Behalf-Of", "x-on-behalf-of" })
    void whoCallsFromOutsideCannotNameTheUserInAHeader(String name) throws Exception {
        try (Front front = new Front()) {
            HttpResponse<String> answer = front.call(front.request("/in").header(name, Rig.RAJ)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"request\":{}}")));

            assertRefused(front, answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "CamelZendeskOboUser", "camelZendeskOboUser", "CAMELZENDESKOBOUSER", "%43amelZendeskOboUser",
            "cAmElZendeskOboUser", "X-On-Behalf-Of", "CamelZendeskOboUser%00" })
    void whoCallsFromOutsideCannotNameTheUserInTheQuery(String name) throws Exception {
        try (Front front = new Front()) {
            assertRefused(front, front.call(front.request("/in?" + name + "=raj%40example.com")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"request\":{}}"))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "%20CamelZendeskOboUser", "CamelZendeskOboUser%20", "%09CamelZendeskOboUser", "%0d%0aCamelZendeskOboUser",
            "x%0d%0aCamelZendeskOboUser" })
    void aNameThatIsAlmostItsOwnIsNotReadEither(String name) throws Exception {
        try (Front front = new Front()) {
            // the server may choke on giving such a name back
            assertThat(front.call(front.request("/in?" + name + "=raj%40example.com")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"request\":{}}"))).statusCode()).isGreaterThanOrEqualTo(400);
            assertThat(front.rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "CamelZendeskOboUser", "camelzendeskobouser", "cAmElZendeskOboUser", "X-On-Behalf-Of" })
    void whoCallsFromOutsideCannotNameTheUserInAForm(String name) throws Exception {
        try (Front front = new Front()) {
            assertRefused(front, front.call(front.request("/in").header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(name + "=raj%40example.com&a=b"))));
            String part = "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + Rig.RAJ + "\r\n--b--\r\n";
            assertRefused(front, front.call(front.request("/in").header("Content-Type", "multipart/form-data; boundary=b")
                    .POST(HttpRequest.BodyPublishers.ofString(part))));
        }
    }

    @Test
    void whoCallsFromOutsideCannotChangeTheUserThatTheRouteSets() throws Exception {
        try (Front front = new Front()) {
            HttpResponse<String> answer = front.call(front.request("/jane?CamelZendeskOboUser=raj%40example.com")
                    .header("camelZENDESKOboUser", Rig.RAJ).header("X-On-Behalf-Of", Rig.RAJ)
                    .header("Authorization", "Bearer alien").header("Cookie", "a=" + EVIL)
                    .header("X-Forwarded-For", EVIL).header("Accept-Encoding", "br").header("If-None-Match", "\"" + EVIL + "\"")
                    .header("Content-Type", "application/json").header("X-Evil", EVIL)
                    .header("CamelHttpUri", "http://" + EVIL).header("CamelHttpMethod", "DELETE").header("CamelHttpQuery", "a=" + EVIL)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"request\":{\"subject\":\"Help\",\"comment\":{\"body\":\"x\"}}}")));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            assertOurs(front.rig.onlyRequest(), Rig.JANE);
        }
    }

    @Test
    void whoCallsFromOutsideCannotSteerTheQueryOrTheIdempotencyKey() throws Exception {
        try (Front front = new Front()) {
            HttpResponse<String> answer = front.call(front.request("/jane?CamelZendeskOboQuery=a%3Db&CamelZendeskOboIdempotencyKey=k")
                    .header("CamelZendeskOboQuery", "a=" + EVIL).header("camelzendeskoboidempotencykey", EVIL)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"request\":{\"subject\":\"Help\",\"comment\":{\"body\":\"x\"}}}")));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            assertOurs(front.rig.onlyRequest(), Rig.JANE);
        }
    }

    @Test
    void whoeverCalledDoesNotSeeTheUserOrTheToken() throws Exception {
        try (Front front = new Front()) {
            HttpResponse<String> answer = front.call(front.request("/jane").header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"request\":{\"subject\":\"Help\",\"comment\":{\"body\":\"x\"}}}")));

            Map<String, List<String>> headers = new LinkedHashMap<>(answer.headers().map());
            assertThat(headers.toString()).doesNotContain(Sample.TOKEN, Rig.JANE).doesNotContainIgnoringCase("on-behalf");
        }
    }

    private static void assertRefused(Front front, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("no user");
        assertThat(front.rig.zendesk.journal().entries()).isEmpty();
    }

    /** Routes behind an HTTP server, as an application has them. */
    private static final class Front implements AutoCloseable {

        final Rig rig = new Rig();
        private final int port = RawServer.deadPort();
        private final HttpClient http = HttpClient.newHttpClient();

        Front() throws Exception {
            MainHttpServer server = new MainHttpServer();
            server.setCamelContext(rig.camel);
            server.setHost("127.0.0.1");
            server.setPort(port);
            rig.camel.addService(server);
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    onException(ZendeskOboInvalidUserException.class).handled(true)
                            .setHeader(Exchange.HTTP_RESPONSE_CODE, constant(400)).setBody(constant("no user"));
                    from("platform-http:/in").to("zendesk-obo:post:requests?tokenSource=#acme");
                    from("platform-http:/jane").setHeader(ZendeskOboConstants.USER, constant(Rig.JANE))
                            .to("zendesk-obo:post:requests?tokenSource=#acme");
                }
            });
            rig.start();
        }

        HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        }

        HttpResponse<String> call(HttpRequest.Builder request) throws Exception {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }

        @Override
        public void close() {
            rig.close();
        }
    }
}
