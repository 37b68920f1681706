package io.github.camelzendesk.obo.token;

import java.util.regex.Pattern;

/**
 * What a rotating pair belongs to: one account and one OAuth client. Nothing in it is secret.
 *
 * @param origin   where the tokens are used
 * @param clientId the OAuth client's identifier, as the token endpoint takes it
 */
public record TokenKey(Origin origin, String clientId) {

    /** The visible ASCII of RFC 6749, appendix A.1, without the blank. */
    private static final Pattern CLIENT_ID = Pattern.compile("[!-~]{1,255}");

    public TokenKey {
        if (!CLIENT_ID.matcher(clientId).matches()) {
            throw new IllegalArgumentException("clientId is not valid: write the unique identifier of the OAuth client as the"
                                               + " Admin Center shows it (1 to 255 visible ASCII characters, no blanks)");
        }
    }
}
