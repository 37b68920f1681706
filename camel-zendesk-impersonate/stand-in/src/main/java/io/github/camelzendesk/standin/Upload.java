package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** What an upload token stands for until a comment takes it up. */
public final class Upload {

    private final String token;
    private final @Nullable User owner;
    private final Instant expiresAt;
    private final List<Attachment> attachments = new ArrayList<>();

    Upload(String token, @Nullable User owner, Instant expiresAt) {
        this.token = token;
        this.owner = owner;
        this.expiresAt = expiresAt;
    }

    public String token() {
        return token;
    }

    /** Who sent it; the end user when it was sent on behalf of one. */
    public @Nullable User owner() {
        return owner;
    }

    public Instant expiresAt() {
        return expiresAt;
    }

    public synchronized List<Attachment> attachments() {
        return List.copyOf(attachments);
    }

    synchronized void add(Attachment attachment) {
        attachments.add(attachment);
    }
}
