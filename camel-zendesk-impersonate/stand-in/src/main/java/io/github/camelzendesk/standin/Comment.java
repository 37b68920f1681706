package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.List;

/** A comment on a ticket; a request shows the public ones only. */
public record Comment(long id, User author, String body, boolean isPublic, List<Attachment> attachments, Instant createdAt) {
}
