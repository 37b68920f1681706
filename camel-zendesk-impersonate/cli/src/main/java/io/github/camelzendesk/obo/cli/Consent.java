package io.github.camelzendesk.obo.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

import com.nimbusds.oauth2.sdk.AuthorizationErrorResponse;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.AuthorizationResponse;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;

import io.github.camelzendesk.obo.token.ClientSettings;
import io.github.camelzendesk.obo.token.Origin;

/**
 * One question to the administrator in the browser: what it is asked with, and what comes back.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.1">RFC 6749, section 4.1</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7636">RFC 7636 (PKCE)</a>
 */
final class Consent {

    private static final Pattern CODE = Pattern.compile("[!-~]{1,4096}");

    private final URI redirect;
    private final State state = new State();
    private final CodeVerifier verifier = new CodeVerifier();
    private final URI question;

    Consent(Origin origin, ClientSettings client, URI redirect) {
        this.redirect = redirect;
        this.question = new AuthorizationRequest.Builder(ResponseType.CODE, new ClientID(client.id()))
                .endpointURI(origin.resolve("/oauth/authorizations/new"))
                .redirectionURI(redirect)
                .scope(new Scope(client.scopes().toArray(String[]::new)))
                .state(state)
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .build().toURI();
    }

    /** What came back. */
    sealed interface Arrival {
    }

    /** The administrator agreed. */
    record Code(String value) implements Arrival {
        @Override
        public String toString() {
            return "Code[hidden]";
        }
    }

    /**
     * The administrator or Zendesk refused.
     *
     * @param why what to tell, and what to do
     */
    record Refused(boolean denied, String why) implements Arrival {
    }

    /** It belongs to another question, or somebody made it up. */
    record WrongState() implements Arrival {
    }

    /** It is no answer to any question. */
    record Unreadable() implements Arrival {
    }

    /** The address to open. */
    URI question() {
        return question;
    }

    String verifier() {
        return verifier.getValue();
    }

    /** The query of a request to the redirect address. */
    Arrival read(String rawQuery) {
        AuthorizationResponse response;
        try {
            response = AuthorizationResponse.parse(new URI(redirect + "?" + rawQuery));
        } catch (ParseException | URISyntaxException | IllegalArgumentException e) {
            return new Unreadable();
        }
        // Zendesk's documentation shows a denial without state; it can do no more than to end this
        boolean stateless = response instanceof AuthorizationErrorResponse && response.getState() == null;
        if (!stateless && !state.equals(response.getState())) {
            return new WrongState();
        }
        if (response instanceof AuthorizationErrorResponse error) {
            return refused(error.getErrorObject() == null ? "" : String.valueOf(error.getErrorObject().getCode()));
        }
        return response.toSuccessResponse().getAuthorizationCode() == null ? new Unreadable()
                : new Code(response.toSuccessResponse().getAuthorizationCode().getValue());
    }

    /** What the user copied: the whole address that the browser was sent to, or the code alone. */
    Arrival readPasted(String text) {
        String pasted = text.strip();
        int query = pasted.indexOf('?');
        if (query >= 0 || pasted.startsWith("code=") || pasted.contains("&code=")) {
            return read(pasted.substring(query + 1).replaceFirst("#.*", ""));
        }
        return CODE.matcher(pasted).matches() && !pasted.contains("://") ? new Code(pasted) : new Unreadable();
    }

    private static Refused refused(String code) {
        return switch (code) {
            case "access_denied" -> new Refused(true, "Access was denied in the browser. Nothing was stored");
            case "invalid_scope" -> new Refused(
                    false, "Zendesk does not grant the scopes [invalid_scope]: add them to the allowed scopes of the OAuth client, "
                           + "impersonate among them. Nothing was stored");
            case "unauthorized_client", "unsupported_response_type", "invalid_request", "server_error", "temporarily_unavailable" ->
                new Refused(false, "Zendesk refused the authorization request [" + code + "]. Nothing was stored");
            default -> new Refused(false, "Zendesk refused the authorization request. Nothing was stored");
        };
    }

    @Override
    public String toString() {
        return "Consent[hidden]";
    }
}
