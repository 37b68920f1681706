package io.github.camelzendesk.obo.token;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * What a source that fetches tokens is given by whoever uses it: the HTTP engine with its one set-up of TLS and proxy, threads
 * and a clock. The client package implements it.
 */
public interface TokenEngine {

    /**
     * Sends a token request, once. The stage fails with {@link TokenWire.NoAnswer}, and completes on a thread that may be
     * blocked.
     *
     * @param bearer the token that authorizes the request, or null when the body does
     * @param json   becomes the body
     */
    CompletionStage<TokenWire.Answer> post(Origin origin, String path, @Nullable AccessToken bearer, Map<String, ?> json);

    /** Threads for what blocks, such as a token store. */
    Executor blocking();

    /** Runs something that may block, after a while, unless everything stops before. */
    void later(Duration delay, Runnable task);

    InstantSource clock();
}
