package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenWire;
import io.github.camelzendesk.obo.token.ZendeskService;

/** What holds a token, a user or what the other side said has a text that tells none of it: sooner or later it is logged. */
class TextFormsTest {

    private static final String JANE = "jane@example.com";
    private static final String SECRET = "secret-0815";
    private static final Origin ORIGIN = Origin.ofSubdomain("acme");

    static Stream<Object> values() {
        AccessToken token = AccessToken.of(SECRET);
        EndUser jane = EndUser.of(JANE, EndUser.Form.ANY);
        byte[] json = ("{\"error\":\"RecordInvalid\",\"description\":\"" + JANE + " " + SECRET + "\",\"details\":{\"" + JANE
                       + "\":[{\"description\":\"" + JANE + "\",\"error\":\"" + JANE + "\",\"field_key\":\"" + JANE + "\"}]}}")
                .getBytes(StandardCharsets.UTF_8);
        ErrorBody error = ErrorBody.parse("application/json", json);
        Map<String, List<String>> lines = Map.of("x-echo", List.of(SECRET), "location", List.of("https://x.invalid/" + JANE),
                "x-zendesk-api-warn", List.of(JANE), "x-request-id", List.of(JANE), "content-type", List.of("text/" + JANE));
        AnswerHeaders headers = AnswerHeaders.parse(lines.keySet(), lines::get, Instant.EPOCH);
        ApiRequest request = new ApiRequest(
                "GET", ORIGIN, ZendeskService.SUPPORT, "/api/v2/users/{id}", "/api/v2/users/" + JANE + "?query=" + SECRET, jane,
                new Body.Bytes(json, "application/json"), "application/json", SECRET, Duration.ofSeconds(1));
        return Stream.of(
                token, jane, error, headers, request, request.body(),
                new WireRequest("GET", ORIGIN, "/api/v2/users/" + JANE, token, JANE, "*/*", request.body(), SECRET, Duration.ofSeconds(1)),
                new WireAnswer(422, lines, null, json),
                new Reply.Answer(200, headers, new Spool(), 1, Duration.ZERO),
                Failure.of(request, new WireAnswer(422, lines, null, json), 1, Instant.EPOCH),
                Failure.of(request, new WireAnswer(403, lines, null, json), 1, Instant.EPOCH),
                new TokenWire.Request("GET", ORIGIN, "/api/v2/users/me", token, JANE),
                new TokenWire.Answer(200, json, null),
                error.details().values());
    }

    @ParameterizedTest
    @MethodSource("values")
    void itsTextTellsNone(Object value) {
        assertThat(value.toString()).doesNotContain(JANE, SECRET, "jane");
    }
}
