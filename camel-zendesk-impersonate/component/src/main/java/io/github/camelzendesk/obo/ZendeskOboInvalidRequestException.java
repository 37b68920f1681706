package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** The message cannot be made into a request: a path value, the query, the body or a header is wrong. Nothing was sent. */
public final class ZendeskOboInvalidRequestException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboInvalidRequestException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
