package io.github.camelzendesk.standin;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Requests: tickets as their requester sees them. Agents and admins count as end users here [DOC ticket-requests]. */
final class RequestEndpoints {

    private static final Set<String> CREATABLE = Set.of("subject", "comment", "custom_fields", "collaborators", "requester",
            "ticket_form_id", "via_followup_source_id", "recipient", "due_at", "type", "priority");
    private static final Set<Ticket.Status> SOLVED = EnumSet.of(Ticket.Status.SOLVED, Ticket.Status.CLOSED);
    private static final Set<String> UPDATABLE = Set.of("comment", "solved", "additional_collaborators");

    private final World world;
    private final Switches switches;
    private final IdempotencyKeys keys;

    RequestEndpoints(World world, Switches switches, IdempotencyKeys keys) {
        this.world = world;
        this.switches = switches;
        this.keys = keys;
    }

    void register(Map<String, Endpoint> endpoints) {
        endpoints.put("POST /api/v2/requests", visit -> switches.idempotentRequests()
                ? keys.answer(visit, this::create)
                : create(visit));
        endpoints.put("GET /api/v2/requests", visit -> own(visit, visit.user(), state -> true));
        endpoints.put("GET /api/v2/requests/open", visit -> own(visit, visit.user(), state -> !SOLVED.contains(state)));
        endpoints.put("GET /api/v2/requests/solved", visit -> own(visit, visit.user(), SOLVED::contains));
        endpoints.put("GET /api/v2/requests/ccd",
                visit -> list(visit, ticket -> ticket.collaborators().contains(visit.user()), List.of(), state -> true));
        endpoints.put("GET /api/v2/requests/search", this::search);
        endpoints.put("GET /api/v2/requests/{request_id}", visit -> find(visit)
                .map(ticket -> Answer.ok(Json.wrapped("request", Json.request(visit.call(), ticket))))
                .orElseGet(Answer::recordNotFound));
        endpoints.put("PUT /api/v2/requests/{request_id}", this::update);
        endpoints.put("GET /api/v2/requests/{request_id}/comments", this::comments);
        endpoints.put("GET /api/v2/requests/{request_id}/comments/{ticket_comment_id}", this::comment);
        endpoints.put("GET /api/v2/users/{user_id}/requests", this::ofUser);
    }

    private Answer create(Visit visit) {
        JsonNode request = visit.json("request");
        User requester = visit.signedIn();
        if (requester == null) {
            // Anonymous callers name the requester; a new one needs both [DOC ticket-requests].
            String name = request.path("requester").path("name").asText("");
            String email = request.path("requester").path("email").asText("");
            if (name.isBlank() || email.isBlank()) {
                String missing = name.isBlank() ? "Name" : "Email";
                return Answer.invalidRecord("requester", "Requester: " + missing + ": cannot be blank", "BlankValue");
            }
            requester = world.endUser(email).name(name);
        }
        String subject = request.path("subject").asText("");
        String body = commentBody(request.path("comment"));
        if (switches.subjectRequired() && subject.isBlank()) {
            return Answer.blank("Subject", "subject");
        }
        if (body.isBlank()) {
            return Answer.blank("Description", "description");
        }
        Ticket source = null;
        if (request.hasNonNull("via_followup_source_id")) {
            // only of a closed one [DOC ticket-requests]
            source = world.findTicket(request.get("via_followup_source_id").asLong()).orElse(null);
            if (source == null || source.status() != Ticket.Status.CLOSED) {
                return Answer.invalidRecord("base", "Followup source: is not closed", null);
            }
        }
        Files files = files(request.path("comment"), visit.signedIn());
        if (files.problem() != null) {
            return files.problem();
        }
        Ticket ticket = world.ticket(requester, Ticket.Status.NEW).subject(subject.isBlank() ? body : subject);
        ticket.priority(text(request, "priority")).type(text(request, "type"));
        addCollaborators(ticket, request.path("collaborators"));
        world.comment(ticket, requester, body, true, files.taken());
        Answer answer = Answer.created(Json.wrapped("request", Json.request(visit.call(), ticket)),
                visit.call().origin() + "/api/v2/requests/" + ticket.id() + ".json");
        return answer.warningOf("request", request, CREATABLE, "create");
    }

