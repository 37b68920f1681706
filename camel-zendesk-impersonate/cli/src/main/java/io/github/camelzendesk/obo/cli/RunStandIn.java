package io.github.camelzendesk.obo.cli;

import java.net.BindException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import io.github.camelzendesk.standin.Main;

/** A local Zendesk. */
@Command(name = "stand-in", description = "Runs a local Zendesk for tests and demonstrations until it is stopped.",
         footer = {"", "It has sample data (docs/reference/stand-in.md) and prints a line for each request: who acted, and how it was "
                       + "answered."})
final class RunStandIn implements Callable<Integer> {

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "8089",
            description = "The port on 127.0.0.1; 0 for any (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--latency", paramLabel = "TIME", converter = Time.class, defaultValue = "0ms",
            description = "How long each answer takes, such as 250ms (default: ${DEFAULT-VALUE}).")
    private Duration latency;

    RunStandIn(Terminal terminal) {
        // it prints by itself
    }

    @Override
    public Integer call() throws CommandFailed {
        try {
            Main.main(new String[] {"--port", String.valueOf(port), "--latency", latency.toMillis() + "ms"});
        } catch (RuntimeException e) {
            if (e.getCause() instanceof BindException) {
                throw new CommandFailed("Port " + port + " of this machine is in use. Name another one by --port");
            }
            throw e;
        }
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ZendeskObo.OK;
    }
}
