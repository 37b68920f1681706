package io.github.camelzendesk.obo.client;

/** What has to be shown before a request goes out. */
public enum ProofMode {
    /** That Zendesk honours {@code X-On-Behalf-Of} with this token. */
    TOKEN,
    /** As {@link #TOKEN}, and that the user is an end user. */
    USER,
    /** Nothing: if the header is ignored, everything is done as the owner of the token. */
    OFF
}
