package io.github.camelzendesk.standin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Zendesk does not document, or documents in two ways. Each default is the safe reading: the one that a careful
 * client survives and a careless one does not.
 */
public final class Switches {

    /** A token without the scope {@code impersonate} meets X-On-Behalf-Of. */
    public enum MissingImpersonateScope { FORBIDDEN_SCOPE, INVALID_TOKEN, ACT_AS_OWNER }

    /** The token's owner is no admin. */
    public enum NonAdminOwner { INVALID_TOKEN, FORBIDDEN, ACT }

    /** The named user cannot sign in, or has not verified the address. */
    public enum DoubtfulUser { INVALID_TOKEN, FORBIDDEN, ALLOW }

    /** The named user is an agent or an admin. */
    public enum AgentTarget { REFUSE, ALLOW }

    /** X-On-Behalf-Of is there but blank. */
    public enum BlankHeader { ACT_AS_OWNER, REFUSE }

    /** X-On-Behalf-Of is there more than once. */
    public enum DuplicatedHeader { REFUSE, FIRST, LAST, ACT_AS_OWNER }

    /** The Help Center does not know the named user. */
    public enum HelpCenterUnknownUser { INVALID_TOKEN, ANONYMOUS }

    /** A grant asks for a lifetime beyond the limits, or for one that is no number. */
    public enum LifetimeOutOfRange { REFUSE, CLAMP, DEFAULT }

    /** An admin who makes a token names the client by its identifier, not by its number. */
    public enum IdentifierAsClientId { INVALID_RECORD, NOT_FOUND, ACCEPT }

    private static final Map<String, Object> DEFAULTS = defaults();

    private final Map<String, Object> values = new ConcurrentHashMap<>(DEFAULTS);
    private final Runnable beforeChange;

    public Switches() {
        this(() -> { });
    }

    Switches(Runnable beforeChange) {
        this.beforeChange = beforeChange;
    }

    private static Map<String, Object> defaults() {
        Map<String, Object> defaults = new LinkedHashMap<>();
        defaults.put("ignoreOnBehalfOf", false);
        defaults.put("ignoreOnBehalfOfInHelpCenter", false);
        defaults.put("scopesCheckedBeforeUser", true);
        defaults.put("missingImpersonateScope", MissingImpersonateScope.FORBIDDEN_SCOPE);
        defaults.put("nonAdminOwner", NonAdminOwner.INVALID_TOKEN);
        defaults.put("suspendedUser", DoubtfulUser.INVALID_TOKEN);
        defaults.put("deletedUser", DoubtfulUser.INVALID_TOKEN);
        defaults.put("unverifiedUser", DoubtfulUser.ALLOW);
        defaults.put("agentTarget", AgentTarget.REFUSE);
        defaults.put("blankHeader", BlankHeader.ACT_AS_OWNER);
        defaults.put("duplicatedHeader", DuplicatedHeader.REFUSE);
        defaults.put("helpCenterUnknownUser", HelpCenterUnknownUser.INVALID_TOKEN);
        defaults.put("readImpliedByWrite", false);
        defaults.put("tokenCurrentNeedsRead", true);
        defaults.put("currentDeleteLeavesTokenAlive", false);
        defaults.put("refreshReuseRevokesFamily", false);
        defaults.put("refreshMayWidenScope", false);
        defaults.put("verifierReplacesSecret", false);
        defaults.put("basicClientAuthentication", false);
        defaults.put("lifetimeOutOfRange", LifetimeOutOfRange.REFUSE);
        defaults.put("nullsInGrants", false);
        defaults.put("grantStatus", 201);
        defaults.put("loopbackRedirectsOnAnyPort", false);
        defaults.put("identifierAsClientId", IdentifierAsClientId.INVALID_RECORD);
        defaults.put("revokingKillsRefreshToken", true);
        defaults.put("anonymousRequests", true);
        defaults.put("subjectRequired", false);
        defaults.put("uploadsBoundToOwner", true);
        defaults.put("ratingWrappedInArray", false);
        defaults.put("idempotentRequests", false);
        defaults.put("challengeOnInvalidToken", true);
        defaults.put("gzip", true);
        defaults.put("sessionCookie", true);
        defaults.put("rateHeaders", true);
        defaults.put("rateLimit", 700);
        defaults.put("helpCenterRateLimit", 700);
        defaults.put("createRateLimit", 300);
        defaults.put("ticketsIndexRateLimit", 100);
        defaults.put("ticketUpdateRateLimit", 30);
        defaults.put("incrementalRateLimit", 10);
        defaults.put("incrementalForEndUsers", false);
        defaults.put("helpCenterNeedsJsonSuffix", false);
        return defaults;
    }

