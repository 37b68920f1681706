package io.github.camelzendesk.obo.cli;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long what Zendesk gives shall live. Asked for each time, since Zendesk forgets it. */
final class Lifetimes {

    @Option(names = "--token-lifetime", paramLabel = "TIME", converter = Time.class, defaultValue = "30m",
            description = "How long an access token shall live, from 5m to 2d (default: ${DEFAULT-VALUE}).")
    private Duration token;

    @Option(names = "--refresh-lifetime", paramLabel = "TIME", converter = Time.class, defaultValue = "30d",
            description = "How long a refresh token shall live unused, from 7d to 90d (default: ${DEFAULT-VALUE}).")
    private Duration refresh;

    @Nullable
    Duration token() {
        return token;
    }

    @Nullable
    Duration refresh() {
        return refresh;
    }
}
