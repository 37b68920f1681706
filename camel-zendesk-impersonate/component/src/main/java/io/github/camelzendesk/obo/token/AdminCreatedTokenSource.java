package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
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
    private volatile long numericClientId;

    /** The source of the token that creates; it needs the scope {@code write} and an admin as its owner. Required. */
    public void setAdmin(TokenSource admin) {
        this.admin = admin;
    }

    @Override
    void check(ClientSettings client) {
        if (admin == null) {
            throw new IllegalArgumentException("admin must name the token source of the token that creates");
        }
        long number = -1;
        try {
            number = client.id().matches("[1-9][0-9]*") ? Long.parseLong(client.id()) : -1;
        } catch (NumberFormatException e) {
            // longer than any id
        }
        if (number < 0) {
            throw new IllegalArgumentException("for a token that an admin creates, clientId is the numeric id of the OAuth client, "
                                               + "not its identifier");
        }
        numericClientId = number;
    }

    @Override
    void connectOthers(TokenEngine engine, Origin account) {
        if (admin instanceof RenewingTokenSource renewing) {
            renewing.connect(engine, account);
        }
    }

    @Override
    public void disconnect() {
        if (admin instanceof RenewingTokenSource renewing) {
            renewing.disconnect();
        }
    }

    @Override
    boolean survivesRenewal() {
        return true;
    }

    @Override
    CompletionStage<AccessToken> renew() {
        return create(connected(), null);
    }

    /** @param refused the admin's token that was refused before, or null */
    private CompletionStage<AccessToken> create(Connected to, @Nullable AccessToken refused) {
        List<String> scopes = to.client().scopes();
        return admin.token().thenCompose(bearer -> to.engine().post(
                to.origin(), PATH, bearer, Map.of("token", Map.of("client_id", numericClientId, "scopes", scopes)))
                .thenCompose(answer -> {
                    if (answer.status() == 401 && refused == null) {
                        admin.invalidate(bearer);
                        return admin.token().thenCompose(other -> other.equals(bearer)
                                ? created(answer, to) : create(to, bearer));
                    }
                    return created(answer, to);
                }));
    }

    private static CompletionStage<AccessToken> created(TokenWire.Answer answer, Connected to) {
        if (answer.status() < 200 || answer.status() >= 300) {
            return CompletableFuture.failedStage(refused(answer, to));
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
            return CompletableFuture.completedStage(
                    AccessToken.of(token.path("full_token").asText(null), expiry(token.path("expires_at").asText(null))));
        } catch (InvalidAccessToken e) {
            return CompletableFuture.failedStage(new TokenUnavailable(
                    "Zendesk created a token, but its answer has no usable full_token", null));
        }
    }

    private static TokenUnavailable refused(TokenWire.Answer answer, Connected to) {
        String why = switch (answer.status()) {
            case 403 -> "Zendesk does not let the token that creates tokens do so: its owner must be an admin, and write among its "
                        + "scopes";
            case 404, 422 -> "Zendesk does not create the token: clientId must be the number of an OAuth client of this account";
            default -> null;
        };
        return why != null ? new TokenUnavailable(why + " [status " + answer.status() + "]", null)
                : ((GrantReply.Refused) GrantReply.read(answer, to.engine().clock().instant())).problem();
    }

    private static @Nullable Instant expiry(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
