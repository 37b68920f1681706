package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** Zendesk does not act for this user, although the token is alive. Nothing was done. */
public final class ZendeskOboUnknownUserException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboUnknownUserException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
