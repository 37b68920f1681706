package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.obo.token.ImpersonationProof;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenProbe;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.obo.token.TokenWire;
import io.github.camelzendesk.obo.token.ZendeskService;

/** All that a request goes through before the wire, in virtual time; what the wire answers is a script. */
final class Rehearsal {

    /** What became of one time that something left. */
    interface Scene {
        CompletionStage<WireAnswer> play(WireRequest request);
    }

    /** Something that left, and when. */
    record Sent(WireRequest request, Instant at) {
    }

    static final Origin ACME = Origin.ofSubdomain("acme");

    final VirtualTime time = new VirtualTime(Instant.parse("2026-11-25T10:00:17.300Z"));
    final List<Sent> sent = new ArrayList<>();
    final Queue<Scene> script = new ArrayDeque<>();
    final AccountRateBudget budget = new AccountRateBudget();
    final Waits stopping = new Waits();
    final Waits route = new Waits();
    Scene otherwise = answers(200);
    TokenSource tokens = new FixedTokenSource("token-of-acme");
    private final Retrying retrying;

    Rehearsal() {
        TokenWire alive = request -> CompletableFuture.completedStage(new TokenWire.Answer(200, new byte[0], null));
        Authorizing authorizing = new Authorizing(
                this::play, new TokenProbe(alive, time::now), new ImpersonationProof(alive, time::now), Runnable::run, time::now);
        retrying = new Retrying(new Pacing(authorizing, time, Runnable::run), time, Runnable::run, stopping);
        budget.connect(time);
    }

    private CompletionStage<WireAnswer> play(WireRequest request) {
        sent.add(new Sent(request, time.now()));
        Scene scene = script.poll();
        return (scene == null ? otherwise : scene).play(request);
    }

    Rehearsal then(Scene... scenes) {
        script.addAll(List.of(scenes));
        return this;
    }

    CompletableFuture<Reply> send(ApiRequest request, int maxAttempts, Duration maxWait) {
        return send(request, new Terms(tokens, ProofMode.OFF, budget, maxAttempts, maxWait, List.of(route)));
    }

    CompletableFuture<Reply> send(ApiRequest request, Terms terms) {
        return retrying.send(request, terms).toCompletableFuture();
    }

    /** What came of it when all the time in the world has passed. */
    Reply finish(CompletableFuture<Reply> reply) {
        for (int hour = 0; !reply.isDone() && hour < 100; hour++) {
            time.until(time.now().plus(Duration.ofHours(1)));
        }
        return reply.join();
    }

    Failure fails(ApiRequest request, int maxAttempts, Duration maxWait) {
        return (Failure) finish(send(request, maxAttempts, maxWait));
    }

    List<Duration> pauses() {
        List<Duration> pauses = new ArrayList<>();
        for (int i = 1; i < sent.size(); i++) {
            pauses.add(Duration.between(sent.get(i - 1).at(), sent.get(i).at()));
        }
        return pauses;
    }

    static ApiRequest request(String method, String path, String key, Body body) {
        return new ApiRequest(
                method, ACME, ZendeskService.SUPPORT, path, path, EndUser.of("jane@example.com", EndUser.Form.ANY), body,
                "application/json", key, Duration.ofSeconds(30));
    }

    static ApiRequest read() {
        return request("GET", "/api/v2/requests/7", null, Body.NONE);
    }

    static ApiRequest write() {
        return request("POST", "/api/v2/requests", null, new Body.Bytes(new byte[] { '{', '}' }, "application/json"));
    }

    static ApiRequest ticket() {
        return request("POST", "/api/v2/tickets", "key-1", new Body.Bytes(new byte[] { '{', '}' }, "application/json"));
    }

    static ApiRequest upload() {
        return request("POST", "/api/v2/uploads", null, new Body.Stream(() -> {
            throw new java.io.IOException("nobody reads it here");
        }, -1, false, "application/binary"));
    }

    static Scene answers(int status, String... headers) {
        return request -> CompletableFuture.completedStage(answer(status, headers));
    }

    static WireAnswer answer(int status, String... headers) {
        Map<String, List<String>> lines = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            lines.put(headers[i].toLowerCase(Locale.ROOT), List.of(headers[i + 1]));
        }
        return new WireAnswer(status, lines, status < 300 ? new Spool() : null, new byte[0]);
    }

    static Scene fails(WireFailure.Kind kind, boolean started) {
        return request -> CompletableFuture.failedStage(new WireFailure(kind, "it failed", started, 0, null));
    }

    static final Scene RESET = fails(WireFailure.Kind.BROKEN, true);
    static final Scene TIMEOUT = fails(WireFailure.Kind.TIMEOUT, true);
    static final Scene NO_CONNECTION = fails(WireFailure.Kind.NO_CONNECTION, false);
    static final Scene REFUSED_STREAM = fails(WireFailure.Kind.REFUSED_UNDONE, true);
}
