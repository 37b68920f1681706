package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Lets a request go when the rate budget allows it, but no later than it makes sense. */
final class Pacing {

    private final Authorizing next;
    private final Timer timer;
    private final Executor executor;

    Pacing(Authorizing next, Timer timer, Executor executor) {
        this.next = next;
        this.timer = timer;
        this.executor = executor;
    }

    /**
     * Never fails.
     *
     * @param earlier  how often the message was sent before
     * @param stopping ends the waiting
     */
    CompletionStage<Reply> send(ApiRequest request, Terms terms, long order, Instant latest, int earlier, Waits stopping) {
        CompletableFuture<RateBudget.Permit> permit;
        try {
            permit = terms.budget().acquire(new RateBudget.Demand(request, order, latest)).toCompletableFuture();
        } catch (RuntimeException e) {
            permit = CompletableFuture.failedFuture(e);
        }
        if (permit.isDone()) {
            return go(request, terms, permit, earlier, Duration.ZERO);
        }
        Instant since = timer.now();
        CompletableFuture<RateBudget.Permit> waited = wait(permit, Duration.between(since, latest));
        stopping.add(waited);
        terms.waits().forEach(waits -> waits.add(waited));
        return waited.handleAsync((granted, failure) -> null, executor)
                .thenCompose(any -> go(request, terms, waited, earlier, Duration.between(since, timer.now())));
    }

    /** A permit that comes after all has nobody to use it. */
    private CompletableFuture<RateBudget.Permit> wait(CompletableFuture<RateBudget.Permit> permit, Duration most) {
        CompletableFuture<RateBudget.Permit> waited = new CompletableFuture<>();
        Runnable callOff = timer.in(most, () -> waited.completeExceptionally(new RateBudget.Exhausted(
                "the account's rate limit left no room within maxWait", null)));
        permit.whenComplete((granted, failure) -> {
            if (failure != null) {
                waited.completeExceptionally(failure);
            } else if (!waited.complete(granted)) {
                granted.close();
            }
        });
        waited.whenComplete((granted, failure) -> {
            callOff.run();
            if (failure != null) {
                permit.cancel(false);
            }
        });
        return waited;
    }

    private CompletionStage<Reply> go(
            ApiRequest request, Terms terms, CompletableFuture<RateBudget.Permit> permit, int earlier, Duration waited) {
        return permit.handle((granted, failure) -> {
            if (granted == null) {
                return CompletableFuture.<Reply> completedStage(
                        refused(failure == null ? new NullPointerException() : failure).after(earlier).waited(waited));
            }
            CompletionStage<Reply> sent;
            try {
                sent = next.send(request, terms.tokens(), terms.proof(), granted, earlier);
            } catch (Throwable e) {
                granted.close();
                throw e;
            }
            return sent.whenComplete((reply, broken) -> granted.close()).thenApply(reply -> reply.waited(waited));
        }).thenCompose(Function.identity());
    }

    private static Failure refused(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RateBudget.Exhausted exhausted) {
            return Failure.unsent(
                    Failure.Kind.RATE_LIMITED, exhausted.getMessage() + ". It was not sent", exhausted.retryAfter(), null).lastingly();
        } else if (cause instanceof Waits.Ended || cause instanceof CancellationException) {
            return Failure.unsent(
                    Failure.Kind.RATE_LIMITED, "the route stopped while the message waited for the account's rate limit. "
                                               + "It was not sent",
                    null).lastingly();
        }
        return Failure.unsent(
                Failure.Kind.RATE_LIMITED, "the rateBudget failed with " + cause.getClass().getName() + ". It was not sent", null)
                .lastingly();
    }
}
