package io.github.camelzendesk.obo.token;

import java.time.Instant;
import java.util.List;

/** Pairs and keys with names. */
final class TestPairs {

    static final TokenKey ACME = new TokenKey(Origin.ofSubdomain("acme"), "helpdesk");
    static final TokenKey ACME_OTHER_CLIENT = new TokenKey(Origin.ofSubdomain("acme"), "reports");
    static final TokenKey GLOBEX = new TokenKey(Origin.ofSubdomain("globex"), "helpdesk");
    static final Instant NOW = Instant.parse("2026-11-25T10:00:00.123456789Z");

    private TestPairs() {
    }

    /** The pair of a generation; both secrets contain the word SECRET. */
    static TokenPair pair(long generation) {
        return TokenPair.of(
                AccessToken.of("access-SECRET-" + generation, NOW.plusSeconds(1800)), "refresh-SECRET-" + generation,
                NOW.plusSeconds(2_592_000), List.of("impersonate", "write"), NOW);
    }

    static long generation(TokenPair pair) {
        return Long.parseLong(pair.refreshToken().substring("refresh-SECRET-".length()));
    }

    static TokenPair successor(TokenPair current) {
        return pair(current == null ? 1 : generation(current) + 1);
    }
}