    void reset() {
        values.putAll(DEFAULTS);
    }

    /** All of them by name, in a fixed order. */
    public Map<String, Object> asMap() {
        Map<String, Object> all = new LinkedHashMap<>();
        DEFAULTS.keySet().forEach(name -> all.put(name, value(name)));
        return all;
    }

    /** Sets one by name, as the HTTP control does; the value may be the text form. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Switches set(String name, Object value) {
        Object standard = DEFAULTS.get(name);
        if (standard == null) {
            throw new IllegalArgumentException("There is no switch " + name + "; there are " + DEFAULTS.keySet());
        }
        String text = value.toString();
        beforeChange.run();
        if (standard instanceof Enum<?> choice) {
            values.put(name, Enum.valueOf((Class) choice.getDeclaringClass(), text));
        } else if (standard instanceof Integer) {
            values.put(name, Integer.valueOf(text));
        } else if (text.equals("true") || text.equals("false")) {
            values.put(name, Boolean.valueOf(text));
        } else {
            throw new IllegalArgumentException("The switch " + name + " is true or false");
        }
        return this;
    }

    private Object value(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name);
        }
        return value;
    }

    private boolean on(String name) {
        return (Boolean) value(name);
    }

    /** Support pays no heed to the header and acts as the token's owner: the failure that a client must notice. */
    public Switches ignoreOnBehalfOf(boolean on) {
        return set("ignoreOnBehalfOf", on);
    }

    boolean ignoreOnBehalfOf() {
        return on("ignoreOnBehalfOf");
    }

    /** The Help Center pays no heed to the header. The feature is documented "(Zendesk Support)" only; the rest is unknown. */
    public Switches ignoreOnBehalfOfInHelpCenter(boolean on) {
        return set("ignoreOnBehalfOfInHelpCenter", on);
    }

    boolean ignoreOnBehalfOfInHelpCenter() {
        return on("ignoreOnBehalfOfInHelpCenter");
    }

    /** Which complaint wins when both the scope and the user are wrong; unknown. */
    public Switches scopesCheckedBeforeUser(boolean on) {
        return set("scopesCheckedBeforeUser", on);
    }

    boolean scopesCheckedBeforeUser() {
        return on("scopesCheckedBeforeUser");
    }

    public Switches missingImpersonateScope(MissingImpersonateScope answer) {
        return set("missingImpersonateScope", answer);
    }

    MissingImpersonateScope missingImpersonateScope() {
        return (MissingImpersonateScope) value("missingImpersonateScope");
    }

    public Switches nonAdminOwner(NonAdminOwner answer) {
        return set("nonAdminOwner", answer);
    }

    NonAdminOwner nonAdminOwner() {
        return (NonAdminOwner) value("nonAdminOwner");
    }

    public Switches suspendedUser(DoubtfulUser answer) {
        return set("suspendedUser", answer);
    }

    DoubtfulUser suspendedUser() {
        return (DoubtfulUser) value("suspendedUser");
    }

    public Switches deletedUser(DoubtfulUser answer) {
        return set("deletedUser", answer);
    }

    DoubtfulUser deletedUser() {
        return (DoubtfulUser) value("deletedUser");
    }

    /**
     * The current page says "any verified end user", older ones say that verification is not needed [DOC]. With the
     * default the endpoints decide, of which Requests and ratings refuse the unverified with a 403 [OAS].
     */
    public Switches unverifiedUser(DoubtfulUser answer) {
        return set("unverifiedUser", answer);
    }

    DoubtfulUser unverifiedUser() {
        return (DoubtfulUser) value("unverifiedUser");
    }

    /** Zendesk's staff say that only end users can be impersonated; a customer saw it work with agents [COMM 4408869074842]. */
    public Switches agentTarget(AgentTarget answer) {
        return set("agentTarget", answer);
    }

    AgentTarget agentTarget() {
        return (AgentTarget) value("agentTarget");
    }

    /** The default is the dangerous one, so that a client that sends a blank user is found out [INFER]. */
    public Switches blankHeader(BlankHeader answer) {
        return set("blankHeader", answer);
    }

    BlankHeader blankHeader() {
        return (BlankHeader) value("blankHeader");
    }

    public Switches duplicatedHeader(DuplicatedHeader answer) {
        return set("duplicatedHeader", answer);
    }

    DuplicatedHeader duplicatedHeader() {
        return (DuplicatedHeader) value("duplicatedHeader");
    }

