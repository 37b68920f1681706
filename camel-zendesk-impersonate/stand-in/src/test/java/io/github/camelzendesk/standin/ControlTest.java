package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The stand-in as seen from outside its JVM. */
@ExtendWith(StandInExtension.class)
class ControlTest {

    private final StandIn zendesk;
    private final Caller control;
    private final Caller bare;

    ControlTest(StandIn zendesk) {
        this.zendesk = zendesk;
        this.control = Caller.of(zendesk);
        this.bare = control.token(Sample.TOKEN);
    }

    @Test
    void theJournalIsReadAndClearedAndDoesNotListItself() throws IOException {
        bare.as(Sample.JANE).get("/api/v2/users/me");

        assertThat(control.get("/_stand-in/health").text()).isEqualTo("ok\n");
        assertThat(control.get("/_stand-in/journal").text()).isEqualTo("as jane@example.com GET /api/v2/users/me -> 200\n");
        assertThat(control.delete("/_stand-in/journal").status()).isEqualTo(204);
        assertThat(zendesk.journal().entries()).isEmpty();
    }

    @Test
    void switchesAreReadAndSetByName() throws IOException {
        assertThat(control.get("/_stand-in/switches").json().path("blankHeader").asText()).isEqualTo("ACT_AS_OWNER");
        assertThat(control.put("/_stand-in/switches", "{\"blankHeader\":\"REFUSE\",\"rateLimit\":3,\"gzip\":false}").json()
                .path("rateLimit").asInt()).isEqualTo(3);
        assertThat(zendesk.switches().blankHeader()).isEqualTo(Switches.BlankHeader.REFUSE);
        assertThat(control.put("/_stand-in/switches", "{\"blankHeder\":\"REFUSE\"}").status()).isEqualTo(400);
        assertThat(control.post("/_stand-in/reset", "").status()).isEqualTo(204);
        assertThat(zendesk.switches().asMap()).isEqualTo(new Switches().asMap());
    }

    @Test
    void theWorldGrowsOverHttp() throws IOException {
        assertThat(control.post("/_stand-in/users", "{\"email\":\"ann@example.com\",\"name\":\"Ann\"}").status()).isEqualTo(201);
        assertThat(control.post("/_stand-in/tokens", "{\"value\":\"t\",\"scopes\":[\"impersonate\",\"read\"]}").status())
                .isEqualTo(201);
        assertThat(control.post("/_stand-in/tickets", "{\"requester\":\"ann@example.com\",\"status\":\"solved\",\"id\":7}")
                .status()).isEqualTo(201);

        assertThat(control.token("t").as("ann@example.com").get("/api/v2/requests/7").json().at("/request/status").asText())
                .isEqualTo("solved");
    }

    @Test
    void faultsAreScriptedOverHttp() throws IOException {
        control.post("/_stand-in/faults", "{\"times\":1,\"method\":\"GET\",\"path\":\"/api/v2/users/me\",\"status\":429,"
                + "\"headers\":{\"Retry-After\":[\"3\"]},\"body\":\"slow down\"}");

        Caller.Reply reply = bare.get("/api/v2/users/me");
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.header("Retry-After")).isEqualTo("3");
        assertThat(reply.text()).isEqualTo("slow down");
        assertThat(bare.get("/api/v2/users/me").status()).isEqualTo(200);
    }

    @Test
    void anAnswerIsEditedOverHttp() throws IOException {
        control.post("/_stand-in/faults", "{\"set\":{\"/user/name\":\"Ann\"},\"remove\":[\"/user/email\"]}");

        Caller.Reply reply = bare.as(Sample.JANE).get("/api/v2/users/me");
        assertThat(reply.json().at("/user/name").asText()).isEqualTo("Ann");
        assertThat(reply.json().at("/user/id").asLong()).isEqualTo(Sample.JANE_ID);
        assertThat(reply.text()).doesNotContain("email");
    }

    @Test
    void theProgramSaysWhereItListensAndJournals() throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            Main.main(new String[] {"--latency", "1ms"});
            Matcher line = Pattern.compile("stand-in listening on (http://127\\.0\\.0\\.1:\\d+)").matcher(out.toString(StandardCharsets.UTF_8));
            assertThat(line.find()).isTrue();
            assertThat(bare.get(line.group(1) + "/api/v2/users/me").status()).isEqualTo(200);
            assertThat(out.toString(StandardCharsets.UTF_8)).contains("as owner@acme.example (token owner) GET /api/v2/users/me -> 200");
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void clientsTokensAndTheBrowsersUserAreSetOverHttp() throws IOException {
        assertThat(control.post("/_stand-in/clients", "{\"identifier\":\"c\",\"secret\":\"s3cret\",\"kind\":\"confidential\","
                + "\"redirect_uris\":[\"http://localhost:1/cb\"],\"allowed_scopes\":[\"read\"]}").status()).isEqualTo(201);
        assertThat(control.post("/_stand-in/clients", "{\"identifier\":\"c\",\"redirect_uris\":[\"ftp://x\"]}").status())
                .isEqualTo(400);
        assertThat(control.put("/_stand-in/signed-in", "{\"user\":\"agent@acme.example\"}").status()).isEqualTo(204);
        String page = "/oauth/authorizations/new?response_type=code&client_id=c&redirect_uri=http://localhost:1/cb&scope=read";
        assertThat(control.get(page).text()).contains("agent@acme.example");
        String grant = "{\"grant_type\":\"client_credentials\",\"client_id\":\"c\",\"client_secret\":\"s3cret\",\"scope\":\"read\"}";
        String token = control.post("/oauth/tokens", grant).json().path("access_token").asText();
        assertThat(control.token(token).get("/api/v2/users/me").status()).isEqualTo(200);

        assertThat(control.post("/_stand-in/oauth/expire", "").status()).isEqualTo(204);

        assertThat(control.token(token).get("/api/v2/users/me").status()).isEqualTo(401);
        assertThat(control.get("/_stand-in/oauth").text())
                .isEqualTo("{\"tokens_granted\":1,\"refreshes\":0,\"spent_refresh_tokens_presented\":0}");
        String second = control.post("/oauth/tokens", grant).json().path("access_token").asText();
        assertThat(control.post("/_stand-in/oauth/revoke", "").status()).isEqualTo(204);
        assertThat(control.token(second).get("/api/v2/users/me").status()).isEqualTo(401);
        assertThat(control.post("/_stand-in/refresh-tokens", "{\"value\":\"unheard-of\"}").status()).isEqualTo(400);
    }

    @Test
    void aTokenThatIsChangedOverHttpKeepsItsOwner() throws IOException {
        control.post("/_stand-in/tokens", "{\"value\":\"" + Sample.AGENTS_TOKEN + "\",\"scopes\":[\"read\"]}");

        assertThat(control.token(Sample.AGENTS_TOKEN).get("/api/v2/users/me").json().at("/user/email").asText())
                .isEqualTo(Sample.AGENT);
    }
}
