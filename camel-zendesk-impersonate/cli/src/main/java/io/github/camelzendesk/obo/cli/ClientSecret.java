package io.github.camelzendesk.obo.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The OAuth client's secret: from a file, the environment or a prompt. */
final class ClientSecret {

    static final String VARIABLE = "ZENDESK_CLIENT_SECRET";
    private static final int LONGEST = 4096;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--client-secret-file", paramLabel = "FILE",
            description = "A file that holds the OAuth client's secret. Without it, the secret is taken from the environment "
                          + "variable " + VARIABLE + ", or asked for.")
    private Path file;

    @Option(names = "--public-client", description = "The OAuth client is a public one: it has no secret.")
    private boolean publicClient;

    /** @return null for a public client, which proves itself by the code verifier of its one visit to the browser */
    @Nullable String read(Terminal terminal) throws CommandFailed {
        if (publicClient && file != null) {
            throw new ParameterException(command.commandLine(), "--public-client and --client-secret-file exclude each other");
        } else if (publicClient) {
            return null;
        } else if (file != null) {
            return secretIn(file, terminal);
        }
        String value = terminal.environment().apply(VARIABLE);
        if (value != null && !value.isBlank()) {
            return value.strip();
        }
        char[] typed = terminal.secret().apply("Secret of the OAuth client");
        if (typed == null || new String(typed).isBlank()) {
            throw new ParameterException(command.commandLine(), "The OAuth client's secret is needed: name its file by "
                                                                + "--client-secret-file, or set " + VARIABLE);
        }
        return new String(typed).strip();
    }

    /** One secret, which is all that the file holds. */
    static String secretIn(Path file, Terminal terminal) throws CommandFailed {
        String text;
        try {
            if (Files.size(file) > LONGEST) {
                throw new CommandFailed(file + " is too long to be a secret: it must hold the secret alone");
            }
            Set<PosixFilePermission> permissions = Files.getFileStore(file).supportsFileAttributeView("posix")
                    ? Files.getPosixFilePermissions(file) : Set.of();
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                terminal.err().println("warning: everyone on this machine can read " + file + ": run chmod 600 " + file);
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (NoSuchFileException e) {
            throw new CommandFailed("There is no file " + file);
        } catch (IOException e) {
            throw new CommandFailed(file + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
        if (text.isEmpty() || text.lines().count() > 1) {
            throw new CommandFailed(file + " must hold the secret alone, in one line");
        }
        return text;
    }
}
