package io.github.camelzendesk.standin;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The shapes of Zendesk's objects in JSON [OAS]. */
final class Json {

    static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ObjectNode wrapped(String name, JsonNode node) {
        return object().set(name, node);
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // a tree can always be written
        }
    }

    /** ISO-8601 in UTC, whole seconds [REC]. */
    static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    static ObjectNode user(Call call, User user) {
        ObjectNode node = object();
        node.put("id", user.id());
        node.put("url", call.origin() + "/api/v2/users/" + user.id() + ".json");
        node.put("name", user.name());
        node.put("email", user.email());
        node.put("role", user.role().wireName());
        node.put("verified", user.verified());
        node.put("active", !user.deleted());
        node.put("suspended", user.suspended());
        node.put("time_zone", "UTC");
        node.put("locale", "en-US");
        return node;
    }

    /** What users/me shows to somebody who is not signed in [REC node-zendesk]. */
    static ObjectNode anonymousUser() {
        ObjectNode node = object();
        node.putNull("id");
        node.put("name", "Anonymous user");
        node.put("email", "invalid@example.com");
        node.put("role", "end-user");
        node.put("verified", false);
        return node;
    }

    static ObjectNode token(Call call, Token token) {
        ObjectNode node = object();
        node.put("url", call.origin() + "/api/v2/oauth/tokens/" + token.id() + ".json");
        node.put("id", token.id());
        User owner = token.owner();
        node.put("user_id", owner == null ? null : owner.id());
        Client client = token.client();
        node.put("client_id", client == null ? null : client.id());
        // only the first ten characters are ever shown [OAS]; of the refresh token no more than that either [INFER]
        RefreshToken refresh = token.refreshToken();
        node.put("token", beginning(token.value()));
        node.put("refresh_token", refresh == null ? null : beginning(refresh.value()));
        ArrayNode scopes = node.putArray("scopes");
        token.scopes().forEach(scopes::add);
        node.put("created_at", time(token.createdAt()));
        node.put("used_at", time(token.usedAt()));
        node.put("expires_at", time(token.expiresAt()));
        node.put("refresh_token_expires_at", refresh == null ? null : time(refresh.expiresAt()));
        return node;
    }

    private static String beginning(String secret) {
        return secret.substring(0, Math.min(10, secret.length()));
    }

    static ObjectNode request(Call call, Ticket ticket) {
        ObjectNode node = common(call, ticket, "requests");
        node.put("can_be_solved_by_me", canBeSolvedByRequester(ticket));
        node.put("solved", ticket.status() == Ticket.Status.SOLVED || ticket.status() == Ticket.Status.CLOSED);
        node.put("description", ticket.comments().stream().filter(Comment::isPublic).map(Comment::body).findFirst().orElse(null));
        return node;
    }

    /** Assigned to an agent and no problem [DOC ticket-requests]. */
    static boolean canBeSolvedByRequester(Ticket ticket) {
        return ticket.assignee() != null && !"problem".equals(ticket.type())
                && ticket.status() != Ticket.Status.SOLVED && ticket.status() != Ticket.Status.CLOSED;
    }

    static ObjectNode ticket(Call call, Ticket ticket) {
        ObjectNode node = common(call, ticket, "tickets");
        node.put("submitter_id", ticket.requester().id());
        node.put("description", ticket.comments().stream().map(Comment::body).findFirst().orElse(null));
        node.putArray("tags");
        Rating rating = ticket.rating();
        ObjectNode score = node.putObject("satisfaction_rating");
        score.put("score", rating == null ? ticket.status() == Ticket.Status.SOLVED ? "offered" : "unoffered" : rating.score());
        return node;
    }

    private static ObjectNode common(Call call, Ticket ticket, String kind) {
        ObjectNode node = object();
        node.put("url", call.origin() + "/api/v2/" + kind + "/" + ticket.id() + ".json");
        node.put("id", ticket.id());
        node.put("status", ticket.status().wireName());
        node.put("priority", ticket.priority());
        node.put("type", ticket.type());
        node.put("subject", ticket.subject());
        node.put("requester_id", ticket.requester().id());
        User assignee = ticket.assignee();
        node.put("assignee_id", assignee == null ? null : assignee.id());
        node.putNull("organization_id");
        node.putObject("via").put("channel", "api");
        ArrayNode collaborators = node.putArray("collaborator_ids");
        ticket.collaborators().forEach(user -> collaborators.add(user.id()));
        node.putArray("custom_fields");
        node.put("is_public", true);
        node.put("created_at", time(ticket.createdAt()));
        node.put("updated_at", time(ticket.updatedAt()));
        return node;
    }

    static ObjectNode comment(Call call, Ticket ticket, Comment comment) {
        ObjectNode node = object();
        node.put("id", comment.id());
        node.put("url", call.origin() + "/api/v2/requests/" + ticket.id() + "/comments/" + comment.id() + ".json");
        node.put("request_id", ticket.id());
        node.put("type", "Comment");
        node.put("author_id", comment.author().id());
        node.put("body", comment.body());
        node.put("html_body", "<p>" + comment.body().replace("&", "&amp;").replace("<", "&lt;") + "</p>");
        node.put("plain_body", comment.body());
        node.put("public", comment.isPublic());
        ArrayNode files = node.putArray("attachments");
        comment.attachments().forEach(file -> files.add(attachment(call, file)));
        node.put("created_at", time(comment.createdAt()));
        return node;
    }

    static ObjectNode attachment(Call call, Attachment file) {
        ObjectNode node = object();
        node.put("url", call.origin() + "/api/v2/attachments/" + file.id() + ".json");
        node.put("id", file.id());
        node.put("file_name", file.fileName());
        node.put("content_url", call.origin() + file.contentPath());
        node.put("content_type", file.contentType());
        node.put("size", file.size());
        node.put("inline", false);
        node.put("deleted", false);
        node.putArray("thumbnails");
        return node;
    }

    static ObjectNode rating(Call call, Ticket ticket, Rating rating) {
        ObjectNode node = object();
        node.put("id", rating.id());
        node.put("url", call.origin() + "/api/v2/satisfaction_ratings/" + rating.id() + ".json");
        node.put("ticket_id", ticket.id());
        node.put("requester_id", ticket.requester().id());
        User assignee = ticket.assignee();
        node.put("assignee_id", assignee == null ? null : assignee.id());
        node.putNull("group_id");
        node.put("score", rating.score());
        node.put("comment", rating.comment());
        node.put("reason_code", rating.reasonCode());
        node.put("created_at", time(rating.createdAt()));
        node.put("updated_at", time(rating.updatedAt()));
        return node;
    }

    static ObjectNode vote(Call call, Vote vote) {
        ObjectNode node = object();
        node.put("id", vote.id());
        node.put("url", call.origin() + "/api/v2/help_center/votes/" + vote.id() + ".json");
        node.put("user_id", vote.by().id());
        node.put("value", vote.value());
        node.put("item_id", vote.itemId());
        node.put("item_type", vote.itemType());
        node.put("created_at", time(vote.createdAt()));
        node.put("updated_at", time(vote.createdAt()));
        return node;
    }

    static ObjectNode post(Call call, Post post) {
        ObjectNode node = object();
        node.put("id", post.id());
        node.put("url", call.origin() + "/api/v2/community/posts/" + post.id() + ".json");
        node.put("author_id", post.author().id());
        node.put("title", post.title());
        node.put("details", post.details());
        node.put("created_at", time(post.createdAt()));
        node.put("updated_at", time(post.createdAt()));
        return node;
    }
}
