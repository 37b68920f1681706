package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * A token that another token of an admin creates, by {@code POST /api/v2/oauth/tokens}. It does not expire; one is created when
 * the first message needs it, and another when Zendesk refuses it. Each start of the application creates one, so revoke the old
 * ones now and then, or prefer {@link ClientCredentialsTokenSource}.
 *
 * @see <a href="https://developer.zendesk.com/api-reference/ticketing/oauth/oauth_tokens/">OAuth tokens</a>
 */
public final class AdminCreatedTokenSource extends RenewingTokenSource {

    private static final String PATH = "/api/v2/oauth/tokens";
    private static final ObjectMapper JSON = new ObjectMapper();

    private @Nullable TokenSource admin;
    private long numericClientId;

    /** The source of the token that creates; it needs the scope {@code write} and an admin as its owner. Required. */
    public void setAdmin(TokenSource admin) {
        this.admin = admin;
    }

    @Override
    void check(ClientSettings client) {
        if (admin == null) {
            throw new IllegalArgumentException("admin must name the token source of the token that creates");
        }
        if (!client.id().matches("[1-9][0-9]{0,18}")) {
            throw new IllegalArgumentException("for a token that an admin creates, clientId is the numeric id of the OAuth client, "
                                               + "not its identifier");
        }
        numericClientId = Long.parseLong(client.id());
    }

    @Override
    boolean survivesRenewal() {
        return true;
    }

    @Override
    CompletionStage<AccessToken> renew(@Nullable AccessToken dead) {
        Connected to = connected();
        List<String> scopes = to.client().scopes();
        return admin.token().thenCompose(bearer -> to.engine().post(
                to.origin(), PATH, bearer, Map.of("token", Map.of("client_id", numericClientId, "scopes", scopes))))
                .thenCompose(answer -> created(answer, to));
    }

    private static CompletionStage<AccessToken> created(TokenWire.Answer answer, Connected to) {
        if (answer.status() < 200 || answer.status() >= 300) {
            return CompletableFuture.failedStage(
                    ((GrantReply.Refused) GrantReply.read(answer, to.engine().clock().instant())).problem());
        }
        JsonNode token;
        try {
            token = JSON.readTree(answer.body()).path("token");
        } catch (IOException e) {
            token = JSON.missingNode();
        }
        Set<String> granted = new LinkedHashSet<>();
        token.path("scopes").forEach(scope -> granted.add(scope.asText()));
        TokenUnavailable narrower = GrantReply.narrower(to.client().scopes(), granted);
        if (narrower != null) {
            return CompletableFuture.failedStage(narrower);
        }
        try {
            // the field named token holds its first ten characters only
            return CompletableFuture.completedStage(AccessToken.of(token.path("full_token").asText(null)));
        } catch (InvalidAccessToken e) {
            return CompletableFuture.failedStage(new TokenUnavailable(
                    "Zendesk created a token, but its answer has no usable full_token", null));
        }
    }
}
