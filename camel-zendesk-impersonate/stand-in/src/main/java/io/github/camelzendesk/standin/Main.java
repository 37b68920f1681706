package io.github.camelzendesk.standin;

import java.time.Duration;
import java.util.Locale;

/** A stand-in on the command line; it journals to standard output and runs until it is killed. */
public final class Main {

    private Main() {
    }

    public static void main(String[] args) {
        StandIn.Builder builder = StandIn.builder();
        Duration latency = Duration.ZERO;
        try {
            for (int i = 0; i < args.length; i += 2) {
                if (i + 1 == args.length) {
                    throw new IllegalArgumentException(args[i] + " needs a value");
                }
                String value = args[i + 1];
                switch (args[i]) {
                    case "--port" -> builder.port(Integer.parseInt(value));
                    case "--latency" -> latency = duration(value);
                    default -> throw new IllegalArgumentException("There is no option " + args[i]);
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + System.lineSeparator() + "usage: [--port N] [--latency 250ms|1s]");
            System.exit(2);
        }
        @SuppressWarnings("resource") // it lives as long as the process
        StandIn standIn = builder.start();
        standIn.faults().latency(latency);
        standIn.journal().onEntry(System.out::println);
        System.out.println("stand-in listening on " + standIn.baseUri());
    }

    private static Duration duration(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.endsWith("ms")
                ? Duration.ofMillis(Long.parseLong(lower.substring(0, lower.length() - 2)))
                : Duration.parse("PT" + lower);
    }
}
