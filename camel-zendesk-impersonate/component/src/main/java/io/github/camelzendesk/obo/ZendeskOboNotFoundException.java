package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** There is nothing at this path that the end user may see. */
public final class ZendeskOboNotFoundException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboNotFoundException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
