package io.github.camelzendesk.standin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Everything the account holds. Tests read and change it directly; the endpoints do so under its lock, one request at a
 * time, so a test that synchronizes on it sees no request half done.
 */
public final class World {

    private final Clock clock;
    private final Map<Long, User> users = new LinkedHashMap<>();
    private final Map<String, User> usersByAddress = new HashMap<>();
    private final Map<String, Token> tokens = new LinkedHashMap<>();
    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final Map<String, RefreshToken> refreshTokens = new LinkedHashMap<>();
    private final Map<String, AuthorizationCode> codes = new LinkedHashMap<>();
    private final Map<Long, Ticket> tickets = new TreeMap<>();
    private final NavigableMap<Long, GeneratedRequests> generated = new TreeMap<>();
    private final Map<String, Upload> uploads = new LinkedHashMap<>();
    private final Map<String, Attachment> attachments = new LinkedHashMap<>();
    private final Map<String, GeneratedContent> generatedContents = new HashMap<>();
    private final Map<Long, Vote> votes = new TreeMap<>();
    private final Map<Long, Post> posts = new TreeMap<>();
    // ids beyond 32 bits: Zendesk's are up to int64 [REC]
    private @Nullable User signedIn;
    private long nextId;
    private long nextTicketId;
    private long nextGeneratedId;

    World(Clock clock) {
        this.clock = clock;
        clear();
    }

    synchronized void clear() {
        users.clear();
        usersByAddress.clear();
        tokens.clear();
        clients.clear();
        refreshTokens.clear();
        codes.clear();
        signedIn = null;
        tickets.clear();
        generated.clear();
        uploads.clear();
        attachments.clear();
        generatedContents.clear();
        votes.clear();
        posts.clear();
        nextId = 360_000_000_100L;
        nextTicketId = 40_001;
        nextGeneratedId = 1_000_000_001;
    }

    /** The verified end user with this address; made when there is none. */
    public User endUser(String email) {
        return user(email, User.Role.END_USER);
    }

    public User agent(String email) {
        return user(email, User.Role.AGENT);
    }

    public User admin(String email) {
        return user(email, User.Role.ADMIN);
    }

    private synchronized User user(String email, User.Role role) {
        return findUser(email).orElseGet(() -> settle(new User(newId(), email, role)));
    }

    synchronized User endUser(long id, String email) {
        return settle(new User(id, email, User.Role.END_USER));
    }

    private User settle(User user) {
        users.put(user.id(), user);
        usersByAddress.put(user.email().toLowerCase(Locale.ROOT), user);
        return user;
    }

    /** Finds a user, deleted ones too, by address in any case or by id. */
    public synchronized Optional<User> findUser(String emailOrId) {
        if (emailOrId.matches("[0-9]{1,18}")) {
            return Optional.ofNullable(users.get(Long.valueOf(emailOrId)));
        }
        return Optional.ofNullable(usersByAddress.get(emailOrId.toLowerCase(Locale.ROOT)));
    }

    /** As {@link #findUser}, for one that must be there. */
    public User user(String emailOrId) {
        return findUser(emailOrId).orElseThrow(() -> new NoSuchElementException("no user " + emailOrId));
    }

    public synchronized List<User> users() {
        return List.copyOf(users.values());
    }

    /** The token with this value; made, with the scopes read and write and without an owner, when there is none. */
    public synchronized Token token(String value) {
        return tokens.computeIfAbsent(value, v -> new Token(v, newId(), now()));
    }

    public synchronized Optional<Token> findToken(String value) {
        return Optional.ofNullable(tokens.get(value));
    }

    public synchronized List<Token> tokens() {
        return List.copyOf(tokens.values());
    }

    /** The OAuth client with this identifier; made, confidential and with a secret of its own, when there is none. */
    public synchronized Client client(String identifier) {
        return clients.computeIfAbsent(identifier, i -> new Client(i, newId()));
    }

    public synchronized Optional<Client> findClient(String identifier) {
        return Optional.ofNullable(clients.get(identifier));
    }

    public synchronized Optional<Client> findClient(long id) {
        return clients.values().stream().filter(client -> client.id() == id).findFirst();
    }

    public synchronized List<Client> clients() {
        return List.copyOf(clients.values());
    }

    public synchronized Optional<RefreshToken> findRefreshToken(String value) {
        return Optional.ofNullable(refreshTokens.get(value));
    }

    /** Spent ones too. */
    public synchronized List<RefreshToken> refreshTokens() {
        return List.copyOf(refreshTokens.values());
    }

    synchronized RefreshToken settle(RefreshToken token) {
        refreshTokens.put(token.value(), token);
        token.accessToken().refreshToken(token);
        return token;
    }

    synchronized Optional<AuthorizationCode> findCode(String value) {
        return Optional.ofNullable(codes.get(value));
    }

    synchronized void settle(AuthorizationCode code) {
        codes.put(code.value(), code);
    }

    synchronized void forget(AuthorizationCode code) {
        codes.remove(code.value());
    }

    /** Who sits at the browser that opens the authorization page; null when nobody is signed in. */
    public synchronized @Nullable User signedIn() {
        return signedIn;
    }

    public synchronized void signedIn(@Nullable User user) {
        signedIn = user;
    }

    public Ticket ticket(User requester, Ticket.Status status) {
        synchronized (this) {
            return ticket(nextTicketId++, requester, status);
        }
    }