    private Answer update(Visit visit) {
        Ticket ticket = find(visit).orElse(null);
        if (ticket == null) {
            return Answer.recordNotFound();
        }
        if (world.isGenerated(ticket.id())) {
            return Answer.notImplemented("the change of generated requests");
        }
        if (ticket.status() == Ticket.Status.CLOSED) {
            return Answer.closed();
        }
        JsonNode request = visit.json("request");
        Files files = files(request.path("comment"), visit.user());
        if (files.problem() != null) {
            return files.problem();
        }
        String body = commentBody(request.path("comment"));
        if (!body.isBlank()) {
            world.comment(ticket, visit.user(), body, true, files.taken());
            // A customer's comment reopens what was solved or waits for the customer [INFER].
            if (ticket.status() == Ticket.Status.SOLVED || ticket.status() == Ticket.Status.PENDING) {
                ticket.status(Ticket.Status.OPEN);
            }
        }
        // the documentation's own example sends the text "true" [DOC]
        if (request.path("solved").asBoolean(false) && Json.canBeSolvedByRequester(ticket)) {
            ticket.status(Ticket.Status.SOLVED);
        }
        addCollaborators(ticket, request.path("additional_collaborators"));
        ticket.touched(visit.call().at());
        return Answer.ok(Json.wrapped("request", Json.request(visit.call(), ticket)))
                .warningOf("request", request, UPDATABLE, "update");
    }

    private void addCollaborators(Ticket ticket, JsonNode collaborators) {
        for (JsonNode entry : collaborators) {
            String who = entry.isObject() ? entry.path("email").asText("") : entry.asText();
            if (who.contains("@")) {
                ticket.collaborator(world.endUser(who));
            } else {
                world.findUser(who).ifPresent(ticket::collaborator);
            }
        }
    }

    private static String commentBody(JsonNode comment) {
        if (comment.isTextual()) {
            return comment.asText();
        }
        String body = comment.path("body").asText("");
        return body.isBlank() ? comment.path("html_body").asText("") : body;
    }

    private static @Nullable String text(JsonNode node, String name) {
        return node.hasNonNull(name) ? node.get(name).asText() : null;
    }

    record Files(List<Attachment> taken, @Nullable Answer problem) {
    }

    /** Takes up the uploads that a comment names. How a wrong token is refused is unknown; 422 here. */
    private Files files(JsonNode comment, @Nullable User by) {
        List<Upload> uploads = new ArrayList<>();
        for (JsonNode token : comment.path("uploads").isTextual()
                ? Json.MAPPER.createArrayNode().add(comment.get("uploads"))
                : comment.path("uploads")) {
            Upload upload = world.findUpload(token.asText()).orElse(null);
            if (upload == null || switches.uploadsBoundToOwner() && upload.owner() != by) {
                return new Files(List.of(), Answer.invalidRecord("base", "Uploads: token is invalid", null));
            }
            uploads.add(upload);
        }
        uploads.forEach(world::forget);
        return new Files(uploads.stream().flatMap(upload -> upload.attachments().stream()).toList(), null);
    }

    /** Somebody else's request is not there at all [INFER]. */
    private Optional<Ticket> find(Visit visit) {
        return world.findTicket(visit.id("request_id")).filter(ticket -> ticket.concerns(visit.user()));
    }

    private Answer own(Visit visit, User user, Predicate<Ticket.Status> inState) {
        return list(visit, ticket -> ticket.requester() == user, generated(user), inState);
    }

    private List<GeneratedRequests> generated(User user) {
        return world.generated().stream().filter(requests -> requests.requester() == user).toList();
    }

