package io.github.camelzendesk.obo.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

import io.github.camelzendesk.obo.token.TokenStoreException;

/** The command line. */
@Command(
         name = "zendesk-obo",
         description = "Gets, checks and revokes the OAuth token with which Zendesk requests are made on behalf of end users.",
         footer = {
                 "", "Exit status: 0 all is well, 1 it is not, 2 wrong usage.",
                 "Secrets come from files, the environment or a prompt, never from an argument, and are never printed."})
public final class ZendeskObo implements Runnable {

    static final int OK = 0;
    static final int NOT_OK = 1;
    static final int USAGE = 2;

    @Spec
    private CommandSpec spec;

    private ZendeskObo() {
    }

    public static void main(String[] args) {
        System.exit(run(Terminal.real(), args));
    }

    static int run(Terminal terminal, String... args) {
        return commandLine(terminal).execute(args);
    }

    static CommandLine commandLine(Terminal terminal) {
        CommandLine line = new CommandLine(new ZendeskObo());
        List.of(new Authorize(terminal), new Doctor(terminal), new Revoke(terminal), new Rekey(terminal),
                new RunStandIn(terminal)).forEach(line::addSubcommand);
        all(line).forEach(one -> {
            CommandSpec spec = one.getCommandSpec();
            spec.mixinStandardHelpOptions(true).versionProvider(new Version());
            spec.usageMessage().width(100).sortOptions(false).abbreviateSynopsis(spec.name().equals("zendesk-obo"));
        });
        return line.setOut(terminal.out()).setErr(terminal.err())
                // an argument that begins with @ is somebody's, not the name of a file with arguments
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((e, args) -> misused(e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
    }

    private static List<CommandLine> all(CommandLine line) {
        List<CommandLine> all = new ArrayList<>(List.of(line));
        all.addAll(line.getSubcommands().values());
        return all;
    }

    /** Picocli would repeat what was written, which may be a secret that somebody gave as an argument. */
    private static int misused(ParameterException e) {
        String message;
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> options = unmatched.getUnmatched().stream().filter(argument -> argument.startsWith("-"))
                    .map(argument -> argument.replaceFirst("=.*", "")).filter(name -> name.matches("--?[a-z][a-z-]{0,30}"))
                    .collect(Collectors.toList());
            message = options.isEmpty() ? "There is an argument too many" : "There is no option " + String.join(", ", options);
            if (options.stream().anyMatch(name -> name.matches(".*(secret|token|password|key|code).*"))) {
                message += ". A secret is never an argument: name a file, set an environment variable, or wait for the prompt";
            }
        } else if (e.getArgSpec() != null && e.getValue() != null) {
            message = "The value of " + name(e) + " is not valid"
                      + (e.getCause() instanceof TypeConversionException known ? ": " + known.getMessage() : "");
        } else {
            message = e.getMessage();
        }
        CommandLine command = e.getCommandLine();
        command.getErr().println(message);
        command.getErr().println("See " + command.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    private static String name(ParameterException e) {
        return e.getArgSpec() instanceof CommandLine.Model.OptionSpec option ? option.longestName() : "an argument";
    }

    private static int failed(Exception e, CommandLine command) {
        if (e instanceof CommandFailed || e instanceof TokenStoreException) {
            command.getErr().println(Engine.sentence(e.getMessage()));
        } else {
            // its message is unknown, so it may hold anything
            command.getErr().println("This is a fault of zendesk-obo, please report it: " + e.getClass().getName());
            for (StackTraceElement at : e.getStackTrace()) {
                if (at.getClassName().startsWith("io.github.camelzendesk")) {
                    command.getErr().println("    at " + at);
                }
            }
        }
        return NOT_OK;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command: "
                                                         + String.join(", ", spec.subcommands().keySet()));
    }
}
