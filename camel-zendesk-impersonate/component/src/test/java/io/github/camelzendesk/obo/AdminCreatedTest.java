package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.AdminCreatedTokenSource;
import io.github.camelzendesk.obo.token.ClientCredentialsTokenSource;
import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.Token;

/** Tokens that an admin's token creates. */
class AdminCreatedTest {

    private static final String PATH = "/api/v2/oauth/tokens";

    private final GrantRig rig = new GrantRig();

    @AfterEach
    void stop() {
        rig.close();
    }

    private AdminCreatedTokenSource source(TokenSource admin) {
        AdminCreatedTokenSource source = new AdminCreatedTokenSource();
        source.setClientId(String.valueOf(rig.zendesk.world().client(Sample.CLIENT).id()));
        source.setAdmin(admin);
        return source;
    }

    private void route(TokenSource admin) {
        rig.route(source(admin), "post:requests");
    }

    private List<JournalEntry> creations() {
        return rig.zendesk.journal().entries().stream().filter(entry -> entry.path().equals(PATH)).toList();
    }

    private List<Token> created() {
        return rig.zendesk.world().tokens().stream().filter(token -> !token.value().startsWith("sample-")).toList();
    }

    @Test
    void theWholeTokenIsUsedAndNotItsFirstTenCharacters() {
        route(new FixedTokenSource(Sample.PLAIN_TOKEN));

        assertThat(rig.send().getException()).isNull();
        assertThat(rig.send().getException()).isNull();

        assertThat(creations()).singleElement().satisfies(sent -> {
            assertThat(sent.status()).isEqualTo(201);
            assertThat(sent.bare()).isTrue();
            assertThat(sent.bodyText()).matches("\\{\"token\":\\{.*}}").contains(
                    "\"client_id\":" + rig.zendesk.world().client(Sample.CLIENT).id(), "\"scopes\":[\"impersonate\",\"read\",\"write\"]");
        });
        assertThat(created()).singleElement().satisfies(token -> {
            assertThat(token.expiresAt()).isNull();
            assertThat(rig.rig.requests()).allMatch(sent -> sent.header("Authorization").equals("Bearer " + token.value()));
        });
    }

    @Test
    void aRevokedOneIsReplacedByAnotherAndTheMessageIsSentAgain() {
        route(new FixedTokenSource(Sample.PLAIN_TOKEN));
        rig.send();
        created().forEach(Token::revoke);

        Exchange out = rig.send();

        assertThat(out.getException()).isNull();
        assertThat(out.getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(2);
        assertThat(creations()).hasSize(2);
    }

    @Test
    void itLivesOnForAYear() {
        route(new FixedTokenSource(Sample.PLAIN_TOKEN));
        rig.send();
        rig.clock.advance(Duration.ofDays(365));
        assertThat(rig.send().getException()).isNull();
        assertThat(creations()).hasSize(1);
    }

    @Test
    void theAdminsOwnTokenIsRenewedWhenItIsRefused() {
        ClientCredentialsTokenSource admin = new ClientCredentialsTokenSource();
        admin.setClientId(Sample.CLIENT);
        admin.setClientSecret(Sample.CLIENT_SECRET);
        route(admin);
        assertThat(rig.send().getException()).isNull();
        rig.zendesk.oauth().expireAccessTokens();
        created().forEach(Token::revoke);

        assertThat(rig.send().getException()).isNull();

        assertThat(creations()).extracting(JournalEntry::status).containsExactly(201, 401, 201);
        assertThat(rig.zendesk.oauth().tokensGranted()).isEqualTo(2);
    }

    @Test
    void anAdminsDeadTokenIsSaidAndNotTriedInALoop() {
        route(new FixedTokenSource("dead-token"));
        for (int i = 0; i < 5; i++) {
            assertThat(rig.send().getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("the token that creates tokens").hasMessageNotContaining("dead-token");
        }
        assertThat(creations()).hasSize(1);
    }

    @Test
    void aTokenOfAnAgentOrWithoutTheRightScopeIsToldSo() {
        rig.zendesk.world().token("reads-only").owner(rig.zendesk.world().user(Sample.OWNER)).scopes("read");
        route(new FixedTokenSource("reads-only"));
        assertThat(rig.send().getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                .hasMessageContaining("must be an admin, and write among its scopes");
    }

    @Test
    void aNumberThatIsNoClientIsToldSo() {
        AdminCreatedTokenSource source = source(new FixedTokenSource(Sample.PLAIN_TOKEN));
        source.setClientId("424242");
        rig.route(source, "post:requests");
        assertThat(rig.send().getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                .hasMessageContaining("clientId must be the number of an OAuth client");
    }

    @Test
    void anAnswerWithTheFirstTenCharactersOnlyIsNotTakenForAToken() {
        route(new FixedTokenSource(Sample.PLAIN_TOKEN));
        rig.zendesk.faults().next().path(PATH).respond(Fault.status(201).json(
                "{\"token\":{\"id\":1,\"token\":\"af3345kdj3\",\"scopes\":[\"impersonate\",\"read\",\"write\"]}}"));
        assertThat(rig.send().getException()).isInstanceOf(ZendeskOboNoTokenException.class).hasMessageContaining("full_token");
        assertThat(rig.rig.requests()).isEmpty();
    }

    @Test
    void scopesThatWereNotGrantedAreNamed() {
        route(new FixedTokenSource(Sample.PLAIN_TOKEN));
        rig.zendesk.faults().next().path(PATH).respond(Fault.status(201).json(
                "{\"token\":{\"id\":1,\"full_token\":\"af3345kdj3-and-more\",\"scopes\":[\"read\",\"write\"]}}"));
        assertThat(rig.send().getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                .hasMessageContaining("these scopes are missing: impersonate");
    }

    @ParameterizedTest
    @ValueSource(strings = { "my_client", "0", "-1", "99999999999999999999", "9999999999999999999" })
    void theIdentifierInPlaceOfTheNumberFailsAtStart(String id) {
        AdminCreatedTokenSource source = source(new FixedTokenSource(Sample.PLAIN_TOKEN));
        source.setClientId(id);
        rig.route(source, "post:requests");
        assertThatThrownBy(rig.rig::start).hasStackTraceContaining("clientId is the numeric id of the OAuth client");
    }

    @Test
    void aMissingAdminFailsAtStart() {
        AdminCreatedTokenSource source = new AdminCreatedTokenSource();
        source.setClientId("1");
        rig.route(source, "post:requests");
        assertThatThrownBy(rig.rig::start).hasStackTraceContaining("admin must name the token source");
    }
}
