package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** Zendesk is not able to answer now. See {@link #getOutcome()} before sending again. */
public final class ZendeskOboUnavailableException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboUnavailableException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
