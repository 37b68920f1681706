package io.github.camelzendesk.obo.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.Charset;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What a command has of the world around it; a test gives another one.
 *
 * @param environment the value of a variable, or null
 * @param secret      asks for a secret without showing it, or answers null when nobody can be asked
 * @param browser     opens an address for the user, or answers that it cannot
 */
record Terminal(
        PrintWriter out, PrintWriter err, BufferedReader in, Function<String, @Nullable String> environment,
        Function<String, char @Nullable []> secret, Predicate<URI> browser, InstantSource clock) {

    static Terminal real() {
        Console console = System.console();
        Charset charset = console == null ? Charset.defaultCharset() : console.charset();
        return new Terminal(
                new PrintWriter(System.out, true, charset), new PrintWriter(System.err, true, charset),
                new BufferedReader(new InputStreamReader(System.in, charset)), System::getenv,
                question -> console == null ? null : console.readPassword("%s: ", question), Terminal::open,
                InstantSource.system());
    }

    private static boolean open(URI address) {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        List<String> command;
        if (system.contains("mac")) {
            command = List.of("open", address.toString());
        } else if (system.contains("windows")) {
            command = List.of("rundll32", "url.dll,FileProtocolHandler", address.toString());
        } else if (System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null) {
            command = List.of("xdg-open", address.toString());
        } else {
            // without a screen xdg-open would start a text browser in this very terminal
            return false;
        }
        try {
            new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
