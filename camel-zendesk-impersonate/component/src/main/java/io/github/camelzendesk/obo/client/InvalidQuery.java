package io.github.camelzendesk.obo.client;

/** A query that cannot be sent. The message says the rule and, where it helps, the parameter's name; never a value. */
public final class InvalidQuery extends IllegalArgumentException {

    InvalidQuery(String rule) {
        super(rule);
    }
}