    /** @throws IllegalArgumentException when a generated request has this id */
    public synchronized Ticket ticket(long id, User requester, Ticket.Status status) {
        if (isGenerated(id)) {
            throw new IllegalArgumentException(id + " is a generated request's");
        }
        Ticket ticket = new Ticket(id, requester, status, now());
        tickets.put(id, ticket);
        return ticket;
    }

    /** Finds generated ones too; what is changed in such a one is lost. */
    public synchronized Optional<Ticket> findTicket(long id) {
        return findGenerated(id).map(requests -> requests.byId(id)).or(() -> Optional.ofNullable(tickets.get(id)));
    }

    /** As {@link #findTicket}, for one that must be there. */
    public Ticket ticket(long id) {
        return findTicket(id).orElseThrow(() -> new NoSuchElementException("no ticket " + id));
    }

    /**
     * Gives a user any number of requests that take no memory: they exist only as a rule, and are in the user's lists and
     * the account's, except searches for a text. They cannot be changed. Given again, they take the place of the earlier ones.
     *
     * @return a view of them, by id, which is also by age
     * @throws IllegalArgumentException when {@code count} is negative
     */
    public synchronized List<Ticket> generatedRequests(User requester, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is negative");
        }
        User agent = users.values().stream().filter(user -> user.role() == User.Role.AGENT).findFirst().orElse(null);
        generated.values().removeIf(requests -> requests.requester() == requester);
        GeneratedRequests requests = new GeneratedRequests(requester, agent, nextGeneratedId, count, now());
        generated.put(nextGeneratedId, requests);
        nextGeneratedId += count;
        return requests;
    }

    synchronized List<GeneratedRequests> generated() {
        return List.copyOf(generated.values());
    }

    boolean isGenerated(long id) {
        return findGenerated(id).isPresent();
    }

    private synchronized Optional<GeneratedRequests> findGenerated(long id) {
        return Optional.ofNullable(generated.floorEntry(id)).map(Map.Entry::getValue).filter(requests -> requests.covers(id));
    }

    /** Without generated ones. */
    public synchronized List<Ticket> tickets() {
        return List.copyOf(tickets.values());
    }

    /** Without generated ones. */
    public List<Ticket> ticketsOf(User requester) {
        return tickets().stream().filter(ticket -> ticket.requester() == requester).toList();
    }

    public Comment comment(Ticket ticket, User author, String body, boolean isPublic) {
        return comment(ticket, author, body, isPublic, List.of());
    }

    synchronized Comment comment(Ticket ticket, User author, String body, boolean isPublic, List<Attachment> files) {
        Comment comment = new Comment(newId(), author, body, isPublic, files, now());
        ticket.comment(comment);
        ticket.touched(now());
        return comment;
    }

    /**
     * Adds a public comment of the requester's with a file that takes no memory, however large.
     *
     * @return the file; its content is at {@link Attachment#contentPath}
     */
    public synchronized Attachment attachment(Ticket ticket, String fileName, GeneratedContent content) {
        Attachment file = new Attachment(newId(), fileName, UploadEndpoints.typeOf(fileName), content.size(), "",
                UploadEndpoints.secret(), new byte[0]);
        attachments.put(file.key(), file);
        generatedContents.put(file.key(), content);
        comment(ticket, ticket.requester(), fileName, true, List.of(file));
        return file;
    }

    synchronized Optional<GeneratedContent> findGeneratedContent(Attachment file) {
        return Optional.ofNullable(generatedContents.get(file.key()));
    }

    synchronized Upload upload(@Nullable User owner, String token, Duration lifetime) {
        Upload upload = new Upload(token, owner, now().plus(lifetime));
        uploads.put(token, upload);
        return upload;
    }

    public synchronized Optional<Upload> findUpload(String token) {
        return Optional.ofNullable(uploads.get(token)).filter(upload -> now().isBefore(upload.expiresAt()));
    }

    public synchronized List<Upload> uploads() {
        return List.copyOf(uploads.values());
    }

    synchronized void forget(Upload upload) {
        uploads.remove(upload.token());
    }

    synchronized void keep(Attachment attachment) {
        attachments.put(attachment.key(), attachment);
    }

    synchronized void forget(Attachment attachment) {
        attachments.remove(attachment.key());
    }

    synchronized Optional<Attachment> findAttachment(String key) {
        return Optional.ofNullable(attachments.get(key));
    }

    public synchronized Vote vote(User by, int value, String itemType, long itemId) {
        Vote vote = new Vote(newId(), by, value, itemType, itemId, now());
        votes.put(vote.id(), vote);
        return vote;
    }

    public synchronized Optional<Vote> findVote(long id) {
        return Optional.ofNullable(votes.get(id));
    }

    public synchronized List<Vote> votes() {
        return List.copyOf(votes.values());
    }

    synchronized void forget(Vote vote) {
        votes.remove(vote.id());
    }

    public synchronized Post post(User author, String title, String details) {
        Post post = new Post(newId(), author, title, details, now());
        posts.put(post.id(), post);
        return post;
    }

    public synchronized List<Post> posts() {
        return new ArrayList<>(posts.values());
    }

    synchronized long newId() {
        return nextId++;
    }

    Instant now() {
        return clock.instant();
    }
}
