package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tickets for staff, idempotency keys, and the Help Center. */
class StaffAndHelpCenterTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final String TICKET = "{\"ticket\":{\"subject\":\"s\",\"comment\":{\"body\":\"b\"}}}";

    private final StandIn zendesk = ZENDESK.standIn();
    private final Caller owner = Caller.of(zendesk).token(Sample.TOKEN);
    private final Caller jane = owner.as(Sample.JANE);

    @Test
    void anIdempotencyKeyMakesOneTicketOfTwoRequests() throws IOException {
        Caller keyed = owner.with("Idempotency-Key", "k1");

        Caller.Reply first = keyed.post("/api/v2/tickets", TICKET);
        Caller.Reply second = keyed.post("/api/v2/tickets.json", TICKET);
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("x-idempotency-lookup")).isEqualTo("miss");
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("x-idempotency-lookup")).isEqualTo("hit");
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(zendesk.world().tickets()).hasSize(6);

        Caller.Reply other = keyed.post("/api/v2/tickets", TICKET.replace("\"s\"", "\"t\""));
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.json().path("error").asText()).isEqualTo("IdempotentRequestError");
        assertThat(Caller.of(zendesk).token(Sample.AGENTS_TOKEN).with("Idempotency-Key", "k1").post("/api/v2/tickets", TICKET)
                .header("x-idempotency-lookup")).isEqualTo("miss");
    }

    @Test
    void requestsHonourNoIdempotencyKeyUnlessTold() throws IOException {
        Caller keyed = jane.with("Idempotency-Key", "k1");
        String request = TICKET.replace("ticket", "request");

        assertThat(keyed.post("/api/v2/requests", request).header("x-idempotency-lookup")).isNull();
        assertThat(keyed.post("/api/v2/requests", request).status()).isEqualTo(201);
        assertThat(zendesk.world().ticketsOf(zendesk.world().user(Sample.JANE))).hasSize(6);
        zendesk.switches().idempotentRequests(true);
        keyed.post("/api/v2/requests", request);
        assertThat(keyed.post("/api/v2/requests", request).header("x-idempotency-lookup")).isEqualTo("hit");
    }

    @Test
    void staffReadAndChangeTickets() throws IOException {
        String path = "/api/v2/tickets/" + Sample.JANES_OPEN_TICKET;

        assertThat(owner.get(path).json().at("/ticket/status").asText()).isEqualTo("open");
        assertThat(owner.put(path, "{\"ticket\":{\"status\":\"solved\"}}").json().at("/ticket/status").asText())
                .isEqualTo("solved");
        assertThat(owner.put("/api/v2/tickets/" + Sample.JANES_CLOSED_TICKET, TICKET).json().at("/details/status/0/description")
                .asText()).isEqualTo("closed prevents ticket update");
        assertThat(owner.get("/api/v2/tickets").json().path("count").asInt()).isEqualTo(4);
        assertThat(owner.get("/api/v2/tickets/1").status()).isEqualTo(404);
    }

    @Test
    void aVoteBelongsToTheUserWhoActed() throws IOException {
        Caller.Reply up = jane.post("/api/v2/help_center/articles/77/up", "");
        assertThat(up.status()).isEqualTo(200);
        long id = up.json().at("/vote/id").asLong();

        assertThat(jane.get("/api/v2/help_center/users/me/votes").json().at("/votes/0/id").asLong()).isEqualTo(id);
        assertThat(jane.get("/api/v2/help_center/users/" + Sample.JANE_ID + "/votes").json().path("count").asInt()).isEqualTo(1);
        assertThat(owner.as(Sample.RAJ).get("/api/v2/help_center/users/me/votes").json().path("count").asInt()).isZero();
        assertThat(owner.as(Sample.RAJ).delete("/api/v2/help_center/votes/" + id).status()).isEqualTo(403);
        assertThat(jane.delete("/api/v2/help_center/votes/" + id).status()).isEqualTo(204);
        assertThat(jane.delete("/api/v2/help_center/votes/" + id).status()).isEqualTo(404);
    }

    @Test
    void aPostBelongsToTheUserWhoActed() throws IOException {
        assertThat(jane.post("/api/v2/community/posts", "{\"post\":{\"title\":\"Hi\",\"author_id\":1}}").json()
                .at("/post/author_id").asLong()).isEqualTo(Sample.JANE_ID);
    }

    @Test
    void theHelpCenterMayIgnoreTheHeaderOrTakeStrangersForVisitors() throws IOException {
        Caller ghost = owner.as("ghost@example.com");

        assertThat(ghost.get("/api/v2/help_center/users/me/votes").json().path("error").asText()).isEqualTo("invalid_token");
        zendesk.switches().helpCenterUnknownUser(Switches.HelpCenterUnknownUser.ANONYMOUS);
        assertThat(ghost.get("/api/v2/help_center/users/me/votes").text()).contains("Couldn't authenticate you");
        zendesk.switches().ignoreOnBehalfOfInHelpCenter(true);
        assertThat(ghost.get("/api/v2/help_center/users/me/votes").status()).isEqualTo(200);
        assertThat(zendesk.journal().entries().get(2).actedAs()).isEqualTo(Sample.OWNER);
        assertThat(ghost.get("/api/v2/users/me").status()).isEqualTo(401);
    }
}
