package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tokens as objects of the API. */
class OAuthTokensTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private final StandIn zendesk = ZENDESK.standIn();
    private final Caller admin = Caller.of(zendesk).token(Sample.TOKEN);
    private final long client = zendesk.world().client(Sample.CLIENT).id();

    private Caller.Reply create(String clientId, String scopes) throws IOException {
        return admin.post("/api/v2/oauth/tokens.json", "{\"token\":{\"client_id\":" + clientId + ",\"scopes\":" + scopes + "}}");
    }

    private JsonNode pair() throws IOException {
        String value = Secrets.make();
        zendesk.world().settle(new AuthorizationCode(value, zendesk.world().client(Sample.CLIENT),
                zendesk.world().user(Sample.OWNER), Sample.REDIRECT_URI, Scopes.ASSUMED, null,
                zendesk.world().now().plusSeconds(120)));
        return Caller.of(zendesk).post("/oauth/tokens", Json.object().put("grant_type", "authorization_code")
                .put("client_id", Sample.CLIENT).put("client_secret", Sample.CLIENT_SECRET).put("code", value)
                .put("redirect_uri", Sample.REDIRECT_URI).toString()).json();
    }

    private int refresh(JsonNode pair) throws IOException {
        return Caller.of(zendesk).post("/oauth/tokens", Json.object().put("grant_type", "refresh_token")
                .put("client_id", Sample.CLIENT).put("client_secret", Sample.CLIENT_SECRET)
                .put("refresh_token", pair.path("refresh_token").asText()).toString()).status();
    }

    @Test
    void anAdminMakesATokenWhoseSecretIsTheFullToken() throws IOException {
        Caller.Reply reply = create(String.valueOf(client), "[\"impersonate\",\"read\"]");

        assertThat(reply.status()).isEqualTo(201);
        JsonNode token = reply.json().path("token");
        String secret = token.path("full_token").asText();
        assertThat(token.path("token").asText()).hasSize(10).isEqualTo(secret.substring(0, 10));
        assertThat(token.path("client_id").asLong()).isEqualTo(client);
        assertThat(token.path("user_id").asLong()).isEqualTo(zendesk.world().user(Sample.OWNER).id());
        assertThat(token.get("expires_at").isNull()).isTrue();
        assertThat(Caller.of(zendesk).token(secret).as(Sample.JANE).get("/api/v2/users/me").status()).isEqualTo(200);
        assertThat(Caller.of(zendesk).token(token.path("token").asText()).get("/api/v2/users/me").status()).isEqualTo(401);
        assertThat(admin.get("/api/v2/oauth/tokens/" + token.path("id").asText()).json().path("token").has("full_token"))
                .isFalse();
    }

    @Test
    void onlyAdminsMakeOrListTokens() throws IOException {
        String body = "{\"token\":{\"client_id\":" + client + "}}";

        assertThat(Caller.of(zendesk).token(Sample.AGENTS_TOKEN).post("/api/v2/oauth/tokens", body).status()).isEqualTo(403);
        assertThat(admin.as(Sample.JANE).post("/api/v2/oauth/tokens", body).status()).isEqualTo(403);
        assertThat(Caller.of(zendesk).post("/api/v2/oauth/tokens", body).status()).isEqualTo(401);
        assertThat(Caller.of(zendesk).token(Sample.AGENTS_TOKEN).get("/api/v2/oauth/tokens").status()).isEqualTo(403);
    }

    @Test
    void theIdentifierInPlaceOfTheNumberIsRefusedUnlessSwitched() throws IOException {
        assertThat(create("\"my_client\"", "[\"read\"]").status()).isEqualTo(422);
        assertThat(create("999", "[\"read\"]").json().path("error").asText()).isEqualTo("RecordInvalid");
        zendesk.switches().identifierAsClientId(Switches.IdentifierAsClientId.NOT_FOUND);
        assertThat(create("\"my_client\"", "[\"read\"]").status()).isEqualTo(404);
        zendesk.switches().identifierAsClientId(Switches.IdentifierAsClientId.ACCEPT);
        assertThat(create("\"my_client\"", "[\"read\"]").status()).isEqualTo(201);
    }

    @Test
    void theCeilingHoldsForAdminsToo() throws IOException {
        zendesk.world().client(Sample.CLIENT).allowedScopes("read");

        assertThat(create(String.valueOf(client), "[\"impersonate\"]").json().path("error").asText()).isEqualTo("invalid_scope");
    }

    @Test
    void tokensAreListedShownAndRevokedByTheirId() throws IOException {
        JsonNode pair = pair();
        JsonNode own = admin.get("/api/v2/oauth/tokens").json().path("tokens");
        assertThat(own).hasSize(4);
        assertThat(admin.get("/api/v2/oauth/tokens?all=true").json().path("tokens")).hasSize(5);
        assertThat(admin.get("/api/v2/oauth/tokens?all=true&client_id=1").json().path("tokens")).isEmpty();
        JsonNode last = own.get(3);
        assertThat(last.path("refresh_token").asText()).isEqualTo(pair.path("refresh_token").asText().substring(0, 10));
        assertThat(last.path("refresh_token_expires_at").asText()).isNotEmpty();

        String path = "/api/v2/oauth/tokens/" + last.path("id").asText();
        assertThat(admin.get(path).json().at("/token/scopes").toString()).isEqualTo("[\"read\",\"write\"]");
        assertThat(Caller.of(zendesk).token(Sample.AGENTS_TOKEN).get(path).status()).isEqualTo(404);
        assertThat(admin.delete(path).status()).isEqualTo(204);

        assertThat(Caller.of(zendesk).token(pair.path("access_token").asText()).get("/api/v2/users/me").status()).isEqualTo(401);
        assertThat(admin.get(path).status()).isEqualTo(404);
        assertThat(refresh(pair)).isEqualTo(400);
    }

    @Test
    void revokingSparesTheRefreshTokenIfSoSwitched() throws IOException {
        zendesk.switches().revokingKillsRefreshToken(false);
        JsonNode pair = pair();

        assertThat(Caller.of(zendesk).token(pair.path("access_token").asText()).delete("/api/v2/oauth/tokens/current").status())
                .isEqualTo(204);

        assertThat(refresh(pair)).isEqualTo(201);
    }

    @Test
    void theCurrentTokenShowsItsEndItsUserAndItsClient() throws IOException {
        JsonNode pair = pair();

        JsonNode current = Caller.of(zendesk).token(pair.path("access_token").asText()).get("/api/v2/oauth/tokens/current")
                .json().path("token");

        assertThat(current.path("expires_at").asText()).endsWith("Z");
        assertThat(current.path("user_id").asLong()).isEqualTo(zendesk.world().user(Sample.OWNER).id());
        assertThat(current.path("client_id").asLong()).isEqualTo(client);
        assertThat(current.path("token").asText()).hasSize(10);
    }
}
