package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** Leaves the binding of a message that cannot become a request. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;
    private final transient @Nullable EndUser user;

    Refusal(@Nullable EndUser user, Failure failure) {
        super(failure.what(), null, false, false);
        this.failure = failure;
        this.user = user;
    }

    Refusal(Failure.Kind kind, @Nullable EndUser user, String what, @Nullable Throwable cause) {
        this(user, Failure.unsent(kind, what + ". Nothing was sent", cause));
    }

    Failure failure() {
        return failure;
    }

    @Nullable EndUser user() {
        return user;
    }
}
