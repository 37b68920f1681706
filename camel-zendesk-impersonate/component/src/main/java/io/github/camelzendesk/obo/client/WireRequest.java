package io.github.camelzendesk.obo.client;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.Origin;

/**
 * What goes out, header by header: there is no way to add another one.
 *
 * @param path           encoded, with the query
 * @param token          null only for token requests, whose body authorizes them
 * @param onBehalfOf     null only for what the token package sends
 * @param idempotencyKey null for none
 * @param timeout        for the whole of it, from asking for a connection to the last byte of the answer
 */
record WireRequest(
        String method, Origin origin, String path, @Nullable AccessToken token, @Nullable String onBehalfOf, String accept, Body body,
        @Nullable String idempotencyKey, Duration timeout) {

    /** Hides the user, and the path and query with what a message put into them. */
    @Override
    public String toString() {
        return "WireRequest[" + method + " " + origin + "]";
    }
}
