package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.ImpersonationProof;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenInspection;
import io.github.camelzendesk.obo.token.TokenWire;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

class TokenInspectionTest {

    private static final AccessToken TOKEN = AccessToken.of(Sample.TOKEN);
    private static final AccessToken WRITE_ONLY = AccessToken.of(Sample.WRITE_ONLY_TOKEN);

    private final StandIn zendesk = StandIn.start();
    private final Origin origin = Origin.ofBaseUri(zendesk.baseUri().toString());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private ApiClient client;
    private TokenInspection inspection;

    @BeforeEach
    void start() {
        client = new ApiClient(
                new EngineSettings(null, null, Duration.ofSeconds(5), 4, "test"), threads, threads, scheduler,
                InstantSource.system());
        inspection = client.inspection();
    }

    @AfterEach
    void stop() {
        client.close();
        scheduler.shutdownNow();
        threads.shutdownNow();
        zendesk.close();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @Test
    void aTokenTellsItsIdScopesAndExpiry() {
        Instant soon = Instant.parse("2031-01-01T00:00:00Z");
        zendesk.world().token(Sample.TOKEN).expiresAt(soon);
        TokenInspection.TokenInfo info = get(inspection.token(origin, TOKEN)).value();

        assertThat(info.id()).isEqualTo(zendesk.world().token(Sample.TOKEN).id());
        assertThat(info.scopes()).containsExactly("impersonate", "read", "write");
        assertThat(info.expiresAt()).isEqualTo(soon);
    }

    @Test
    void anAnswerTellsTheServersClockAndTheRateLimit() {
        TokenWire.Answer answer = get(inspection.token(origin, TOKEN)).answer();

        assertThat(Duration.between(answer.date(), Instant.now()).abs()).isLessThan(Duration.ofSeconds(30));
        assertThat(answer.rate().limit()).isEqualTo(700);
        assertThat(answer.rate().remaining()).isBetween(0L, 699L);
    }

    @Test
    void aTokenWithoutReadLacksAScopeAndAPageOfAProxyIsSomethingElse() {
        assertThat(get(inspection.token(origin, WRITE_ONLY)).lacksScope()).isTrue();
        zendesk.faults().always().respond(Fault.status(403).text("blocked"));
        assertThat(get(inspection.token(origin, WRITE_ONLY)).lacksScope()).isFalse();
    }

    @Test
    void theOwnerIsNotTheAnonymousUserOfABadCredential() {
        assertThat(get(inspection.owner(origin, TOKEN)).value().role()).isEqualTo("admin");
        zendesk.faults().always().respond(Fault.status(200).json("{\"user\":{\"id\":null,\"role\":\"end-user\"}}"));
        assertThat(get(inspection.owner(origin, TOKEN)).value()).isNull();
    }

    @Test
    void whatCameFromTheOtherSideIsAWordOrIsNotPassedOn() {
        zendesk.faults().always().respond(Fault.status(200).json(
                "{\"token\":{\"id\":7,\"scopes\":[\"read\",\"two words\\nFAILED\"]},\"user\":{\"id\":7,\"role\":\"a\\nb\"}}"));
        assertThat(get(inspection.token(origin, TOKEN)).value().scopes()).containsExactly("read");
        assertThat(get(inspection.owner(origin, TOKEN)).value().role()).isEqualTo("unknown");
    }

    @Test
    void theProofIsThatOfTheComponent() {
        assertThat(get(inspection.proof(origin, TOKEN))).isInstanceOf(ImpersonationProof.Proven.class);
    }

    @Test
    void aTokenIsRevokedByItsId() {
        assertThat(get(inspection.revoke(origin, TOKEN, zendesk.world().token(Sample.PLAIN_TOKEN).id())).status()).isEqualTo(204);
        assertThat(zendesk.world().token(Sample.PLAIN_TOKEN).revoked()).isTrue();
        assertThat(get(inspection.token(origin, AccessToken.of(Sample.PLAIN_TOKEN))).status()).isEqualTo(401);
    }

    @Test
    void noAnswerIsAFailureThatSaysWhy() {
        zendesk.faults().always().respond(Fault.reset());
        assertThatThrownBy(() -> get(inspection.token(origin, TOKEN))).hasCauseInstanceOf(TokenWire.NoAnswer.class);
    }
}
