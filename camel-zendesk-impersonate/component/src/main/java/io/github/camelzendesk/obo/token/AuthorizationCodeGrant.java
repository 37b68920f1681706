package io.github.camelzendesk.obo.token;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Turns the code of the one-time browser step into the first rotating pair.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3">RFC 6749, section 4.1.3</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7636#section-4.5">RFC 7636 (PKCE), section 4.5</a>
 */
public final class AuthorizationCodeGrant {

    private AuthorizationCodeGrant() {
    }

    /**
     * Redeems a code, which lives for two minutes and serves once.
     *
     * @param  redirectUri  the very one that the code was sent to
     * @param  codeVerifier the secret behind the code challenge
     * @return              fails with {@link TokenUnavailable}, or {@link TokenWire.NoAnswer} when there was no whole answer
     */
    public static CompletionStage<TokenPair> redeem(
            TokenEngine engine, Origin origin, ClientSettings client, String code, String redirectUri, String codeVerifier) {
        Map<String, Object> request = client.request("authorization_code");
        request.put("code", code);
        request.put("redirect_uri", redirectUri);
        request.put("code_verifier", codeVerifier);
        return engine.post(origin, "/oauth/tokens", null, request).thenCompose(answer -> {
            Instant now = engine.clock().instant();
            GrantReply reply = GrantReply.read(answer, now);
            if (reply instanceof GrantReply.Refused refused) {
                return CompletableFuture.failedStage(refused.problem());
            }
            GrantReply.Granted granted = (GrantReply.Granted) reply;
            TokenUnavailable narrower = GrantReply.narrower(client.scopes(), granted.scopes());
            if (narrower != null) {
                return CompletableFuture.failedStage(narrower);
            } else if (granted.refreshToken() == null) {
                return CompletableFuture.failedStage(new TokenUnavailable(
                        "Zendesk gave a token that does not expire and no refresh token, as it does for OAuth clients made before "
                                                                          + "2026-04-30 unless a lifetime is asked for: set the token "
                                                                          + "lifetime",
                        null));
            }
            return CompletableFuture.completedStage(TokenPair.of(
                    granted.accessToken(), granted.refreshToken(), granted.refreshExpiresAt(),
                    granted.scopes().isEmpty() ? client.scopes() : granted.scopes(), now));
        });
    }
}
