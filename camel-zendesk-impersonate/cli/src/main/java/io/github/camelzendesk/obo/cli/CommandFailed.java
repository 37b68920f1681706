package io.github.camelzendesk.obo.cli;

/** A command did not do what it was asked to. The message says why and what to do, and holds no secret. */
final class CommandFailed extends Exception {

    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }
}
