package io.github.camelzendesk.standin;

/** A profile in the stand-in's account. Its state may be changed at any time, from any thread. */
public final class User {

    public enum Role {
        END_USER("end-user"), AGENT("agent"), ADMIN("admin");

        private final String wireName;

        Role(String wireName) {
            this.wireName = wireName;
        }

        /** The name that Zendesk's JSON uses. */
        public String wireName() {
            return wireName;
        }
    }

    private final long id;
    private final String email;
    private volatile String name;
    private volatile Role role;
    private volatile boolean verified = true;
    private volatile boolean suspended;
    private volatile boolean deleted;

    User(long id, String email, Role role) {
        this.id = id;
        this.email = email;
        this.name = email.substring(0, Math.max(1, email.indexOf('@')));
        this.role = role;
    }

    public long id() {
        return id;
    }

    public String email() {
        return email;
    }

    public String name() {
        return name;
    }

    public User name(String name) {
        this.name = name;
        return this;
    }

    public Role role() {
        return role;
    }

    public User role(Role role) {
        this.role = role;
        return this;
    }

    public boolean verified() {
        return verified;
    }

    public User verified(boolean verified) {
        this.verified = verified;
        return this;
    }

    public boolean suspended() {
        return suspended;
    }

    public User suspended(boolean suspended) {
        this.suspended = suspended;
        return this;
    }

    public boolean deleted() {
        return deleted;
    }

    public User deleted(boolean deleted) {
        this.deleted = deleted;
        return this;
    }

    boolean isEndUser() {
        return role == Role.END_USER;
    }

    @Override
    public String toString() {
        return role.wireName() + " " + email + " (" + id + ")";
    }
}
