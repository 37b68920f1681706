package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

class SharedAnswersTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final AtomicInteger asked = new AtomicInteger();
    private final SharedAnswers<String, String> answers
            = new SharedAnswers<>(now::get, 2, answer -> Duration.ofSeconds(answer.length()));

    private CompletionStage<String> ask(String key, String answer) {
        return answers.get(key, () -> {
            asked.incrementAndGet();
            return CompletableFuture.completedStage(answer);
        });
    }

    @Test
    void whoeverAsksWhileItIsUnderWayWaitsForTheSameAnswer() {
        CompletableFuture<String> slow = new CompletableFuture<>();
        CompletionStage<String> one = answers.get("k", () -> slow);
        CompletionStage<String> two = ask("k", "no");
        // even after a long time: an answer that is not there cannot be too old
        now.set(Instant.EPOCH.plus(Duration.ofDays(1)));
        CompletionStage<String> three = ask("k", "no");
        slow.complete("yes");

        assertThat(asked).hasValue(0);
        assertThat(one).isCompletedWithValue("yes");
        assertThat(two).isCompletedWithValue("yes");
        assertThat(three).isCompletedWithValue("yes");
    }

    @Test
    void anAnswerServesForAsLongAsItSaysFromWhenItCame() {
        CompletableFuture<String> slow = new CompletableFuture<>();
        answers.get("k", () -> slow);
        now.set(Instant.EPOCH.plusSeconds(100));
        slow.complete("abc");
        now.set(Instant.EPOCH.plusMillis(102_999));
        assertThat(ask("k", "new")).isCompletedWithValue("abc");
        now.set(Instant.EPOCH.plusMillis(103_000));
        assertThat(ask("k", "new")).isCompletedWithValue("new");
    }

    @Test
    void aQuestionThatFailsIsForgotten() {
        assertThat(answers.get("k", () -> CompletableFuture.failedStage(new IllegalStateException())).toCompletableFuture())
                .isCompletedExceptionally();
        assertThat(answers.get("k", () -> {
            throw new IllegalStateException();
        }).toCompletableFuture()).isCompletedExceptionally();
        assertThat(ask("k", "yes")).isCompletedWithValue("yes");
    }

    @Test
    void aQuestionThatEndsInAnErrorDoesNotLeaveOthersWaitingForEver() {
        assertThat(answers.get("k", () -> {
            throw new NoClassDefFoundError();
        }).toCompletableFuture()).isCompletedExceptionally();
        assertThat(ask("k", "yes")).isCompletedWithValue("yes");
    }

    @Test
    void anAnswerThatCannotBeDatedDoesNotLeaveOthersWaitingForEver() {
        SharedAnswers<String, String> strange = new SharedAnswers<>(now::get, 2, answer -> {
            throw new ArithmeticException();
        });
        assertThat(strange.get("k", () -> CompletableFuture.completedStage("yes")).toCompletableFuture()).isDone();
        assertThat(strange.get("k", () -> CompletableFuture.completedStage("yes")).toCompletableFuture()).isDone();
    }

    @Test
    void theOneAskedForLongestAgoIsForgottenFirst() {
        ask("a", "aaaa");
        ask("b", "bbbb");
        ask("a", "no");
        ask("c", "cccc");
        assertThat(asked).hasValue(3);
        assertThat(ask("a", "no")).isCompletedWithValue("aaaa");
        assertThat(ask("b", "new")).isCompletedWithValue("new");
    }

    @Test
    void oneKeyDoesNotWaitForAnother() {
        answers.get("a", CompletableFuture::new);
        assertThat(ask("b", "yes")).isCompletedWithValue("yes");
    }

    @Test
    void aQuestionMayAskAnother() {
        assertThat(answers.get("a", () -> ask("b", "yes"))).isCompletedWithValue("yes");
    }
}
