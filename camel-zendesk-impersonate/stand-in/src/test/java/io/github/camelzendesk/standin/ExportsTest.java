package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The incremental export of tickets. */
class ExportsTest {

    private static final String EXPORT = "/api/v2/incremental/tickets/cursor.json";

    private final TestClock clock = new TestClock(Instant.parse("2026-11-25T10:00:00Z"));
    private final StandIn zendesk = StandIn.builder().clock(clock).start();
    private final World world = zendesk.world();
    private final Caller owner = Caller.of(zendesk).token(Sample.TOKEN);
    private final Caller jane = owner.as(Sample.JANE);

    @AfterEach
    void close() {
        zendesk.close();
    }

    @Test
    void itGivesEachTicketOnceInTheOrderOfItsLastChange() throws IOException {
        zendesk.switches().incrementalRateLimit(1_000);
        List<Ticket> all = new ArrayList<>(world.generatedRequests(world.user(Sample.JANE), 2_000));
        all.addAll(world.generatedRequests(world.user(Sample.RAJ), 1_500));
        clock.advance(Duration.ofMinutes(5));
        all.addAll(world.tickets());
        List<Long> expected = all.stream().sorted(Comparator.comparing(Ticket::updatedAt).thenComparing(Ticket::id))
                .map(Ticket::id).toList();

        JsonNode first = owner.get(EXPORT + "?start_time=0").json();
        assertThat(ids(first)).isEqualTo(expected.subList(0, 1_000));
        assertThat(first.path("before_url").isNull()).isTrue();
        assertThat(first.path("before_cursor").isNull()).isTrue();
        List<Long> seen = new ArrayList<>();
        JsonNode page;
        String next = EXPORT + "?per_page=300&start_time=0";
        do {
            page = owner.get(next).json();
            seen.addAll(ids(page));
            next = page.path("after_url").asText();
            assertThat(next).isEqualTo(zendesk.baseUri() + EXPORT + "?per_page=300&cursor=" + page.path("after_cursor").asText());
        } while (!page.path("end_of_stream").asBoolean());
        assertThat(seen).isEqualTo(expected);
        assertThat(ids(owner.get(page.path("before_url").asText()).json())).isEqualTo(expected.subList(3_000, 3_300));
    }

    @Test
    void theEndsCursorGivesWhatChangesLater() throws IOException {
        clock.advance(Duration.ofMinutes(2));
        JsonNode end = owner.get(EXPORT + "?start_time=1").json();
        assertThat(ids(end)).hasSize(5).contains(Sample.JANES_ARCHIVED_TICKET);
        assertThat(end.path("end_of_stream").asBoolean()).isTrue();
        assertThat(end.at("/tickets/0/generated_timestamp").asLong()).isEqualTo(clock.instant().getEpochSecond() - 120);

        jane.put("/api/v2/requests/" + Sample.JANES_OPEN_TICKET, "{\"request\":{\"comment\":{\"body\":\"Still\"}}}");
        JsonNode none = owner.get(end.path("after_url").asText()).json();
        assertThat(ids(none)).as("of the last minute nothing is given").isEmpty();
        assertThat(none.path("after_cursor")).isEqualTo(end.path("after_cursor"));
        assertThat(none.path("end_of_stream").asBoolean()).isTrue();
        clock.advance(Duration.ofMinutes(1));
        assertThat(ids(owner.get(none.path("after_url").asText()).json())).containsExactly(Sample.JANES_OPEN_TICKET);
    }

    @Test
    void aStartMustBeGivenAndLieAMinuteBack() throws IOException {
        long now = clock.instant().getEpochSecond();

        assertThat(owner.get(EXPORT).status()).isEqualTo(422);
        Caller.Reply recent = owner.get(EXPORT + "?start_time=" + (now - 59));
        assertThat(recent.status()).isEqualTo(422);
        assertThat(recent.text()).isEqualTo("{\"error\":\"InvalidValue\","
                + "\"description\":\"Too recent start_time. Use a start_time older than 60 seconds\"}");
        assertThat(owner.get(EXPORT + "?start_time=" + (now - 60)).status()).isEqualTo(200);
        assertThat(owner.get(EXPORT + "?cursor=nonsense").status()).isEqualTo(400);
    }

    @Test
    void onlyAdminsExportUnlessASwitchLetsEndUsers() throws IOException {
        clock.advance(Duration.ofMinutes(2));
        assertThat(jane.get(EXPORT + "?start_time=0").status()).isEqualTo(403);
        assertThat(Caller.of(zendesk).token(Sample.AGENTS_TOKEN).get(EXPORT + "?start_time=0").status()).isEqualTo(403);

        zendesk.switches().incrementalForEndUsers(true);
        assertThat(ids(jane.get(EXPORT + "?start_time=0").json())).hasSize(4).doesNotContain(Sample.RAJS_SOLVED_TICKET);
        assertThat(jane.get("/api/v2/incremental/users/cursor?start_time=0").status()).isEqualTo(403);
        assertThat(Caller.of(zendesk).token(Sample.AGENTS_TOKEN).get(EXPORT + "?start_time=0").status()).isEqualTo(403);
    }

    @Test
    void tenExportsFitIntoAMinute() throws IOException {
        for (int i = 0; i < 10; i++) {
            assertThat(owner.get(EXPORT + "?start_time=0").header("zendesk-ratelimit-incremental-exports"))
                    .isEqualTo("total=10; remaining=" + (9 - i) + "; resets=60");
        }
        Caller.Reply beyond = owner.get(EXPORT + "?start_time=0");
        assertThat(beyond.status()).isEqualTo(429);
        assertThat(beyond.header("Retry-After")).isEqualTo("60");
        assertThat(beyond.json().path("error").asText()).isEqualTo("APIRateLimitExceeded");
        assertThat(zendesk.usage()).contains(
                new Usage("incremental-exports", "account", clock.instant(), 60, 10, 10, 1, 0, 0));
    }

    private static List<Long> ids(JsonNode page) {
        List<Long> ids = new ArrayList<>();
        page.path("tickets").forEach(ticket -> ids.add(ticket.path("id").asLong()));
        return ids;
    }
}
