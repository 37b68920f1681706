package io.github.camelzendesk.obo.client;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The one Zendesk user a request is made for: an id, or one e-mail address. There is no other, no empty and no default
 * user, since Zendesk may treat a blank {@code X-On-Behalf-Of} as absent and act as the token's owner.
 * <p>
 * The value is personal data: only {@link #headerValue()} tells it, and neither {@code toString} nor an exception does.
 *
 * @see <a href=
 *      "https://developer.zendesk.com/documentation/ticketing/managing-tickets/making-api-requests-on-behalf-of-end-users">Making
 *      API requests on behalf of end users</a>
 */
public final class EndUser {

    /** Which form a value may have. A customer number, read as an id, would name someone else. */
    public enum Form {
        /** an id or an e-mail address */
        ANY,
        /** an e-mail address only */
        EMAIL,
        /** an id only */
        ID
    }

    private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,18}");
    private static final int LONGEST_EMAIL = 254;
    /**
     * What separates, quotes or comments addresses, and the brackets in which a list or a map that became text would come.
     * The apostrophe is not here: {@code o'neil@example.com} is somebody's address.
     */
    private static final String NOT_IN_AN_EMAIL = ",;:\"`<>()[]{}\\";

    private final String value;
    private final boolean id;

    private EndUser(String value, boolean id) {
        this.value = value;
        this.id = id;
    }

    /**
     * The user that a value of a message names.
     *
     * @param  value          an id as text or as an integer of any type (a floating-point one only if it is known to be exact),
     *                        or one e-mail address as text; nothing is trimmed
     * @param  form           the forms that are accepted
     * @throws InvalidEndUser if the value is null, blank, the text {@code null}, of a type that may hold several users, or
     *                        neither an id nor one address; or has a form that is not accepted
     */
    public static EndUser of(@Nullable Object value, Form form) {
        if (value == null) {
            throw new InvalidEndUser("There is no user");
        }
        if (value instanceof CharSequence text) {
            return ofText(text.toString(), form);
        }
        if (value instanceof Number) {
            String digits = Scalars.integer(value);
            if (digits == null) {
                throw new InvalidEndUser("The user is a number that is not exactly an id: pass ids as text or long");
            }
            return ofText(digits, form);
        }
        throw new InvalidEndUser("The user must be text or an integer; a " + kind(value) + " may hold none or several");
    }

    private static String kind(Object value) {
        return value.getClass().isArray() ? "array" : value.getClass().getName();
    }

    private static EndUser ofText(String text, Form form) {
        if (text.isBlank()) {
            throw new InvalidEndUser("The user is blank");
        }
        if (text.equalsIgnoreCase("null")) {
            throw new InvalidEndUser("The user is the text 'null', the trace of a missing value");
        }
        if (ID.matcher(text).matches()) {
            if (form == Form.EMAIL) {
                throw new InvalidEndUser("The user is an id, but only an e-mail address is accepted here (userKind=email)");
            }
            return new EndUser(text, true);
        }
        refuseUnlessEmail(text);
        if (form == Form.ID) {
            throw new InvalidEndUser("The user is an e-mail address, but only an id is accepted here (userKind=id)");
        }
        return new EndUser(text, false);
    }

    private static void refuseUnlessEmail(String text) {
        if (text.length() > LONGEST_EMAIL) {
            throw new InvalidEndUser("The user is longer than an e-mail address can be (" + LONGEST_EMAIL + " characters)");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~') {
                throw new InvalidEndUser("The user has a blank, a control character or one outside ASCII at position " + (i + 1));
            }
            if (NOT_IN_AN_EMAIL.indexOf(c) >= 0) {
                throw new InvalidEndUser("The user has a separator, quote or bracket at position " + (i + 1)
                                         + "; it must be one plain address or id");
            }
        }
        int at = text.indexOf('@');
        if (at < 0) {
            throw new InvalidEndUser("The user is neither an id (1 to 19 digits, not beginning with 0) nor an e-mail address");
        }
        if (at == 0 || at == text.length() - 1 || text.indexOf('@', at + 1) >= 0) {
            throw new InvalidEndUser("The user must have exactly one @, with something on both sides");
        }
    }

    /** The value of {@code X-On-Behalf-Of}: digits, or printable ASCII without blanks. Personal data. */
    public String headerValue() {
        return value;
    }

    /** Whether this is an id; else it is an e-mail address. */
    public boolean id() {
        return id;
    }

    /**
     * Whether this names the user with that id and address, such as the token's owner. An address is compared without regard
     * to case, which Zendesk does not heed either.
     *
     * @param ownerId    null when not known, which matches nothing
     * @param ownerEmail null when not known, which matches nothing
     */
    public boolean matches(@Nullable String ownerId, @Nullable String ownerEmail) {
        return id ? value.equals(ownerId) : value.equalsIgnoreCase(ownerEmail);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EndUser o && value.equals(o.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return id ? "EndUser[id]" : "EndUser[e-mail]";
    }
}