    private Answer list(Visit visit, Predicate<Ticket> wanted, List<GeneratedRequests> generated,
            Predicate<Ticket.Status> inState) {
        String status = visit.call().parameter("status");
        List<String> statuses = status == null ? List.of() : List.of(status.strip().split("\\s*,\\s*"));
        Predicate<Ticket.Status> both = inState.and(state -> statuses.isEmpty() || statuses.contains(state.wireName()));
        Order<Ticket> order = order(visit.call());
        List<List<Ticket>> parts = new ArrayList<>();
        parts.add(world.tickets().stream()
                .filter(ticket -> !ticket.archived()) // archived ones are in no list [INFER]
                .filter(wanted)
                .filter(ticket -> both.test(ticket.status()))
                .sorted(order)
                .toList());
        generated.forEach(requests -> parts.add(requests.view(both, order.descending())));
        return Pages.of(visit.call(), "requests", new Listing<>(order, parts), ticket -> Json.request(visit.call(), ticket));
    }

    private static Order<Ticket> order(Call call) {
        String by = call.parameter("sort_by");
        boolean descending = "desc".equals(call.parameter("sort_order"));
        String sort = call.parameter("sort");
        if (sort != null) {
            descending = sort.startsWith("-");
            by = descending ? sort.substring(1) : sort;
        }
        Order<Ticket> order = switch (by == null ? "" : by) {
            case "updated_at" -> Order.by(Ticket::updatedAt, Ticket::id);
            case "created_at" -> Order.by(Ticket::createdAt, Ticket::id);
            default -> Order.byId(Ticket::id);
        };
        return order.descending(descending);
    }

    /** By page number only, and not beyond a thousand records [DOC]. */
    private Answer search(Visit visit) {
        Call call = visit.call();
        int size = Math.min(100, Math.max(1, Pages.number(call.parameter("per_page"), 100)));
        if ((long) Pages.number(call.parameter("page"), 1) * size > 1_000) {
            return Answer.json(422, Json.object().put("error", "Insufficient Resource Error"));
        }
        String query = Optional.ofNullable(call.parameter("query")).orElse("").toLowerCase(Locale.ROOT);
        if (query.isBlank()) {
            return own(visit, visit.user(), state -> true);
        }
        return list(visit, ticket -> ticket.requester() == visit.user()
                && (ticket.subject().toLowerCase(Locale.ROOT).contains(query)
                || ticket.comments().stream().anyMatch(comment -> comment.isPublic()
                        && comment.body().toLowerCase(Locale.ROOT).contains(query))), List.of(), state -> true);
    }

    private Answer comments(Visit visit) {
        Ticket ticket = find(visit).orElse(null);
        if (ticket == null) {
            return Answer.recordNotFound();
        }
        String role = visit.call().parameter("role");
        // ids grow with time
        Order<Comment> order = Order.byId(Comment::id).descending("-created_at".equals(visit.call().parameter("sort")));
        List<Comment> visible = ticket.comments().stream()
                .filter(Comment::isPublic)
                .filter(comment -> role == null || role.equals("end_user") == comment.author().isEndUser())
                .sorted(order)
                .toList();
        return Pages.of(visit.call(), "comments", new Listing<>(order, List.of(visible)),
                comment -> Json.comment(visit.call(), ticket, comment));
    }

    private Answer comment(Visit visit) {
        Ticket ticket = find(visit).orElse(null);
        if (ticket == null) {
            return Answer.recordNotFound();
        }
        return ticket.comments().stream()
                .filter(comment -> comment.isPublic() && comment.id() == visit.id("ticket_comment_id"))
                .findFirst()
                .map(comment -> Answer.ok(Json.wrapped("comment", Json.comment(visit.call(), ticket, comment))))
                .orElseGet(Answer::recordNotFound);
    }

    /** End users see their own only; whose they may not see is answered with a 403 [INFER]. */
    private Answer ofUser(Visit visit) {
        User whose = world.findUser(visit.variable("user_id")).filter(user -> !user.deleted()).orElse(null);
        User who = visit.user();
        if (who.isEndUser() && whose != who) {
            return Answer.forbidden();
        }
        return whose == null ? Answer.recordNotFound() : own(visit, whose, state -> true);
    }
}
