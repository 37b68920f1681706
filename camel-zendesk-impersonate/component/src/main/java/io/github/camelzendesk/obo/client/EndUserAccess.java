package io.github.camelzendesk.obo.client;

/** Whether Zendesk's reference lets an end user call an operation. */
public enum EndUserAccess {

    /** any end user */
    YES,
    /** anyone, signed in or not */
    ANONYMOUS,
    /** end users whose e-mail address is verified */
    VERIFIED,
    /** the ticket's requester, with a verified address */
    VERIFIED_REQUESTER,
    /** end users, for what is theirs */
    OWN,
    /** end users, if the account is set up so */
    CONDITIONAL,
    /** the reference does not say, or contradicts itself */
    UNSTATED,
    /** agents or admins only */
    NO;

    /** Whether an end user may succeed; false only where the reference rules it out. */
    public boolean allowed() {
        return this != NO;
    }

    /** The meaning of the table's column {@code end_user}. */
    static EndUserAccess of(String column) {
        return switch (column) {
            case "yes" -> YES;
            case "yes-anonymous" -> ANONYMOUS;
            case "yes-verified" -> VERIFIED;
            case "yes-verified-requester-only" -> VERIFIED_REQUESTER;
            case "yes-own-only" -> OWN;
            case "yes-conditional" -> CONDITIONAL;
            case "no" -> NO;
            default -> UNSTATED;
        };
    }
}
