package io.github.camelzendesk.standin;

import java.util.Locale;

/**
 * The refusals of the token endpoint and of the authorization page. {@code invalid_grant} and {@code access_denied} are
 * Zendesk's words [DOC 4408831387930, 4408845965210] and those of the library nov/rack-oauth2 at the same time, so that the
 * others are taken from there [INFER].
 */
enum OAuthError {

    ACCESS_DENIED(403, "The end-user or authorization server denied the request"),
    INVALID_CLIENT(401, "The client identifier provided is invalid, the client failed to authenticate, the client did not"
            + " include its credentials, provided multiple client credentials, or used unsupported credentials type."),
    INVALID_GRANT(400, "The provided access grant is invalid, expired, or revoked (e.g. invalid assertion, expired"
            + " authorization token, bad end-user password credentials, or mismatching authorization code and redirection"
            + " URI)."),
    INVALID_REQUEST(400, "The request is missing a required parameter, includes an unsupported parameter or parameter"
            + " value, repeats a parameter, includes multiple credentials, utilizes more than one mechanism for"
            + " authenticating the client, or is otherwise malformed."),
    /** Status and code are [PROBE csa-zendesk 7.2]. */
    INVALID_SCOPE(400, "The requested scope is invalid, unknown, malformed, or exceeds the previously granted scope."),
    UNAUTHORIZED_CLIENT(400, "The authenticated client is not authorized to use the access grant type provided."),
    UNSUPPORTED_GRANT_TYPE(400, "The access grant included - its type or another attribute - is not supported by the"
            + " authorization server."),
    UNSUPPORTED_RESPONSE_TYPE(400, "The authorization server does not support obtaining an authorization code using this"
            + " method.");

    private final int status;
    private final String description;

    OAuthError(int status, String description) {
        this.status = status;
        this.description = description;
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    String description() {
        return description;
    }

    Answer answer() {
        Answer answer = Answer.json(status, Json.object().put("error", code()).put("error_description", description));
        return this == INVALID_CLIENT
                ? answer.with("WWW-Authenticate", "Basic realm=\"OAuth2 Token Endpoint\"")
                : answer;
    }

    /** Thrown where a request stops. */
    static final class Refusal extends RuntimeException {

        private final OAuthError error;

        Refusal(OAuthError error) {
            super(error.code(), null, false, false);
            this.error = error;
        }

        OAuthError error() {
            return error;
        }
    }

    Refusal refusal() {
        return new Refusal(this);
    }
}