    public Switches helpCenterUnknownUser(HelpCenterUnknownUser answer) {
        return set("helpCenterUnknownUser", answer);
    }

    HelpCenterUnknownUser helpCenterUnknownUser() {
        return (HelpCenterUnknownUser) value("helpCenterUnknownUser");
    }

    /** The documentation always asks for both; one third-party client takes write to include read. */
    public Switches readImpliedByWrite(boolean on) {
        return set("readImpliedByWrite", on);
    }

    boolean readImpliedByWrite() {
        return on("readImpliedByWrite");
    }

    /** A token without read could not show itself [COMM 2023]. */
    public Switches tokenCurrentNeedsRead(boolean on) {
        return set("tokenCurrentNeedsRead", on);
    }

    boolean tokenCurrentNeedsRead() {
        return on("tokenCurrentNeedsRead");
    }

    /** DELETE of the current token answered 204 and yet the token went on working [COMM 2023-10-18]. */
    public Switches currentDeleteLeavesTokenAlive(boolean on) {
        return set("currentDeleteLeavesTokenAlive", on);
    }

    boolean currentDeleteLeavesTokenAlive() {
        return on("currentDeleteLeavesTokenAlive");
    }

    /** A spent refresh token kills what came after it. It was seen not to [PROBE csa-zendesk 7.3], but RFC 9700 wants it. */
    public Switches refreshReuseRevokesFamily(boolean on) {
        return set("refreshReuseRevokesFamily", on);
    }

    boolean refreshReuseRevokesFamily() {
        return on("refreshReuseRevokesFamily");
    }

    /** A refresh may ask for more than was granted; not documented. */
    public Switches refreshMayWidenScope(boolean on) {
        return set("refreshMayWidenScope", on);
    }

    boolean refreshMayWidenScope() {
        return on("refreshMayWidenScope");
    }

    /** A code verifier also stands for the secret of a confidential client. That it does for a public one is sure [PROBE]. */
    public Switches verifierReplacesSecret(boolean on) {
        return set("verifierReplacesSecret", on);
    }

    boolean verifierReplacesSecret() {
        return on("verifierReplacesSecret");
    }

    /** Client id and secret may come in an Authorization header. The documentation has them in the body; the library whose
     * texts Zendesk uses would take both [INFER]. */
    public Switches basicClientAuthentication(boolean on) {
        return set("basicClientAuthentication", on);
    }

    boolean basicClientAuthentication() {
        return on("basicClientAuthentication");
    }

    public Switches lifetimeOutOfRange(LifetimeOutOfRange answer) {
        return set("lifetimeOutOfRange", answer);
    }

    LifetimeOutOfRange lifetimeOutOfRange() {
        return (LifetimeOutOfRange) value("lifetimeOutOfRange");
    }

    /**
     * A grant without a refresh token, or without an end, says so by null; else by leaving the name out, as one client's
     * authors met it [COMM NangoHQ/nango#6763].
     */
    public Switches nullsInGrants(boolean on) {
        return set("nullsInGrants", on);
    }

    boolean nullsInGrants() {
        return on("nullsInGrants");
    }

    /** What a grant answers: 201 [OAS], while many clients expect 200. */
    public Switches grantStatus(int status) {
        return set("grantStatus", status);
    }

    int grantStatus() {
        return (Integer) value("grantStatus");
    }

    /**
     * A redirect to this machine may name another port than the registered one, as RFC 8252 wants it. Documented is a match
     * byte for byte [DOC 4408845965210].
     */
    public Switches loopbackRedirectsOnAnyPort(boolean on) {
        return set("loopbackRedirectsOnAnyPort", on);
    }

    boolean loopbackRedirectsOnAnyPort() {
        return on("loopbackRedirectsOnAnyPort");
    }

    /** The reference asks for the number [OAS], the how-to about acting for end users shows the identifier [DOC]. */
    public Switches identifierAsClientId(IdentifierAsClientId answer) {
        return set("identifierAsClientId", answer);
    }

    IdentifierAsClientId identifierAsClientId() {
        return (IdentifierAsClientId) value("identifierAsClientId");
    }

    /** Whether DELETE of a token ends its refresh token too: the two are one object of the API [INFER]. */
    public Switches revokingKillsRefreshToken(boolean on) {
        return set("revokingKillsRefreshToken", on);
    }

    boolean revokingKillsRefreshToken() {
        return on("revokingKillsRefreshToken");
    }

    /** Whether the account takes requests from people who are not signed in [OAS: anonymous users may create requests]. */
    public Switches anonymousRequests(boolean on) {
        return set("anonymousRequests", on);
    }

