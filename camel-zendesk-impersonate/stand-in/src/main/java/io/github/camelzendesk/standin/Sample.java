package io.github.camelzendesk.standin;

/** The data that a stand-in starts with, unless it is told to start empty. */
public final class Sample {

    public static final String OWNER = "owner@acme.example";
    public static final String AGENT = "agent@acme.example";
    public static final String JANE = "jane@example.com";
    public static final long JANE_ID = 360_000_000_001L;
    public static final String RAJ = "raj@example.com";
    public static final long RAJ_ID = 360_000_000_002L;
    /** An end user who has not verified the address. */
    public static final String NEWBIE = "newbie@example.com";
    public static final String SUSPENDED = "suspended@example.com";
    /** A profile that was deleted. */
    public static final String DELETED = "deleted@example.com";

    /** Of the owner, with {@code impersonate}, {@code read} and {@code write}. */
    public static final String TOKEN = "sample-token-impersonate-read-write";
    /** Of the owner, as in Zendesk's own example: {@code impersonate} and {@code write}. */
    public static final String WRITE_ONLY_TOKEN = "sample-token-impersonate-write";
    /** Of the owner, with {@code read} and {@code write} but without {@code impersonate}. */
    public static final String PLAIN_TOKEN = "sample-token-read-write";
    /** Of the agent, who is no admin, with {@code impersonate}, {@code read} and {@code write}. */
    public static final String AGENTS_TOKEN = "sample-token-of-the-agent";

    /** The owner's confidential client, without a ceiling of scopes; its tokens expire. */
    public static final String CLIENT = "my_client";
    public static final String CLIENT_SECRET = "sample-secret-of-my-client";
    /** The owner's public client, which proves itself by PKCE. */
    public static final String PUBLIC_CLIENT = "my_public_client";
    /** Registered for both clients. */
    public static final String REDIRECT_URI = "http://127.0.0.1:8765/callback";

    public static final long JANES_SOLVED_TICKET = 35436;
    public static final long JANES_OPEN_TICKET = 35437;
    public static final long JANES_CLOSED_TICKET = 35438;
    public static final long JANES_ARCHIVED_TICKET = 35439;
    public static final long RAJS_SOLVED_TICKET = 35440;

    private Sample() {
    }

    static void load(World world) {
        User owner = world.admin(OWNER).name("Olivia Owner");
        User agent = world.agent(AGENT).name("Abel Agent");
        User jane = world.endUser(JANE_ID, JANE).name("Jane Doe");
        User raj = world.endUser(RAJ_ID, RAJ).name("Raj Rao");
        world.endUser(NEWBIE).verified(false);
        world.endUser(SUSPENDED).suspended(true);
        world.endUser(DELETED).deleted(true);

        world.signedIn(owner);
        Client client = world.client(CLIENT).name("My client").secret(CLIENT_SECRET).user(owner).redirectUri(REDIRECT_URI);
        world.client(PUBLIC_CLIENT).name("My public client").kind(Client.Kind.PUBLIC).user(owner).redirectUri(REDIRECT_URI);

        world.token(TOKEN).client(client).owner(owner).scopes("impersonate", "read", "write");
        world.token(WRITE_ONLY_TOKEN).client(client).owner(owner).scopes("impersonate", "write");
        world.token(PLAIN_TOKEN).client(client).owner(owner).scopes("read", "write");
        world.token(AGENTS_TOKEN).client(client).owner(agent).scopes("impersonate", "read", "write");

        ticket(world, JANES_SOLVED_TICKET, jane, Ticket.Status.SOLVED, "The printer is on fire", agent);
        ticket(world, JANES_OPEN_TICKET, jane, Ticket.Status.OPEN, "Where is my parcel?", agent);
        ticket(world, JANES_CLOSED_TICKET, jane, Ticket.Status.CLOSED, "An old story", agent);
        ticket(world, JANES_ARCHIVED_TICKET, jane, Ticket.Status.CLOSED, "A very old story", agent).archived(true);
        ticket(world, RAJS_SOLVED_TICKET, raj, Ticket.Status.SOLVED, "No invoice", agent);
    }

    private static Ticket ticket(World world, long id, User requester, Ticket.Status status, String subject, User agent) {
        Ticket ticket = world.ticket(id, requester, status).subject(subject).assignee(agent);
        world.comment(ticket, requester, subject + " Please help.", true);
        world.comment(ticket, agent, "Seen by the team.", false);
        world.comment(ticket, agent, "We are on it.", true);
        return ticket;
    }
}
