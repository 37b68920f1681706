package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** The rate limit is used up: see {@link #getRetryAfter()}. Nothing was done. */
public final class ZendeskOboRateLimitedException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboRateLimitedException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
