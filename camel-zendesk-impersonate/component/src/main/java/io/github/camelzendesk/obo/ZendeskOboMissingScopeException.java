package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** The token lacks a scope: see {@link #getMissingScopes()}. Nothing was done. */
public final class ZendeskOboMissingScopeException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboMissingScopeException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }

    /** The scopes of which the token needs one. */
    public java.util.List<String> getMissingScopes() {
        return failure().error().missingScopes();
    }
}
