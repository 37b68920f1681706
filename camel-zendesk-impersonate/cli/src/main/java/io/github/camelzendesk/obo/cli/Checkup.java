package io.github.camelzendesk.obo.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.ApiRequest;
import io.github.camelzendesk.obo.client.Body;
import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;
import io.github.camelzendesk.obo.client.ProofMode;
import io.github.camelzendesk.obo.client.Reply;
import io.github.camelzendesk.obo.client.Terms;
import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.obo.token.ImpersonationProof;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenInspection;
import io.github.camelzendesk.obo.token.TokenInspection.Seen;
import io.github.camelzendesk.obo.token.TokenInspection.TokenInfo;
import io.github.camelzendesk.obo.token.TokenInspection.UserInfo;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenStoreException;
import io.github.camelzendesk.obo.token.TokenWire;
import io.github.camelzendesk.obo.token.ZendeskService;

/** One run through all checks, in the order in which one depends on the other. What cannot be looked at any more is skipped. */
final class Checkup {

    static final List<String> CHECKS = List.of(
            "host", "tls", "store", "token", "expiry", "refresh_token", "scopes", "owner", "header", "user", "rate_limit", "clock");

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Duration REFRESH_SOON = Duration.ofDays(3);
    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final Duration FAR_OFF = Duration.ofMinutes(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Origin origin;
    private final @Nullable EndUser user;
    private final TokenAtHand tokenAtHand;
    private final Engine engine;
    private final TokenInspection inspection;
    private final Terminal terminal;
    private final Map<String, Finding> findings = new HashMap<>();

    Checkup(Origin origin, @Nullable EndUser user, TokenAtHand tokenAtHand, Engine engine, Terminal terminal) {
        this.origin = origin;
        this.user = user;
        this.tokenAtHand = tokenAtHand;
        this.engine = engine;
        this.inspection = engine.client().inspection();
        this.terminal = terminal;
    }

    /** Every check once, in the order of {@link #CHECKS}. */
    List<Finding> run() {
        boolean reachable = host();
        TokenAtHand.Held held = store();
        if (reachable && held != null) {
            zendesk(held);
        }
        List<Finding> all = new ArrayList<>();
        for (String check : CHECKS) {
            Finding finding = findings.get(check);
            all.add(finding != null ? finding : Finding.skipped(check, "not looked at, since something before it failed"));
        }
        return all;
    }

    private void found(Finding finding) {
        findings.put(finding.check(), finding);
    }

    private boolean host() {
        String host = origin.host().replaceAll("[\\[\\]]", "");
        try (Socket socket = new Socket()) {
            int patience = (int) PATIENCE.toMillis();
            InetSocketAddress address = new InetSocketAddress(host, origin.port());
            if (address.isUnresolved()) {
                throw new UnknownHostException();
            }
            socket.connect(address, patience);
            found(Finding.ok("host", host + " answers on port " + origin.port()));
            return tls(socket, host, patience);
        } catch (UnknownHostException e) {
            found(Finding.failed("host", "the name " + host + " is unknown", "Check the subdomain, and this machine's DNS"));
        } catch (SocketTimeoutException e) {
            found(Finding.failed(
                    "host", host + " does not answer on port " + origin.port() + " within " + Time.words(PATIENCE),
                    "Check the firewall of this machine's network"));
        } catch (IOException e) {
            found(Finding.failed(
                    "host", host + " cannot be reached on port " + origin.port() + " (refused or no route)",
                    "Check the address, and the firewall of this machine's network"));
        }
        return false;
    }

    private boolean tls(Socket socket, String host, int patience) {
        if (!origin.secure()) {
            found(Finding.ok("tls", "plain http, which never leaves this machine"));
            return true;
        }
        try (SSLSocket tls = (SSLSocket) SSLContext.getDefault().getSocketFactory().createSocket(
                socket, host, origin.port(), true)) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
            tls.setSoTimeout(patience);
            tls.startHandshake();
            found(Finding.ok("tls", tls.getSession().getProtocol() + ", and the certificate is trusted"));
            return true;
        } catch (SSLException e) {
            found(Finding.failed(
                    "tls", "the TLS handshake failed: this Java does not trust the certificate, or it is for another name",
                    "Does a proxy open TLS here? Then give Java its certificate authority (-Djavax.net.ssl.trustStore)"));
        } catch (IOException | GeneralSecurityException e) {
            found(Finding.failed("tls", "the TLS handshake broke off (" + e.getClass().getSimpleName() + ")", "Try again"));
        }
        return false;
    }

