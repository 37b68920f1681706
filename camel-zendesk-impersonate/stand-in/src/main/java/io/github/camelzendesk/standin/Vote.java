package io.github.camelzendesk.standin;

import java.time.Instant;

/** A Help Center vote. */
public record Vote(long id, User by, int value, String itemType, long itemId, Instant createdAt) {
}
