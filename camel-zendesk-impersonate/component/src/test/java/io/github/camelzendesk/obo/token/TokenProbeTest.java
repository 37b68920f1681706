package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.camelzendesk.obo.token.TokenProbe.Liveness;

class TokenProbeTest {

    private static final Origin ACME = Origin.ofSubdomain("acme");
    private static final AccessToken TOKEN = AccessToken.of("a-token");

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final List<TokenWire.Request> sent = new ArrayList<>();
    private CompletableFuture<TokenWire.Answer> answer = new CompletableFuture<>();
    private final TokenProbe probe = new TokenProbe(request -> {
        sent.add(request);
        return answer;
    }, now::get);

    private void answer(int status) {
        answer.complete(new TokenWire.Answer(status, new byte[0], null));
    }

    @ParameterizedTest
    @CsvSource({
            "200, ALIVE", "403, ALIVE", "401, DEAD", "204, UNDECIDED", "302, UNDECIDED", "404, UNDECIDED", "429, UNDECIDED",
            "500, UNDECIDED", "503, UNDECIDED" })
    void whatAnAnswerSays(int status, Liveness liveness) {
        answer(status);
        assertThat(probe.probe(ACME, TOKEN)).isCompletedWithValue(liveness);
        assertThat(sent).containsExactly(new TokenWire.Request("GET", ACME, "/api/v2/oauth/tokens/current", TOKEN, null));
    }

    @Test
    void noAnswerSaysNothing() {
        answer.completeExceptionally(new TokenWire.NoAnswer("reset"));
        assertThat(probe.probe(ACME, TOKEN)).isCompletedWithValue(Liveness.UNDECIDED);
    }

    @Test
    void aWireThatThrowsSaysNothingEither() {
        TokenProbe broken = new TokenProbe(request -> {
            throw new IllegalStateException("closed");
        }, now::get);
        assertThat(broken.probe(ACME, TOKEN)).isCompletedWithValue(Liveness.UNDECIDED);
    }

    @Test
    void allWhoAskShareOneAnswerForFiveSeconds() {
        CompletableFuture<Liveness> one = probe.probe(ACME, TOKEN).toCompletableFuture();
        CompletableFuture<Liveness> two = probe.probe(ACME, AccessToken.of("a-token")).toCompletableFuture();
        assertThat(one).isNotDone();
        answer(200);
        assertThat(two).isCompletedWithValue(Liveness.ALIVE);
        now.set(Instant.EPOCH.plus(Duration.ofMillis(4999)));
        probe.probe(ACME, TOKEN);
        assertThat(sent).hasSize(1);
        now.set(Instant.EPOCH.plus(Duration.ofSeconds(5)));
        probe.probe(ACME, TOKEN);
        assertThat(sent).hasSize(2);
    }

    @Test
    void anAnswerCountsForOneTokenOfOneOrigin() {
        answer(200);
        probe.probe(ACME, TOKEN);
        probe.probe(ACME, AccessToken.of("another"));
        probe.probe(Origin.ofSubdomain("other"), TOKEN);
        assertThat(sent).hasSize(3);
    }
}
