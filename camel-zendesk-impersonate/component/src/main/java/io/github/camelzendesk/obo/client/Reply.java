package io.github.camelzendesk.obo.client;

/** What became of a request: either an answer or a failure, never an exception. */
public sealed interface Reply permits Reply.Answer, Failure {

    /**
     * Zendesk did it.
     *
     * @param attempts how often it was sent
     * @param body     whoever receives it deletes it
     */
    record Answer(int status, AnswerHeaders headers, Spool body, int attempts) implements Reply {
    }
}
