package io.github.camelzendesk.obo;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.camelzendesk.obo.client.AnswerHeaders;
import io.github.camelzendesk.obo.client.RateBudget;

/** Lets every request go at once: for tests whose clock stands still, where no window would ever end. */
final class NoLimits implements RateBudget, RateBudget.Permit, RateBudget.Flight {

    @Override
    public CompletionStage<Permit> acquire(Demand demand) {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public Flight launch() {
        return this;
    }

    @Override
    public void close() {
        // nothing to give back
    }

    @Override
    public void answered(int status, AnswerHeaders headers) {
        // nothing to learn
    }

    @Override
    public void lost() {
        // nothing to count
    }

    @Override
    public void unsent() {
        // nothing to count
    }
}
