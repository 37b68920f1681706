package io.github.camelzendesk.obo.client;

import static io.github.camelzendesk.obo.client.Rehearsal.NO_CONNECTION;
import static io.github.camelzendesk.obo.client.Rehearsal.REFUSED_STREAM;
import static io.github.camelzendesk.obo.client.Rehearsal.RESET;
import static io.github.camelzendesk.obo.client.Rehearsal.TIMEOUT;
import static io.github.camelzendesk.obo.client.Rehearsal.answers;
import static io.github.camelzendesk.obo.client.Rehearsal.read;
import static io.github.camelzendesk.obo.client.Rehearsal.ticket;
import static io.github.camelzendesk.obo.client.Rehearsal.upload;
import static io.github.camelzendesk.obo.client.Rehearsal.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.AccessToken;

/** The whole way of a message through retries, pacing and authorization, against a scripted wire, in virtual time. */
class RetriesInVirtualTimeTest {

    private static final Duration TWO_MINUTES = Duration.ofMinutes(2);

    private final Rehearsal zendesk = new Rehearsal();

    // ---- what is repeated

    @Test
    void aReadIsTriedAsOftenAsItMayBe() {
        zendesk.otherwise = RESET;

        Failure failure = zendesk.fails(read(), 3, TWO_MINUTES);
        assertThat(zendesk.sent).hasSize(3);
        assertThat(failure.attempts()).isEqualTo(3);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_DONE);
        assertThat(failure.what()).contains("It was tried 3 times, and not again: that is all that maxAttempts allows");
        assertThat(zendesk.pauses()).allMatch(pause -> pause.compareTo(Duration.ofSeconds(1)) <= 0);
    }

    @Test
    void aWriteThatMayHaveBeenDoneIsNotRepeated() {
        for (Rehearsal.Scene scene : List.of(RESET, TIMEOUT, answers(500), answers(503, "Retry-After", "1"), answers(520), answers(408))) {
            zendesk.sent.clear();
            zendesk.otherwise = scene;
            Failure failure = zendesk.fails(write(), 3, TWO_MINUTES);
            assertThat(zendesk.sent).hasSize(1);
            assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(failure.what()).doesNotContain("It was tried");
        }
    }

    @Test
    void aWriteThatWasNotDoneIsRepeated() {
        zendesk.then(NO_CONNECTION, REFUSED_STREAM, answers(429, "Retry-After", "3"));

        Reply reply = zendesk.finish(zendesk.send(write(), 4, TWO_MINUTES));
        assertThat(reply).isInstanceOf(Reply.Answer.class);
        assertThat(zendesk.sent).hasSize(4);
        // one of the four had no connection
        assertThat(reply.attempts()).isEqualTo(3);
        assertThat(zendesk.pauses().get(2)).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4));
        assertThat(reply.waited()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6));
    }

    @ParameterizedTest
    @ValueSource(ints = { 400, 403, 404, 409, 413, 422 })
    void whatZendeskDoesNotWantIsSentOnce(int status) {
        zendesk.otherwise = answers(status);

        assertThat(zendesk.fails(read(), 5, TWO_MINUTES).attempts()).isEqualTo(1);
        assertThat(zendesk.fails(ticket(), 5, TWO_MINUTES).attempts()).isEqualTo(1);
        assertThat(zendesk.sent).hasSize(2);
    }

    @Test
    void aNewTicketIsRepeatedWithItsKey() {
        zendesk.then(RESET, answers(503), TIMEOUT);

        assertThat(zendesk.finish(zendesk.send(ticket(), 4, TWO_MINUTES))).isInstanceOf(Reply.Answer.class);
        assertThat(zendesk.sent).hasSize(4).allMatch(sent -> "key-1".equals(sent.request().idempotencyKey()))
                .allMatch(sent -> "jane@example.com".equals(sent.request().onBehalfOf()));
    }

    /** A stream that was begun goes out from where it stopped, which is another body. */
    @Test
    void aBodyThatWasBegunAndCanBeReadOnceIsNotRepeatedEvenWhenItIsKnownNotToBeDone() {
        for (Rehearsal.Scene scene : List.of(REFUSED_STREAM, answers(429, "Retry-After", "1"))) {
            zendesk.sent.clear();
            zendesk.otherwise = scene;
            Failure failure = zendesk.fails(upload(), 3, TWO_MINUTES);
            assertThat(zendesk.sent).hasSize(1);
            assertThat(failure.attempts()).isEqualTo(1);
            assertThat(failure.outcome()).isEqualTo(Outcome.NOT_DONE);
            assertThat(failure.what()).contains("not again: its body can be read only once");
        }
    }

    @Test
    void aBodyThatWasNotBegunIsTriedAgainThoughItCanBeReadOnce() {
        zendesk.then(NO_CONNECTION, NO_CONNECTION);

        Reply reply = zendesk.finish(zendesk.send(upload(), 3, TWO_MINUTES));
        assertThat(reply).isInstanceOf(Reply.Answer.class);
        assertThat(reply.attempts()).isEqualTo(1);
    }

    // ---- what is known of it

    /** Else a route would send a ticket anew that was opened at the first try. */
    @Test
    void aTryThatWasNotDoneDoesNotHideOneThatMayHaveBeen() {
        for (Rehearsal.Scene last : List.of(NO_CONNECTION, answers(429, "Retry-After", "1"), answers(422), answers(403), REFUSED_STREAM)) {
            zendesk.then(RESET, last, last);
            Failure failure = zendesk.fails(ticket(), 3, TWO_MINUTES);
            assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(failure.what()).contains("An earlier try may have been done: look in Zendesk before sending it again")
                    .doesNotContain("It was not done").doesNotContain("can be sent again");
            zendesk.script.clear();
        }
    }

    @Test
    void aReadHasNoEarlierTryToLookFor() {
        zendesk.then(RESET, answers(403));

        assertThat(zendesk.fails(read(), 3, TWO_MINUTES).outcome()).isEqualTo(Outcome.NOT_DONE);
    }

    /** Zendesk forgets the key after two hours; that the last try was not done does not make the first one undone. */
    @Test
    void aTicketThatMayHaveBeenDoneIsNotSentOnceItsKeyMayBeForgotten() {
        List<Rehearsal.Scene> all = new ArrayList<>(List.of(RESET));
        for (int i = 0; i < 10; i++) {
            all.add(answers(429, "Retry-After", "1800"));
        }
        zendesk.script.addAll(all);

        Failure failure = zendesk.fails(ticket(), 10, Duration.ofHours(20));
        assertThat(failure.what()).contains("Zendesk forgets idempotency keys after two hours");
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(Duration.between(zendesk.sent.get(0).at(), zendesk.sent.get(zendesk.sent.size() - 1).at()))
                .isLessThanOrEqualTo(ApiRequest.RECOGNIZABLE_FOR);
    }

    @Test
    void whatZendeskSaidIsWorthMoreThanThatThereWasNoOtherChance() {
        zendesk.then(answers(429, "Retry-After", "10", "x-rate-limit", "700", "x-rate-limit-remaining", "600"),
                answers(429, "Retry-After", "600", "x-rate-limit", "700", "x-rate-limit-remaining", "0"));
        CompletableFuture<Reply> first = zendesk.send(write(), 3, TWO_MINUTES);
        zendesk.send(read(), 1, TWO_MINUTES);

        zendesk.time.until(zendesk.time.now().plusSeconds(15));
        Failure failure = (Failure) first.join();
        assertThat(failure.status()).isEqualTo(429);
        assertThat(failure.attempts()).isEqualTo(1);
        assertThat(failure.what()).contains("It was tried once, and not again: Zendesk asked to wait longer than the message may (maxWait)");
        assertThat(failure.waited()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));

        Failure next = (Failure) zendesk.send(write(), 3, TWO_MINUTES).join();
        assertThat(next.attempts()).isZero();
        assertThat(next.kind()).isEqualTo(Failure.Kind.RATE_LIMITED);
        assertThat(next.retryAfter()).isBetween(Duration.ofSeconds(580), Duration.ofSeconds(600));
        assertThat(zendesk.sent).hasSize(2);
    }

    // ---- how long

    @Test
    void withoutWaitingItEndsAtOnce() {
        zendesk.otherwise = answers(429, "Retry-After", "30");
        CompletableFuture<Reply> reply = zendesk.send(read(), 5, Duration.ZERO);
        assertThat(reply).isDone();
        assertThat(((Failure) reply.join()).retryAfter()).isEqualTo(Duration.ofSeconds(30));
        CompletableFuture<Reply> next = zendesk.send(read(), 5, Duration.ZERO);
        assertThat(next).isDone();
        assertThat(((Failure) next.join()).attempts()).isZero();
        assertThat(((Failure) next.join()).retryAfter()).isEqualTo(Duration.ofSeconds(30));
        assertThat(zendesk.sent).hasSize(1);
    }

    @Test
    void aRetryAfterOfZeroIsNoReasonToWaitEither() {
        zendesk.otherwise = answers(429, "Retry-After", "0");
        assertThat(zendesk.send(write(), 5, Duration.ZERO)).isDone();
        assertThat(zendesk.sent).hasSize(1);
    }

    @Test
    void anyMaxWaitIsADuration() {
        zendesk.then(RESET);

        assertThat(zendesk.finish(zendesk.send(read(), 3, Duration.ofMillis(Long.MAX_VALUE)))).isInstanceOf(Reply.Answer.class);
    }

    @Test
    void noTryBeginsLaterThanItMayAndNoneBeforeZendeskWantsIt() {
        zendesk.otherwise = answers(503, "Retry-After", "45");

        Failure failure = zendesk.fails(read(), 100, TWO_MINUTES);
        assertThat(zendesk.sent).hasSize(3);
        assertThat(zendesk.pauses()).allMatch(pause -> pause.compareTo(Duration.ofSeconds(45)) >= 0);
        assertThat(failure.what()).contains("the next try would be later than maxWait allows");
    }

    @Test
    void anOutageIsNotMultiplied() {
        zendesk.otherwise = answers(503);
        for (int i = 0; i < 500; i++) {
            zendesk.fails(read(), 3, Duration.ofMillis(1));
        }
        Instant began = zendesk.time.now();
        zendesk.sent.clear();
        List<CompletableFuture<Reply>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(zendesk.send(read(), 3, Duration.ofHours(5)));
        }
        all.forEach(zendesk::finish);
        double seconds = Duration.between(began, zendesk.time.now()).toMillis() / 1000.0;
        assertThat(zendesk.sent.size()).isLessThanOrEqualTo(100 + 100 + (int) (seconds / 6) + 1);
    }

    // ---- the route stops

    @Test
    void whoWaitsForAnotherTryIsLetGoWhenTheRouteStops() {
        zendesk.otherwise = answers(429, "Retry-After", "30");
        CompletableFuture<Reply> reply = zendesk.send(write(), 3, TWO_MINUTES);
        assertThat(reply).isNotDone();
        assertThat(zendesk.route.size()).isEqualTo(1);

        zendesk.route.end();
        assertThat(((Failure) reply.join()).status()).isEqualTo(429);
        assertThat(((Failure) reply.join()).what()).contains("not again: the route is stopping");
        assertThat(zendesk.route.size()).isZero();
        assertThat(zendesk.stopping.size()).isZero();
        assertThat(zendesk.time.pending()).isZero();
    }

    @Test
    void whoWaitsForTheRateLimitIsLetGoWhenTheRouteStopsAndItsPlaceIsFree() {
        zendesk.otherwise = answers(429, "Retry-After", "30", "x-rate-limit", "700", "x-rate-limit-remaining", "0");
        zendesk.fails(write(), 1, TWO_MINUTES);
        CompletableFuture<Reply> reply = zendesk.send(write(), 3, TWO_MINUTES);
        CompletableFuture<Reply> other = zendesk.send(write(), new Terms(zendesk.tokens, ProofMode.OFF, zendesk.budget, 1, TWO_MINUTES, List.of()));
        assertThat(reply).isNotDone();

        zendesk.route.end();
        Failure failure = (Failure) reply.join();
        assertThat(failure.attempts()).isZero();
        assertThat(failure.what()).contains("the route stopped while the message waited for the account's rate limit. It was not sent");
        assertThat(other).isNotDone();
        zendesk.otherwise = answers(200);
        assertThat(zendesk.finish(other)).isInstanceOf(Reply.Answer.class);
        assertThat(zendesk.stopping.size()).isZero();
    }

    @Test
    void nothingBeginsToWaitWhereTheRouteHasStopped() {
        zendesk.route.end();
        zendesk.otherwise = answers(429, "Retry-After", "30");
        assertThat(zendesk.send(write(), 3, TWO_MINUTES)).isDone();
        assertThat(zendesk.send(write(), 3, TWO_MINUTES)).isDone();

        zendesk.route.begin();
        assertThat(zendesk.send(write(), 3, TWO_MINUTES)).isNotDone();
    }

    // ---- whatever gives way

    /** A permit that is never given back would be missing for ever. */
    @Test
    void anErrorOfTheTokenSourceCostsNoBudget() {
        zendesk.tokens = () -> {
            throw new NoClassDefFoundError();
        };
        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> zendesk.finish(zendesk.send(write(), 3, TWO_MINUTES))).isInstanceOf(Throwable.class);
        }
        zendesk.tokens = () -> CompletableFuture.completedStage(AccessToken.of("token-of-acme"));
        for (int i = 0; i < 5; i++) {
            assertThat(zendesk.finish(zendesk.send(write(), 3, TWO_MINUTES))).isInstanceOf(Reply.Answer.class);
        }
    }

    @Test
    void aBudgetThatFailsSendsNothing() {
        for (RateBudget wrong : List.<RateBudget> of(demand -> null, demand -> {
            throw new IllegalStateException("jane@example.com");
        }, demand -> CompletableFuture.failedStage(new IllegalStateException("jane@example.com")),
                demand -> CompletableFuture.completedStage(null))) {
            Failure failure = (Failure) zendesk.finish(
                    zendesk.send(write(), new Terms(zendesk.tokens, ProofMode.OFF, wrong, 3, TWO_MINUTES, List.of())));
            assertThat(failure.what()).contains("the rateBudget").contains("It was not sent").doesNotContain("jane");
            assertThat(failure.outcome()).isEqualTo(Outcome.NOT_DONE);
        }
        assertThat(zendesk.sent).isEmpty();
    }

    @Test
    void aPermitThatComesTooLateIsGivenBack() {
        CompletableFuture<RateBudget.Permit> late = new CompletableFuture<>();
        List<String> calls = new ArrayList<>();
        RateBudget slow = new RateBudget() {
            @Override
            public CompletionStage<Permit> acquire(Demand demand) {
                return new CompletableFuture<Permit>() {
                    {
                        late.thenAccept(this::obtrudeValue);
                        late.thenAccept(this::complete);
                    }

                    @Override
                    public boolean cancel(boolean interrupt) {
                        calls.add("cancelled");
                        return false;
                    }
                };
            }
        };
        CompletableFuture<Reply> reply = zendesk.send(
                write(), new Terms(zendesk.tokens, ProofMode.OFF, slow, 3, Duration.ofSeconds(5), List.of()));
        assertThat(((Failure) zendesk.finish(reply)).what()).contains("no room within maxWait");
        assertThat(calls).containsExactly("cancelled");
    }
}
