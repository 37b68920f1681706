package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** It could not be shown that Zendesk honours {@code X-On-Behalf-Of}, or it was shown that it does not. Nothing was sent. */
public final class ZendeskOboNotProvenException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboNotProvenException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
