package io.github.camelzendesk.obo.client;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.ImpersonationProof;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenEngine;
import io.github.camelzendesk.obo.token.TokenInspection;
import io.github.camelzendesk.obo.token.TokenProbe;
import io.github.camelzendesk.obo.token.TokenWire;

/**
 * Sends requests to Zendesk on behalf of end users. One for each component; thread-safe.
 */
public final class ApiClient implements TokenEngine, AutoCloseable {

    /** How long a token probe or a control request may take. */
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpEngine engine;
    private final Retrying retrying;
    private final Timer timer;
    private final Waits waits = new Waits();
    private final Set<AccountRateBudget> budgets = ConcurrentHashMap.newKeySet();
    private final TokenInspection inspection;
    private final Executor blocking;
    private final ScheduledExecutorService scheduler;
    private final InstantSource clock;

    /**
     * @param executor    where everything goes on after an answer; must run what it is given, even while it shuts down
     * @param bodyReaders gives a thread to each request body that is a stream
     * @param scheduler   for deadlines
     */
    public ApiClient(
            EngineSettings settings, Executor executor, Executor bodyReaders, ScheduledExecutorService scheduler,
            InstantSource clock) {
        this.blocking = bodyReaders;
        this.scheduler = scheduler;
        this.clock = clock;
        this.engine = new HttpEngine(settings, executor, bodyReaders, scheduler);
        TokenWire wire = request -> engine.send(new WireRequest(
                request.method(), request.origin(), request.path(), request.token(), request.onBehalfOf(),
                "application/json", Body.NONE, null, PROBE_TIMEOUT)).handle(
                        (answer, failure) -> tokenAnswer(answer, failure, clock.instant()));
        this.inspection = new TokenInspection(wire, clock);
        this.timer = Timer.of(clock, scheduler);
        Authorizing authorizing = new Authorizing(
                engine::send, new TokenProbe(wire, clock), new ImpersonationProof(wire, clock), executor, clock);
        this.retrying = new Retrying(new Pacing(authorizing, timer, executor), timer, executor, waits);
    }

    /**
     * Sends a request.
     *
     * @return completes on a thread of the executor, or at once when nothing had to be sent; never fails
     */
    public CompletionStage<Reply> send(ApiRequest request, Terms terms) {
        AccountRateBudget budget = AccountRateBudget.of(terms.budget());
        if (budget != null && !budgets.contains(budget)) {
            // before it counts as connected: others come at the same time
            budget.connect(timer);
            budgets.add(budget);
        }
        return retrying.send(request, terms);
    }

    /** For tools that look after a token; it asks as the token's owner, so nothing that serves messages uses it. */
    public TokenInspection inspection() {
        return inspection;
    }

    @Override
    public CompletionStage<TokenWire.Answer> post(
            Origin origin, String path, @Nullable AccessToken bearer, Map<String, ?> json) {
        byte[] body;
        try {
            body = JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getClass().getSimpleName());
        }
        return engine.send(new WireRequest(
                "POST", origin, path, bearer, null, "application/json", new Body.Bytes(body, "application/json"), null,
                PROBE_TIMEOUT)).handle((answer, failure) -> tokenAnswer(answer, failure, clock.instant()));
    }

    @Override
    public Executor blocking() {
        return blocking;
    }

    @Override
    public void later(Duration delay, Runnable task) {
        scheduler.schedule(() -> blocking.execute(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    /** Ends what waits and what is under way: each request fails. */
    @Override
    public void close() {
        waits.end();
        engine.close();
        budgets.forEach(budget -> budget.disconnect(timer));
    }

    private static TokenWire.Answer tokenAnswer(@Nullable WireAnswer answer, @Nullable Throwable failure, Instant now) {
        if (answer == null) {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                    ? failure.getCause() : failure;
            throw new CompletionException(new TokenWire.NoAnswer(cause instanceof WireFailure known
                    ? known.getMessage() : cause.getClass().getSimpleName()));
        }
        try {
            byte[] body = answer.body() == null ? answer.start() : answer.body().bytes();
            AnswerHeaders headers = answer.parsed(now);
            String date = answer.first("date");
            return new TokenWire.Answer(
                    answer.status(), body, headers.retryAfter(), date == null ? null : HttpDate.parse(date.strip(), now),
                    headers.rateLimit() == null
                            ? null : new TokenWire.Rate(headers.rateLimit(), headers.rateLimitRemaining()));
        } catch (IOException e) {
            throw new CompletionException(e);
        } finally {
            if (answer.body() != null) {
                answer.body().delete();
            }
        }
    }
}
