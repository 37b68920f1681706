package io.github.camelzendesk.obo.client;

import java.time.Duration;

/** What became of a request: either an answer or a failure, never an exception. */
public sealed interface Reply permits Reply.Answer, Failure {

    /** How often it was sent; 0 when it was not. */
    int attempts();

    /** How long it waited, for the rate limit and between the times that it was tried. */
    Duration waited();

    /** The same, after more waiting. */
    Reply waited(Duration more);

    /**
     * Zendesk did it.
     *
     * @param body whoever receives it deletes it
     */
    record Answer(int status, AnswerHeaders headers, Spool body, int attempts, Duration waited) implements Reply {

        @Override
        public Answer waited(Duration more) {
            return new Answer(status, headers, body, attempts, waited.plus(more));
        }
    }
}
