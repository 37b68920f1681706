package io.github.camelzendesk.obo;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end user to act for. Named by {@code userResolver=#bean}. Must be thread-safe; may block, and holds the route's
 * thread while it does.
 */
@FunctionalInterface
public interface UserResolver {

    /**
     * @return           an email address or a Zendesk user id, checked as the header would be; null fails the message with
     *                   {@link ZendeskOboInvalidUserException} and nothing is sent
     * @throws Exception fails the message; nothing is sent
     */
    @Nullable Object resolve(Exchange exchange) throws Exception;
}
