package io.github.camelzendesk.obo;

import org.apache.camel.Exchange;

/**
 * Has the last word on whether a route may act for a user. Named by {@code userPolicy=#bean}; asked for every message after
 * the user is known to be well-formed and before anything is sent. Must be thread-safe; may block, and holds the route's
 * thread while it does.
 */
@FunctionalInterface
public interface UserPolicy {

    /**
     * @param  user      the email address or the Zendesk user id, as it would go out
     * @return           false fails the message with {@link ZendeskOboUserVetoedException}; so does an exception
     * @throws Exception when it cannot be decided
     */
    boolean mayActFor(String user, Exchange exchange) throws Exception;
}
