package io.github.camelzendesk.obo;

import static io.github.camelzendesk.obo.client.Outcome.DONE;
import static io.github.camelzendesk.obo.client.Outcome.NOT_DONE;
import static io.github.camelzendesk.obo.client.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.client.Problem;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;

/** Every way in which a request can fail is told apart, and told without secrets. */
class ErrorsTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    /** In every text that the other side sends: an address, a token, a line break. */
    private static final String TEXT = "of " + Rig.JANE + " with " + Sample.TOKEN + "\nzzz";
    private static final String QUOTED = "of " + Rig.JANE + " with " + Sample.TOKEN + "\\nzzz";

    private StandIn zendesk;

    @BeforeEach
    void standIn() {
        zendesk = ZENDESK.standIn();
    }

    private Rig answering(String to, Fault fault) {
        zendesk.faults().always().path("/api/v2/requests").respond(fault);
        return new Rig(zendesk).route(to);
    }

    private ZendeskOboException failed(String to, Fault fault) {
        try (Rig rig = answering(to, fault)) {
            Exchange out = rig.send(Rig.JANE, to.startsWith("post") ? "{}" : null, Map.of("orderId", 5));
            assertThat(out.getException()).isInstanceOf(ZendeskOboException.class);
            assertThat(out.getMessage().getHeader("orderId")).isEqualTo(5);
            ZendeskOboException e = out.getException(ZendeskOboException.class);
            saysNothingItShouldNot(e);
            return e;
        }
    }

    private static void saysNothingItShouldNot(ZendeskOboException e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        for (String text : List.of(e.getMessage(), e.toString(), trace.toString(), String.valueOf(e.getUri()),
                String.valueOf(e.getResponseHeaders()))) {
            assertThat(text).doesNotContain(Rig.JANE, Sample.TOKEN, "zzz");
        }
        assertThat(e.getMessage()).doesNotContain("\n").contains("attempts ").contains("outcome ");
        assertThat(e.getRedirectLocation()).isNull();
    }

    // ---- status and envelope

    static Stream<Arguments> envelopes() {
        return Stream.of(
                error(400, "{\"error\":\"TooManyValues\",\"description\":\"Parameter  " + QUOTED + "\",\"max_count\":100}",
                        ZendeskOboInvalidRecordException.class, "TooManyValues"),
                error(400, "{\"errors\":[{\"code\":\"InvalidPaginationDepth\",\"title\":\"" + QUOTED + "\"}]}",
                        ZendeskOboInvalidRecordException.class, "InvalidPaginationDepth"),
                error(400, "{\"error\":\"IdempotentRequestError\",\"description\":\"" + QUOTED + "\"}",
                        ZendeskOboIdempotencyMismatchException.class, "IdempotentRequestError"),
                error(400, TEXT, ZendeskOboInvalidRecordException.class, null),
                error(400, "", ZendeskOboInvalidRecordException.class, null),
                error(401, TEXT, ZendeskOboUnknownUserException.class, null),
                error(401, "{\"error\":\"Couldn't authenticate you\"}", ZendeskOboUnknownUserException.class, null),
                error(401, "{\"error\":\"invalid_token\",\"error_description\":\"" + QUOTED + "\"}",
                        ZendeskOboUnknownUserException.class, "invalid_token"),
                error(403, "{\"error\":\"Forbidden\",\"description\":\"You are missing the following required scopes: read\"}",
                        ZendeskOboMissingScopeException.class, "Forbidden"),
                error(403, "{\"error\":\"Forbidden\",\"description\":\"Missing the following required scopes: requests:read, read\"}",
                        ZendeskOboMissingScopeException.class, "Forbidden"),
                error(403, "{\"error\":{\"title\":\"Forbidden\",\"message\":\"" + QUOTED + "\"}}",
                        ZendeskOboForbiddenException.class, "Forbidden"),
                error(403, "{\"errors\":[{\"code\":\"SomethingNotEnabled\",\"title\":\"" + QUOTED + "\"}]}",
                        ZendeskOboForbiddenException.class, "SomethingNotEnabled"),
                error(403, "<html>" + TEXT + "</html>", ZendeskOboForbiddenException.class, null),
                error(404, "{\"error\":\"RecordNotFound\",\"description\":\"Not found\"}", ZendeskOboNotFoundException.class,
                        "RecordNotFound"),
                error(404, "{\"error\":\"InvalidEndpoint\",\"description\":\"Not found\"}", ZendeskOboNotFoundException.class,
                        "InvalidEndpoint"),
                error(404, "", ZendeskOboNotFoundException.class, null),
                error(404, " ", ZendeskOboNotFoundException.class, null),
                error(410, "{}", ZendeskOboNotFoundException.class, null),
                error(409, "{\"error\":\"Conflict\",\"description\":\"" + QUOTED + "\"}", ZendeskOboConflictException.class,
                        "Conflict"),
                error(413, "{\"error\":\"AttachmentTooLarge\",\"description\":\"" + QUOTED + "\"}",
                        ZendeskOboInvalidRecordException.class, "AttachmentTooLarge"),
                error(415, "", ZendeskOboInvalidRecordException.class, null),
                error(422, "{\"error\":\"RecordInvalid\",\"description\":\"" + QUOTED + "\",\"details\":{}}",
                        ZendeskOboInvalidRecordException.class, "RecordInvalid"),
                error(422, "{\"error\":\"RecordInvalid\",\"details\":\"" + QUOTED + "\"}", ZendeskOboInvalidRecordException.class,
                        "RecordInvalid"),
                error(422, "[]", ZendeskOboInvalidRecordException.class, null),
                error(422, "{\"error\":", ZendeskOboInvalidRecordException.class, null),
                error(429, TEXT, ZendeskOboRateLimitedException.class, null),
                error(429, "{\"errors\":[{\"code\":\"TooManyRequests\",\"title\":\"" + QUOTED + "\"}]}",
                        ZendeskOboRateLimitedException.class, "TooManyRequests"),
                error(429, "{\"error\":\"TooManyJobs\",\"description\":\"" + QUOTED + "\",\"current_job_ids\":[\"a\"]}",
                        ZendeskOboRateLimitedException.class, "TooManyJobs"),
                error(408, "", ZendeskOboUnavailableException.class, null),
                error(500, "{\"error\":\"InternalError\"}", ZendeskOboUnavailableException.class, "InternalError"),
                error(502, "<html>" + TEXT + "</html>", ZendeskOboUnavailableException.class, null),
                error(503, "<html>" + TEXT + "</html>", ZendeskOboUnavailableException.class, null),
                error(504, "", ZendeskOboUnavailableException.class, null),
                error(418, TEXT, ZendeskOboUnexpectedAnswerException.class, null),
                error(402, TEXT, ZendeskOboUnexpectedAnswerException.class, null),
                // a code that is no code is a text
                error(422, "{\"error\":\"" + QUOTED + "\"}", ZendeskOboInvalidRecordException.class, null),
                error(422, "{\"error\":\"RecordInvalid\",\"details\":{\"" + Rig.JANE + "\":[{\"description\":\"" + QUOTED + "\"}]}}",
                        ZendeskOboInvalidRecordException.class, "RecordInvalid"));
    }

    private static Arguments error(int status, String body, Class<?> type, @Nullable String code) {
        return Arguments.of(status, body, type, code);
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void eachStatusAndEnvelopeIsUnderstood(int status, String body, Class<?> type, @Nullable String code) {
        String contentType = body.startsWith("{") || body.startsWith("[") ? "application/json"
                : body.startsWith("<") ? "text/html" : body.isEmpty() ? null : "text/plain";
        Fault fault = Fault.status(status).body(body).header("x-zendesk-request-id", "req-7");
        ZendeskOboException e = failed("post:requests", contentType == null ? fault : fault.contentType(contentType));

        assertThat(e).isExactlyInstanceOf(type);
        assertThat(e.getStatusCode()).isEqualTo(status);
        assertThat(e.getHttpResponseCode()).isEqualTo(status);
        assertThat(e.getErrorCode()).isEqualTo(code);
        assertThat(e.getRequestId()).isEqualTo("req-7");
        assertThat(e.getAttempts()).isEqualTo(1);
        assertThat(e.getUser()).isEqualTo(Rig.JANE);
        assertThat(e.getUri()).isEqualTo("/api/v2/requests");
        assertThat(e.getMessage()).startsWith("POST /api/v2/requests: ").contains("status " + status, "request id req-7");
        if (!body.isEmpty()) {
            // the text is a field
            assertThat(e.getResponseBody()).isEqualTo(body);
        }
    }

    @Test
    void aMissingScopeIsNamed() {
        ZendeskOboException e = failed("get:requests", Fault.status(403)
                .json("{\"error\":\"Forbidden\",\"description\":\"Missing the following required scopes: requests:read, read\"}"));

        assertThat(e).isInstanceOfSatisfying(ZendeskOboMissingScopeException.class,
                missing -> assertThat(missing.getMissingScopes()).containsExactly("requests:read", "read"));
        assertThat(e).hasMessageContaining("requests:read or read");
    }

    @Test
    void theProblemsOfARecordAreKeptInTheirOrder() {
        ZendeskOboException e = failed("post:requests", Fault.status(422).json("""
                {"error":"RecordInvalid","description":"Record validation errors","details":{
                  "status":[{"description":"closed prevents ticket update"}],
                  "base":[{"description":"Subject: cannot be blank","error":"BlankValue","field_key":"subject"},
                          {"description":"Size: cannot be blank","error":"BlankValue","field_key":360000000042}]}}"""));

        assertThat(e.getErrorDescription()).isEqualTo("Record validation errors");
        assertThat(e.getDetails()).containsExactly(
                Map.entry("status", List.of(new Problem("closed prevents ticket update", null, null))),
                Map.entry("base", List.of(new Problem("Subject: cannot be blank", "BlankValue", "subject"),
                        new Problem("Size: cannot be blank", "BlankValue", "360000000042"))));
        assertThat(e).hasMessageContaining("status, base").hasMessageNotContaining("cannot be blank");
    }

    @Test
    void anErrorWithoutDetailsHasNone() {
        ZendeskOboException e = failed("get:requests",
                Fault.status(404).json("{\"error\":\"RecordNotFound\",\"description\":\"Not found\"}"));

        assertThat(e).isInstanceOf(ZendeskOboNotFoundException.class);
        assertThat(e.getErrorDescription()).isEqualTo("Not found");
        assertThat(e.getDetails()).isEmpty();
    }

    @Test
    void aLargeErrorIsCapped() {
        ZendeskOboException e = failed("get:requests", Fault.status(500).text("x".repeat(2_000_000)));

        assertThat(e.getStatusCode()).isEqualTo(500);
        assertThat(e.getResponseBody().length()).isLessThanOrEqualTo(64 * 1024);
    }

    @Test
    void anErrorWhoseBodyBreaksOffKeepsItsStatus() {
        String body = "{\"error\":\"RecordInvalid\",\"description\":\"d\",\"details\":{}}";
        ZendeskOboException fixed = failed("post:requests", Fault.status(422).json(body).resetInMidBody(20));
        assertThat(fixed).isInstanceOf(ZendeskOboInvalidRecordException.class);
        zendesk.faults().clear();
        ZendeskOboException chunked = failed("post:requests", Fault.status(503).json(body).chunked()
                .header("Retry-After", "9").resetInMidBody(20));
        assertThat(chunked).isInstanceOf(ZendeskOboUnavailableException.class);
        assertThat(chunked.getRetryAfter()).isEqualTo(Duration.ofSeconds(9));
    }

    // ---- limits and waits

    @Test
    void aRateLimitInPlainTextIsARateLimit() {
        String text = "Number of allowed API requests per minute exceeded";
        ZendeskOboException e = failed("get:requests", Fault.status(429).text(text).header("Retry-After", "37"));

        assertThat(e).isInstanceOf(ZendeskOboRateLimitedException.class).hasMessageContaining("wait 37 s");
        assertThat(e.getRetryAfter()).isEqualTo(Duration.ofSeconds(37));
        assertThat(e.getRetryAfterMillis()).isEqualTo(37_000);
        assertThat(e.getResponseBody()).isEqualTo(text);
    }

    @Test
    void aRateLimitWithoutRetryAfterSaysSo() {
        ZendeskOboException e = failed("put:requests", Fault.status(429)
                .text("You have exceeded the rate limit for updating a single unique user. user email: " + TEXT));

        assertThat(e).isInstanceOf(ZendeskOboRateLimitedException.class).hasMessageContaining("no Retry-After");
        assertThat(e.getRetryAfter()).isNull();
        assertThat(e.getRetryAfterMillis()).isZero();
    }

    @Test
    void theLimitOfAnEndpointTellsHowLongToWaitWhenRetryAfterDoesNot() {
        try (Rig rig = answering("get:requests", Fault.status(429).text("x").header("X-Rate-Limit", "700")
                .header("X-Rate-Limit-Remaining", "650").header("ratelimit-reset", "12")
                .header("zendesk-ratelimit-other", "total=300; remaining=7; resets=55")
                .header("zendesk-ratelimit-tickets-index", "total=100; remaining=0; resets=41"))) {
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboRateLimitedException.class);
            assertThat(out.getException(ZendeskOboException.class).getRetryAfter()).isEqualTo(Duration.ofSeconds(41));
            assertThat(out.getMessage().getHeaders()).containsEntry(ZendeskOboConstants.RETRY_AFTER, 41L)
                    .containsEntry(ZendeskOboConstants.RATE_LIMIT_REMAINING, 650L);
        }
    }

    @ParameterizedTest
    @CsvSource({ "12.5, 13", "-3, 0", "99999999, 3600", "abc, ", "0, 0", "'Wed, 21 Oct 2026 07:28:30 GMT', 30",
            "'Wed, 21 Oct 2020 07:28:30 GMT', 0" })
    void retryAfterIsReadInAllItsForms(String value, @Nullable Long seconds) {
        ZendeskOboException e = failed("get:requests", Fault.status(429).text("x").header("Retry-After", value));

        if (value.contains("2026")) {
            // counted from the answer's own Date, which is the stand-in's clock; only the form is of interest here
            assertThat(e.getRetryAfter()).isNotNull();
        } else {
            assertThat(e.getRetryAfter()).isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
        }
    }

    @Test
    void maintenanceStaysUnavailableWithOrWithoutRetryAfter() {
        ZendeskOboException with = failed("get:requests",
                Fault.status(503).body("<html>" + TEXT + "</html>").contentType("text/html").header("Retry-After", "120"));
        assertThat(with).isInstanceOf(ZendeskOboUnavailableException.class).hasMessageContaining("wait 120 s");
        assertThat(with.getStatusCode()).isEqualTo(503);
        assertThat(with.getRetryAfter()).isEqualTo(Duration.ofSeconds(120));
        zendesk.faults().clear();
        ZendeskOboException without = failed("get:requests", Fault.status(503).body("<html/>").contentType("text/html"));
        assertThat(without.getRetryAfter()).isNull();
        assertThat(without).hasMessageContaining("did not say how long");
    }

    @Test
    void aConflictIsNotSentAgain() {
        failed("post:requests", Fault.status(409).text("x"));
        assertThat(zendesk.journal().requests()).hasSize(1);
    }

    // ---- redirects

    @ParameterizedTest
    @ValueSource(ints = { 301, 302, 303, 307, 308, 300, 304 })
    void aRedirectIsNeverFollowedToNoHost(int status) {
        try (StandIn other = StandIn.start()) {
            for (String location : List.of("/api/v2/users/me", zendesk.baseUri() + "/api/v2/users/me",
                    other.baseUri() + "/api/v2/requests", "https://" + Rig.JANE + "/zzz")) {
                zendesk.reset();
                ZendeskOboException e = failed("post:requests", Fault.status(status).header("Location", location));

                assertThat(e).isInstanceOf(ZendeskOboUnexpectedAnswerException.class);
                assertThat(e.getStatusCode()).isEqualTo(status);
                assertThat(zendesk.journal().requests()).hasSize(1);
                assertThat(zendesk.journal().requests().get(0).method()).isEqualTo("POST");
            }
            assertThat(other.journal().entries()).isEmpty();
        }
    }

    // ---- outcome

    static Stream<Arguments> outcomes() {
        return Stream.of(
                Arguments.of("post", Fault.status(500), UNKNOWN), Arguments.of("post", Fault.status(502), UNKNOWN),
                Arguments.of("post", Fault.status(503), UNKNOWN), Arguments.of("put", Fault.status(504), UNKNOWN),
                Arguments.of("delete", Fault.status(500), UNKNOWN), Arguments.of("patch", Fault.status(500), UNKNOWN),
                Arguments.of("post", Fault.status(408), UNKNOWN), Arguments.of("get", Fault.status(500), NOT_DONE),
                Arguments.of("post", Fault.status(400), NOT_DONE), Arguments.of("post", Fault.status(401), NOT_DONE),
                Arguments.of("post", Fault.status(403), NOT_DONE), Arguments.of("delete", Fault.status(404), NOT_DONE),
                Arguments.of("put", Fault.status(409), NOT_DONE), Arguments.of("post", Fault.status(422), NOT_DONE),
                Arguments.of("post", Fault.status(429), NOT_DONE),
                // a page to go to after the form was taken, for all one knows
                Arguments.of("post", Fault.status(302), UNKNOWN), Arguments.of("post", Fault.status(303), UNKNOWN),
                Arguments.of("post", Fault.status(301), UNKNOWN), Arguments.of("get", Fault.status(302), NOT_DONE),
                // these two ask for the same request elsewhere
                Arguments.of("post", Fault.status(307), NOT_DONE), Arguments.of("post", Fault.status(308), NOT_DONE),
                Arguments.of("post", Fault.reset(), UNKNOWN), Arguments.of("get", Fault.reset(), NOT_DONE),
                Arguments.of("post", Fault.status(0).closeBeforeAnswer(), UNKNOWN),
                Arguments.of("post", Fault.status(201).json("{\"request\":{}}").resetInMidBody(4), DONE),
                Arguments.of("post", Fault.status(201).json("{\"request\":{}}").chunked().resetInMidBody(4), DONE),
                Arguments.of("get", Fault.status(200).json("{\"request\":{}}").resetInMidBody(4), NOT_DONE),
                Arguments.of("post", Fault.status(500).json("{\"request\":{}}").resetInMidBody(4), UNKNOWN),
                Arguments.of("post", Fault.stall(), UNKNOWN), Arguments.of("get", Fault.stall(), NOT_DONE));
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void everyFailureSaysWhetherItWasDone(String method, Fault fault, Outcome outcome) {
        ZendeskOboException e = failed(method + ":requests?requestTimeout=1500&allowedFor=off", fault);

        assertThat(e.getOutcome()).isEqualTo(outcome);
        assertThat(e.getMessage()).contains("outcome " + outcome.name().toLowerCase().replace('_', ' '));
        if (outcome == UNKNOWN) {
            assertThat(e.getMessage()).contains("look in Zendesk before sending it again");
        } else if (outcome == DONE) {
            assertThat(e.getMessage()).contains("do not send it again");
        }
        assertThat(zendesk.journal().requests()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void anAnswerThatBreaksOffIsATransportErrorAndTheConnectionIsNotUsedAgain() {
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=json")) {
            zendesk.faults().next().path("/api/v2/requests")
                    .respond(Fault.status(200).json("{\"requests\":[]}").chunked().resetInMidBody(5));

            assertThat(rig.send(Rig.JANE, null).getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageContaining("broke in the answer");
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
        }
    }

    // ---- in a route

    @Test
    void handlersCatchByTypeByTheFamilyAndByTheTypeOfCamelHttp() {
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").toD("direct:${header.by}");
                    from("direct:type").onException(ZendeskOboNotFoundException.class).handled(true)
                            .setBody(simple("type ${exception.statusCode} ${header.orderId}")).end()
                            .to("zendesk-obo:get:requests/1?tokenSource=#acme");
                    from("direct:family").onException(ZendeskOboException.class).handled(true)
                            .setBody(simple("family ${exception.errorCode} ${exception.retryAfterMillis} ${exception.outcome}"))
                            .end().to("zendesk-obo:get:requests/1?tokenSource=#acme");
                    from("direct:http").onException(HttpOperationFailedException.class).handled(true)
                            .setBody(simple("http ${exception.httpResponseCode} ${exception.requestId.length}")).end()
                            .to("zendesk-obo:get:requests/1?tokenSource=#acme");
                    from("direct:try").doTry().to("zendesk-obo:get:requests/1?tokenSource=#acme")
                            .doCatch(ZendeskOboConflictException.class).setBody(constant("wrong"))
                            .doCatch(ZendeskOboNotFoundException.class)
                            .setBody(simple("try ${exception.attempts}")).end();
                }
            });
            assertThat(rig.send(Rig.JANE, null, Map.of("by", "type", "orderId", 5)).getMessage().getBody())
                    .isEqualTo("type 404 5");
            assertThat(rig.send(Rig.JANE, null, Map.of("by", "family")).getMessage().getBody())
                    .isEqualTo("family RecordNotFound 0 NOT_DONE");
            assertThat(rig.send(Rig.JANE, null, Map.of("by", "http")).getMessage().getBody(String.class)).startsWith("http 404 ");
            assertThat(rig.send(Rig.JANE, null, Map.of("by", "try")).getMessage().getBody()).isEqualTo("try 1");
        }
    }

    @Test
    void theMessageOfAHandlerHasItsOwnHeadersAndThoseOfTheAnswer() {
        zendesk.faults().always().path("/api/v2/requests").respond(Fault.status(429).text("x")
                .header("Retry-After", "30").header("x-request-id", "r-1").header("X-Rate-Limit", "700"));
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    onException(ZendeskOboRateLimitedException.class).handled(true)
                            .setHeader("wait", simple("${exception.retryAfterMillis}"));
                    from("direct:in").to("zendesk-obo:post:requests?tokenSource=#acme");
                }
            });
            Exchange out = rig.send(Rig.JANE, "{}", Map.of("orderId", 5));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeaders()).containsEntry("orderId", 5)
                    .containsEntry(ZendeskOboConstants.HTTP_RESPONSE_CODE, 429)
                    .containsEntry(ZendeskOboConstants.RETRY_AFTER, 30L).containsEntry(ZendeskOboConstants.REQUEST_ID, "r-1")
                    .containsEntry(ZendeskOboConstants.RATE_LIMIT, 700L).containsEntry(ZendeskOboConstants.ATTEMPTS, 1)
                    .containsEntry("wait", 30_000L);
            assertThat(out.getMessage().getBody()).isEqualTo("{}");
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void withoutExceptionsAnErrorIsTheMessage() {
        String error = "{\"error\":\"RecordNotFound\",\"description\":\"Not found\"}";
        try (Rig rig = answering("post:requests?throwExceptionOnFailure=false", Fault.status(404).json(error))) {
            Exchange out = rig.send(Rig.JANE, "{}", Map.of("orderId", 5));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getBody(String.class)).isEqualTo(error);
            assertThat(out.getMessage().getHeaders()).containsEntry("orderId", 5)
                    .containsEntry(ZendeskOboConstants.HTTP_RESPONSE_CODE, 404)
                    .containsEntry(Exchange.CONTENT_TYPE, "application/json; charset=utf-8");
        }
    }

    @Test
    void withoutExceptionsAnEmptyErrorIsAnEmptyMessage() {
        try (Rig rig = answering("post:requests?throwExceptionOnFailure=false", Fault.status(500))) {
            Exchange out = rig.send(Rig.JANE, "{}", Map.of(Exchange.CONTENT_TYPE, "application/json"));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getBody()).isNull();
            assertThat(out.getMessage().getHeaders()).containsEntry(ZendeskOboConstants.HTTP_RESPONSE_CODE, 500)
                    .doesNotContainKey(Exchange.CONTENT_TYPE);
        }
    }

    @Test
    void whatWasNotSentOrNotAnsweredThrowsAllTheSame() {
        try (Rig rig = answering("post:requests?throwExceptionOnFailure=false", Fault.reset())) {
            assertThat(rig.send("", "{}").getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.send(Rig.JANE, 5).getException()).isInstanceOf(ZendeskOboInvalidRequestException.class);
            assertThat(rig.send(Rig.JANE, "{}").getException()).isInstanceOf(ZendeskOboTransportException.class);
            zendesk.faults().clear();
            zendesk.faults().always().path("/api/v2/requests").respond(Fault.status(201).json("{\"a\":1}").resetInMidBody(3));
            assertThat(rig.send(Rig.JANE, "{}").getException()).isInstanceOf(ZendeskOboTransportException.class);
        }
    }

    @Test
    void exceptionsSurviveSerialization() throws Exception {
        for (Fault fault : List.of(
                Fault.status(422).json("{\"error\":\"RecordInvalid\",\"details\":{\"base\":[{\"description\":\"d\",\"field_key\":\"k\"}]}}")
                        .header("Retry-After", "5").header("zendesk-ratelimit-x", "total=1; remaining=0; resets=4")
                        .header("x-request-id", "r"),
                Fault.status(403).json("{\"error\":\"Forbidden\",\"description\":\"Missing the following required scopes: read\"}"),
                Fault.status(401), Fault.status(503), Fault.reset(), Fault.status(201).resetInMidBody(3))) {
            zendesk.reset();
            ZendeskOboException before = failed("post:requests", fault);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(before);
            }
            ZendeskOboException after;
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                after = (ZendeskOboException) in.readObject();
            }
            assertThat(after).hasSameClassAs(before).hasMessage(before.getMessage());
            assertThat(after.getStatusCode()).isEqualTo(before.getStatusCode());
            assertThat(after.getDetails()).isEqualTo(before.getDetails());
            assertThat(after.getRetryAfter()).isEqualTo(before.getRetryAfter());
            assertThat(after.getRequestId()).isEqualTo(before.getRequestId());
            assertThat(after.getOutcome()).isEqualTo(before.getOutcome());
            assertThat(after.getUser()).isEqualTo(Rig.JANE);
            if (after instanceof ZendeskOboMissingScopeException missing) {
                assertThat(missing.getMissingScopes()).containsExactly("read");
            }
        }
    }

    @Test
    void theCauseOfAnUnreadableBodyDoesNotSpoilSerialization() throws Exception {
        class Odd extends IOException {
            private static final long serialVersionUID = 1L;
            private final Object notSerializable = new Object();

            Odd() {
                super("odd");
            }

            @Override
            public String toString() {
                return "odd " + notSerializable;
            }
        }
        try (Rig rig = new Rig(zendesk)) {
            rig.camel.setStreamCaching(false);
            Exchange out = rig.route("post:requests").send(Rig.JANE, new java.io.InputStream() {
                @Override
                public int read() throws IOException {
                    throw new Odd();
                }
            });
            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class);
            assertThat(out.getException().getCause()).isInstanceOf(IOException.class);
            new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(
                    failed("post:requests", Fault.status(500)));
        }
    }

    // ---- what end users may do

    @Test
    void aForbiddenTicketUpdateNamesWhatEndUsersHaveInstead() {
        try (Rig rig = new Rig(zendesk).route("put:tickets/" + Sample.JANES_OPEN_TICKET + ".json")) {
            Exchange out = rig.send(Sample.JANE_ID, "{\"ticket\":{}}");

            assertThat(out.getException()).isInstanceOf(ZendeskOboForbiddenException.class)
                    .hasMessageContaining("Only agents may call PUT /api/v2/tickets/{ticket_id}")
                    .hasMessageContaining("end users have PUT /api/v2/requests/{request_id}").hasMessageContaining("request id ");
            assertThat(rig.requests()).hasSize(1).allSatisfy(
                    request -> assertThat(request.onBehalfOf()).isEqualTo(String.valueOf(Sample.JANE_ID)));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "post:tickets/1/satisfaction_rating|verified", "get:users/me/session|End users may call it", "get:no/such/thing|does not list",
            "delete:community/posts/1|their own" })
    void aForbiddenCallIsExplainedByTheReference(String to, String explained) {
        zendesk.faults().always().path("/api/v2/{a}/{b}/{c}").respond(Fault.status(403).json("{}"));
        zendesk.faults().always().path("/api/v2/{a}/{b}").method("GET").bare().respond(Fault.status(200)
                .json("{\"user\":{\"id\":1,\"email\":\"owner@acme.example\",\"role\":\"admin\"}}"));
        try (Rig rig = new Rig(zendesk)) {
            rig.component().getConfiguration().setProof("off");
            Exchange out = rig.route(to).send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboForbiddenException.class).hasMessageContaining(explained);
        }
    }

    @Test
    void byDefaultAnOperationForAgentsIsReportedOnceAtStart() {
        Logger logger = (Logger) LoggerFactory.getLogger(ZendeskOboEndpoint.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try (Rig rig = new Rig(zendesk)) {
            rig.routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:a").to("zendesk-obo:post:tickets?tokenSource=#acme");
                    from("direct:b").to("zendesk-obo:post:tickets.json?tokenSource=#acme&responseBody=json");
                    from("direct:c").to("zendesk-obo:post:tickets?tokenSource=#acme&allowedFor=off&responseBody=json");
                    from("direct:d").to("zendesk-obo:post:requests?tokenSource=#acme");
                }
            }).start();

            assertThat(log.list).hasSize(1).allSatisfy(event -> {
                assertThat(event.getLevel()).isEqualTo(Level.WARN);
                assertThat(event.getFormattedMessage()).contains("POST /api/v2/tickets", "POST /api/v2/requests", "allowedFor");
            });
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void allowedForFailStopsTheStart() {
        try (Rig rig = new Rig(zendesk).route("post:tickets?allowedFor=fail")) {
            assertThatThrownBy(rig::start).hasStackTraceContaining("does not let end users call POST /api/v2/tickets")
                    .hasStackTraceContaining("POST /api/v2/requests");
        }
        try (Rig rig = new Rig(zendesk).route("post:requests?allowedFor=fail")) {
            rig.start();
        }
    }
}
