package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** Zendesk does not let end users, or this one, do this. Nothing was done. */
public final class ZendeskOboForbiddenException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboForbiddenException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
