package io.github.camelzendesk.obo.cli;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;

import io.github.camelzendesk.obo.client.ApiClient;
import io.github.camelzendesk.obo.client.EngineSettings;
import io.github.camelzendesk.obo.token.TokenUnavailable;
import io.github.camelzendesk.obo.token.TokenWire;

/** The component's HTTP engine and the threads that it needs, for as long as a command runs. */
final class Engine implements AutoCloseable {

    private static final ThreadFactory DAEMONS = task -> {
        Thread thread = new Thread(task, "zendesk-obo");
        thread.setDaemon(true);
        return thread;
    };

    private final ExecutorService threads = Executors.newCachedThreadPool(DAEMONS);
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(DAEMONS);
    private final ApiClient client;

    Engine(InstantSource clock) {
        client = new ApiClient(
                new EngineSettings(null, null, Duration.ofSeconds(10), 4, "zendesk-obo/" + Version.number()), threads, threads,
                scheduler, clock);
    }

    ApiClient client() {
        return client;
    }

    /** Waits for an answer. */
    static <T> T await(CompletionStage<T> stage) throws CommandFailed {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof TokenUnavailable || cause instanceof TokenWire.NoAnswer) {
                throw new CommandFailed(sentence(cause.getMessage()));
            }
            throw e;
        }
    }

    /** The component's messages are parts of sentences. */
    static String sentence(String message) {
        return Character.toUpperCase(message.charAt(0)) + message.substring(1);
    }

    @Override
    public void close() {
        client.close();
        scheduler.shutdownNow();
        threads.shutdownNow();
    }
}
