package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** Zendesk does not accept what was sent: see {@link #getDetails()}. Nothing was done. */
public final class ZendeskOboInvalidRecordException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboInvalidRecordException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