    private TokenAtHand.@Nullable Held store() {
        try {
            TokenAtHand.Held held = tokenAtHand.load(origin, terminal);
            TokenPair pair = held.pair();
            found(Finding.ok("store", pair == null ? "the token is from a file"
                    : "pair number " + pair.version() + ", obtained " + pair.obtainedAt().truncatedTo(ChronoUnit.SECONDS)));
            return held;
        } catch (CommandFailed | TokenStoreException e) {
            found(Finding.failed("store", e.getMessage(), null));
            return null;
        }
    }

    private void zendesk(TokenAtHand.Held loaded) {
        TokenAtHand.Held held = loaded;
        try {
            Seen<TokenInfo> seen = look(held.token());
            if (seen.status() == 401 && held.pair() != null && tokenAtHand.mayRefresh()) {
                held = tokenAtHand.refreshed(origin, held.pair(), engine, terminal);
                seen = Engine.await(inspection.token(origin, held.token()));
            }
            boolean alive = token(held, seen);
            expiry(held, seen.value(), alive);
            refreshToken(held.pair());
            if (alive) {
                scopes(held, seen.value());
                UserInfo owner = owner(held.token());
                header(held.token(), owner);
            }
        } catch (CommandFailed | TokenStoreException e) {
            found(Finding.failed("token", e.getMessage(), null));
        }
    }

    /** The first answer, which also tells the time and the rate limit. */
    private Seen<TokenInfo> look(AccessToken token) throws CommandFailed {
        Instant before = terminal.clock().instant();
        Seen<TokenInfo> seen = Engine.await(inspection.token(origin, token));
        Instant between = before.plus(Duration.between(before, terminal.clock().instant()).dividedBy(2));
        clock(seen.answer().date(), between);
        rateLimit(seen.answer().rate());
        return seen;
    }

    private boolean token(TokenAtHand.Held held, Seen<TokenInfo> seen) {
        if (seen.value() != null) {
            found(Finding.ok("token", "alive, with the id " + seen.value().id()));
        } else if (seen.lacksScope()) {
            found(Finding.ok("token", "alive"));
        } else if (seen.status() == 401) {
            String remedy = held.pair() == null ? "Get another one: zendesk-obo authorize, or client credentials"
                    : tokenAtHand.mayRefresh() ? "Run zendesk-obo authorize --replace"
                    : "If nothing is running that refreshes it, run this again with --refresh; if that fails, zendesk-obo authorize "
                      + "--replace";
            found(Finding.failed("token", "Zendesk does not accept the access token: it expired or was revoked", remedy));
            return false;
        } else if (seen.status() == 429 || seen.status() >= 500) {
            found(Finding.failed("token", "Zendesk is not able to answer now [status " + seen.status() + "]",
                    seen.answer().retryAfter() == null ? "Try again later"
                            : "Try again in " + Time.words(seen.answer().retryAfter())));
            return false;
        } else {
            found(Finding.failed("token", "this is not an answer that Zendesk is known to give [status " + seen.status() + "]",
                    "Is there such an account, and no proxy between?"));
            return false;
        }
        return true;
    }

