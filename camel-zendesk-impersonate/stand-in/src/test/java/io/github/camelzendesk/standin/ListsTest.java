package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists that are long, and lists that change while somebody reads them. */
class ListsTest {

    private static final int MILLION = 1_000_000;

    private final TestClock clock = new TestClock(Instant.parse("2026-11-25T10:00:00Z"));
    private final StandIn zendesk = StandIn.builder().clock(clock).start();
    private final World world = zendesk.world();
    private final User raj = world.user(Sample.RAJ);
    private final Caller owner = Caller.of(zendesk).token(Sample.TOKEN);
    private final Caller asRaj = owner.as(Sample.RAJ);

    ListsTest() {
        zendesk.switches().rateLimit(1_000_000).ticketsIndexRateLimit(1_000_000);
    }

    @AfterEach
    void close() {
        zendesk.close();
    }

    @Test
    void aMillionRequestsTakeNoMemoryAndNoTime() throws IOException {
        List<Ticket> all = world.generatedRequests(raj, MILLION);
        assertThat(all).hasSize(MILLION);
        String next = "/api/v2/requests?page%5Bsize%5D=100&page%5Bafter%5D=" + cursorOf(all.get(500_000));
        long start = System.nanoTime();
        for (int page = 0; page < 50; page++) {
            JsonNode answer = asRaj.get(next).json();
            assertThat(ids(answer)).isEqualTo(all.subList(500_001 + page * 100, 500_101 + page * 100).stream().map(Ticket::id).toList());
            next = answer.at("/links/next").asText();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));

