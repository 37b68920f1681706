package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whom a request counts as, and what is said when it counts as nobody. */
class ImpersonationTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final String DEAD = "{\"error\":\"invalid_token\",\"error_description\":"
            + "\"The access token provided is expired, revoked, malformed or invalid for other reasons.\"}";

    private final StandIn zendesk = ZENDESK.standIn();
    private final Caller bare = Caller.of(zendesk).token(Sample.TOKEN);

    @Test
    void withoutTheHeaderTheTokenOwnerActs() throws IOException {
        Caller.Reply reply = bare.get("/api/v2/users/me");

        assertThat(reply.json().at("/user/email").asText()).isEqualTo(Sample.OWNER);
        assertThat(zendesk.journal().lines())
                .containsExactly("as owner@acme.example (token owner) GET /api/v2/users/me -> 200");
        assertThat(zendesk.journal().entries().get(0).bare()).isTrue();
        assertThat(zendesk.journal().requests()).isEmpty();
    }

    @Test
    void withTheHeaderTheNamedUserActs() throws IOException {
        assertThat(bare.as(Sample.JANE).get("/api/v2/users/me.json").json().at("/user/id").asLong()).isEqualTo(Sample.JANE_ID);
        assertThat(bare.as("JANE@Example.com").get("/api/v2/users/me").json().at("/user/role").asText()).isEqualTo("end-user");
        assertThat(bare.as(String.valueOf(Sample.RAJ_ID)).get("/api/v2/users/me").json().at("/user/email").asText())
                .isEqualTo(Sample.RAJ);

        assertThat(zendesk.journal().lines()).containsExactly(
                "as jane@example.com GET /api/v2/users/me.json -> 200",
                "as jane@example.com GET /api/v2/users/me -> 200",
                "as raj@example.com GET /api/v2/users/me -> 200");
        assertThat(zendesk.journal().requests()).hasSize(3);
    }

    @Test
    void anUnknownUserIsAnsweredLikeADeadToken() throws IOException {
        Caller.Reply unknown = bare.as("ghost@example.com").get("/api/v2/users/me");
        Caller.Reply dead = Caller.of(zendesk).token("no-such-token").as(Sample.JANE).get("/api/v2/users/me");

        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.text()).isEqualTo(DEAD).isEqualTo(dead.text());
        assertThat(unknown.header("WWW-Authenticate")).isEqualTo(dead.header("WWW-Authenticate"))
                .contains("error=\"invalid_token\"");
        assertThat(zendesk.journal().lines()).containsExactly(
                "as nobody (unknown end user) GET /api/v2/users/me -> 401",
                "as nobody (unknown token) GET /api/v2/users/me -> 401");
    }

    @Test
    void expiredAndRevokedTokensAreDead() throws IOException {
        User owner = zendesk.world().user(Sample.OWNER);
        zendesk.world().token("old").owner(owner).expiresAt(Instant.now().minusSeconds(1));
        zendesk.world().token("gone").owner(owner).revoke();

        assertThat(Caller.of(zendesk).token("old").get("/api/v2/users/me").text()).isEqualTo(DEAD);
        assertThat(Caller.of(zendesk).token("gone").get("/api/v2/users/me").text()).isEqualTo(DEAD);
    }

    @Test
    void withoutCredentialsOnlyUsersMeAnswersAndThatAnonymously() throws IOException {
        Caller nobody = Caller.of(zendesk);

        assertThat(nobody.get("/api/v2/users/me").json().at("/user/id").isNull()).isTrue();
        assertThat(nobody.get("/api/v2/requests").status()).isEqualTo(401);
        assertThat(nobody.get("/api/v2/requests").text()).isEqualTo("{\"error\":\"Couldn't authenticate you\"}");
    }

    @Test
    void ticketsAreClosedToEndUsers() throws IOException {
        Caller.Reply reply = bare.as(Sample.JANE).get("/api/v2/tickets");

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.json().at("/error/title").asText()).isEqualTo("Forbidden");
        assertThat(bare.as(Sample.JANE).get("/api/v2/triggers").status()).isEqualTo(403);
        assertThat(bare.get("/api/v2/tickets").status()).isEqualTo(200);
    }

    @Test
    void anUnknownPathIsAnInvalidEndpoint() throws IOException {
        assertThat(bare.as(Sample.JANE).get("/api/v2/requestz").text())
                .isEqualTo("{\"error\":\"InvalidEndpoint\",\"description\":\"Not found\"}");
    }

    @Test
    void whatIsAllowedButNotActedOutSaysSo() throws IOException {
        Caller.Reply reply = bare.as(Sample.JANE).get("/api/v2/ticket_forms");

        assertThat(reply.status()).isEqualTo(501);
        assertThat(reply.text()).contains("StandInNotImplemented", "GET /api/v2/ticket_forms");
    }

    @Test
    void aTokenWithoutReadMayWriteButNotRead() throws IOException {
        Caller writer = Caller.of(zendesk).token(Sample.WRITE_ONLY_TOKEN);

        assertThat(writer.as(Sample.JANE).get("/api/v2/requests").text()).isEqualTo(
                "{\"error\":\"Forbidden\",\"description\":\"You are missing the following required scopes: requests:read, read\"}");
        assertThat(writer.as(Sample.JANE).delete("/api/v2/uploads/none").status()).isEqualTo(404);
        assertThat(writer.delete("/api/v2/uploads/none").status()).isEqualTo(404);
        assertThat(writer.as("ghost@example.invalid").delete("/api/v2/uploads/none").status()).isEqualTo(401);
        assertThat(writer.get("/api/v2/oauth/tokens/current").status()).isEqualTo(403);
        zendesk.switches().tokenCurrentNeedsRead(false);
        assertThat(writer.get("/api/v2/oauth/tokens/current").status()).isEqualTo(200);
    }

    @Test
    void theCurrentTokenShowsTenCharactersOfItself() throws IOException {
        Caller.Reply reply = bare.get("/api/v2/oauth/tokens/current");

        assertThat(reply.json().at("/token/token").asText()).isEqualTo(Sample.TOKEN.substring(0, 10));
        assertThat(reply.json().at("/token/scopes").toString()).isEqualTo("[\"impersonate\",\"read\",\"write\"]");
    }

    @Test
    void aDeletedTokenIsDeadUnlessTheQuirkIsOn() throws IOException {
        zendesk.switches().currentDeleteLeavesTokenAlive(true);
        assertThat(bare.delete("/api/v2/oauth/tokens/current").status()).isEqualTo(204);
        assertThat(bare.get("/api/v2/users/me").status()).isEqualTo(200);

        zendesk.switches().currentDeleteLeavesTokenAlive(false);
        assertThat(bare.delete("/api/v2/oauth/tokens/current").status()).isEqualTo(204);
        assertThat(bare.get("/api/v2/users/me").status()).isEqualTo(401);
    }

    @Test
    void aBlankHeaderActsAsTheOwnerUnlessRefused() throws IOException {
        assertThat(bare.as("").get("/api/v2/users/me").json().at("/user/email").asText()).isEqualTo(Sample.OWNER);
        zendesk.switches().blankHeader(Switches.BlankHeader.REFUSE);
        assertThat(bare.as(" ").get("/api/v2/users/me").status()).isEqualTo(401);
    }

    @Test
    void theHeaderCanBeIgnoredAltogether() throws IOException {
        zendesk.switches().ignoreOnBehalfOf(true);

        assertThat(bare.as("nobody@x.invalid").get("/api/v2/users/me").json().at("/user/email").asText())
                .isEqualTo(Sample.OWNER);
        assertThat(bare.as("nobody@x.invalid").get("/api/v2/help_center/users/me/votes").status()).isEqualTo(401);
    }

    @Test
    void aTokenWithoutImpersonateIsToldSo() throws IOException {
        Caller plain = Caller.of(zendesk).token(Sample.PLAIN_TOKEN).as(Sample.JANE);

        assertThat(plain.get("/api/v2/users/me").text()).contains("required scopes: impersonate");
        zendesk.switches().missingImpersonateScope(Switches.MissingImpersonateScope.INVALID_TOKEN);
        assertThat(plain.get("/api/v2/users/me").text()).isEqualTo(DEAD);
        zendesk.switches().missingImpersonateScope(Switches.MissingImpersonateScope.ACT_AS_OWNER);
        assertThat(plain.get("/api/v2/users/me").json().at("/user/email").asText()).isEqualTo(Sample.OWNER);
    }

    @Test
    void onlyAnAdminsTokenImpersonates() throws IOException {
        Caller agents = Caller.of(zendesk).token(Sample.AGENTS_TOKEN).as(Sample.JANE);

        assertThat(agents.get("/api/v2/users/me").text()).isEqualTo(DEAD);
        zendesk.switches().nonAdminOwner(Switches.NonAdminOwner.FORBIDDEN);
        assertThat(agents.get("/api/v2/users/me").status()).isEqualTo(403);
        zendesk.switches().nonAdminOwner(Switches.NonAdminOwner.ACT);
        assertThat(agents.get("/api/v2/users/me").status()).isEqualTo(200);
    }

    @Test
    void suspendedDeletedAndAgentUsersAreRefusedByDefault() throws IOException {
        for (String user : new String[] {Sample.SUSPENDED, Sample.DELETED, Sample.AGENT, Sample.OWNER}) {
            assertThat(bare.as(user).get("/api/v2/users/me").text()).as(user).isEqualTo(DEAD);
        }
        zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW).suspendedUser(Switches.DoubtfulUser.ALLOW);
        assertThat(bare.as(Sample.AGENT).get("/api/v2/tickets").status()).isEqualTo(200);
        assertThat(bare.as(Sample.SUSPENDED).get("/api/v2/users/me").status()).isEqualTo(200);
    }

    @Test
    void theUnverifiedMayNotUseRequests() throws IOException {
        assertThat(bare.as(Sample.NEWBIE).get("/api/v2/users/me").status()).isEqualTo(200);
        assertThat(bare.as(Sample.NEWBIE).get("/api/v2/requests").status()).isEqualTo(403);
    }

    @Test
    void twoHeadersAreRefusedByDefault() throws IOException {
        Caller both = bare.as(Sample.JANE).as(Sample.RAJ);

        assertThat(both.get("/api/v2/users/me").status()).isEqualTo(401);
        zendesk.switches().duplicatedHeader(Switches.DuplicatedHeader.LAST);
        assertThat(both.get("/api/v2/users/me").json().at("/user/email").asText()).isEqualTo(Sample.RAJ);
        assertThat(zendesk.journal().entries().get(0).headers().get("x-on-behalf-of"))
                .containsExactly(Sample.JANE, Sample.RAJ);
    }

    @Test
    void theJournalNeverPrintsAToken() throws IOException {
        bare.as(Sample.JANE).get("/api/v2/users/me");

        JournalEntry entry = zendesk.journal().entries().get(0);
        assertThat(entry.header("authorization")).isEqualTo("Bearer " + Sample.TOKEN);
        assertThat(entry.toString()).doesNotContain(Sample.TOKEN);
        assertThat(Caller.of(zendesk).get("/_stand-in/journal?format=json").text()).contains("(redacted)")
                .doesNotContain(Sample.TOKEN);
        assertThat(zendesk.world().token(Sample.TOKEN).toString()).doesNotContain(Sample.TOKEN);
    }
}
