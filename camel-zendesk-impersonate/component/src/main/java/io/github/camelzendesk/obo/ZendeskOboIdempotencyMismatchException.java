package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** Another request was sent with the same idempotency key. Nothing was done. */
public final class ZendeskOboIdempotencyMismatchException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboIdempotencyMismatchException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
