package io.github.camelzendesk.standin;

import java.time.Instant;

/** A post in the Help Center's community. */
public record Post(long id, User author, String title, String details, Instant createdAt) {
}
