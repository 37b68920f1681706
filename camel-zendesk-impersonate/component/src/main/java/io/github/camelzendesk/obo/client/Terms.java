package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.util.List;

import io.github.camelzendesk.obo.token.TokenSource;

/**
 * How requests are to be sent: what is the same for all of an endpoint.
 *
 * @param maxAttempts how often a request may be tried, from 1 on
 * @param maxWait     how long after a message came its last try may begin
 * @param waits       where a message is while it waits; any of them may end that
 */
public record Terms(
        TokenSource tokens, ProofMode proof, RateBudget budget, int maxAttempts, Duration maxWait, List<Waits> waits) {

    /** Once, and without waiting. */
    public static Terms once(TokenSource tokens, ProofMode proof) {
        return new Terms(tokens, proof, new AccountRateBudget(), 1, Duration.ZERO, List.of());
    }

    /** The same for messages that other things may stop. */
    public Terms waitingIn(List<Waits> others) {
        return new Terms(tokens, proof, budget, maxAttempts, maxWait, others);
    }

    /** Hides the token source. */
    @Override
    public String toString() {
        return "Terms[" + maxAttempts + " attempts, " + maxWait + "]";
    }
}