    private void expiry(TokenAtHand.Held held, @Nullable TokenInfo info, boolean alive) {
        Instant at = info != null ? info.expiresAt() : held.token().expiresAt();
        if (!alive && (at == null || at.isAfter(terminal.clock().instant()))) {
            // when it was meant to expire says nothing any more
            return;
        }
        if (at == null) {
            found(info != null ? Finding.ok("expiry", "the access token does not expire by itself")
                    : Finding.warning("expiry", "when the access token expires is unknown",
                            "A token with the scope read would tell"));
            return;
        }
        Duration left = Duration.between(terminal.clock().instant(), at);
        String when = at.truncatedTo(ChronoUnit.SECONDS).toString();
        if (left.isNegative() || left.isZero()) {
            found(Finding.failed("expiry", "the access token expired " + Time.words(left) + " ago, " + when,
                    held.pair() != null && !tokenAtHand.mayRefresh() ? "--refresh renews it" : null));
        } else if (held.pair() == null && left.compareTo(SOON) < 0) {
            found(Finding.warning("expiry", "the access token expires in " + Time.words(left), "Get another one"));
        } else {
            found(Finding.ok("expiry", "the access token lives for " + Time.words(left) + ", until " + when));
        }
    }

    private void refreshToken(@Nullable TokenPair pair) {
        if (pair == null) {
            found(Finding.skipped("refresh_token", "a token from a file has none"));
            return;
        }
        Instant at = pair.refreshExpiresAt();
        if (at == null) {
            found(Finding.ok("refresh_token", "stored; when it expires is unknown"));
            return;
        }
        Duration left = Duration.between(terminal.clock().instant(), at);
        String when = at.truncatedTo(ChronoUnit.SECONDS).toString();
        if (left.isNegative() || left.isZero()) {
            found(Finding.failed("refresh_token", "expired " + Time.words(left) + " ago", "Run zendesk-obo authorize --replace"));
        } else if (left.compareTo(REFRESH_SOON) < 0) {
            found(Finding.warning("refresh_token", "expires unused in " + Time.words(left) + ", " + when,
                    "Each refresh gives a new one: start the system that uses it, or run this with --refresh"));
        } else {
            found(Finding.ok("refresh_token", "expires unused in " + Time.words(left) + ", " + when));
        }
    }

    private void scopes(TokenAtHand.Held held, @Nullable TokenInfo info) {
        Set<String> scopes = info != null ? info.scopes() : held.pair() != null ? held.pair().scopes() : Set.of();
        if (scopes.isEmpty()) {
            found(Finding.warning("scopes", "unknown: the token has no scope read, so it does not tell", null));
        } else if (!scopes.contains("impersonate")) {
            found(Finding.failed("scopes", String.join(" ", scopes) + ": impersonate is missing",
                    "Add it to the allowed scopes of the OAuth client, then get another token"));
        } else if (scopes.size() == 1) {
            found(Finding.failed("scopes", "impersonate alone lets nothing be read or written",
                    "Get another token with read or write beside it"));
        } else {
            found(Finding.ok("scopes", String.join(" ", scopes)));
        }
    }

    private @Nullable UserInfo owner(AccessToken token) {
        Seen<UserInfo> owner;
        try {
            owner = Engine.await(inspection.owner(origin, token));
        } catch (CommandFailed e) {
            found(Finding.failed("owner", e.getMessage(), "Try again"));
            return null;
        }
        if (owner.value() == null) {
            found(Finding.warning("owner",
                    owner.lacksScope() ? "unknown: the token has no scope read, so its user cannot be looked at"
                            : "unknown [status " + owner.status() + "]",
                    owner.lacksScope() ? "Look in Zendesk whether it is an administrator" : "Try again"));
        } else if (!owner.value().role().equals("admin")) {
            found(Finding.failed("owner", "the token's user has the role " + owner.value().role()
                                          + ", and only administrators may act for end users",
                    "Make the user an administrator, or get a token of one"));
        } else {
            found(Finding.ok("owner", "the token's user is an administrator"));
        }
        return owner.value();
    }

    private void header(AccessToken token, @Nullable UserInfo owner) throws CommandFailed {
        ImpersonationProof.Verdict verdict = Engine.await(inspection.proof(origin, token));
        if (verdict instanceof ImpersonationProof.Proven) {
            found(Finding.ok("header", "Zendesk honours X-On-Behalf-Of with this token"));
            user(token, owner);
        } else if (verdict instanceof ImpersonationProof.Contradicted) {
            found(Finding.failed("header", "Zendesk ignores X-On-Behalf-Of: everything would be done as the token's owner",
                    "Send nothing with this token. Does a proxy drop the header? Is the owner an administrator?"));
        } else if (verdict instanceof ImpersonationProof.Undecided undecided) {
            found(Finding.failed("header", "whether Zendesk honours X-On-Behalf-Of could not be shown: " + undecided.why(),
                    "Try again; the component sends nothing before it is shown"));
        } else {
            found(Finding.failed("header", "the token died meanwhile", "Run this again"));
        }
    }

