package io.github.camelzendesk.obo.client;

import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * An {@link AccountRateBudget} for traffic that goes first and may use what is reserved: {@link AccountRateBudget#urgent()} for
 * those that declare beans. Whoever names the budget itself shares it. Thread-safe.
 */
public final class UrgentRateBudget implements RateBudget {

    private volatile @Nullable AccountRateBudget budget;

    public UrgentRateBudget() {
    }

    UrgentRateBudget(AccountRateBudget budget) {
        this.budget = budget;
    }

    /** The budget that it shares with the others. Required. */
    public void setBudget(AccountRateBudget budget) {
        this.budget = budget;
    }

    /** Null while it is not set. */
    public @Nullable AccountRateBudget getBudget() {
        return budget;
    }

    @Override
    public CompletionStage<Permit> acquire(Demand demand) {
        AccountRateBudget shared = budget;
        if (shared == null) {
            throw new IllegalStateException("the property budget is not set");
        }
        return shared.acquire(demand, true);
    }

    @Override
    public String toString() {
        return "UrgentRateBudget[" + budget + "]";
    }
}
