package io.github.camelzendesk.obo.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.StoreKey;
import io.github.camelzendesk.obo.token.TokenStoreException;

/** Another key for a store. */
@Command(name = "rekey", description = "Encrypts a token store with another key.",
         footer = {
                 "", "Stop what uses the store before, and start it with the new key afterwards. When it was interrupted, run it again. "
                     + "Keep the old key for as long as there are backups of the store."})
final class Rekey implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--store", paramLabel = "DIR", required = true, description = "The folder of the store.")
    private Path folder;

    @Option(names = "--key-file", paramLabel = "FILE", required = true, description = "The file with the key of now.")
    private Path keyFile;

    @Option(names = "--new-key-file", paramLabel = "FILE", required = true, description = "The file with the key to come.")
    private Path newKeyFile;

    @Option(names = "--create-key", description = "Create the new key file when it does not exist.")
    private boolean createKey;

    Rekey(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailed, TokenStoreException {
        if (!Files.isDirectory(folder)) {
            throw new CommandFailed("There is no folder " + folder);
        }
        FileTokenStore store = new FileTokenStore(folder, StoreKey.fromFile(keyFile));
        boolean create = createKey && !Files.exists(newKeyFile);
        StoreKey newKey = create ? StoreKey.generate(newKeyFile) : StoreKey.fromFile(newKeyFile);
        store.rekey(newKey);
        terminal.out().println("The store " + folder + " has the key of " + newKeyFile + (create ? ", a new one," : "") + " now.");
        return ZendeskObo.OK;
    }
}