    boolean anonymousRequests() {
        return on("anonymousRequests");
    }

    /** A field that the portal requires is required of end users, not of agents [COMM 4409515267866]. */
    public Switches subjectRequired(boolean on) {
        return set("subjectRequired", on);
    }

    boolean subjectRequired() {
        return on("subjectRequired");
    }

    /** Whether an upload token serves only the user who uploaded; unknown. */
    public Switches uploadsBoundToOwner(boolean on) {
        return set("uploadsBoundToOwner", on);
    }

    boolean uploadsBoundToOwner() {
        return on("uploadsBoundToOwner");
    }

    /** The sample in [OAS] has an array under satisfaction_rating, likely by mistake. */
    public Switches ratingWrappedInArray(boolean on) {
        return set("ratingWrappedInArray", on);
    }

    boolean ratingWrappedInArray() {
        return on("ratingWrappedInArray");
    }

    /** Whether POST /requests honours an Idempotency-Key; documented for POST /tickets only [DOC]. */
    public Switches idempotentRequests(boolean on) {
        return set("idempotentRequests", on);
    }

    boolean idempotentRequests() {
        return on("idempotentRequests");
    }

    /** Whether a 401 has the WWW-Authenticate header of the library whose texts Zendesk uses [INFER]. */
    public Switches challengeOnInvalidToken(boolean on) {
        return set("challengeOnInvalidToken", on);
    }

    boolean challengeOnInvalidToken() {
        return on("challengeOnInvalidToken");
    }

    /** Compress answers for clients that ask, small ones too. */
    public Switches gzip(boolean on) {
        return set("gzip", on);
    }

    boolean gzip() {
        return on("gzip");
    }

    /** Send a session cookie per acting user, so that a client that keeps cookies is found out. */
    public Switches sessionCookie(boolean on) {
        return set("sessionCookie", on);
    }

    boolean sessionCookie() {
        return on("sessionCookie");
    }

    public Switches rateHeaders(boolean on) {
        return set("rateHeaders", on);
    }

    boolean rateHeaders() {
        return on("rateHeaders");
    }

    /** Requests per wall-clock minute; 700 is the Enterprise plan's [DOC rate-limits]. */
    public Switches rateLimit(int perMinute) {
        return set("rateLimit", perMinute);
    }

    int rateLimit() {
        return (Integer) value("rateLimit");
    }

    /** The Help Center counts apart from Support [DOC rate-limits]. */
    public Switches helpCenterRateLimit(int perMinute) {
        return set("helpCenterRateLimit", perMinute);
    }

    int helpCenterRateLimit() {
        return (Integer) value("helpCenterRateLimit");
    }

    /** New tickets and requests per user and minute [REC zenpy: total=300]. */
    public Switches createRateLimit(int perMinute) {
        return set("createRateLimit", perMinute);
    }

    int createRateLimit() {
        return (Integer) value("createRateLimit");
    }

    /** Ticket lists per minute [REC zenpy: total=100]. */
    public Switches ticketsIndexRateLimit(int perMinute) {
        return set("ticketsIndexRateLimit", perMinute);
    }

    int ticketsIndexRateLimit() {
        return (Integer) value("ticketsIndexRateLimit");
    }

    /** Updates of one ticket by one user in ten minutes [DOC rate-limits, REC zenpy: total=30]. */
    public Switches ticketUpdateRateLimit(int perTenMinutes) {
        return set("ticketUpdateRateLimit", perTenMinutes);
    }

    int ticketUpdateRateLimit() {
        return (Integer) value("ticketUpdateRateLimit");
    }

    /** Incremental exports, all together, per minute [DOC rate-limits]. */
    public Switches incrementalRateLimit(int perMinute) {
        return set("incrementalRateLimit", perMinute);
    }

    int incrementalRateLimit() {
        return (Integer) value("incrementalRateLimit");
    }

    /** End users may export their own tickets. Zendesk never lets them; it is for tests of clients that page through exports. */
    public Switches incrementalForEndUsers(boolean on) {
        return set("incrementalForEndUsers", on);
    }

    boolean incrementalForEndUsers() {
        return on("incrementalForEndUsers");
    }

    /** Help Center paths without {@code .json} were reported to give 415 [PROBE ES.FX P5]. */
    public Switches helpCenterNeedsJsonSuffix(boolean on) {
        return set("helpCenterNeedsJsonSuffix", on);
    }

    boolean helpCenterNeedsJsonSuffix() {
        return on("helpCenterNeedsJsonSuffix");
    }
}
