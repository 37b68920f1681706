package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** There was no whole answer. See {@link #getOutcome()} before sending again. */
public final class ZendeskOboTransportException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboTransportException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
