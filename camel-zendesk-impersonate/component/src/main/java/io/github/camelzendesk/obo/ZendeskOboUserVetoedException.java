package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** The user policy, or {@code proof=user}, does not let the route act for this user. Nothing was sent. */
public final class ZendeskOboUserVetoedException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboUserVetoedException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
