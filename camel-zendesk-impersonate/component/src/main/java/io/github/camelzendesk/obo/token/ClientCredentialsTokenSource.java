package io.github.camelzendesk.obo.token;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Tokens by the client credentials grant: the first choice for servers, since there is nothing to rotate and nothing to lose.
 * The OAuth client must be confidential, the user it belongs to an admin, and {@code impersonate} among its allowed scopes.
 * <p>
 * Zendesk gives no refresh token with this grant; the source asks anew shortly before a token expires, and the old one lives on
 * until then.
 *
 * @see <a href="https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/">Grant-type tokens</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.4">RFC 6749, section 4.4</a>
 */
public final class ClientCredentialsTokenSource extends RenewingTokenSource {

    @Override
    void check(ClientSettings client) {
        if (client.secret() == null) {
            throw new IllegalArgumentException("the client credentials grant needs a client secret");
        }
    }

    @Override
    boolean survivesRenewal() {
        return true;
    }

    @Override
    CompletionStage<AccessToken> renew(@Nullable AccessToken dead) {
        Connected to = connected();
        return to.engine().post(
                to.origin(), "/oauth/tokens", null, to.client().request("client_credentials")).thenCompose(answer -> {
            GrantReply reply = GrantReply.read(answer, to.engine().clock().instant());
            if (reply instanceof GrantReply.Refused refused) {
                return CompletableFuture.failedStage(refused.problem());
            }
            GrantReply.Granted granted = (GrantReply.Granted) reply;
            TokenUnavailable narrower = GrantReply.narrower(to.client().scopes(), granted.scopes());
            return narrower != null
                    ? CompletableFuture.failedStage(narrower) : CompletableFuture.completedStage(granted.accessToken());
        });
    }
}
