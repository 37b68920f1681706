package io.github.camelzendesk.obo.client;

/** A value that names no user. The message says which rule it breaks and never repeats it. */
public final class InvalidEndUser extends IllegalArgumentException {

    InvalidEndUser(String rule) {
        super(rule);
    }
}
