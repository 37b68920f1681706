package io.github.camelzendesk.obo.client;

/** Whether Zendesk has done what a request asked for. */
public enum Outcome {
    /** No: nothing was sent, Zendesk refused it, or it only reads. Sending it again cannot do it twice. */
    NOT_DONE,
    /** Nobody can tell: it was sent, and what came back does not say. Sending it again may do it twice. */
    UNKNOWN,
    /** Yes; only the answer could not be used. */
    DONE
}
