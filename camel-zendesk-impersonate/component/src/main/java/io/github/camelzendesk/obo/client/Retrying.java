package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.Origin;

/** The only place that repeats a request. Whether and when is the {@link RetryPolicy}'s to say. */
final class Retrying {

    private final Pacing next;
    private final Timer timer;
    private final Executor executor;
    private final Waits stopping;
    /** Of all clients, since they may share a budget. */
    private static final AtomicLong ARRIVALS = new AtomicLong();
    private final Map<Origin, RetryBudget> budgets = new ConcurrentHashMap<>();

    /** @param stopping ends all waiting when the client closes */
    Retrying(Pacing next, Timer timer, Executor executor, Waits stopping) {
        this.next = next;
        this.timer = timer;
        this.executor = executor;
        this.stopping = stopping;
    }

    /** Never fails. */
    CompletionStage<Reply> send(ApiRequest request, Terms terms) {
        Instant now = timer.now();
        return attempt(
                new Message(request, terms, ARRIVALS.getAndIncrement(), now, now.plus(terms.maxWait())), 1, null, Duration.ZERO);
    }

    /** What stays the same however often it is tried. */
    private record Message(ApiRequest request, Terms terms, long order, Instant since, Instant latest) {
    }

    /** @param last how the try before ended, or null */
    private CompletionStage<Reply> attempt(Message message, int tries, @Nullable Failure last, Duration waited) {
        int earlier = last == null ? 0 : last.attempts();
        return next.send(message.request(), message.terms(), message.order(), message.latest(), earlier, stopping)
                .thenCompose(reply -> {
                    Reply sofar = reply.waited(waited);
                    if (!(sofar instanceof Failure failure)) {
                        return succeeded(message, sofar);
                    } else if (last != null && failure.attempts() == earlier && failure.lasting()) {
                        // what Zendesk said is worth more than that there was no other chance
                        return done(last.waited(failure.waited().minus(last.waited())), tries - 1, failure.what());
                    }
                    return failed(message, tries, last != null && last.outcome() == Outcome.UNKNOWN
                            ? failure.perhapsDoneBefore() : failure);
                });
    }

    private CompletionStage<Reply> succeeded(Message message, Reply reply) {
        RetryBudget budget = budget(message);
        synchronized (budget) {
            budget.succeeded();
        }
        return CompletableFuture.completedStage(reply);
    }

    private CompletionStage<Reply> failed(Message message, int tries, Failure failure) {
        Instant now = timer.now();
        RetryPolicy.Decision decision = RetryPolicy.decide(
                message.request(), failure, tries, message.terms().maxAttempts(), message.since(), now,
                message.latest(), ThreadLocalRandom.current().nextDouble());
        if (decision instanceof RetryPolicy.Decision.Stop stop) {
            return done(failure, tries, stop.why());
        }
        RetryBudget budget = budget(message);
        synchronized (budget) {
            if (!budget.take(now)) {
                return done(failure, tries, "so many requests fail that none is repeated now");
            }
        }
        CompletableFuture<Void> pause = new CompletableFuture<>();
        Runnable callOff = timer.in(((RetryPolicy.Decision.Again) decision).after(), () -> pause.complete(null));
        stopping.add(pause);
        message.terms().waits().forEach(waits -> waits.add(pause));
        return pause.handleAsync((over, ended) -> {
            callOff.run();
            Duration waited = failure.waited().plus(Duration.between(now, timer.now()));
            return ended == null ? attempt(message, tries + 1, failure, waited)
                    : done(failure, tries, "the route is stopping");
        }, executor).thenCompose(stage -> stage);
    }

    private static CompletionStage<Reply> done(Failure failure, int tries, String why) {
        if (why.isEmpty()) {
            return CompletableFuture.completedStage(failure);
        }
        return CompletableFuture.completedStage(failure.because(
                failure.what() + ". " + (tries == 1 ? "It was tried once" : "It was tried " + tries + " times") + ", and not again: "
                                                                + why));
    }

    private RetryBudget budget(Message message) {
        return budgets.computeIfAbsent(message.request().origin(), origin -> new RetryBudget(timer.now()));
    }
}
