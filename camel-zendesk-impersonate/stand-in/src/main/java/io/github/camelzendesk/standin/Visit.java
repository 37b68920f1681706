package io.github.camelzendesk.standin;

import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A call that was let in.
 *
 * @param signedIn  who it counts as; null when nobody is signed in
 * @param variables what the path's template took from the path
 */
record Visit(Call call, @Nullable User signedIn, @Nullable Token token, Map<String, String> variables) {

    /** For endpoints that the doorman closes to anonymous callers. */
    User user() {
        if (signedIn == null) {
            throw new IllegalStateException("nobody is signed in at " + call.rawPath());
        }
        return signedIn;
    }

    String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name);
        }
        return value;
    }

    /** A variable that is an id; -1, which no record has, when it is none. */
    long id(String name) {
        try {
            return Long.parseLong(variable(name));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    JsonNode json(String root) {
        return call.json().path(root);
    }
}
