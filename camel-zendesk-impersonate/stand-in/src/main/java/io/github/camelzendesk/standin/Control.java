package io.github.camelzendesk.standin;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The stand-in's own HTTP interface below {@code /_stand-in/}, for clients in other languages. Not journaled. */
final class Control {

    private static final String PREFIX = "/_stand-in/";

    private final StandIn standIn;

    Control(StandIn standIn) {
        this.standIn = standIn;
    }

    static boolean serves(Call call) {
        return call.rawPath().startsWith(PREFIX);
    }

    Answer answer(Call call) {
        try {
            return switch (call.method() + " " + call.rawPath().substring(PREFIX.length())) {
                case "GET health" -> Answer.text(200, "ok\n");
                case "GET journal" -> "json".equals(call.parameter("format")) ? journalAsJson() : journal();
                case "DELETE journal" -> {
                    standIn.journal().clear();
                    yield Answer.noContent();
                }
                case "POST reset" -> {
                    standIn.reset();
                    yield Answer.noContent();
                }
                case "GET switches" -> switches();
                case "PUT switches" -> flip(body(call));
                case "GET usage" -> usage();
                case "POST spend" -> spend(body(call).path("requests").asInt(1));
                case "POST users" -> user(body(call));
                case "POST tokens" -> token(body(call));
                case "POST refresh-tokens" -> refreshToken(body(call));
                case "POST clients" -> client(body(call));
                case "PUT signed-in" -> signIn(body(call));
                case "GET oauth" -> Answer.ok(Json.object()
                        .put("tokens_granted", standIn.oauth().tokensGranted())
                        .put("refreshes", standIn.oauth().refreshes())
                        .put("spent_refresh_tokens_presented", standIn.oauth().spentRefreshTokensPresented()));
                case "POST oauth/expire" -> {
                    standIn.oauth().expireAccessTokens();
                    yield Answer.noContent();
                }
                case "POST oauth/revoke" -> {
                    standIn.oauth().revokeTokens();
                    yield Answer.noContent();
                }
                case "POST tickets" -> ticket(call, body(call));
                case "POST attachments" -> attachment(call, body(call));
                case "POST generated-requests" -> generatedRequests(body(call));
                case "POST faults" -> fault(body(call));
                case "DELETE faults" -> {
                    standIn.faults().clear();
                    yield Answer.noContent();
                }
                default -> Answer.text(404, "no such control\n");
            };
        } catch (IOException | RuntimeException e) {
            return Answer.text(400, e.getMessage() + "\n");
        }
    }

    private static JsonNode body(Call call) throws IOException {
        JsonNode node = Json.MAPPER.readTree(call.body().kept());
        if (!node.isObject()) {
            throw new IllegalArgumentException("A JSON object is wanted");
        }
        return node;
    }

    private Answer journal() {
        StringBuilder text = new StringBuilder();
        standIn.journal().lines().forEach(line -> text.append(line).append('\n'));
        return Answer.text(200, text.toString());
    }

    private Answer journalAsJson() {
        ArrayNode array = Json.MAPPER.createArrayNode();
        for (JournalEntry entry : standIn.journal().entries()) {
            ObjectNode node = array.addObject();
            node.put("number", entry.number());
            node.put("at", entry.at().toString());
            node.put("method", entry.method());
            node.put("path", entry.path());
            node.put("query", entry.oauth() && entry.query() != null ? "(redacted)" : entry.query());
            node.put("status", entry.status());
            node.put("on_behalf_of", entry.onBehalfOf());
            node.put("acted_as", entry.actedAs());
            node.put("token_owner", entry.tokenOwner());
            node.put("client", entry.client());
            node.put("step", entry.step());
            node.put("refusal", entry.refusal());
            node.put("protocol", entry.protocol());
            node.put("body_bytes", entry.bodyBytes());
            if (!entry.oauth()) { // client secrets, refresh tokens and codes
                node.put("body_sha256", entry.bodySha256());
                node.put("body_base64", Base64.getEncoder().encodeToString(entry.body()));
            }
            ObjectNode headers = node.putObject("headers");
            entry.headers().forEach((name, values) -> {
                ArrayNode lines = headers.putArray(name);
                values.forEach(value -> lines.add(name.equals("authorization") ? "(redacted)" : value));
            });
        }
        return Answer.ok(Json.wrapped("entries", array));
    }