        JsonNode last = asRaj.get("/api/v2/requests?page%5Bafter%5D=" + cursorOf(all.get(MILLION - 2))).json();
        assertThat(ids(last)).containsExactly(all.get(MILLION - 1).id());
        assertThat(last.at("/meta/has_more").asBoolean()).isFalse();
        assertThat(last.at("/links/next").isNull()).isTrue();
        assertThat(asRaj.get("/api/v2/requests").json().path("count").asInt()).isEqualTo(MILLION + 1);
        assertThat(owner.get("/api/v2/tickets").json().path("count").asInt()).isEqualTo(MILLION + 4);
        assertThat(owner.get("/api/v2/users/" + Sample.RAJ_ID + "/requests").json().path("count").asInt()).isEqualTo(MILLION + 1);
    }

    @Test
    void pageNumbersEndAtTenThousandRecords() throws IOException {
        world.generatedRequests(raj, 20_000);

        JsonNode deepest = asRaj.get("/api/v2/requests?page=100").json();
        assertThat(deepest.path("requests")).hasSize(100);
        assertThat(deepest.path("next_page").asText()).endsWith("page=101");
        Caller.Reply beyond = asRaj.get(deepest.path("next_page").asText());
        assertThat(beyond.status()).isEqualTo(400);
        assertThat(beyond.json().at("/errors/0/code").asText()).isEqualTo("InvalidPaginationDepth");
        assertThat(asRaj.get("/api/v2/requests?page=334&per_page=30").status()).isEqualTo(400);
    }

    @Test
    void aGeneratedRequestLooksLikeARealOneAndIsTheSameEachTime() throws IOException {
        JsonNode real = asRaj.get("/api/v2/requests").json().at("/requests/0");
        List<Ticket> all = world.generatedRequests(raj, 1_000);
        List<Integer> sizes = new ArrayList<>();
        for (int page = 1; page <= 10; page++) {
            asRaj.get("/api/v2/requests?sort_order=desc&page=" + page).json().path("requests").forEach(request -> {
                assertThat(request.fieldNames()).toIterable().containsExactlyElementsOf(real::fieldNames);
                sizes.add(Json.bytes(request).length);
            });
        }
        assertThat(sizes).allSatisfy(size -> assertThat(size).isBetween(600, 1_200));
        assertThat(sizes.stream().distinct().count()).isGreaterThan(100);

        String path = "/api/v2/requests/" + all.get(7).id();
        assertThat(asRaj.get(path).json().path("request").path("subject").asText()).isEqualTo(all.get(7).subject());
        assertThat(asRaj.get(path).text()).isEqualTo(asRaj.get(path).text());
        assertThat(asRaj.get(path + "/comments").json().at("/comments/0/body").asText())
                .isEqualTo(all.get(7).comments().get(0).body());
        assertThat(owner.as(Sample.JANE).get(path).status()).isEqualTo(404);
        assertThat(all).allSatisfy(ticket -> assertThat(ticket.updatedAt()).isBefore(clock.instant().minusSeconds(60)));
    }

    @Test
    void aGeneratedRequestCannotBeChanged() throws IOException {
        long id = world.generatedRequests(raj, 10).get(2).id();

        assertThat(asRaj.put("/api/v2/requests/" + id, "{\"request\":{\"solved\":true}}").status()).isEqualTo(501);
        assertThat(asRaj.post("/api/v2/tickets/" + id + "/satisfaction_rating", "{}").status()).isEqualTo(501);
        assertThat(owner.put("/api/v2/tickets/" + id, "{\"ticket\":{}}").status()).isEqualTo(501);
        assertThatThrownBy(() -> world.ticket(id, raj, Ticket.Status.OPEN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> world.generatedRequests(raj, -1)).isInstanceOf(IllegalArgumentException.class);
        world.generatedRequests(raj, 5);
        assertThat(asRaj.get("/api/v2/requests/" + id).status()).isEqualTo(404);
        assertThat(asRaj.get("/api/v2/requests").json().path("count").asInt()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sort_by=id", "sort_by=created_at", "sort=-updated_at", "sort_by=created_at&sort_order=desc",
            "status=open,hold&sort_by=updated_at", "status=solved&sort=-id", "status=nonsense"})
    void realAndGeneratedRequestsFormOneOrder(String sorted) throws IOException {
        List<Ticket> all = new ArrayList<>(world.generatedRequests(raj, 333));
        clock.advance(Duration.ofMinutes(-400));
        for (int i = 0; i < 40; i++) {
            clock.advance(Duration.ofMinutes(11));
            world.comment(world.ticket(raj, Ticket.Status.values()[i % 6]), raj, "Hi", true);
        }
        clock.set(Instant.parse("2026-11-25T20:00:00Z"));
        all.addAll(world.ticketsOf(raj));
        Comparator<Ticket> order = sorted.contains("created") ? Comparator.comparing(Ticket::createdAt)
                : sorted.contains("updated") ? Comparator.comparing(Ticket::updatedAt) : (one, other) -> 0;
        order = order.thenComparing(Ticket::id);
        all.sort(sorted.contains("desc") || sorted.contains("=-") ? order.reversed() : order);
        List<String> states = sorted.startsWith("status=") ? List.of(sorted.substring(7, (sorted + "&").indexOf('&')).split(",")) : List.of();
        List<Long> expected = all.stream().filter(ticket -> states.isEmpty() || states.contains(ticket.status().wireName()))
                .map(Ticket::id).toList();

        List<Long> forwards = new ArrayList<>();
        String last = null;
        for (String next = "/api/v2/requests?page%5Bsize%5D=7&" + sorted; next != null;) {
            JsonNode page = asRaj.get(next).json();
            forwards.addAll(ids(page));
            assertThat(page.at("/links/next").isNull()).isEqualTo(!page.at("/meta/has_more").asBoolean());
            last = next;
            next = page.at("/links/next").isNull() ? null : page.at("/links/next").asText();
        }
        List<Long> backwards = new ArrayList<>();
        while (last != null) {
            JsonNode page = asRaj.get(last).json();
            List<Long> ids = new ArrayList<>(ids(page));
            Collections.reverse(ids);
            backwards.addAll(ids);
            last = page.at("/links/prev").isNull() ? null : page.at("/links/prev").asText();
        }
        Collections.reverse(backwards);
        List<Long> numbered = new ArrayList<>();
        for (String next = "/api/v2/requests?per_page=50&" + sorted; next != null;) {
            JsonNode page = asRaj.get(next).json();
            numbered.addAll(ids(page));
            next = page.path("next_page").isNull() ? null : page.path("next_page").asText();
        }

        assertThat(forwards).isEqualTo(expected);
        assertThat(backwards).isEqualTo(expected);
        assertThat(numbered).isEqualTo(expected);
    }

    @Test
    void aCursorOutlivesItsRecord() throws IOException {
        Caller jane = owner.as(Sample.JANE);
        String next = jane.get("/api/v2/requests/open?page%5Bsize%5D=1").json().at("/meta/after_cursor").asText();
        world.ticket(Sample.JANES_OPEN_TICKET).status(Ticket.Status.SOLVED);
        Ticket newer = world.ticket(world.user(Sample.JANE), Ticket.Status.NEW);

        assertThat(ids(jane.get("/api/v2/requests/open?page%5Bafter%5D=" + next).json())).containsExactly(newer.id());
        assertThat(ids(jane.get("/api/v2/requests/open?page%5Bbefore%5D=" + next).json())).isEmpty();
    }

    @Test
    void whatIsNoCursorIsRefused() throws IOException {
        for (String cursor : List.of("nonsense", "", "%00", "MTU4MDc1Mzc5OC4wfHw0MzJ8", "OTk5OTk5OTk5OTk5LjAwMDAwMDAwMHx8OTk5OTk5OTk5OTk5OTk5OTk5OXw")) {
            Caller.Reply reply = asRaj.get("/api/v2/requests?page%5Bbefore%5D=" + cursor);
            assertThat(reply.status()).as(cursor).isEqualTo(400);
            assertThat(reply.text()).contains("page[before] is not valid");
        }
    }

    @Test
    void requestsAreGeneratedOverHttp() throws IOException {
        JsonNode answer = Caller.of(zendesk).post("/_stand-in/generated-requests", "{\"requester\":\"raj@example.com\",\"count\":50}").json();

        assertThat(asRaj.get("/api/v2/requests/" + (answer.path("first_id").asLong() + 49)).status()).isEqualTo(200);
        assertThat(asRaj.get("/api/v2/requests/" + (answer.path("first_id").asLong() + 50)).status()).isEqualTo(404);
    }

    private static String cursorOf(Ticket ticket) {
        return URLEncoder.encode(Place.of(ticket.id()).cursor(), StandardCharsets.UTF_8);
    }

    private static List<Long> ids(JsonNode page) {
        List<Long> ids = new ArrayList<>();
        page.path("requests").forEach(request -> ids.add(request.path("id").asLong()));
        return ids;
    }
}
