package io.github.camelzendesk.obo;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.obo.token.TokenUnavailable;

/**
 * Tokens from an OAuth profile of Camel's own ({@code camel.oauth.<profile>.*}), for Camel 4.19 and newer with
 * {@code camel-oauth} beside it. Camel caches the tokens and fetches them anew before they expire; it cannot be told that one
 * was revoked, so after a revocation requests fail until Camel's cache lets go of it.
 * {@link io.github.camelzendesk.obo.token.ClientCredentialsTokenSource} has no such gap and runs on every Camel.
 * <p>
 * Fetching blocks the route's thread. Thread-safe once its settings are set.
 */
public final class CamelOAuthTokenSource implements TokenSource, CamelContextAware {

    private static final String CAMELS_HELPER = "org.apache.camel.support.OAuthHelper";

    private @Nullable String profile;
    private @Nullable CamelContext camelContext;

    /** The name of the profile. Required. */
    public void setProfile(String profile) {
        this.profile = profile;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(@Nullable CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    /** @throws IllegalArgumentException when it cannot work here, with what to do */
    void check() {
        if (profile == null || profile.isBlank()) {
            throw new IllegalArgumentException("the token source of Camel's OAuth profiles needs a profile");
        }
        resolver();
    }

    private static Method resolver() {
        try {
            return Class.forName(CAMELS_HELPER, true, CamelContext.class.getClassLoader())
                    .getMethod("resolveOAuthToken", CamelContext.class, String.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    "this Camel has no OAuth profiles for components: use Camel 4.19 or newer, or a ClientCredentialsTokenSource");
        }
    }

    @Override
    public CompletionStage<AccessToken> token() {
        try {
            return CompletableFuture.completedStage(AccessToken.of((String) resolver().invoke(null, camelContext, profile)));
        } catch (InvocationTargetException e) {
            // its message may hold what the token endpoint said
            return CompletableFuture.failedStage(new TokenUnavailable(
                    "Camel's OAuth profile " + profile + " gave no token: " + e.getCause().getClass().getName()
                                                                      + ". Check camel.oauth." + profile
                                                                      + ".* and that camel-oauth is there",
                    null));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "CamelOAuthTokenSource[" + profile + "]";
    }
}
