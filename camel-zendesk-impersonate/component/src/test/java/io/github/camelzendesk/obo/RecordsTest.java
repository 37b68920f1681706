package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;
import io.github.camelzendesk.standin.Ticket;
import io.github.camelzendesk.standin.User;

/** {@code responseBody=records}: all records of all pages, each once, and nothing left behind. */
@Timeout(60)
class RecordsTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final String BY_CURSOR = "get:requests?query.page[size]=2&responseBody=records";
    private static final String BY_NUMBER = "get:requests?query.per_page=2&responseBody=records";

    private StandIn zendesk;
    private Set<Path> before;
    private final List<Long> ids = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void standIn() {
        zendesk = ZENDESK.standIn();
        before = spoolFiles();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        await().untilAsserted(() -> assertThat(own()).isEmpty());
    }

    private static Set<Path> spoolFiles() {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().matches("zendesk-obo-.*\\.body"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a user who has none but these. */
    private List<Long> requestsOf(String email, int count) {
        User user = zendesk.world().endUser(email);
        return IntStream.range(0, count).mapToObj(i -> zendesk.world().ticket(user, Ticket.Status.OPEN).id()).toList();
    }

    private static final String ANN = "ann@example.com";
    private static final String BEN = "ben@example.com";

    /** A page of the answers that a test makes itself. */
    private static String page(long from, int count, String rest) {
        return "{\"requests\":[" + LongStream.range(from, from + count).mapToObj(id -> "{\"id\":" + id + "}")
                .collect(Collectors.joining(",")) + "]" + (rest.isEmpty() ? "" : "," + rest) + "}";
    }

    private String link(String query) {
        return "\"" + zendesk.baseUri() + "/api/v2/requests" + query + "\"";
    }

    private String next(int page) {
        return "\"next_page\":" + link("?page=" + page);
    }

    /** One after the other, the last for ever. */
    private void answers(Fault... answers) {
        for (int i = 0; i < answers.length; i++) {
            zendesk.faults().next(i < answers.length - 1 ? 1 : Integer.MAX_VALUE).path("/api/v2/requests").respond(answers[i]);
        }
    }

    private void answers(String... pages) {
        answers(Stream.of(pages).map(page -> Fault.status(200).json(page)).toArray(Fault[]::new));
    }

    /** A route that splits the list and collects the ids. */
    private Rig splitting(String to) {
        return splitting(to, route -> { });
    }

    private Rig splitting(String to, Consumer<RouteBuilder> first) {
        return new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                first.accept(this);
                from("direct:in").to("zendesk-obo:" + to + "&tokenSource=#acme").setProperty("records", body())
                        .split(body()).streaming().process(RecordsTest.this::collect);
            }
        });
    }

    /** A route in which a step of Java reads. */
    private Rig reading(String to, org.apache.camel.Processor reader) {
        return new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:" + to + "&tokenSource=#acme").setProperty("records", body()).process(reader);
            }
        });
    }

    private void collect(Exchange exchange) {
        ids.add(exchange.getMessage().getBody(JsonNode.class).get("id").asLong());
    }

    private static Records records(Exchange exchange) {
        return exchange.getProperty("records", Records.class);
    }

    private List<String> queries() {
        return zendesk.journal().requests().stream().map(JournalEntry::query).toList();
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static <T extends ZendeskOboException> T failed(Exchange out, Class<T> type) {
        assertThat(out.getException()).as("%s", out.getException()).isExactlyInstanceOf(type);
        return type.cast(out.getException());
    }

    // ---- all of them

    @ParameterizedTest
    @ValueSource(strings = { BY_CURSOR, BY_NUMBER, "get:requests.json?query.page[size]=2&responseBody=records",
            "get:users/{id}/requests?query.page[size]=2&responseBody=records",
            "get:/api/v2/requests/open?query.per_page=2&responseBody=records" })
    void allRecordsOfAllPagesComeOnceAndInOrderAndEachPageIsAskedForByTheUser(String to) {
        List<Long> expected = requestsOf(ANN, 7);
        requestsOf(BEN, 3);
        Map<String, Object> headers = Map.of("id", zendesk.world().user(ANN).id());
        try (Rig rig = splitting(to)) {
            Exchange out = rig.send(ANN, "ignored", headers);

            assertThat(out.getException()).isNull();
            assertThat(ids).isEqualTo(expected);
            assertThat(rig.requests()).hasSize(4).allSatisfy(page -> {
                assertThat(page.line()).startsWith("as " + ANN + " GET").endsWith("-> 200");
                assertThat(page.onBehalfOf()).isEqualTo(ANN);
                assertThat(page.header("Authorization")).isEqualTo("Bearer " + Sample.TOKEN);
                assertThat(page.header("Accept")).isEqualTo("application/json");
                assertThat(page.body()).isEmpty();
                assertThat(page.query()).containsAnyOf("page%5Bsize%5D=2", "per_page=2");
            });
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.HTTP_RESPONSE_CODE)).isEqualTo(200);
        }
    }

    @Test
    void aSplitKnowsItsLastOne() {
        requestsOf(ANN, 5);
        List<String> seen = new ArrayList<>();
        try (Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:" + BY_CURSOR + "&tokenSource=#acme")
                        .split(body(), new GroupedBodyAggregationStrategy()).streaming()
                        .process(exchange -> seen.add(exchange.getProperty(Exchange.SPLIT_INDEX) + " "
                                                      + exchange.getProperty(Exchange.SPLIT_COMPLETE)
                                                      + " " + exchange.getProperty(Exchange.SPLIT_SIZE) + " "
                                                      + exchange.getMessage().getHeader(Exchange.CONTENT_TYPE)));
            }
        })) {
            Exchange out = rig.send(ANN, null);

            String type = " application/json; charset=utf-8";
            assertThat(seen).containsExactly("0 false null" + type, "1 false null" + type, "2 false null" + type,
                    "3 false null" + type, "4 true 5" + type);
            assertThat(out.getMessage().getBody(List.class)).hasSize(5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"requests\":[],\"meta\":{\"has_more\":false}", "\"requests\":[],\"next_page\":null,\"count\":0", "" })
    void anEmptyListIsNoRecords(String answer) {
        requestsOf(ANN, 0);
        answers(answer.isEmpty() ? " \n" : "{" + answer + "}");
        try (Rig rig = splitting(BY_CURSOR)) {
            Exchange out = rig.send(ANN, "before");

            assertThat(out.getException()).isNull();
            assertThat(ids).isEmpty();
            assertThat(records(out).toString()).isEqualTo("Records[GET /api/v2/requests, page 1]");
        }
    }

    @Test
    void noContentIsNoRecords() {
        requestsOf(ANN, 0);
        answers(Fault.status(204));
        try (Rig rig = splitting(BY_CURSOR)) {
            Exchange out = rig.send(ANN, null);

            assertThat(out.getException()).isNull();
            assertThat(ids).isEmpty();
            assertThat(out.getMessage().getBody()).isInstanceOf(Records.class);
        }
    }

    @Test
    void pagesWithoutRecordsInBetweenEndNothing() {
        requestsOf(ANN, 0);
        answers(page(1, 0, next(2)), page(1, 2, next(3)), page(3, 0, next(4)), page(3, 0, next(5)), page(3, 1, next(6)), page(4, 0, ""));
        try (Rig rig = splitting(BY_NUMBER)) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).isEqualTo(upTo(3));
            assertThat(rig.requests()).hasSize(6);
        }
    }

    @Test
    void whatCameAlongIsNoRecord() {
        requestsOf(ANN, 0);
        String users = "\"users\":[{\"id\":100}],\"groups\":[{\"id\":101}],\"organizations\":[]";
        answers("{" + users + "," + page(1, 2, next(2)).substring(1), page(3, 1, users), "{}");
        try (Rig rig = splitting(BY_NUMBER + "&query.include=users,groups")) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).isEqualTo(upTo(3));
            assertThat(queries().get(1)).as("the link lacks it").contains("page=2").contains("include=users%2Cgroups");
        }
    }

    @Test
    void aListThatTheFirstPageHadMustBeOnEachPage() {
        requestsOf(ANN, 0);
        zendesk.faults().next().path("/api/v2/requests/search").respond(Fault.status(200).json("{\"found\":[{\"id\":1}],\"next_page\":\""
                                                                                               + zendesk.baseUri() + "/api/v2/requests/search?page=2\"}"));
        zendesk.faults().next().path("/api/v2/requests/search").respond(Fault.status(200).json("{\"users\":[{\"id\":9}]}"));
        try (Rig rig = splitting("get:requests/search?responseBody=records")) {
            Exchange out = rig.send(ANN, null);

            assertThat(failed(out, ZendeskOboUnexpectedAnswerException.class)).hasMessageContaining("page 2").hasMessageContaining("users");
            assertThat(ids).containsExactly(1L);
        }
    }

    @Test
    void anIncrementalExportIsReadToTheEndOfItsStream() {
        String path = "/api/v2/incremental/tickets/cursor";
        String after = "\"after_url\":\"" + zendesk.baseUri() + path + ".json?cursor=";
        for (String page : List.of(
                "{\"tickets\":[{\"id\":1},{\"id\":2}],\"users\":[{\"id\":9}]," + after + "MTU3fHwx\",\"after_cursor\":\"MTU3fHwx\",\"end_of_stream\":false}",
                "{\"tickets\":[{\"id\":3}]," + after + "MTU3fHwy\",\"after_cursor\":\"MTU3fHwy\",\"end_of_stream\":true}")) {
            zendesk.faults().next().path(path).respond(Fault.status(200).json(page));
        }
        try (Rig rig = splitting("get:incremental/tickets/cursor?allowedFor=off&responseBody=records")) {
            Exchange out = rig.send(ANN, null, Map.of(ZendeskOboConstants.QUERY, "start_time=0"));

            assertThat(out.getException()).isNull();
            assertThat(ids).isEqualTo(upTo(3));
            assertThat(queries()).containsExactly("start_time=0", "cursor=MTU3fHwx");
            assertThat(records(out).getCursor()).isEqualTo("cursor=MTU3fHwx");
        }
    }

    @Test
    void whatACursorIsMadeOfArrivesAsItStandsInTheLink() {
        requestsOf(ANN, 0);
        answers(page(1, 1, "\"meta\":{\"has_more\":true},\"links\":{\"next\":" + link("?page%5Bafter%5D=aGk%2BbG8%3D&x=a+b=") + "}"),
                page(2, 1, "\"meta\":{\"has_more\":true,\"after_cursor\":\"aGk+bG9=\"},\"links\":{\"next\":null}"),
                page(3, 1, "\"meta\":{\"has_more\":false,\"after_cursor\":\"z\"}"));
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(queries()).containsExactly(null, "page%5Bafter%5D=aGk%2BbG8%3D&x=a+b=", "x=a+b=&page%5Bafter%5D=aGk%2BbG9%3D");
        }
    }

    // ---- one by one

    @Test
    void thePageAfterIsAskedForWhenHalfOfAPageIsRead() {
        requestsOf(ANN, 25);
        try (Rig rig = reading("get:requests?query.page[size]=10&responseBody=records", exchange -> {
            Records records = records(exchange);
            List<Integer> pages = new ArrayList<>();
            for (int read = 0; read < 25; read++) {
                assertThat(records.hasNext()).isTrue();
                pages.add(zendesk.journal().requests().size());
                records.next();
                if (read == 4 || read == 14) {
                    int asked = read == 4 ? 2 : 3;
                    await().untilAsserted(() -> assertThat(zendesk.journal().requests()).hasSize(asked));
                }
            }
            assertThat(records.hasNext()).isFalse();
            assertThat(records.hasNext()).isFalse();
            assertThatThrownBy(records::next).isInstanceOf(NoSuchElementException.class);
            assertThat(pages).startsWith(1, 1, 1, 1, 1, 2).endsWith(3, 3, 3, 3, 3, 3, 3, 3, 3, 3);
            assertThat(pages.subList(5, 15)).containsOnly(2);
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(zendesk.journal().requests()).hasSize(3);
        }
    }

    @Test
    void aListThatIsLeftEarlyCostsNoMorePages() {
        requestsOf(ANN, 40);
        try (Rig rig = reading("get:requests?query.page[size]=10&responseBody=records", exchange -> {
            for (int i = 0; i < 4; i++) {
                ids.add(records(exchange).next().get("id").asLong());
            }
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).hasSize(4);
            assertThat(zendesk.journal().requests()).hasSize(1);
        }
    }

    /** However it is stopped, Camel's splitter goes through the rest of the iterator once more. */
    @ParameterizedTest
    @CsvSource({ "1, throws", "3, throws", "5, throws", "10, throws", "11, throws", "3, handled", "10, handled", "3, stops", "10, stops",
            "10, transacted" })
    void aSplitThatStopsLeavesTheOtherPagesAloneAndTheCursorWhereItStopped(int at, String how) {
        requestsOf(ANN, 60);
        List<String> cursors = new ArrayList<>();
        try (Logs logs = new Logs("org.apache.camel.processor.MulticastProcessor", Level.WARN); Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(IllegalStateException.class).onWhen(exchange -> how.equals("handled")).handled(true).stop();
                from("direct:in").to("zendesk-obo:get:requests?query.per_page=10&responseBody=records&tokenSource=#acme")
                        .setProperty("records", body())
                        .split(body()).streaming().stopOnException()
                        .process(RecordsTest.this::collect)
                        .process(exchange -> cursors.add(records(exchange).getCursor()))
                        .choice().when(exchange -> ids.size() == at && how.equals("stops")).stop()
                        .when(exchange -> ids.size() == at).throwException(new IllegalStateException("enough")).end()
                        .end();
            }
        })) {
            Exchange out = rig.process(exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, ANN);
                exchange.getExchangeExtension().setTransacted(how.equals("transacted"));
            });

            assertThat(out.getException() == null).isEqualTo(how.equals("handled") || how.equals("stops"));
            assertThat(ids).hasSize(at);
            assertThat(records(out).getCursor()).isEqualTo(cursors.get(at - 1)).isEqualTo(at > 10 ? "page=2" : "");
            // the page that was asked for ahead may still be on its way
            await().untilAsserted(() -> assertThat(zendesk.journal().requests()).hasSize(at >= 5 ? 2 : 1));
            assertThatThrownBy(() -> records(out).hasNext()).isInstanceOf(IllegalStateException.class);
            assertThat(logs.at(Level.WARN)).isEmpty();
        }
    }

    @Test
    void aParallelSplitThatStopsWhileItWaitsForAPageDoesNotFailBecauseOfThat() {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(page(1, 2, next(2))), Fault.status(200).json(page(3, 2, "")).latency(Duration.ofMillis(500)));
        try (Logs logs = new Logs("org.apache.camel.processor.MulticastProcessor", Level.WARN); Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:get:requests?responseBody=records&tokenSource=#acme")
                        .split(body()).streaming().parallelProcessing().stopOnException()
                        .process(exchange -> {
                            zendesk.journal().await(entry -> "page=2".equals(entry.query()));
                            throw new IllegalStateException("enough");
                        });
            }
        })) {
            assertThat(rig.send(ANN, null).getException()).hasRootCauseMessage("enough");
            assertThat(logs.at(Level.WARN)).isEmpty();
        }
    }

    @Test
    void howeverASplitEndsCamelHasNothingToWarnOf() {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(page(1, 2, next(2))), Fault.status(404).json("{}"), Fault.status(200).json(page(1, 2, "")));
        try (Logs logs = new Logs("org.apache.camel.processor.MulticastProcessor", Level.WARN); Rig rig = splitting("get:requests?responseBody=records")) {
            rig.camel.getCamelContextExtension().setErrorHandlerFactory(new org.apache.camel.builder.NoErrorHandlerBuilder());
            failed(rig.send(ANN, null), ZendeskOboNotFoundException.class);
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).containsExactly(1L, 2L, 1L, 2L);
            assertThat(logs.at(Level.WARN)).isEmpty();
        }
    }

    // ---- pages that cannot be had

    @ParameterizedTest
    @CsvSource({ "429, ZendeskOboRateLimitedException", "503, ZendeskOboUnavailableException", "404, ZendeskOboNotFoundException",
            "403, ZendeskOboForbiddenException", "400, ZendeskOboInvalidRecordException", "302, ZendeskOboUnexpectedAnswerException",
            "200, ZendeskOboUnexpectedAnswerException" })
    void whenPageThreeFailsAllBeforeItWasReadAndTheRouteCatchesWhatItWas(int status, String type) throws Exception {
        requestsOf(ANN, 0);
        Class<?> expected = Class.forName("io.github.camelzendesk.obo." + type);
        answers(Fault.status(200).json(page(1, 3, next(2))), Fault.status(200).json(page(4, 3, next(3))),
                Fault.status(status).body("<html>" + ANN).contentType("text/html").header("X-Zendesk-Request-Id", "req-3")
                        .header("Retry-After", "0"));
        AtomicReference<Exception> caught = new AtomicReference<>();
        Rig rig = splitting("get:requests?responseBody=records", route -> route
                .onException(expected.asSubclass(Throwable.class)).handled(true)
                .process(exchange -> caught.set(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class)))
                .setBody(route.simple("${exception.outcome} ${exception.requestId} ${exchangeProperty.records.cursor}")));
        try (rig) {
            Exchange out = rig.send(ANN, null);

            assertThat(out.getException()).isNull();
            assertThat(caught.get()).isExactlyInstanceOf(expected);
            assertThat(ids).isEqualTo(upTo(6));
            assertThat(out.getMessage().getBody()).isEqualTo("NOT_DONE req-3 page=2");
            ZendeskOboException failure = (ZendeskOboException) caught.get();
            assertThat(failure.getStatusCode()).isEqualTo(status);
            assertThat(failure.getAttempts()).isPositive();
            assertThat(failure.getUser()).isEqualTo(ANN);
            assertThat(failure.getRequestId()).isEqualTo("req-3");
            assertThat(failure.getMessage()).startsWith("GET /api/v2/requests: ").doesNotContain(ANN, "page=", "html>", "127.0.0.1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2 })
    void aPageThatBreaksOffIsATransportFailure(int broken) {
        requestsOf(ANN, 0);
        Fault cut = Fault.status(200).json(page(1, 20_000, "")).resetInMidBody(200_000);
        if (broken == 1) {
            answers(cut);
        } else {
            answers(Fault.status(200).json(page(1, 2, next(2))), cut);
        }
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            ZendeskOboTransportException failure = failed(rig.send(ANN, null), ZendeskOboTransportException.class);

            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(ids).isEqualTo(upTo(broken == 1 ? 0 : 2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"requests\":[{\"id\":3},{\"id\":4", "{\"requests\":[{\"id\":3}]} jane@example.com", "jane@example.com", "[{\"id\":3}]",
            "{\"request\":{\"id\":3}}", "{\"users\":[{\"id\":3}],\"groups\":[]}", " ", "" })
    void aPageThatIsNoneIsATypedErrorBeforeItsFirstRecord(String second) {
        requestsOf(ANN, 0);
        answers(page(1, 2, next(2)), second);
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            ZendeskOboUnexpectedAnswerException failure = failed(rig.send(ANN, null), ZendeskOboUnexpectedAnswerException.class);

            assertThat(failure).hasMessageContaining("page 2 of the list").hasMessageNotContaining(Rig.JANE);
            assertThat(failure.getStatusCode()).isEqualTo(200);
            assertThat(failure.getOutcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(ids).isEqualTo(upTo(2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"requests\":[{\"id\":3},{\"id\":4", "jane@example.com", "[{\"id\":3}]", "{\"request\":{\"id\":3}}",
            "{\"users\":[],\"groups\":[]}", "{\"requests\":[{\"id\":1}],\"meta\":{\"has_more\":true}}",
            "{\"requests\":[{\"id\":1}],\"next_page\":\"https://evil.example.net/api/v2/requests?page=2\"}" })
    void aFirstPageThatCannotBeUsedFailsTheExchangeBeforeItGoesOn(String first) {
        requestsOf(ANN, 0);
        answers(first);
        AtomicInteger went = new AtomicInteger();
        for (String option : List.of("", "&throwExceptionOnFailure=false")) {
            try (Rig rig = reading("get:requests?responseBody=records" + option, exchange -> went.incrementAndGet())) {
                ZendeskOboUnexpectedAnswerException failure = failed(rig.send(ANN, null), ZendeskOboUnexpectedAnswerException.class);

                assertThat(failure.getStatusCode()).isEqualTo(200);
                assertThat(failure).hasMessageNotContaining(Rig.JANE).hasMessageNotContaining("evil");
                assertThat(went).hasValue(0);
            }
        }
    }

    @Test
    void withoutExceptionsAFirstPageThatFailsBecomesTheMessageAsBefore() {
        requestsOf(ANN, 0);
        answers(Fault.status(503).text("busy"));
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=records&throwExceptionOnFailure=false")) {
            Exchange out = rig.send(ANN, null);

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.HTTP_RESPONSE_CODE)).isEqualTo(503);
            assertThat(out.getMessage().getBody(String.class)).isEqualTo("busy");
        }
        zendesk.faults().clear();
        answers(Fault.status(200).json(page(1, 1, next(2))), Fault.status(503).text("busy"));
        try (Rig rig = splitting("get:requests?responseBody=records&throwExceptionOnFailure=false")) {
            failed(rig.send(ANN, null), ZendeskOboUnavailableException.class);
        }
    }

    // ---- where the pages lead

    @ParameterizedTest
    @ValueSource(strings = {
            "https://evil.example.net/api/v2/requests?page=2", "//evil.example.net/api/v2/requests?page=2", "/../../x", "@evil",
            "/api/v2/requests?page=2", "?page=2", "%s@evil.example.net/api/v2/requests?page=2", "%s.evil.example.net/api/v2/requests?page=2",
            "http://me@127.0.0.1:%p/api/v2/requests?page=2", "http://localhost:%p/api/v2/requests?page=2", "%s/api/v2/users?page=2",
            "%s/api/v2/requests/../users?page=2", "%s/api/v2/requests/%%2e%%2e/users?page=2", "%s/oauth/tokens?page=2",
            "%s/api/v2/oauth/tokens?page=2", "%s/api/v2/requests?page=2#x", "%s/api/v2/requests?page=2\\r\\nX-On-Behalf-Of: owner@acme.example",
            "%s\\\\@evil.example.net/api/v2/requests", "%s/hc/api/v2/requests?page=2", "https://127.0.0.1:%p/api/v2/requests?page=2" })
    void aLinkThatLeadsElsewhereIsNotFollowedAndNothingIsSent(String link) {
        String evil = link.replace("%s", zendesk.baseUri().toString()).replace("%p", "" + zendesk.port()).replace("%%", "%");
        requestsOf(ANN, 0);
        answers(page(1, 2, next(2)), page(3, 2, "\"next_page\":\"" + evil + "\""), page(5, 2, ""));
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            ZendeskOboUnexpectedAnswerException failure = failed(rig.send(ANN, null), ZendeskOboUnexpectedAnswerException.class);

            assertThat(failure).hasMessageContaining("page 2 of the list").hasMessageContaining("leads elsewhere")
                    .hasMessageNotContaining("evil").hasMessageNotContaining("127.0.0.1").hasMessageNotContaining("page=2")
                    .hasMessageNotContaining(Sample.TOKEN);
            assertThat(ids).as("what came before it").isEqualTo(upTo(4));
            assertThat(zendesk.journal().requests()).hasSize(2);
            assertThat(zendesk.journal().entries()).as("and the control pair").hasSize(4);
        }
    }

    @Test
    void aPageThatLeadsToItselfIsTheLast() {
        requestsOf(ANN, 0);
        answers(page(1, 2, "\"next_page\":" + link("?start_time=5")), page(3, 2, "\"next_page\":" + link(".json?start_time=5") + ",\"count\":2"));
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).isEqualTo(upTo(4));
            assertThat(rig.requests()).hasSize(2);
        }
    }

    @Test
    void pagesThatLeadInACircleAreReadOnce() {
        requestsOf(ANN, 0);
        answers(page(1, 2, next(2)), page(3, 2, next(3)), page(5, 2, next(2)), page(7, 2, next(3)));
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            ZendeskOboUnexpectedAnswerException failure = failed(rig.send(ANN, null), ZendeskOboUnexpectedAnswerException.class);

            assertThat(failure).hasMessageContaining("page 3 of the list").hasMessageContaining("never end");
            assertThat(ids).isEqualTo(upTo(6));
            assertThat(rig.requests()).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"meta\":{\"has_more\":true}", "\"meta\":{\"has_more\":true,\"after_cursor\":null},\"links\":{\"next\":null}",
            "\"end_of_stream\":false", "\"meta\":{\"has_more\":\"yes\"}" })
    void aPageThatSaysThatThereIsMoreIsNeverTheLast(String rest) {
        requestsOf(ANN, 0);
        answers(page(1, 2, next(2)), page(3, 2, rest));
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            failed(rig.send(ANN, null), ZendeskOboUnexpectedAnswerException.class);
            assertThat(ids).isEqualTo(upTo(4));
        }
    }

    @Test
    void whatTheEndpointFixesIsInForceOnEachPage() {
        requestsOf(ANN, 0);
        answers(page(1, 1, next(2)), page(2, 1, "\"next_page\":" + link("?page=3&status=open")),
                page(3, 1, "\"next_page\":" + link("?page=4&status=closed")), page(4, 1, ""));
        try (Rig rig = splitting("get:requests?query.status=open&responseBody=records")) {
            ZendeskOboUnexpectedAnswerException failure = failed(rig.send(ANN, null), ZendeskOboUnexpectedAnswerException.class);

            assertThat(failure).hasMessageContaining("page 3").hasMessageContaining("the endpoint fixes").hasMessageNotContaining("closed");
            assertThat(ids).isEqualTo(upTo(3));
            assertThat(queries()).containsExactly("status=open", "page=2&status=open", "page=3&status=open");
        }
    }

    // ---- whose

    @Test
    void listsThatAreReadAtTheSameTimeNeverMix() throws Exception {
        Map<String, List<Long>> expected = Map.of(ANN, requestsOf(ANN, 9), BEN, requestsOf(BEN, 9));
        Map<String, List<Long>> read = new HashMap<>();
        CyclicBarrier inStep = new CyclicBarrier(2);
        try (Rig rig = reading(BY_CURSOR, exchange -> {
            List<Long> own = new ArrayList<>();
            Records records = records(exchange);
            while (records.hasNext()) {
                inStep.await(20, TimeUnit.SECONDS);
                own.add(records.next().get("id").asLong());
            }
            synchronized (read) {
                read.put(exchange.getMessage().getHeader(ZendeskOboConstants.USER, String.class), own);
            }
        }).start(); ProducerTemplate template = rig.camel.createProducerTemplate()) {
            var both = Stream.of(ANN, BEN).map(user -> template.asyncSend("direct:in",
                    exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, user))).toList();
            for (var one : both) {
                assertThat(one.get(30, TimeUnit.SECONDS).getException()).isNull();
            }
            assertThat(read).isEqualTo(expected);
            assertThat(zendesk.journal().requests()).hasSize(10)
                    .allSatisfy(page -> assertThat(page.actedAs()).isEqualTo(page.onBehalfOf()));
        }
    }

    @Test
    void aTokenThatIsReplacedBetweenPagesIsUsedForTheNextOnes() {
        List<Long> expected = requestsOf(ANN, 6);
        zendesk.world().token("second").owner(zendesk.world().user(Sample.OWNER)).scopes("impersonate", "read", "write");
        AtomicReference<String> token = new AtomicReference<>(Sample.TOKEN);
        TokenSource rotating = TokenSource.supplied(token::get);
        try (Rig rig = new Rig(zendesk).bind("rotating", rotating).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:" + BY_CURSOR + "&tokenSource=#rotating").split(body()).streaming()
                        .process(exchange -> {
                            collect(exchange);
                            if (ids.size() == 1) {
                                zendesk.journal().await(entry -> String.valueOf(entry.query()).contains("after"));
                            } else if (ids.size() == 2) {
                                // the third page finds out
                                zendesk.world().token(Sample.TOKEN).revoke();
                                token.set("second");
                            }
                        });
            }
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).isEqualTo(expected);
            assertThat(rig.requests()).extracting(entry -> entry.header("Authorization")).containsExactly(
                    "Bearer " + Sample.TOKEN, "Bearer " + Sample.TOKEN, "Bearer second");
            assertThat(rig.requests()).extracting(JournalEntry::actedAs).containsOnly(ANN);
        }
    }

    @Test
    void aTokenThatDiesUnderAPageIsReplacedOnce() {
        List<Long> expected = requestsOf(ANN, 6);
        zendesk.world().token("second").owner(zendesk.world().user(Sample.OWNER)).scopes("impersonate", "read", "write");
        AtomicReference<String> token = new AtomicReference<>(Sample.TOKEN);
        TokenSource source = new TokenSource() {
            @Override
            public java.util.concurrent.CompletionStage<AccessToken> token() {
                return java.util.concurrent.CompletableFuture.completedStage(AccessToken.of(token.get()));
            }

            @Override
            public void invalidate(AccessToken dead) {
                token.set("second");
            }
        };
        zendesk.faults().next(2).path("/api/v2/requests").respond(Fault.usual());
        try (Rig rig = new Rig(zendesk).bind("source", source).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:" + BY_CURSOR + "&tokenSource=#source").split(body()).streaming()
                        .process(exchange -> {
                            collect(exchange);
                            if (ids.size() == 1) {
                                zendesk.journal().await(entry -> String.valueOf(entry.query()).contains("after"));
                                zendesk.world().token(Sample.TOKEN).revoke();
                            }
                        });
            }
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).isEqualTo(expected);
            assertThat(rig.requests()).extracting(JournalEntry::status).containsExactly(200, 200, 401, 200);
        }
    }

    // ---- beginning again

    @ParameterizedTest
    @ValueSource(strings = { BY_CURSOR, BY_NUMBER })
    void aListGoesOnFromTheCursorThatWasKeptAndNothingIsLost(String to) {
        List<Long> expected = requestsOf(ANN, 11);
        AtomicReference<String> kept = new AtomicReference<>();
        AtomicInteger dieAt = new AtomicInteger();
        Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").setHeader(ZendeskOboConstants.QUERY, kept::get)
                        .to("zendesk-obo:" + to + "&tokenSource=#acme").setProperty("records", body())
                        .split(body()).streaming().stopOnException()
                        .filter(exchange -> dieAt.decrementAndGet() == 0).throwException(new IllegalStateException("killed")).end()
                        .process(RecordsTest.this::collect)
                        .setBody(simple("${exchangeProperty.records.cursor}"))
                        .process(exchange -> kept.set(exchange.getMessage().getBody(String.class)));
            }
        });
        try (rig) {
            for (int at : new int[] { 1, 4, 3, 5, 2 }) {
                dieAt.set(at);
                assertThat(rig.send(ANN, null).getException()).hasRootCauseMessage("killed");
            }
            dieAt.set(100);
            assertThat(rig.send(ANN, null).getException()).isNull();

            assertThat(ids.stream().distinct().toList()).isEqualTo(expected);
            for (int i = 1; i < ids.size(); i++) {
                assertThat(ids.get(i)).as("at most one page goes back").isGreaterThanOrEqualTo(ids.get(i - 1) - 2);
            }
            assertThat(kept.get()).isEqualTo(to.equals(BY_NUMBER) ? "page=6" : queries().get(queries().size() - 1)
                    .replaceAll("&?page%5Bsize%5D=2&?", ""));
        }
    }

    @Test
    void theCursorIsThatOfTheRecordReturnedLast() {
        requestsOf(ANN, 5);
        try (Rig rig = reading(BY_NUMBER, exchange -> {
            Records records = records(exchange);
            List<String> cursors = new ArrayList<>(List.of(records.getCursor()));
            while (records.hasNext()) {
                cursors.add("?" + records.getCursor());
                records.next();
                cursors.add(records.getCursor());
            }
            assertThat(cursors).containsExactly("", "?", "", "?", "", "?", "page=2", "?page=2", "page=2", "?page=2", "page=3");
            assertThat(records.getCursor()).isEqualTo("page=3");
            records.close();
            assertThat(records.getCursor()).isEqualTo("page=3");
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
        }
    }

    // ---- read once

    @Test
    void aSplitThatCamelRedeliversNeverLooksAsIfItHadReadAll() {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(page(1, 2, next(2))), Fault.status(429).text("slow down").header("Retry-After", "0"));
        AtomicInteger ended = new AtomicInteger();
        try (Rig rig = splitting("get:requests?responseBody=records", route -> route
                .onException(ZendeskOboRateLimitedException.class).maximumRedeliveries(2).redeliveryDelay(1)
                .onRedelivery(exchange -> ended.incrementAndGet()))) {
            failed(rig.send(ANN, null), ZendeskOboRateLimitedException.class);

            assertThat(ids).isEqualTo(upTo(2));
            assertThat(ended).hasValue(2);
        }
    }

    @Test
    void whoReadsOnAfterAFailureGetsItAgain() {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(page(1, 1, next(2))), Fault.status(404).json("{}"));
        try (Rig rig = reading("get:requests?responseBody=records", exchange -> {
            Records records = records(exchange);
            records.next();
            assertThat(records.hasNext()).as("so that a split first processes what it has").isTrue();
            Throwable first = catchThrowable(records::next);
            assertThat(first).isExactlyInstanceOf(ZendeskOboNotFoundException.class);
            assertThatThrownBy(records::hasNext).isSameAs(first);
            assertThatThrownBy(records::next).isSameAs(first);
            records.close();
            assertThatThrownBy(records::hasNext).isSameAs(first);
            assertThat(records.getCursor()).isEmpty();
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
        }
    }

    @Test
    void whatWasReadOnceIsNotReadAgain() {
        requestsOf(ANN, 3);
        AtomicReference<Records> body = new AtomicReference<>();
        try (Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:" + BY_CURSOR + "&tokenSource=#acme")
                        .process(exchange -> body.set(exchange.getMessage().getBody(Records.class)))
                        .split(body()).streaming().process(RecordsTest.this::collect).end()
                        .split(body()).streaming().process(RecordsTest.this::collect);
            }
        })) {
            assertThat(rig.send(ANN, null).getException()).isInstanceOf(IllegalStateException.class).hasMessageContaining("read once");
            assertThat(ids).hasSize(3);
            assertThatThrownBy(() -> body.get().next()).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aTextOfItReadsNothingAndTellsNothing() {
        requestsOf(ANN, 3);
        try (Logs logs = new Logs("the-route", Level.INFO); Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:get:requests?query.page[size]=2&responseBody=records&tokenSource=#acme")
                        .to("log:the-route?showAll=true").log("${body}").convertBodyTo(Records.class)
                        .setProperty("text", bodyAs(String.class))
                        .split(body()).streaming().process(RecordsTest.this::collect);
            }
        })) {
            rig.camel.setTracing(true);
            rig.camel.setMessageHistory(true);
            Exchange out = rig.send(ANN, null, Map.of(ZendeskOboConstants.QUERY, "assigned_to=jane@example.com"));

            assertThat(out.getException()).isNull();
            assertThat(ids).hasSize(3);
            assertThat(out.getProperty("text")).isEqualTo("Records[GET /api/v2/requests, page 1]");
            assertThat(logs.at(Level.INFO)).anyMatch(line -> line.contains("Records[GET /api/v2/requests, page 1]"));
        }
    }

    // ---- nothing is left behind

    /** A page that is on the disk. */
    private static String large(long from, String rest) {
        return "{\"requests\":[" + LongStream.range(from, from + 4)
                .mapToObj(id -> "{\"id\":" + id + ",\"x\":\"" + "x".repeat(60_000) + "\"}").collect(Collectors.joining(",")) + "]," + rest + "}";
    }

    private Set<Path> own() {
        Set<Path> now = spoolFiles();
        now.removeAll(before);
        return now;
    }

    @Test
    void noMoreThanTwoPagesAreOnTheDiskAndNoneWhenAllIsRead() {
        requestsOf(ANN, 0);
        answers(large(1, next(2)), large(5, next(3)), large(9, next(4)), large(13, "\"next_page\":null"));
        List<Integer> files = new ArrayList<>();
        try (Rig rig = reading("get:requests?responseBody=records", exchange -> {
            Records records = records(exchange);
            while (records.hasNext()) {
                ids.add(records.next().get("id").asLong());
                files.add(own().size());
            }
            assertThat(own()).as("before the exchange ends").isEmpty();
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).isEqualTo(upTo(16));
            assertThat(files).allMatch(count -> count >= 1 && count <= 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "unread", "one", "half", "thrown away", "failed", "closed", "seda" })
    void howeverAnExchangeEndsNothingIsLeft(String how) throws Exception {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(large(1, next(2))), Fault.status(200).json(large(5, next(3))).latency(Duration.ofMillis(50)),
                Fault.status(200).json(large(9, next(3))));
        CountDownLatch elsewhere = new CountDownLatch(1);
        AtomicReference<Records> body = new AtomicReference<>();
        try (Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:get:requests?responseBody=records&tokenSource=#acme").process(exchange -> {
                    Records records = exchange.getMessage().getBody(Records.class);
                    body.set(records);
                    assertThat(own()).hasSize(1);
                    switch (how) {
                        case "one" -> records.next();
                        case "half", "closed" -> {
                            records.next();
                            records.next();
                        }
                        case "thrown away" -> exchange.getMessage().setBody("else");
                        case "failed" -> throw new IllegalStateException("later");
                        default -> { }
                    }
                    if (how.equals("closed")) {
                        records.close();
                        records.close();
                        assertThatThrownBy(records::hasNext).isInstanceOf(IllegalStateException.class);
                    }
                }).choice().when(exchange -> how.equals("seda")).to("seda:later?waitForTaskToComplete=Never");
                from("seda:later").process(exchange -> {
                    ids.add(exchange.getMessage().getBody(Records.class).next().get("id").asLong());
                    elsewhere.countDown();
                });
            }
        })) {
            Exchange out = rig.send(ANN, null);

            assertThat(out.getException() != null).isEqualTo(how.equals("failed"));
            if (how.equals("seda")) {
                assertThat(elsewhere.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(ids).containsExactly(1L);
            }
            await().untilAsserted(() -> assertThat(own()).isEmpty());
            assertThatThrownBy(() -> body.get().next()).isInstanceOf(IllegalStateException.class);
            if (how.equals("half") || how.equals("closed")) {
                zendesk.journal().await(entry -> "page=2".equals(entry.query()));
            }
            await().untilAsserted(() -> assertThat(own()).isEmpty());
        }
    }

    @Test
    void whoWaitsForAPageWakesWhenItIsClosedAndTheAnswerGoesWhenItComes() {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(page(1, 1, next(2))), Fault.status(200).json(large(2, next(3))).latency(Duration.ofMillis(500)));
        AtomicReference<Throwable> woke = new AtomicReference<>();
        try (Rig rig = reading("get:requests?responseBody=records", exchange -> {
            Records records = records(exchange);
            Thread reader = new Thread(() -> woke.set(catchThrowable(() -> {
                records.next();
                records.next();
            })));
            reader.start();
            zendesk.journal().await(entry -> "page=2".equals(entry.query()));
            await().until(() -> reader.getState() == Thread.State.WAITING);
            records.close();
            reader.join(20_000);
            assertThat(reader.isAlive()).isFalse();
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(woke.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
            assertThat(zendesk.journal().requests()).hasSize(2);
        }
    }

    @Test
    void whoIsInterruptedWhileHeWaitsForAPageGetsATypedFailure() {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(page(1, 1, next(2))), Fault.stall());
        AtomicReference<Throwable> woke = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        try (Rig rig = reading("get:requests?responseBody=records", exchange -> {
            Records records = records(exchange);
            Thread reader = new Thread(() -> {
                records.next();
                woke.set(catchThrowable(records::next));
                interrupted.set(Thread.currentThread().isInterrupted());
            });
            reader.start();
            await().until(() -> reader.getState() == Thread.State.WAITING);
            reader.interrupt();
            reader.join(20_000);
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(woke.get()).isExactlyInstanceOf(ZendeskOboTransportException.class).hasMessageContaining("interrupted");
            assertThat(interrupted.get()).isTrue();
        }
    }

    @Test
    void aComponentThatStopsFailsWhoWaitsForAPage() throws Exception {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(page(1, 1, next(2))), Fault.stall());
        try (Rig rig = splitting("get:requests?responseBody=records").start(); ProducerTemplate template = rig.camel.createProducerTemplate()) {
            var out = template.asyncSend("direct:in", exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, ANN));
            zendesk.journal().await(entry -> "page=2".equals(entry.query()));
            rig.component().stop();

            failed(out.get(20, TimeUnit.SECONDS), ZendeskOboTransportException.class);
            assertThat(ids).containsExactly(1L);
        }
    }

    @Test
    void manyListsThatAreReadAtOnceAllEnd() throws Exception {
        List<Long> expected = requestsOf(ANN, 12);
        zendesk.faults().latency(Duration.ofMillis(5));
        AtomicInteger complete = new AtomicInteger();
        try (Rig rig = reading(BY_CURSOR, exchange -> {
            List<Long> own = new ArrayList<>();
            records(exchange).forEachRemaining(record -> own.add(record.get("id").asLong()));
            if (own.equals(expected)) {
                complete.incrementAndGet();
            }
        }).start(); ProducerTemplate template = rig.camel.createProducerTemplate()) {
            var all = IntStream.range(0, 40).mapToObj(i -> template.asyncSend("direct:in",
                    exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, ANN))).toList();
            for (var one : all) {
                assertThat(one.get(40, TimeUnit.SECONDS).getException()).isNull();
            }
            assertThat(complete).hasValue(40);
        }
    }

    @Test
    void aPageOfManyMegabytesIsReadWithoutHavingItInMemory() {
        requestsOf(ANN, 0);
        StringBuilder json = new StringBuilder("{\"requests\":[");
        String filling = "x".repeat(1000);
        for (int i = 1; i <= 30_000; i++) {
            json.append(i == 1 ? "" : ",").append("{\"id\":").append(i).append(",\"x\":\"").append(filling).append("\"}");
        }
        answers(Fault.status(200).body(json.append("]}").toString().getBytes(StandardCharsets.UTF_8)).contentType("application/json"));
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            assertThat(rig.send(ANN, null).getException()).as("more than a tree may have").isNull();
            assertThat(ids).isEqualTo(upTo(30_000));
        }
    }

    @Test
    void whatIsEnrichedWithAListIsReadWhereItEnds() {
        requestsOf(ANN, 5);
        try (Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").enrich("zendesk-obo:" + BY_CURSOR + "&tokenSource=#acme").split(body()).streaming()
                        .process(RecordsTest.this::collect);
            }
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).hasSize(5);
        }
    }

    @Test
    void inParallelTooEachRecordComesOnce() {
        List<Long> expected = requestsOf(ANN, 25);
        try (Rig rig = new Rig(zendesk).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:" + BY_CURSOR + "&tokenSource=#acme").split(body()).streaming().parallelProcessing()
                        .process(RecordsTest.this::collect);
            }
        })) {
            assertThat(rig.send(ANN, null).getException()).isNull();
            assertThat(ids).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void inATransactionOfCamelsItIsTheSame() {
        requestsOf(ANN, 0);
        answers(Fault.status(200).json(page(1, 3, next(2))), Fault.status(404).json("{}"));
        try (Rig rig = splitting("get:requests?responseBody=records")) {
            Exchange out = rig.process(exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, ANN);
                exchange.getExchangeExtension().setTransacted(true);
            });
            failed(out, ZendeskOboNotFoundException.class);
            assertThat(ids).isEqualTo(upTo(3));
        }
    }

    // ---- at start

    @ParameterizedTest
    @ValueSource(strings = { "post", "put", "patch", "delete" })
    void onlyGetReadsAList(String method) {
        try (Rig rig = new Rig(zendesk).route(method + ":requests/1?responseBody=records")) {
            assertThat(catchThrowable(rig::start)).hasRootCauseMessage("responseBody=records reads a list, which only the method get does");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "page", "page[after]", "page%5Bbefore%5D", "cursor", "start_time" })
    void anEndpointCannotFixAPage(String name) {
        try (Rig rig = new Rig(zendesk).route("get:requests?responseBody=records&query." + name + "=1")) {
            assertThat(catchThrowable(rig::start)).hasStackTraceContaining("the option query." + name.replace("%5B", "[").replace("%5D", "]"));
        }
        try (Rig rig = new Rig(zendesk).route("get:requests?query." + name + "=1")) {
            rig.start();
        }
    }
}
