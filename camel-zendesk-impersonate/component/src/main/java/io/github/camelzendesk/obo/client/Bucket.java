package io.github.camelzendesk.obo.client;

import java.time.Duration;

/**
 * One of Zendesk's rate limits for a group of operations, apart from the account's, as an answer tells it.
 *
 * @param name      such as {@code tickets-index}, in lower case
 * @param total     requests per window
 * @param remaining what is left of them; 0 means wait
 * @param resets    until the window ends, counted from the answer; at most {@link AnswerHeaders#LONGEST_WAIT}
 */
public record Bucket(String name, long total, long remaining, Duration resets) implements java.io.Serializable {

    private static final long serialVersionUID = 1L;

}
