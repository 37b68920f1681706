package io.github.camelzendesk.standin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.standin.Operations.Operation;

/**
 * Decides who a request counts as, and whether that user may do this. Changes nothing, so that a request which meets a
 * fault is journaled with its user too.
 */
final class Doorman {

    /**
     * @param user    who the request counts as; null when nobody is signed in or none could be determined
     * @param token   the live token it came with
     * @param refusal the answer when it goes no further
     * @param reason  for the journal, when there is no user
     * @param client  the identifier of the client, if it is a request of OAuth's own
     * @param step    what such a request is for
     */
    record Verdict(@Nullable User user, @Nullable Token token, @Nullable Answer refusal, @Nullable String reason,
            @Nullable String client, @Nullable String step) {

        Verdict(@Nullable User user, @Nullable Token token, @Nullable Answer refusal, @Nullable String reason) {
            this(user, token, refusal, reason, null, null);
        }

        @Nullable String actedAs() {
            return user == null ? null : user.email();
        }

        @Nullable String tokenOwner() {
            User owner = token == null ? null : token.owner();
            return owner == null ? null : owner.email();
        }
    }

    private final World world;
    private final Switches switches;

    Doorman(World world, Switches switches) {
        this.world = world;
        this.switches = switches;
    }

    Verdict judge(Call call, Operation operation) {
        String authorization = call.header("Authorization");
        // The scheme is matched in any case [RFC 9110, 11.1].
        boolean bearer = authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7);
        if (!bearer) {
            return withoutToken(operation);
        }
        Optional<Token> found = world.findToken(authorization.substring(7).strip());
        if (found.isEmpty()) {
            return refused(null, invalidToken(), "unknown token");
        }
        Token token = found.get();
        User owner = token.owner();
        if (!token.alive(call.at()) || owner == null || owner.suspended() || owner.deleted()) {
            return refused(token, invalidToken(), "dead token");
        }
        Verdict user = user(call, operation, token, owner);
        Answer scope = missingScope(token, operation);
        if (scope != null && (user.refusal() == null || switches.scopesCheckedBeforeUser())) {
            return new Verdict(user.user(), token, scope, user.reason());
        }
        if (user.refusal() == null && !permitted(operation, user.user())) {
            return new Verdict(user.user(), token, Answer.forbidden(), user.reason());
        }
        return user;
    }

    private Verdict withoutToken(Operation operation) {
        boolean open = operation.admitsAnonymous()
                && (switches.anonymousRequests() || !operation.key().equals("POST /api/v2/requests"));
        return new Verdict(null, null, open ? null : Answer.notAuthenticated(), "anonymous");
    }

    /** Who the header, or its absence, makes of the token's owner: facts of section B. */
    private Verdict user(Call call, Operation operation, Token token, User owner) {
        Verdict asOwner = new Verdict(owner, token, null, null);
        boolean ignored = operation.helpCenter() ? switches.ignoreOnBehalfOfInHelpCenter() : switches.ignoreOnBehalfOf();
        List<String> lines = call.headers("X-On-Behalf-Of");
        if (lines.isEmpty() || ignored) {
            return asOwner;
        }
        String named = lines.get(0).strip();
        if (lines.size() > 1) {
            switch (switches.duplicatedHeader()) {
                case REFUSE:
                    return refused(token, invalidToken(), "duplicated header");
                case ACT_AS_OWNER:
                    return asOwner;
                case LAST:
                    named = lines.get(lines.size() - 1).strip();
                    break;
                case FIRST:
                    break;
            }
        }
        if (named.isEmpty()) {
            return switches.blankHeader() == Switches.BlankHeader.ACT_AS_OWNER
                    ? asOwner
                    : refused(token, invalidToken(), "blank header");
        }
        if (!token.scopes().contains("impersonate")) {
            switch (switches.missingImpersonateScope()) {
                case FORBIDDEN_SCOPE:
                    return refused(token, Answer.missingScope(List.of("impersonate")), "token without impersonate");
                case INVALID_TOKEN:
                    return refused(token, invalidToken(), "token without impersonate");
                case ACT_AS_OWNER:
                    return asOwner;
            }
        }
        // Only admins can act on behalf of others [DOC making-api-requests-on-behalf-of-end-users].
        if (owner.role() != User.Role.ADMIN) {
            switch (switches.nonAdminOwner()) {
                case INVALID_TOKEN:
                    return refused(token, invalidToken(), "token owner is no admin");
                case FORBIDDEN:
                    return refused(token, Answer.forbidden(), "token owner is no admin");
                case ACT:
                    break;
            }
        }
        return named(named, operation, token);
    }

    private Verdict named(String named, Operation operation, Token token) {
        Optional<User> found = world.findUser(named);
        if (found.isEmpty()) {
            if (operation.helpCenter()
                    && switches.helpCenterUnknownUser() == Switches.HelpCenterUnknownUser.ANONYMOUS) {
                return new Verdict(null, token, operation.admitsAnonymous() ? null : Answer.notAuthenticated(), "anonymous");
            }
            // the very answer of a dead token [DOC]
            return refused(token, invalidToken(), "unknown end user");
        }
        User user = found.get();
        if (user.deleted()) {
            return doubtful(user, token, switches.deletedUser(), "deleted end user");
        }
        if (user.suspended()) {
            return doubtful(user, token, switches.suspendedUser(), "suspended end user");
        }
        if (!user.isEndUser() && switches.agentTarget() == Switches.AgentTarget.REFUSE) {
            return refused(token, invalidToken(), "not an end user");
        }
        if (!user.verified()) {
            return doubtful(user, token, switches.unverifiedUser(), "unverified end user");
        }
        return new Verdict(user, token, null, null);
    }

    private Verdict doubtful(User user, Token token, Switches.DoubtfulUser policy, String reason) {
        switch (policy) {
            case INVALID_TOKEN:
                return refused(token, invalidToken(), reason);
            case FORBIDDEN:
                return refused(token, Answer.forbidden(), reason);
            default:
                return new Verdict(user, token, null, null);
        }
    }

    private static Verdict refused(@Nullable Token token, Answer answer, String reason) {
        return new Verdict(null, token, answer, reason);
    }

    private Answer invalidToken() {
        return Answer.invalidToken(switches.challengeOnInvalidToken());
    }

    /** Agents and admins may all that the table has; it says nothing finer. */
    private boolean permitted(Operation operation, @Nullable User user) {
        if (user == null || !user.isEndUser()) {
            return true;
        }
        // Requests refuse unverified end users with a 403 [OAS]; its body is unknown, so it is the usual one.
        boolean needsVerified = operation.needsVerified() || operation.template().contains("/requests");
        boolean admitted = operation.admitsEndUsers()
                || switches.incrementalForEndUsers() && operation.key().equals(ExportEndpoints.TICKETS);
        return admitted && (user.verified() || !needsVerified);
    }

    /** Reading needs {@code read}, all else {@code write}, plain or of the resource [OAS]. */
    private @Nullable Answer missingScope(Token token, Operation operation) {
        boolean reads = operation.method().equals("GET");
        if (operation.key().equals("GET /api/v2/oauth/tokens/current") && !switches.tokenCurrentNeedsRead()) {
            return null;
        }
        String access = reads ? "read" : "write";
        List<String> anyOf = new ArrayList<>();
        for (String resource : resources(operation)) {
            anyOf.add(resource + ":" + access);
        }
        anyOf.add(access);
        for (String scope : anyOf) {
            if (token.scopes().contains(scope)
                    || reads && switches.readImpliedByWrite() && token.scopes().contains(scope.replace(":read", ":write"))) {
                return null;
            }
        }
        if (reads && switches.readImpliedByWrite() && token.scopes().contains("write")) {
            return null;
        }
        return Answer.missingScope(anyOf);
    }

    /** The resource names of the scope grammar [OAS], by the first segment of the path [INFER]. */
    private static List<String> resources(Operation operation) {
        if (operation.helpCenter()) {
            return List.of("hc");
        }
        String first = operation.segments().size() > 2 ? operation.segments().get(2) : "";
        if (operation.template().endsWith("/satisfaction_rating")) {
            return List.of("satisfaction_ratings", "tickets");
        }
        if (operation.template().endsWith("/requests")) {
            return List.of("requests");
        }
        return switch (first) {
            case "tickets", "users", "organizations", "requests", "satisfaction_ratings", "apps", "triggers", "automations",
                    "targets", "webhooks", "macros", "brands", "groups" -> List.of(first);
            case "uploads", "attachments" -> List.of("ticket_attachments");
            default -> List.of();
        };
    }
}