    private void user(AccessToken token, @Nullable UserInfo owner) throws CommandFailed {
        if (user == null) {
            found(Finding.skipped("user", "name one by --as to check that Zendesk acts for that user"));
            return;
        }
        // the proof was made a moment ago, and this only reads
        Reply reply = Engine.await(engine.client().send(new ApiRequest(
                "GET", origin, ZendeskService.SUPPORT, "/api/v2/users/me", "/api/v2/users/me", user, Body.NONE, "application/json",
                null, PATIENCE), Terms.once(new FixedTokenSource(token.secret()), ProofMode.OFF)));
        if (reply instanceof Failure failure) {
            found(failure.kind() == Failure.Kind.MISSING_SCOPE
                    ? Finding.warning("user", "unknown: the token has no scope read, so nothing can be read as the user", null)
                    : Finding.failed("user", failure.what(), null));
            return;
        }
        JsonNode me = body((Reply.Answer) reply);
        String role = me.path("role").asText("");
        if (owner != null && me.path("id").asLong() == owner.id()) {
            found(Finding.failed("user", "Zendesk acts as the token's owner for this user",
                    "Is the user the owner? Then name an end user"));
        } else if (!role.equals("end-user")) {
            found(Finding.failed("user", "Zendesk acts for this user, but it is " + (role.equals("agent") ? "an agent"
                    : role.equals("admin") ? "an administrator" : "of an unknown role"), "Name an end user"));
        } else if (!me.path("verified").asBoolean(true)) {
            found(Finding.warning("user", "Zendesk acts for this end user, whose address is not verified",
                    "Zendesk refuses requests and ratings of unverified users: have the address verified"));
        } else {
            found(Finding.ok("user", "Zendesk acts for this user, who is an end user"));
        }
    }

    private static JsonNode body(Reply.Answer answer) {
        try {
            return JSON.readTree(answer.body().bytes()).path("user");
        } catch (IOException e) {
            return JSON.missingNode();
        } finally {
            answer.body().delete();
        }
    }

    private void rateLimit(TokenWire.@Nullable Rate rate) {
        if (rate == null) {
            found(Finding.warning("rate_limit", "Zendesk's answer does not tell the account's rate limit", null));
        } else if (rate.remaining() != null && rate.remaining() * 10 < rate.limit()) {
            found(Finding.warning("rate_limit", rate.limit() + " requests per minute, of which " + rate.remaining() + " are left",
                    "Something uses the account up: find it, or ask Zendesk for a higher limit"));
        } else {
            found(Finding.ok("rate_limit", rate.limit() + " requests per minute"
                                           + (rate.remaining() == null ? "" : ", of which " + rate.remaining() + " are left")));
        }
    }

    private void clock(@Nullable Instant theirs, Instant ours) {
        if (theirs == null) {
            found(Finding.warning("clock", "Zendesk's answer does not tell the time", null));
            return;
        }
        // the header has whole seconds
        Duration skew = Duration.between(theirs.plusMillis(500), ours);
        String off = "this machine's clock is " + Time.words(skew) + (skew.isNegative() ? " behind" : " ahead of") + " Zendesk's";
        if (skew.abs().compareTo(FAR_OFF) > 0) {
            found(Finding.failed("clock", off, "Set it (NTP): expiries are reckoned by it"));
        } else if (skew.abs().compareTo(SKEW) > 0) {
            found(Finding.warning("clock", off, "Set it (NTP): expiries are reckoned by it"));
        } else {
            found(Finding.ok("clock", "within " + SKEW.toSeconds() + " seconds of Zendesk's"));
        }
    }
}
