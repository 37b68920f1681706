package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.Ticket;

/** Whom a request is made for: the user of the message, always, and nobody else, ever. */
class ActingForTheUserTest {

    private static final String USER = ZendeskOboConstants.USER;

    // ---- no user, no request

    @ParameterizedTest
    @MethodSource("nobody")
    void whatNamesNoUserSendsNothing(String what, Object user) {
        try (Rig rig = new Rig().route("put:requests/33")) {
            Exchange out = rig.send(user, Rig.aRequest("Help"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(((ZendeskOboException) out.getException()).getAttempts()).isZero();
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    static Stream<Arguments> nobody() {
        return Stream.of(
                Arguments.of("absent", null),
                Arguments.of("empty", ""),
                Arguments.of("blank", "  "),
                Arguments.of("a tab", "\t"),
                Arguments.of("the text null", "null"),
                Arguments.of("zero", 0),
                Arguments.of("negative", -5L),
                Arguments.of("with a header after it", "a@example.com\r\nX-Admin: 1"),
                Arguments.of("with a line feed at its end", "a@example.com\n"),
                Arguments.of("with a null character", "a@example.com\u0000"),
                Arguments.of("with a tab", "a@exam\tple.com"),
                Arguments.of("outside ASCII", "zo\u00eb@example.com"),
                Arguments.of("two, as text", "a@example.com, b@example.com"),
                Arguments.of("a list", List.of("a@example.com", "b@example.com")),
                Arguments.of("a list of one", List.of("jane@example.com")),
                Arguments.of("an array", new String[] { "jane@example.com" }),
                Arguments.of("bytes", "jane@example.com".getBytes()),
                Arguments.of("a map", Map.of("email", "jane@example.com")),
                Arguments.of("an object", new Object() {
                    @Override
                    public String toString() {
                        return Rig.JANE;
                    }
                }),
                Arguments.of("a property placeholder", "{{env:HOME}}"),
                Arguments.of("an expression", "${sys.user.name}"),
                Arguments.of("a bean", "bean:x?method=y"));
    }

    @Test
    void theValueThatWasRefusedIsNotRepeated() {
        try (Rig rig = new Rig().route("get:requests")) {
            Exchange out = rig.send("victim@example.com\r\nX-Admin: 1", null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidUserException.class)
                    .hasMessageNotContaining("victim").hasMessageNotContaining("X-Admin");
            assertThat(((ZendeskOboException) out.getException()).getUser()).isNull();
        }
    }

    @Test
    void aRatingNeedsTheCustomerAndIsTheCustomers() {
        try (Rig rig = new Rig().route("post:tickets/{ticketId}/satisfaction_rating")) {
            Map<String, Object> ticket = Map.of("ticketId", Sample.JANES_SOLVED_TICKET);
            String body = "{\"satisfaction_rating\":{\"score\":\"good\"}}";

            assertThat(rig.send(null, body, ticket).getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();

            assertThat(rig.send(Rig.JANE, body, ticket).getException()).isNull();
            JournalEntry sent = rig.onlyRequest();
            assertThat(sent.line())
                    .isEqualTo("as jane@example.com POST /api/v2/tickets/35436/satisfaction_rating -> 200");
            assertThat(sent.headers().get("x-on-behalf-of")).containsExactly(Rig.JANE);
            assertThat(sent.headers().get("authorization")).containsExactly("Bearer " + Sample.TOKEN);
        }
    }

    @ParameterizedTest
    @MethodSource("ids")
    void anIdOfAnyIntegerTypeGoesOutAsPlainDigits(Object user, String onTheWire) {
        try (Rig rig = new Rig().route("get:requests")) {
            rig.zendesk.faults().always().path("/api/v2/requests").respond(Fault.status(200).json("{\"requests\":[]}"));
            assertThat(rig.send(user, null).getException()).isNull();
            assertThat(rig.onlyRequest().headers().get("x-on-behalf-of")).containsExactly(onTheWire);
        }
    }

    static Stream<Arguments> ids() {
        return Stream.of(
                Arguments.of(114094276114L, "114094276114"),
                Arguments.of(42, "42"),
                Arguments.of((short) 42, "42"),
                Arguments.of((byte) 42, "42"),
                Arguments.of(new AtomicInteger(42), "42"),
                Arguments.of(new AtomicLong(360000012872L), "360000012872"),
                Arguments.of(new BigInteger("9223372036854775807"), "9223372036854775807"),
                Arguments.of(new BigDecimal("114094276114"), "114094276114"),
                Arguments.of(new BigDecimal("1.14094276114E+11"), "114094276114"),
                Arguments.of("360000012872", "360000012872"),
                Arguments.of(new StringBuilder("360000012872"), "360000012872"),
                Arguments.of(1.14094276114E11, "114094276114"),
                Arguments.of(42f, "42"));
    }

    @ParameterizedTest
    @ValueSource(doubles = { 1.5, 1.14E30, Double.NaN, Double.POSITIVE_INFINITY, 9007199254740993d, -1, 0 })
    void aNumberThatIsNotExactlyAnIdSendsNothing(double user) {
        try (Rig rig = new Rig().route("get:requests")) {
            assertThat(rig.send(user, null).getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "123asd@example.com", "mf+1@example.com", "O'Neil@example.com", "a%40b@example.com" })
    void anAddressGoesOutAsItIs(String address) {
        try (Rig rig = new Rig().route("get:requests")) {
            rig.zendesk.world().endUser(address);
            assertThat(rig.send(address, null).getException()).isNull();
            assertThat(rig.onlyRequest().onBehalfOf()).isEqualTo(address);
        }
    }

    // ---- where the user comes from

    @Test
    void theUserComesFromAnotherHeader() {
        try (Rig rig = new Rig().route("get:requests?userFrom=header:customer")) {
            assertThat(rig.send(Rig.RAJ, null, Map.of("customer", Rig.JANE)).getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
            assertThat(rig.onlyRequest().headers().get("x-on-behalf-of")).containsExactly(Rig.JANE);
        }
    }

    @Test
    void theUserComesFromAnExchangeProperty() {
        try (Rig rig = new Rig().route("get:requests?userFrom=property:customer")) {
            assertThat(rig.process(exchange -> exchange.setProperty("customer", Rig.JANE)).getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
            assertThat(rig.send(Rig.RAJ, null).getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void theUserComesFromAVariable() {
        try (Rig rig = new Rig().route("get:requests?userFrom=variable:customer")) {
            assertThat(rig.process(exchange -> exchange.setVariable("customer", Rig.JANE)).getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
        }
    }

    @Test
    void aRawXOnBehalfOfIsNeverTheUserUnlessTheRouteSaysSo() {
        try (Rig rig = new Rig().route("get:requests")) {
            Map<String, Object> raw = Map.of("x-on-behalf-of", "raj@example.com", "X-On-Behalf-Of", "raj@example.com");

            assertThat(rig.send(null, null, raw).getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();

            assertThat(rig.send(Rig.JANE, null, raw).getException()).isNull();
            assertThat(rig.onlyRequest().headers().get("x-on-behalf-of")).containsExactly(Rig.JANE);
        }
    }

    @Test
    void aRawXOnBehalfOfCanBeOptedInto() {
        try (Rig rig = new Rig().route("get:requests?userFrom=header:X-On-Behalf-Of")) {
            assertThat(rig.send(Rig.JANE, null, Map.of("x-on-behalf-of", Rig.RAJ)).getException()).isNull();
            assertThat(rig.onlyRequest().headers().get("x-on-behalf-of")).containsExactly(Rig.RAJ);
        }
    }

    @Test
    void aFixedUserCannotBeChangedByAMessage() {
        try (Rig rig = new Rig().route("get:requests?user=jane@example.com")) {
            assertThat(rig.send(Rig.RAJ, null, Map.of("X-On-Behalf-Of", Rig.RAJ, "user", Rig.RAJ)).getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
        }
    }

    @Test
    void aFixedUserThatIsBlankFailsRatherThanFallingBackToTheHeader() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").toD("zendesk-obo:get:requests?tokenSource=#acme&user=${header.customer}");
            }
        })) {
            assertThat(rig.send(Rig.RAJ, null).getException()).isNotNull();
            assertThat(rig.send(Rig.RAJ, null, Map.of("customer", " ")).getException()).isNotNull();
            assertThat(rig.zendesk.journal().entries()).isEmpty();

            assertThat(rig.send(Rig.RAJ, null, Map.of("customer", Rig.JANE)).getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "user=", "userFrom=", "userResolver=", "userPolicy=", "userKind=" })
    void anOptionThatIsBlankIsNotTheSameAsOneThatIsAbsent(String option) {
        try (Rig rig = new Rig().route("get:requests?" + option)) {
            assertThatThrownBy(rig::start).isNotNull();
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "a@example.com,b@example.com", "jane", "mf+1@example.com" })
    void aFixedUserThatIsNoneFailsAtStartWithoutBeingRepeated(String user) {
        try (Rig rig = new Rig().route("get:requests?user=" + user)) {
            assertThatThrownBy(rig::start).rootCause().hasMessageNotContaining(user);
        }
    }

    @Test
    void aResolverComputesTheUser() {
        UserResolver byOrder = exchange -> exchange.getMessage().getHeader("orderId", Integer.class) == 7 ? Rig.JANE : null;
        try (Rig rig = new Rig().bind("byOrder", byOrder).route("get:requests?userResolver=#byOrder")) {
            assertThat(rig.send(Rig.RAJ, null, Map.of("orderId", 7)).getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);

            assertThat(rig.send(Rig.RAJ, null, Map.of("orderId", 8)).getException())
                    .isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    @Test
    void aResolverThatFailsSendsNothing() {
        UserResolver broken = exchange -> {
            throw new IllegalStateException("no database for " + Rig.JANE);
        };
        try (Rig rig = new Rig().bind("broken", broken).route("get:requests?userResolver=#broken")) {
            Exchange out = rig.send(Rig.RAJ, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidUserException.class)
                    .hasMessageContaining("IllegalStateException").hasMessageNotContaining(Rig.JANE);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aPolicyCanVeto() {
        UserPolicy noId = (user, exchange) -> user.equals(Rig.JANE);
        try (Rig rig = new Rig().bind("policy", noId).route("get:requests?userPolicy=#policy")) {
            Exchange vetoed = rig.send(Rig.RAJ, null);
            assertThat(vetoed.getException()).isInstanceOf(ZendeskOboUserVetoedException.class);
            assertThat(((ZendeskOboException) vetoed.getException()).getUser()).isEqualTo(Rig.RAJ);
            assertThat(rig.zendesk.journal().entries()).isEmpty();

            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
        }
    }

    @Test
    void aPolicyThatFailsIsAVeto() {
        UserPolicy broken = (user, exchange) -> {
            throw new java.io.IOException("cannot ask about " + user);
        };
        try (Rig rig = new Rig().bind("policy", broken).route("get:requests?userPolicy=#policy")) {
            assertThat(rig.send(Rig.JANE, null).getException()).isInstanceOf(ZendeskOboUserVetoedException.class)
                    .hasMessageContaining("java.io.IOException").hasMessageNotContaining(Rig.JANE);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aPolicyIsAskedAboutAFixedUserToo() {
        UserPolicy never = (user, exchange) -> false;
        try (Rig rig = new Rig().bind("policy", never).route("get:requests?user=jane@example.com&userPolicy=#policy")) {
            assertThat(rig.send(null, null).getException()).isInstanceOf(ZendeskOboUserVetoedException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aCustomerNumberDoesNotPassForAnId() {
        try (Rig rig = new Rig().route("get:requests?userKind=email")) {
            assertThat(rig.send(Sample.RAJ_ID, null).getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.send(String.valueOf(Sample.RAJ_ID), null).getException())
                    .isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
        }
    }

    @Test
    void anAddressDoesNotPassWhereAnIdIsExpected() {
        try (Rig rig = new Rig().route("get:requests?userKind=id")) {
            assertThat(rig.send(Rig.JANE, null).getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
            assertThat(rig.send(Sample.JANE_ID, null).getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "user=jane@example.com&userFrom=header:x", "user=jane@example.com&userResolver=#resolver",
            "userFrom=header:x&userResolver=#resolver", "user=jane@example.com&userFrom=header:x&userResolver=#resolver" })
    void onlyOneSourceOfTheUserMayBeNamed(String options) {
        UserResolver resolver = exchange -> Rig.JANE;
        try (Rig rig = new Rig().bind("resolver", resolver).route("get:requests?" + options)) {
            assertThatThrownBy(rig::start).rootCause().hasMessageContaining("user, userFrom and userResolver exclude each other");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "header", "header:", "cookie:x", ":x", "jane@example.com" })
    void userFromNamesOneOfThreePlaces(String place) {
        try (Rig rig = new Rig().route("get:requests?userFrom=" + place)) {
            assertThatThrownBy(rig::start).rootCause()
                    .hasMessageContaining("userFrom must be header:NAME, property:NAME or variable:NAME");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "onBehalfOff=jane@example.com", "userfrm=header:x", "on-behalf-of=jane@example.com" })
    void aMisspeltOptionFailsAtStartAndIsNamedWithoutItsValue(String option) {
        try (Rig rig = new Rig().route("get:requests?" + option)) {
            assertThatThrownBy(rig::start).rootCause()
                    .hasMessageContaining("there is no option " + option.substring(0, option.indexOf('=')))
                    .hasMessageNotContaining("jane");
        }
    }

    // ---- what Zendesk says to a user

    @Test
    void anEndUserWhoMayNotIsNeverReplacedByTheOwner() {
        try (Rig rig = new Rig().route("put:tickets/7.json?allowedFor=off")) {
            Exchange out = rig.send(String.valueOf(Sample.JANE_ID), Map.of("ticket", Map.of("status", "solved")));

            assertThat(out.getException()).isInstanceOf(ZendeskOboForbiddenException.class)
                    .hasMessageContaining("status 403").hasMessageContaining("/requests").hasMessageContaining("/tickets");
            ZendeskOboException failure = (ZendeskOboException) out.getException();
            assertThat(failure.getStatusCode()).isEqualTo(403);
            assertThat(failure.getRequestId()).isNotBlank();
            assertThat(failure.getAttempts()).isEqualTo(1);
            assertThat(failure.getUri()).contains("tickets/7.json");
            assertThat(rig.onlyRequest().onBehalfOf()).isEqualTo(String.valueOf(Sample.JANE_ID));
            // nothing as the owner but the control request
            assertThat(rig.zendesk.journal().entries()).filteredOn(JournalEntry::bare)
                    .extracting(JournalEntry::line).containsExactly("as owner@acme.example (token owner) GET /api/v2/users/me -> 200");
        }
    }

    @Test
    void anUnknownUserFailsAloneAndTheOthersGoOn() {
        try (Rig rig = new Rig().route("get:requests")) {
            assertThat(rig.send("ghost@example.com", null).getException()).isInstanceOf(ZendeskOboUnknownUserException.class);
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            assertThat(rig.send("ghost2@example.com", null).getException()).isInstanceOf(ZendeskOboUnknownUserException.class);
            assertThat(rig.send(Rig.RAJ, null).getException()).isNull();
        }
    }

    @Test
    void aPathThatAnswers401LeavesTheTokenUsableForOthers() {
        try (Rig rig = new Rig().route("get:{what}")) {
            rig.zendesk.faults().always().path("/api/v2/organization_memberships")
                    .respond(Fault.status(401).json("{\"error\":\"invalid_token\"}"));

            assertThat(rig.send(Rig.JANE, null, Map.of("what", "organization_memberships")).getException())
                    .isInstanceOf(ZendeskOboUnknownUserException.class);
            assertThat(rig.requests()).hasSize(1);
            assertThat(rig.send(Rig.JANE, null, Map.of("what", "requests")).getException()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { Sample.SUSPENDED, Sample.DELETED, Sample.AGENT })
    void whomZendeskDoesNotActForIsNotActedFor(String user) {
        try (Rig rig = new Rig().route("get:requests")) {
            assertThat(rig.send(user, null).getException()).isInstanceOf(ZendeskOboUnknownUserException.class);
            assertThat(rig.onlyRequest().actedAs()).isNull();
        }
    }

    // ---- nobody's answer reaches another

    @Test
    void oneEndpointKeepsNothingBetweenTwoUsers() {
        try (Rig rig = new Rig().route("get:requests.json?responseBody=json")) {
            JsonNode janes = rig.send(Rig.JANE, null).getMessage().getBody(JsonNode.class);
            JsonNode rajs = rig.send(Rig.RAJ, null).getMessage().getBody(JsonNode.class);

            assertThat(requesters(janes)).containsOnly(Sample.JANE_ID);
            assertThat(requesters(rajs)).containsOnly(Sample.RAJ_ID);
            assertThat(rig.requests()).extracting(JournalEntry::onBehalfOf).containsExactly(Rig.JANE, Rig.RAJ);
        }
    }

    private static Set<Long> requesters(JsonNode answer) {
        Set<Long> ids = new java.util.HashSet<>();
        answer.path("requests").forEach(request -> ids.add(request.path("requester_id").asLong()));
        return ids;
    }

    @Test
    void noAnswerIsKeptForTheNextUser() {
        try (Rig rig = new Rig().route("get:requests/{id}")) {
            Map<String, Object> headers = Map.of("id", Sample.JANES_OPEN_TICKET);
            assertThat(rig.send(Rig.JANE, null, headers).getMessage().getBody(String.class)).contains("Where is my parcel?");

            Exchange rajs = rig.send(Rig.RAJ, null, headers);
            assertThat(rajs.getException()).isInstanceOf(ZendeskOboException.class);
            assertThat(rig.requests()).hasSize(2).allSatisfy(sent -> {
                assertThat(sent.header("If-None-Match")).isNull();
                assertThat(sent.header("If-Modified-Since")).isNull();
                assertThat(sent.header("Cookie")).isNull();
            });
        }
    }

    /**
     * The safety test: eight threads, two users, five hundred messages through one endpoint and five hundred through two. Each
     * request is the user's of its message, and so is each answer.
     */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void usersThatAreServedAtTheSameTimeNeverMix(boolean oneEndpoint) throws Exception {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:one").to("zendesk-obo:get:requests/{ticket}?tokenSource=#acme&responseBody=json&query.n=1");
                from("direct:two").to("zendesk-obo:get:requests/{ticket}?tokenSource=#acme&responseBody=json&query.n=2");
            }
        })) {
            rig.zendesk.switches().rateLimit(1_000_000);
            Map<String, List<Long>> tickets = new LinkedHashMap<>();
            for (String user : List.of(Rig.JANE, Rig.RAJ)) {
                tickets.put(user, IntStream.range(0, 250).mapToObj(i -> rig.zendesk.world()
                        .ticket(rig.zendesk.world().user(user), Ticket.Status.OPEN).subject(user + " " + i).id()).toList());
            }
            rig.start();
            ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
            AtomicInteger next = new AtomicInteger();
            ExecutorService eight = Executors.newFixedThreadPool(8);
            CountDownLatch done = new CountDownLatch(8);
            ProducerTemplate template = rig.camel.createProducerTemplate();
            for (int thread = 0; thread < 8; thread++) {
                eight.execute(() -> {
                    for (int i = next.getAndIncrement(); i < 500; i = next.getAndIncrement()) {
                        String user = i % 2 == 0 ? Rig.JANE : Rig.RAJ;
                        int which = i / 2;
                        String endpoint = oneEndpoint || which % 2 == 0 ? "direct:one" : "direct:two";
                        Exchange out = template.request(endpoint, exchange -> {
                            exchange.getMessage().setHeader(USER, user);
                            exchange.getMessage().setHeader("ticket", tickets.get(user).get(which));
                        });
                        String subject = out.getException() != null ? out.getException().toString()
                                : out.getMessage().getBody(JsonNode.class).path("request").path("subject").asText();
                        if (!subject.equals(user + " " + which) || !user.equals(out.getMessage().getHeader(USER))) {
                            wrong.add(user + " " + which + " got " + subject);
                        }
                    }
                    done.countDown();
                });
            }
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
            eight.shutdown();

            assertThat(wrong).isEmpty();
            List<JournalEntry> sent = rig.requests();
            assertThat(sent).hasSize(500).allSatisfy(entry -> {
                assertThat(entry.status()).isEqualTo(200);
                assertThat(entry.actedAs()).isEqualTo(entry.onBehalfOf());
                assertThat(entry.headers().get("x-on-behalf-of")).hasSize(1);
                assertThat(entry.headers().get("authorization")).hasSize(1);
                long ticket = Long.parseLong(entry.path().substring(entry.path().lastIndexOf('/') + 1));
                assertThat(tickets.get(entry.onBehalfOf())).contains(ticket);
            });
            assertThat(sent).extracting(JournalEntry::onBehalfOf).containsOnly(Rig.JANE, Rig.RAJ);
            assertThat(sent.stream().filter(entry -> entry.onBehalfOf().equals(Rig.JANE))).hasSize(250);
        }
    }

    // ---- splitting

    private static RouteBuilder batch(String userOfEach) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").split(body()).setProperty("customer", simple("${body[user]}"))
                        .to("zendesk-obo:post:requests?tokenSource=#acme" + userOfEach).to("mock:done");
            }
        };
    }

    @Test
    void partsOfASplitInheritTheUserOfTheWholeWhichIsATrap() {
        try (Rig rig = new Rig().routes(batch(""))) {
            rig.send(Rig.JANE, List.of(line(Rig.JANE, 1), line(Rig.RAJ, 2)));

            // the second line is Raj's, but the header that Camel copied into each part says Jane
            assertThat(rig.requests()).extracting(JournalEntry::actedAs).containsExactly(Rig.JANE, Rig.JANE);
        }
    }

    @Test
    void partsOfASplitWithAUserOfTheirOwnAreTheirs() {
        try (Rig rig = new Rig().routes(batch("&userFrom=property:customer"))) {
            rig.send(Rig.JANE, List.of(line(Rig.JANE, 1), line(Rig.RAJ, 2)));

            assertThat(rig.requests()).extracting(JournalEntry::actedAs).containsExactly(Rig.JANE, Rig.RAJ);
        }
    }

    @Test
    void aHeaderSetForEachPartDoesAsWell() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").split(body()).setHeader(USER, simple("${body[user]}"))
                        .to("zendesk-obo:post:requests?tokenSource=#acme");
            }
        })) {
            rig.send(Rig.JANE, List.of(line(Rig.RAJ, 1), line(null, 2), line(Rig.JANE, 3)));

            // the one without a user does not fall back to the header of the whole
            assertThat(rig.requests()).extracting(JournalEntry::actedAs).containsExactly(Rig.RAJ, Rig.JANE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void ofABatchWithOneUserMissingOnlyThatOneFails(boolean parallel) {
        List<String> failed = new ArrayList<>();
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboInvalidUserException.class).handled(true)
                        .process(exchange -> failed.add(exchange.getMessage().getHeader("n", String.class)));
                from("direct:in").split(body()).parallelProcessing(parallel)
                        .setHeader("n", simple("${body[n]}"))
                        .setProperty("customer", simple("${body[user]}"))
                        .setBody(simple("${body[request]}"))
                        .to("zendesk-obo:post:requests?tokenSource=#acme&userFrom=property:customer");
            }
        })) {
            List<Map<String, Object>> lines = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String user = "customer" + i + "@example.com";
                rig.zendesk.world().endUser(user);
                Map<String, Object> line = line(i == 41 ? null : user, i);
                line.put("request", "{\"request\":{\"subject\":\"%s\",\"comment\":{\"body\":\"x\"}}}".formatted(user));
                lines.add(line);
            }
            // the header of the whole must not help the one out
            assertThat(rig.send(Rig.JANE, lines).getException()).isNull();

            assertThat(failed).containsExactly("41");
            assertThat(rig.requests()).hasSize(99).allSatisfy(sent -> {
                assertThat(sent.status()).isEqualTo(201);
                assertThat(sent.actedAs()).isEqualTo(sent.onBehalfOf());
                assertThat(sent.bodyText()).contains("\"" + sent.actedAs() + "\"");
            });
            assertThat(rig.requests().stream().map(JournalEntry::actedAs).distinct()).hasSize(99);
        }
    }

    private static Map<String, Object> line(String user, int n) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("user", user);
        line.put("n", n);
        line.put("request", Map.of("subject", "no " + n, "comment", Map.of("body", "It broke")));
        return line;
    }

    @Test
    void theUserIsOnEveryTryOfACamelRedelivery() {
        try (Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
                from("direct:in").to("zendesk-obo:post:requests?tokenSource=#acme");
            }
        })) {
            rig.zendesk.faults().next(2).path("/api/v2/requests").respond(Fault.status(429).text("slow down"));

            assertThat(rig.send(Rig.JANE, Rig.aRequest("Help")).getException()).isNull();
            assertThat(rig.requests()).hasSize(3).allSatisfy(sent -> {
                assertThat(sent.headers().get("x-on-behalf-of")).containsExactly(Rig.JANE);
                assertThat(sent.headers().get("authorization")).containsExactly("Bearer " + Sample.TOKEN);
            });
        }
    }

    @Test
    void standInsOfTwoAccountsKnowNothingOfEachOther() {
        // the same user exists in both; each request goes to the account that its route names
        try (StandIn other = StandIn.start(); Rig rig = new Rig()) {
            rig.bind("other", Sample.TOKEN).routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").choice()
                            .when(header("account").isEqualTo("other"))
                            .to("zendesk-obo:get:requests?tokenSource=#other&baseUri=" + other.baseUri())
                            .otherwise().to("zendesk-obo:get:requests?tokenSource=#acme");
                }
            });
            rig.send(Rig.JANE, null, Map.of("account", "other"));
            rig.send(Rig.RAJ, null, Map.of("account", "acme"));

            assertThat(other.journal().requests()).extracting(JournalEntry::actedAs).containsExactly(Rig.JANE);
            assertThat(rig.requests()).extracting(JournalEntry::actedAs).containsExactly(Rig.RAJ);
        }
    }
}
