package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.token.ImpersonationProof.Contradicted;
import io.github.camelzendesk.obo.token.ImpersonationProof.DeadToken;
import io.github.camelzendesk.obo.token.ImpersonationProof.Proven;
import io.github.camelzendesk.obo.token.ImpersonationProof.Undecided;
import io.github.camelzendesk.obo.token.ImpersonationProof.Verdict;

/** How long what was shown counts, and for what. */
class ImpersonationProofTest {

    private static final Origin ACME = Origin.ofSubdomain("acme");
    private static final AccessToken TOKEN = AccessToken.of("a-token");
    private static final String OWNER = "{\"user\":{\"id\":29,\"email\":\"owner@acme.example\",\"role\":\"admin\"}}";
    private static final String REFUSED = "{\"error\":\"invalid_token\"}";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-10-01T12:00:00Z"));
    private final InstantSource clock = now::get;
    private final List<TokenWire.Request> sent = new ArrayList<>();
    private Function<TokenWire.Request, CompletionStage<TokenWire.Answer>> zendesk
            = request -> answer(request.onBehalfOf() == null ? 200 : 401, request.onBehalfOf() == null ? OWNER : REFUSED);
    private final ImpersonationProof proof = new ImpersonationProof(request -> {
        sent.add(request);
        return zendesk.apply(request);
    }, clock);

    private static CompletionStage<TokenWire.Answer> answer(int status, String body) {
        return answer(status, body, null);
    }

    private static CompletionStage<TokenWire.Answer> answer(int status, String body, Duration retryAfter) {
        return CompletableFuture.completedStage(
                new TokenWire.Answer(status, body.getBytes(StandardCharsets.UTF_8), retryAfter));
    }

    private Verdict verdict() {
        return proof.of(ACME, TOKEN, ZendeskService.SUPPORT).toCompletableFuture().join();
    }

    private void later(Duration duration) {
        now.updateAndGet(instant -> instant.plus(duration));
    }

    @Test
    void provenCountsForAnHour() {
        assertThat(verdict()).isInstanceOf(Proven.class);
        later(Duration.ofMinutes(60).minusMillis(1));
        assertThat(verdict()).isInstanceOf(Proven.class);
        assertThat(sent).hasSize(2);

        later(Duration.ofMillis(1));
        zendesk = request -> answer(200, OWNER);
        assertThat(verdict()).isInstanceOf(Contradicted.class);
        assertThat(sent).hasSize(4);
    }

    @Test
    void contradictedCountsForAMinute() {
        Function<TokenWire.Request, CompletionStage<TokenWire.Answer>> honours = zendesk;
        zendesk = request -> answer(200, OWNER);
        assertThat(verdict()).isInstanceOf(Contradicted.class);
        zendesk = honours;
        later(Duration.ofSeconds(60).minusMillis(1));
        assertThat(verdict()).isInstanceOf(Contradicted.class);
        assertThat(sent).hasSize(2);
        later(Duration.ofMillis(1));
        assertThat(verdict()).isInstanceOf(Proven.class);
    }

    @Test
    void undecidedKeepsTheNextPairAwayForAsLongAsWasAskedForAndAMinuteAtMost() {
        zendesk = request -> answer(429, "", Duration.ofSeconds(20));
        assertThat(verdict()).isInstanceOfSatisfying(Undecided.class,
                undecided -> assertThat(undecided.retryAfter()).isEqualTo(Duration.ofSeconds(20)));
        later(Duration.ofSeconds(19));
        verdict();
        assertThat(sent).hasSize(1);

        zendesk = request -> answer(503, "", Duration.ofDays(1));
        later(Duration.ofSeconds(1));
        verdict();
        assertThat(sent).hasSize(2);
        later(Duration.ofSeconds(60));
        verdict();
        assertThat(sent).hasSize(3);
    }

    @Test
    void undecidedWithoutATimeIsForgottenAfterASecond() {
        zendesk = request -> CompletableFuture.failedStage(new TokenWire.NoAnswer("timed out"));
        assertThat(verdict()).isInstanceOfSatisfying(Undecided.class,
                undecided -> assertThat(undecided.why()).contains("timed out"));
        later(Duration.ofMillis(999));
        verdict();
        assertThat(sent).hasSize(1);
        later(Duration.ofMillis(1));
        verdict();
        assertThat(sent).hasSize(2);
    }

    @Test
    void aVerdictCountsForOneTokenOneOriginAndOneService() {
        verdict();
        proof.of(ACME, AccessToken.of("another"), ZendeskService.SUPPORT);
        assertThat(sent).hasSize(4);
        proof.of(Origin.ofSubdomain("other"), TOKEN, ZendeskService.SUPPORT);
        assertThat(sent).hasSize(6);
        zendesk = request -> answer(request.onBehalfOf() == null ? 200 : 401, REFUSED);
        assertThat(proof.of(ACME, TOKEN, ZendeskService.HELP_CENTER).toCompletableFuture().join()).isInstanceOf(Proven.class);
        assertThat(sent).hasSize(8);
        // the same secret is the same token, wherever it comes from
        assertThat(proof.of(ACME, AccessToken.of("a-token\n"), ZendeskService.SUPPORT).toCompletableFuture().join())
                .isInstanceOf(Proven.class);
        assertThat(sent).hasSize(8);
    }

    @Test
    void nothingCanBeShownForOtherServicesAndNothingIsSent() {
        assertThat(proof.of(ACME, TOKEN, ZendeskService.OTHER).toCompletableFuture().join()).isInstanceOf(Undecided.class);
        assertThat(sent).isEmpty();
    }

    @Test
    void theTwoOfAPairDifferInTheUserOnly() {
        verdict();
        assertThat(sent.get(0).onBehalfOf()).isNull();
        assertThat(sent.get(1).onBehalfOf()).endsWith(".invalid");
        assertThat(sent.get(1).bare()).isEqualTo(sent.get(0));
    }

    @Test
    void aWireThatThrowsIsUndecidedAndNotStuck() {
        zendesk = request -> {
            throw new IllegalStateException("closed");
        };
        assertThat(verdict()).isInstanceOf(Undecided.class);
        zendesk = request -> {
            throw new NoClassDefFoundError("gone");
        };
        later(Duration.ofMinutes(2));
        CompletableFuture<Verdict> second = proof.of(ACME, TOKEN, ZendeskService.SUPPORT).toCompletableFuture();
        assertThat(second).isDone();
    }

    @Test
    void aDeadTokenIsAskedAboutAgainAfterFiveSeconds() {
        zendesk = request -> answer(401, REFUSED);
        assertThat(verdict()).isInstanceOf(DeadToken.class);
        later(Duration.ofSeconds(4));
        verdict();
        assertThat(sent).hasSize(1);
        later(Duration.ofSeconds(1));
        verdict();
        assertThat(sent).hasSize(2);
    }

    @Test
    void theOwnerHasNoTextForm() {
        assertThat(((Proven) verdict()).owner()).hasToString("Owner[hidden]");
        assertThat(verdict().toString()).doesNotContain("owner@acme.example");
    }

    /** Two answers of 200 that are no JSON of Zendesk's look alike, but show nothing. */
    @Test
    void twoPagesOfHtmlShowNothing() {
        zendesk = request -> answer(200, "<html>");
        assertThat(verdict()).isInstanceOf(Undecided.class);
    }
}
