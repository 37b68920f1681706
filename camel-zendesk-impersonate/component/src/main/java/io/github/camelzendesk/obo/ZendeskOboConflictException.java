package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** Someone changed the same record at the same time. Nothing was done. */
public final class ZendeskOboConflictException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboConflictException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
