package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** What the consent page gave; its text form leaves the value out. */
record AuthorizationCode(
        String value,
        Client client,
        User user,
        String redirectUri,
        List<String> scopes,
        @Nullable String challenge,
        Instant expiresAt) {

    @Override
    public String toString() {
        return "code for " + client;
    }
}
