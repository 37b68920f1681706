package io.github.camelzendesk.obo.client;

import java.time.Duration;

import io.github.camelzendesk.obo.token.TokenSource;

/**
 * How requests are to be sent: what is the same for all of an endpoint.
 *
 * @param maxAttempts how often a request may be tried, from 1 on
 * @param maxWait     how long after a message came its last try may begin
 */
public record Terms(TokenSource tokens, ProofMode proof, RateBudget budget, int maxAttempts, Duration maxWait, Waits waits) {

    /** Once, and without waiting. */
    public static Terms once(TokenSource tokens, ProofMode proof) {
        return new Terms(tokens, proof, new AccountRateBudget(), 1, Duration.ZERO, new Waits());
    }

    /** The same for another sender, which stops on its own. */
    public Terms waitingIn(Waits others) {
        return new Terms(tokens, proof, budget, maxAttempts, maxWait, others);
    }

    /** Hides the token source. */
    @Override
    public String toString() {
        return "Terms[" + maxAttempts + " attempts, " + maxWait + "]";
    }
}