    private Answer switches() {
        ObjectNode node = Json.object();
        standIn.switches().asMap().forEach((name, value) -> {
            if (value instanceof Boolean flag) {
                node.put(name, flag);
            } else if (value instanceof Integer number) {
                node.put(name, number);
            } else {
                node.put(name, value.toString());
            }
        });
        return Answer.ok(node);
    }

    private Answer flip(JsonNode wanted) {
        wanted.properties().forEach(field -> standIn.switches().set(field.getKey(), field.getValue().asText()));
        return switches();
    }

    private Answer usage() {
        ArrayNode array = Json.MAPPER.createArrayNode();
        for (Usage usage : standIn.usage()) {
            ObjectNode node = array.addObject();
            node.put("name", usage.name());
            node.put("whose", usage.whose());
            node.put("start", usage.start().toString());
            node.put("seconds", usage.seconds());
            node.put("limit", usage.limit());
            node.put("allowed", usage.allowed());
            node.put("refused", usage.refused());
            node.put("others", usage.others());
            node.put("others_refused", usage.othersRefused());
            node.put("utilisation", usage.utilisation());
        }
        return Answer.ok(Json.wrapped("windows", array));
    }

    private Answer spend(int requests) {
        int allowed = standIn.spend(requests);
        return Answer.ok(Json.object().put("allowed", allowed).put("refused", requests - allowed));
    }

    private Answer user(JsonNode wanted) {
        String email = text(wanted, "email");
        User user = switch (wanted.path("role").asText("end-user")) {
            case "end-user" -> standIn.world().endUser(email);
            case "agent" -> standIn.world().agent(email);
            case "admin" -> standIn.world().admin(email);
            default -> throw new IllegalArgumentException("role is end-user, agent or admin");
        };
        if (wanted.hasNonNull("name")) {
            user.name(wanted.get("name").asText());
        }
        user.verified(wanted.path("verified").asBoolean(user.verified()));
        user.suspended(wanted.path("suspended").asBoolean(user.suspended()));
        user.deleted(wanted.path("deleted").asBoolean(user.deleted()));
        return Answer.json(201, Json.object().put("id", user.id()).put("email", user.email()));
    }

    private Answer token(JsonNode wanted) {
        Token token = standIn.world().token(text(wanted, "value"));
        if (token.owner() == null || wanted.hasNonNull("owner")) {
            token.owner(standIn.world().user(wanted.path("owner").asText(Sample.OWNER)));
        }
        if (wanted.path("scopes").isArray()) {
            token.scopes(texts(wanted, "scopes"));
        }
        if (wanted.hasNonNull("expires_at")) {
            token.expiresAt(Instant.parse(wanted.get("expires_at").asText()));
        }
        if (wanted.path("revoked").asBoolean(false)) {
            token.revoke();
        }
        return Answer.json(201, Json.object().put("id", token.id()));
    }

    private Answer refreshToken(JsonNode wanted) {
        RefreshToken token = standIn.world().findRefreshToken(text(wanted, "value"))
                .orElseThrow(() -> new IllegalArgumentException("no such refresh token"));
        if (wanted.hasNonNull("expires_at")) {
            token.expiresAt(Instant.parse(wanted.get("expires_at").asText()));
        }
        if (wanted.path("revoked").asBoolean(false)) {
            token.revoke();
        }
        return Answer.noContent();
    }

    private Answer client(JsonNode wanted) {
        Client client = standIn.world().client(text(wanted, "identifier"));
        if (client.user() == null || wanted.hasNonNull("user")) {
            client.user(standIn.world().user(wanted.path("user").asText(Sample.OWNER)));
        }
        client.secret(wanted.path("secret").asText(client.secret())).name(wanted.path("name").asText(client.name()));
        if (wanted.hasNonNull("kind")) {
            client.kind(Client.Kind.valueOf(wanted.get("kind").asText().toUpperCase(Locale.ROOT)));
        }
        for (String uri : texts(wanted, "redirect_uris")) {
            client.redirectUri(uri);
        }
        if (wanted.path("allowed_scopes").isArray()) {
            client.allowedScopes(texts(wanted, "allowed_scopes"));
        }
        if (wanted.hasNonNull("created_at")) {
            client.createdAt(Instant.parse(wanted.get("created_at").asText()));
        }
        return Answer.json(201, Json.object().put("id", client.id()).put("identifier", client.identifier()));
    }

