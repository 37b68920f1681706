package io.github.camelzendesk.standin;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/** A customer's verdict on a ticket: {@code good} or {@code bad}. */
public record Rating(long id, User by, String score, @Nullable String comment, @Nullable Long reasonCode, Instant createdAt,
        Instant updatedAt) {
}
