package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** A ticket; to its requester, a request with the same id. */
public final class Ticket {

    public enum Status {
        NEW, OPEN, PENDING, HOLD, SOLVED, CLOSED;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static @Nullable Status fromWire(String name) {
            for (Status status : values()) {
                if (status.wireName().equals(name)) {
                    return status;
                }
            }
            return null;
        }
    }

    private final long id;
    private final User requester;
    private final Instant createdAt;
    private final List<Comment> comments = new ArrayList<>();
    private final Set<User> collaborators = new LinkedHashSet<>();
    private Instant updatedAt;
    private Status status;
    private String subject = "";
    private @Nullable String priority;
    private @Nullable String type;
    private @Nullable User assignee;
    private @Nullable Rating rating;
    private boolean archived;
    private boolean solvedBefore;

    Ticket(long id, User requester, Status status, Instant now) {
        this.id = id;
        this.requester = requester;
        this.createdAt = now;
        this.updatedAt = now;
        this.status = status;
        this.solvedBefore = status == Status.SOLVED || status == Status.CLOSED;
    }

    public long id() {
        return id;
    }

    public User requester() {
        return requester;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public synchronized Instant updatedAt() {
        return updatedAt;
    }

    public synchronized Status status() {
        return status;
    }

    public synchronized Ticket status(Status status) {
        this.status = status;
        if (status == Status.SOLVED || status == Status.CLOSED) {
            solvedBefore = true;
        }
        return this;
    }

    public synchronized String subject() {
        return subject;
    }

    public synchronized Ticket subject(String subject) {
        this.subject = subject;
        return this;
    }

    public synchronized @Nullable String priority() {
        return priority;
    }

    public synchronized Ticket priority(@Nullable String priority) {
        this.priority = priority;
        return this;
    }

    public synchronized @Nullable String type() {
        return type;
    }

    public synchronized Ticket type(@Nullable String type) {
        this.type = type;
        return this;
    }

    public synchronized @Nullable User assignee() {
        return assignee;
    }

    public synchronized Ticket assignee(@Nullable User assignee) {
        this.assignee = assignee;
        return this;
    }

    public synchronized boolean archived() {
        return archived;
    }

    public synchronized Ticket archived(boolean archived) {
        this.archived = archived;
        return this;
    }

    /** Whether it is, or once was, solved: a reopened ticket can still be rated. */
    public synchronized boolean wasSolvedBefore() {
        return solvedBefore;
    }

    public synchronized Ticket wasSolvedBefore(boolean solvedBefore) {
        this.solvedBefore = solvedBefore;
        return this;
    }

    public synchronized @Nullable Rating rating() {
        return rating;
    }

    public synchronized Ticket rating(@Nullable Rating rating) {
        this.rating = rating;
        return this;
    }

    public synchronized Set<User> collaborators() {
        return Set.copyOf(collaborators);
    }

    public synchronized Ticket collaborator(User user) {
        collaborators.add(user);
        return this;
    }

    public synchronized List<Comment> comments() {
        return List.copyOf(comments);
    }

    public synchronized Ticket comment(Comment comment) {
        comments.add(comment);
        return this;
    }

    synchronized void touched(Instant now) {
        updatedAt = now;
    }

    boolean concerns(User user) {
        return requester == user || collaborators().contains(user);
    }

    @Override
    public String toString() {
        return "ticket " + id + " " + status().wireName();
    }
}