    private Answer signIn(JsonNode wanted) {
        standIn.world().signedIn(wanted.hasNonNull("user") ? standIn.world().user(wanted.get("user").asText()) : null);
        return Answer.noContent();
    }

    private Answer ticket(Call call, JsonNode wanted) {
        User requester = standIn.world().user(text(wanted, "requester"));
        Ticket.Status status = Ticket.Status.valueOf(wanted.path("status").asText("open").toUpperCase(Locale.ROOT));
        Ticket ticket = wanted.hasNonNull("id")
                ? standIn.world().ticket(wanted.get("id").asLong(), requester, status)
                : standIn.world().ticket(requester, status);
        ticket.subject(wanted.path("subject").asText("A ticket"));
        standIn.world().comment(ticket, requester, wanted.path("comment").asText(ticket.subject()), true);
        return Answer.json(201, Json.wrapped("ticket", Json.ticket(call, ticket)));
    }

    private Answer generatedRequests(JsonNode wanted) {
        List<Ticket> requests = standIn.world()
                .generatedRequests(standIn.world().user(text(wanted, "requester")), wanted.path("count").asInt(0));
        return Answer.json(201, Json.object().put("first_id", requests.isEmpty() ? null : requests.get(0).id()));
    }

    private Answer attachment(Call call, JsonNode wanted) {
        GeneratedContent content = new GeneratedContent(wanted.path("seed").asLong(0), wanted.path("bytes").asLong(0));
        Ticket ticket = standIn.world().ticket(wanted.path("ticket").asLong());
        return Answer.json(201, Json.attachment(call, standIn.world().attachment(ticket, text(wanted, "file_name"), content)));
    }

    private Answer fault(JsonNode wanted) {
        Faults.Rule rule = standIn.faults().next(wanted.path("times").asInt(1));
        if (wanted.hasNonNull("method")) {
            rule.method(wanted.get("method").asText());
        }
        if (wanted.hasNonNull("path")) {
            rule.path(wanted.get("path").asText());
        }
        if (wanted.hasNonNull("on_behalf_of")) {
            rule.onBehalfOf(wanted.get("on_behalf_of").asText());
        }
        if (wanted.path("bare").asBoolean(false)) {
            rule.bare();
        }
        Fault fault = Fault.status(wanted.path("status").asInt(0));
        for (Map.Entry<String, JsonNode> header : wanted.path("headers").properties()) {
            for (JsonNode value : header.getValue().isArray() ? header.getValue() : List.of(header.getValue())) {
                fault = fault.header(header.getKey(), value.asText());
            }
        }
        if (wanted.hasNonNull("body")) {
            JsonNode body = wanted.get("body");
            fault = body.isTextual() ? fault.text(body.asText()) : fault.json(body.toString());
        }
        if (wanted.hasNonNull("content_type")) {
            fault = fault.contentType(wanted.get("content_type").asText());
        }
        for (Map.Entry<String, JsonNode> edit : wanted.path("set").properties()) {
            fault = fault.edited(edit.getKey(), edit.getValue());
        }
        for (String pointer : texts(wanted, "remove")) {
            fault = fault.remove(pointer);
        }
        fault = fault.latency(Duration.ofMillis(wanted.path("latency_ms").asLong(0)));
        if (wanted.path("chunked").asBoolean(false)) {
            fault = fault.chunked();
        }
        if (wanted.path("gzip").asBoolean(false)) {
            fault = fault.gzip();
        }
        if (wanted.path("before_body").asBoolean(false)) {
            fault = fault.beforeBody();
        }
        boolean plain = !wanted.hasNonNull("status") && !wanted.hasNonNull("ending");
        if (wanted.path("after_processing").asBoolean(plain)) {
            fault = fault.afterProcessing();
        }
        fault = fault.ended(wanted.path("ending").asText("answer"), wanted.path("bytes").asInt(1),
                Duration.ofMillis(wanted.path("pause_ms").asLong(0)));
        rule.respond(fault);
        return Answer.noContent();
    }

    private static String[] texts(JsonNode node, String name) {
        JsonNode array = node.path(name);
        String[] texts = new String[array.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = array.get(i).asText();
        }
        return texts;
    }

    private static String text(JsonNode node, String name) {
        if (!node.hasNonNull(name)) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return node.get(name).asText();
    }
}
