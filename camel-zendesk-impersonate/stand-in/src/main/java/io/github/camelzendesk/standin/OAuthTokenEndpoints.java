package io.github.camelzendesk.standin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** {@code /api/v2/oauth/tokens}: tokens as objects of the API, made, shown and revoked. Facts of sections A1 and A2. */
final class OAuthTokenEndpoints {

    private final World world;
    private final Switches switches;

    OAuthTokenEndpoints(World world, Switches switches) {
        this.world = world;
        this.switches = switches;
    }

    void register(Map<String, Endpoint> endpoints) {
        endpoints.put("POST /api/v2/oauth/tokens", this::create);
        endpoints.put("GET /api/v2/oauth/tokens", this::list);
        endpoints.put("GET /api/v2/oauth/tokens/current", visit -> shown(visit, current(visit)));
        endpoints.put("GET /api/v2/oauth/tokens/{oauth_token_id}", visit -> find(visit)
                .map(token -> shown(visit, token))
                .orElseGet(Answer::recordNotFound));
        endpoints.put("DELETE /api/v2/oauth/tokens/current", this::revokeCurrent);
        endpoints.put("DELETE /api/v2/oauth/tokens/{oauth_token_id}", this::revoke);
    }

    private static Answer shown(Visit visit, Token token) {
        return Answer.ok(Json.wrapped("token", Json.token(visit.call(), token)));
    }

    private static Token current(Visit visit) {
        Token token = visit.token();
        if (token == null) {
            throw new IllegalStateException("no token at " + visit.call().rawPath());
        }
        return token;
    }

    /**
     * By an admin, of whom it then is; it never expires. The whole of it is in {@code full_token}, which is not documented,
     * while {@code token} is its beginning [REC eric-at-zd/zendesk-node-api#14].
     */
    private Answer create(Visit visit) {
        if (visit.user().role() != User.Role.ADMIN) {
            return Answer.forbidden();
        }
        JsonNode wanted = visit.json("token");
        Client client = client(wanted.path("client_id"));
        if (client == null) {
            return switches.identifierAsClientId() == Switches.IdentifierAsClientId.NOT_FOUND
                    ? Answer.recordNotFound()
                    : Answer.invalidRecord("client", "Client: cannot be blank", "BlankValue");
        }
        List<String> scopes = new ArrayList<>();
        wanted.path("scopes").forEach(scope -> scopes.add(scope.asText()));
        if (scopes.isEmpty()) {
            scopes.addAll(Scopes.ASSUMED);
        }
        if (!Scopes.within(client.allowedScopes(), scopes)) {
            return OAuthError.INVALID_SCOPE.answer(); // as for the grants [INFER]
        }
        Token token = world.token(Secrets.make()).client(client).owner(visit.user()).scopes(scopes.toArray(String[]::new));
        ObjectNode node = Json.token(visit.call(), token).put("full_token", token.value());
        return Answer.json(201, Json.wrapped("token", node));
    }

    /** By its number [OAS]; Zendesk's own how-to shows the identifier, and what comes of that is not known. */
    private @Nullable Client client(JsonNode id) {
        if (id.isIntegralNumber() || id.asText().matches("[0-9]{1,18}")) {
            return world.findClient(id.asLong()).orElse(null);
        }
        return switches.identifierAsClientId() == Switches.IdentifierAsClientId.ACCEPT
                ? world.findClient(id.asText()).orElse(null)
                : null;
    }

    /** The caller's own, or everybody's with {@code all=true}; admins only [OAS]. */
    private Answer list(Visit visit) {
        if (visit.user().role() != User.Role.ADMIN) {
            return Answer.forbidden();
        }
        String client = visit.call().parameter("client_id");
        boolean all = "true".equals(visit.call().parameter("all"));
        List<Token> tokens = world.tokens().stream()
                .filter(token -> !token.revoked() && (all || token.owner() == visit.user()))
                .filter(token -> client == null || idOf(token.client()).equals(client))
                .toList();
        return Pages.of(visit.call(), "tokens", tokens, Token::id, token -> Json.token(visit.call(), token));
    }

    private static String idOf(@Nullable Client client) {
        return client == null ? "" : String.valueOf(client.id());
    }

    /** Whoever is no admin sees and revokes only what is his own [INFER]. */
    private Optional<Token> find(Visit visit) {
        return world.tokens().stream()
                .filter(token -> token.id() == visit.id("oauth_token_id") && !token.revoked())
                .filter(token -> visit.user().role() == User.Role.ADMIN || token.owner() == visit.user())
                .findFirst();
    }

    private Answer revokeCurrent(Visit visit) {
        if (!switches.currentDeleteLeavesTokenAlive()) {
            revoke(current(visit));
        }
        return Answer.noContent();
    }

    private Answer revoke(Visit visit) {
        Optional<Token> found = find(visit);
        found.ifPresent(this::revoke);
        return found.isPresent() ? Answer.noContent() : Answer.recordNotFound();
    }

    private void revoke(Token token) {
        token.revoke();
        RefreshToken refresh = token.refreshToken();
        if (refresh != null && switches.revokingKillsRefreshToken()) {
            refresh.revoke();
        }
    }
}
