package io.github.camelzendesk.standin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/** Users, tickets and their ratings. */
final class SupportEndpoints {

    /** Of the many that Zendesk takes, those that the stand-in has a use for or that clients send often. */
    private static final Set<String> PERMITTED = Set.of("subject", "comment", "status", "priority", "type", "requester",
            "requester_id", "assignee_id", "group_id", "tags", "custom_fields", "external_id", "collaborators",
            "collaborator_ids", "safe_update", "updated_stamp", "ticket_form_id", "due_at", "submitter_id", "brand_id");

    private final World world;
    private final Switches switches;
    private final IdempotencyKeys keys;

    SupportEndpoints(World world, Switches switches, IdempotencyKeys keys) {
        this.world = world;
        this.switches = switches;
        this.keys = keys;
    }

    void register(Map<String, Endpoint> endpoints) {
        endpoints.put("GET /api/v2/users/me", this::me);
        endpoints.put("POST /api/v2/tickets/{ticket_id}/satisfaction_rating", this::rate);
        endpoints.put("GET /api/v2/tickets", this::tickets);
        endpoints.put("GET /api/v2/tickets/{ticket_id}", visit -> world.findTicket(visit.id("ticket_id"))
                .map(ticket -> Answer.ok(Json.wrapped("ticket", Json.ticket(visit.call(), ticket))))
                .orElseGet(Answer::recordNotFound));
        endpoints.put("POST /api/v2/tickets", visit -> keys.answer(visit, this::createTicket));
        endpoints.put("PUT /api/v2/tickets/{ticket_id}", this::updateTicket);
    }

    private Answer me(Visit visit) {
        User user = visit.signedIn();
        return Answer.ok(Json.wrapped("user", user == null ? Json.anonymousUser() : Json.user(visit.call(), user)));
    }

    /**
     * Only the requester, of a ticket that is solved or was and is open again; answers 200, and 422 for another score
     * than good or bad [OAS]. The other refusals are not documented; they take the general forms.
     */
    private Answer rate(Visit visit) {
        Ticket ticket = world.findTicket(visit.id("ticket_id")).orElse(null);
        if (ticket == null) {
            return Answer.recordNotFound();
        }
        if (ticket.requester() != visit.user()) {
            return Answer.forbidden();
        }
        if (world.isGenerated(ticket.id())) {
            return Answer.notImplemented("the rating of generated requests");
        }
        if (ticket.status() == Ticket.Status.CLOSED || ticket.archived()) {
            return Answer.closed();
        }
        if (!ticket.wasSolvedBefore()) {
            return Answer.invalidRecord("base", "Ticket: must be solved before it is rated", null);
        }
        JsonNode wanted = visit.json("satisfaction_rating");
        String score = wanted.path("score").asText("");
        if (!score.equals("good") && !score.equals("bad")) {
            return Answer.invalidRecord("score", "Score: is not included in the list", "InvalidValue");
        }
        String comment = wanted.hasNonNull("comment") ? wanted.get("comment").asText() : null;
        // a reason goes with "bad" only [OAS]
        Long reason = score.equals("bad") && wanted.hasNonNull("reason_code") ? wanted.get("reason_code").asLong() : null;
        Rating earlier = ticket.rating();
        Rating rating = new Rating(earlier == null ? world.newId() : earlier.id(), visit.user(), score, comment, reason,
                earlier == null ? visit.call().at() : earlier.createdAt(), visit.call().at());
        ticket.rating(rating);
        ticket.touched(visit.call().at());
        JsonNode node = Json.rating(visit.call(), ticket, rating);
        if (switches.ratingWrappedInArray()) {
            ArrayNode array = Json.MAPPER.createArrayNode();
            node = array.add(node);
        }
        return Answer.ok(Json.wrapped("satisfaction_rating", node));
    }

    private Answer tickets(Visit visit) {
        List<List<Ticket>> parts = new ArrayList<>(world.generated());
        parts.add(world.tickets().stream().filter(ticket -> !ticket.archived()).toList());
        return Pages.of(visit.call(), "tickets", new Listing<>(Order.byId(Ticket::id), parts),
                ticket -> Json.ticket(visit.call(), ticket));
    }

    private Answer createTicket(Visit visit) {
        JsonNode wanted = visit.json("ticket");
        String body = wanted.path("comment").path("body").asText("");
        if (body.isBlank()) {
            return Answer.invalidRecord("base", "Description: cannot be blank", "BlankValue");
        }
        User requester = visit.user();
        if (wanted.hasNonNull("requester_id")) {
            requester = world.findUser(wanted.get("requester_id").asText()).orElse(requester);
        } else if (wanted.path("requester").hasNonNull("email")) {
            requester = world.endUser(wanted.path("requester").get("email").asText());
        }
        Ticket ticket = world.ticket(requester, Ticket.Status.NEW).subject(wanted.path("subject").asText(body));
        world.comment(ticket, requester, body, wanted.path("comment").path("public").asBoolean(true));
        return Answer.created(Json.wrapped("ticket", Json.ticket(visit.call(), ticket)),
                visit.call().origin() + "/api/v2/tickets/" + ticket.id() + ".json")
                .warningOf("ticket", wanted, PERMITTED, "create");
    }

    private Answer updateTicket(Visit visit) {
        Ticket ticket = world.findTicket(visit.id("ticket_id")).orElse(null);
        if (ticket == null) {
            return Answer.recordNotFound();
        }
        if (world.isGenerated(ticket.id())) {
            return Answer.notImplemented("the change of generated requests");
        }
        if (ticket.status() == Ticket.Status.CLOSED) {
            return Answer.closed();
        }
        JsonNode wanted = visit.json("ticket");
        if (wanted.hasNonNull("status")) {
            Ticket.Status status = Ticket.Status.fromWire(wanted.get("status").asText());
            if (status == null) {
                return Answer.invalidRecord("status", "Status: is not included in the list", "InvalidValue");
            }
            ticket.status(status);
        }
        if (wanted.hasNonNull("subject")) {
            ticket.subject(wanted.get("subject").asText());
        }
        String body = wanted.path("comment").path("body").asText("");
        if (!body.isBlank()) {
            // left out, it is as the ticket's first comment was [DOC]
            boolean asFirst = ticket.comments().isEmpty() || ticket.comments().get(0).isPublic();
            world.comment(ticket, visit.user(), body, wanted.path("comment").path("public").asBoolean(asFirst));
        }
        ticket.touched(visit.call().at());
        return Answer.ok(Json.wrapped("ticket", Json.ticket(visit.call(), ticket)))
                .warningOf("ticket", wanted, PERMITTED, "update");
    }

}
