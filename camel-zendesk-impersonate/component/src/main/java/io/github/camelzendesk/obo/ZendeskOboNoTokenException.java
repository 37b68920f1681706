package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** There is no token that Zendesk accepts. Nothing was done. */
public final class ZendeskOboNoTokenException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboNoTokenException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
