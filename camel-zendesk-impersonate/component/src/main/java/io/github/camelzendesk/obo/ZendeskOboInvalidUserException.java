package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** The message names no valid end user. Nothing was sent. */
public final class ZendeskOboInvalidUserException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboInvalidUserException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
