package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

/**
 * A store in a folder that only its owner can enter: for each account and client one encrypted file and one lock file.
 * A file for each, so that one account's refresh, which holds the lock while it talks to Zendesk, does not hold up the
 * others, and so that a damaged file costs one pair. The lock file is never deleted.
 * <p>
 * For processes of one user on one machine. Put the folder on a disk that outlives the process: the writable layer of a
 * container and {@code tmpfs} do not. Network file systems, where locks and syncs do not hold, and file systems without
 * POSIX permissions, such as those of Windows, are refused: use {@link JdbcTokenStore} there.
 * <p>
 * Before each change the new file's blocks are allocated and synced. Saving then needs no more room: it writes over them,
 * syncs, renames the file over the old one and syncs the folder. A process that dies on the way leaves the old pair or the
 * new one, whole.
 */
public final class FileTokenStore implements TokenStore {

    private static final Duration LOCK_WAIT = Duration.ofSeconds(60);
    private static final String PAIR = ".pair";
    private static final String LOCK = ".lock";
    private static final String TEMPORARY = ".tmp";
    private static final int LONGEST_HOST_PART = 80;
    /** What types of file systems that are shared between machines begin with, behind {@code fuse.} or not. */
    private static final List<String> SHARED = List.of(
            "nfs", "cifs", "smb", "afp", "webdav", "davfs", "sshfs", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs", "glusterfs",
            "ncpfs", "coda", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "osxfs", "grpcfuse", "fakeowner", "s3", "goofys", "mount-s3",
            "mountpoint-s3", "gcsfuse", "blobfuse", "rclone", "juicefs", "seaweedfs", "moosefs", "mfs", "lizardfs", "gvfsd",
            "curlftpfs", "hdfs", "fuse_dfs");

    private final Path folder;
    private final @Nullable StoreKey key;
    private final Duration lockWait;
    private final Disk disk;

    /**
     * An encrypted store.
     *
     * @param folder is created when it does not exist; not shared with anything else
     */
    public FileTokenStore(Path folder, StoreKey key) {
        this(folder, Objects.requireNonNull(key), LOCK_WAIT, Disk.LOCAL);
    }

    private FileTokenStore(Path folder, @Nullable StoreKey key, Duration lockWait, Disk disk) {
        this.folder = folder.toAbsolutePath().normalize();
        this.key = key;
        this.lockWait = lockWait;
        this.disk = disk;
    }

    public static Builder builder(Path folder) {
        return new Builder(folder);
    }

    @Override
    public @Nullable TokenPair load(TokenKey of) throws TokenStoreException {
        try {
            return folderExists() ? stored(of) : null;
        } catch (IOException e) {
            throw failed(e, Reason.IO, "read");
        }
    }

    @Override
    public <X extends Exception> @Nullable TokenPair update(TokenKey of, Change<X> change) throws TokenStoreException, X {
        FileLocks.Held lock = lock(name(of));
        Path temporary = folder.resolve(name(of) + TEMPORARY);
        try {
            TokenPair current = current(of);
            reserve(temporary);
            TokenPair made = change.apply(current);
            if (made == null) {
                return current;
            }
            TokenPair next = made.after(current);
            try {
                replace(of, next, key, temporary);
            } catch (IOException e) {
                throw new TokenNotSaved(next, failed(e, Reason.NOT_WRITABLE, "written"));
            } catch (RuntimeException e) {
                throw new TokenNotSaved(next, new TokenStoreException(Reason.IO, "The token store failed: report this", e));
            }
            return next;
        } finally {
            disk.deleteQuietly(temporary);
            lock.release();
        }
    }

    @Override
    public void save(TokenKey of, TokenPair pair) throws TokenStoreException {
        FileLocks.Held lock = lock(name(of));
        Path temporary = folder.resolve(name(of) + TEMPORARY);
        try {
            TokenPair numbered = Versions.savable(current(of), pair);
            reserve(temporary);
            replace(of, numbered, key, temporary);
        } catch (IOException e) {
            throw failed(e, Reason.NOT_WRITABLE, "written");
        } finally {
            disk.deleteQuietly(temporary);
            lock.release();
        }
    }

    /**
     * Encrypts all that is stored with another key; a plain text store becomes an encrypted one. Each file is replaced
     * atomically. When it fails on the way, call it again: what has the new key already is left as it is. Stop the
     * processes that use the store before, or restart them after, with the new key.
     *
     * @return                     the store that reads it from now on; this one no longer can
     * @throws TokenStoreException when a file has neither key or is damaged; then no file was changed
     */
    public FileTokenStore rekey(StoreKey newKey) throws TokenStoreException {
        try {
            List<TokenKey> all = folderExists() ? everyone(newKey) : List.of();
            for (TokenKey of : all) {
                rekey(of, newKey);
            }
        } catch (IOException e) {
            throw failed(e, Reason.NOT_WRITABLE, "written");
        }
        return new FileTokenStore(folder, Objects.requireNonNull(newKey), lockWait, disk);
    }

    private void rekey(TokenKey of, StoreKey newKey) throws IOException, TokenStoreException {
        FileLocks.Held lock = lock(name(of));
        Path temporary = folder.resolve(name(of) + TEMPORARY);
        try {
            SealedPair sealed = sealed(of);
            if (sealed != null && !sealed.sealedWith(newKey)) {
                TokenPair pair = sealed.open(of, key, where(of));
                reserve(temporary);
                replace(of, pair, newKey, temporary);
            }
        } finally {
            disk.deleteQuietly(temporary);
            lock.release();
        }
    }

    private List<TokenKey> everyone(StoreKey newKey) throws IOException, TokenStoreException {
        List<TokenKey> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + PAIR)) {
            for (Path file : files) {
                String where = "The token store file " + file;
                SealedPair sealed = sealed(file, where);
                if (sealed != null) {
                    TokenKey of = sealed.owner(where);
                    if (!file.equals(file(of))) {
                        throw new TokenStoreException(
                                Reason.NOT_OURS, where + " was copied or renamed: move it out of the folder, then try again");
                    }
                    sealed.open(of, sealed.sealedWith(newKey) ? newKey : key, where);
                    all.add(of);
                }
            }
        }
        return all;
    }

    private @Nullable TokenPair current(TokenKey of) throws TokenStoreException {
        try {
            return stored(of);
        } catch (IOException e) {
            throw failed(e, Reason.IO, "read");
        }
    }

    private @Nullable TokenPair stored(TokenKey of) throws IOException, TokenStoreException {
        SealedPair sealed = sealed(of);
        return sealed == null ? null : sealed.open(of, key, where(of));
    }

    private @Nullable SealedPair sealed(TokenKey of) throws IOException, TokenStoreException {
        return sealed(file(of), where(of));
    }

    private @Nullable SealedPair sealed(Path file, String where) throws IOException, TokenStoreException {
        try {
            refuseOthers(file);
            byte[] bytes = disk.read(file, SealedPair.LONGEST);
            if (bytes.length > SealedPair.LONGEST) {
                throw new TokenStoreException(
                        Reason.NOT_OURS, where + " is too long for a token pair and was left alone: choose another place for the store");
            }
            return SealedPair.read(bytes, where);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private void replace(TokenKey of, TokenPair pair, @Nullable StoreKey with, Path temporary) throws IOException {
        disk.write(temporary, SealedPair.seal(of, pair, with));
        disk.rename(temporary, file(of));
        disk.syncFolder(folder);
    }

    /** Leaves a file that the pair only has to be written over: the room is taken, and everything that can fail has been tried. */
    private void reserve(Path temporary) throws TokenStoreException {
        // not zeros, which some file systems do not store
        byte[] filler = new byte[SealedPair.LONGEST];
        new Random().nextBytes(filler);
        boolean reserved = false;
        try {
            // of a process that died
            disk.delete(temporary);
            disk.createFile(temporary);
            refuseOthers(temporary);
            disk.write(temporary, filler);
            disk.syncFolder(folder);
            reserved = true;
        } catch (IOException e) {
            throw failed(e, Reason.NOT_WRITABLE, "written");
        } finally {
            if (!reserved) {
                disk.deleteQuietly(temporary);
            }
        }
    }

    private FileLocks.Held lock(String name) throws TokenStoreException {
        try {
            if (!folderExists()) {
                refuseNetwork(nearestExisting());
                disk.createFolder(folder);
                folderExists();
            }
            Path lockFile = folder.resolve(name + LOCK);
            if (!Files.exists(lockFile, LinkOption.NOFOLLOW_LINKS)) {
                try {
                    disk.createFile(lockFile);
                } catch (FileAlreadyExistsException e) {
                    // another one was faster
                }
            }
            refuseOthers(lockFile);
            return FileLocks.acquire(lockFile, new Deadline(lockWait));
        } catch (UnsupportedOperationException e) {
            throw noOwnerPermissions();
        } catch (IOException e) {
            throw failed(e, Reason.NOT_WRITABLE, "written");
        }
    }

    /** Whether there is a folder; if so, one that can be trusted. */
    private boolean folderExists() throws IOException, TokenStoreException {
        PosixFileAttributes attributes;
        try {
            attributes = attributes(folder);
        } catch (NoSuchFileException e) {
            return false;
        }
        if (attributes.isSymbolicLink()) {
            throw new TokenStoreException(
                    Reason.WRONG_PERMISSIONS, "The token store " + folder + " is a symbolic link, which may come to lead elsewhere:"
                                              + " name the folder itself");
        }
        if (!attributes.isDirectory()) {
            throw new TokenStoreException(
                    Reason.NOT_OURS, "The token store " + folder + " is not a folder and was left alone: name a folder, which is"
                                     + " created when it does not exist");
        }
        if (!Disk.ownerOnly(attributes.permissions())) {
            throw new TokenStoreException(
                    Reason.WRONG_PERMISSIONS, "Others than its owner can enter the token store " + folder + ": run chmod 700 "
                                              + Disk.quoted(folder) + " (for a mounted volume, name a folder inside it that does"
                                              + " not exist: it is created with the right permissions)");
        }
        refuseNetwork(folder);
        return true;
    }

    private void refuseOthers(Path file) throws IOException, TokenStoreException {
        PosixFileAttributes attributes = attributes(file);
        if (!attributes.isRegularFile()) {
            throw new TokenStoreException(
                    Reason.WRONG_PERMISSIONS, file + " is a symbolic link or something else than a file: move it away");
        }
        if (!Disk.ownerOnly(attributes.permissions())) {
            throw new TokenStoreException(
                    Reason.WRONG_PERMISSIONS, "Others than its owner can read or replace " + file + ": run chmod 600 "
                                              + Disk.quoted(file) + " (if that changes nothing, the file system keeps no"
                                              + " permissions: choose another folder)");
        }
        String owner = attributes(folder).owner().getName();
        if (!owner.equals(attributes.owner().getName())) {
            throw new TokenStoreException(
                    Reason.WRONG_PERMISSIONS, "The token store " + folder + " belongs to the user " + owner + " but " + file
                                              + " would be or is " + attributes.owner().getName() + "'s: run this as " + owner
                                              + ", or run chown -R " + owner + " " + Disk.quoted(folder));
        }
    }

    private PosixFileAttributes attributes(Path path) throws IOException, TokenStoreException {
        PosixFileAttributeView view
                = Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            throw noOwnerPermissions();
        }
        return view.readAttributes();
    }

    private void refuseNetwork(Path existing) throws TokenStoreException {
        String type = disk.fileSystemType(existing).toLowerCase(Locale.ROOT);
        String name = type.replaceFirst("^(?:fuse|osxfuse|macfuse)\\.", "");
        if (SHARED.stream().anyMatch(name::startsWith)) {
            throw new TokenStoreException(
                    Reason.NETWORK_FILE_SYSTEM, "The token store " + folder + " is on a file system of the type " + type
                                                + ", shared with other machines, where locks do not hold: use JdbcTokenStore, or a"
                                                + " folder on a local disk if only one machine needs it");
        }
    }

    private Path nearestExisting() throws NoSuchFileException {
        for (Path path = folder; path != null; path = path.getParent()) {
            if (Files.exists(path)) {
                return path;
            }
        }
        throw new NoSuchFileException(folder.toString());
    }

    private TokenStoreException noOwnerPermissions() {
        return new TokenStoreException(
                Reason.WRONG_PERMISSIONS, "The file system of the token store " + folder + " has no POSIX owner permissions (on"
                                          + " Windows none has): use JdbcTokenStore, or client credentials, which need no store");
    }

    private TokenStoreException failed(IOException e, Reason otherwise, String done) {
        if (e instanceof AccessDeniedException) {
            return new TokenStoreException(
                    Reason.WRONG_PERMISSIONS, "The token store " + folder + " cannot be " + done + " by the user that this process"
                                              + " runs as: run it as the folder's owner, or change the owner with chown -R",
                    e);
        }
        if (full(e)) {
            return new TokenStoreException(
                    Reason.NO_ROOM, "The disk of the token store " + folder + " is full, or the user's quota is: make room", e);
        }
        return new TokenStoreException(
                otherwise, "The token store " + folder + " cannot be " + done + ": check the disk, and that it is not mounted"
                           + " read-only (" + e.getClass().getSimpleName() + ")",
                e);
    }

    /** The JDK gives the system's text only. What could be reserved decides, not this: it chooses the message. */
    private boolean full(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left") || message.contains("quota")) {
            return true;
        }
        try {
            return disk.usableSpace(folder) < SealedPair.LONGEST && !message.contains("read-only");
        } catch (IOException unknown) {
            return false;
        }
    }

    private String where(TokenKey of) {
        return "The token store file " + file(of);
    }

    private Path file(TokenKey of) {
        return folder.resolve(name(of) + PAIR);
    }

    /** A person sees whose it is; the hash tells ports and clients apart. */
    static String name(TokenKey of) {
        String host = of.origin().host().replaceAll("[^a-z0-9.-]", "_");
        byte[] hash;
        try {
            hash = MessageDigest.getInstance("SHA-256")
                    .digest((of.origin() + "\n" + of.clientId()).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
        return host.substring(0, Math.min(host.length(), LONGEST_HOST_PART)) + "-"
               + HexFormat.of().formatHex(Arrays.copyOf(hash, 10));
    }

    @Override
    public String toString() {
        return "FileTokenStore[" + folder + (key == null ? ", plain text]" : ", encrypted]");
    }

    /** What a store may be told; its folder and either a key or the wish for plain text are needed. */
    public static final class Builder {

        private final Path folder;
        private @Nullable StoreKey key;
        private boolean plainText;
        private Duration lockWait = LOCK_WAIT;
        private Disk disk = Disk.LOCAL;

        private Builder(Path folder) {
            this.folder = Objects.requireNonNull(folder);
        }

        /** The key to encrypt with. */
        public Builder key(StoreKey key) {
            this.key = Objects.requireNonNull(key);
            return this;
        }

        /** Stores secrets readable: whoever gets at the file, or a backup of it, acts as the administrator. */
        public Builder plainText() {
            this.plainText = true;
            return this;
        }

        /** How long to wait while another thread or process updates the same pair; default 60 s. */
        public Builder lockWait(Duration lockWait) {
            this.lockWait = KeyLocks.checked(lockWait);
            return this;
        }

        Builder disk(Disk disk) {
            this.disk = disk;
            return this;
        }

        /** @throws IllegalStateException with neither a key nor plain text, or both */
        public FileTokenStore build() {
            if ((key == null) != plainText) {
                throw new IllegalStateException("Give the token store either a key or, to store secrets readable, plainText()");
            }
            return new FileTokenStore(folder, key, lockWait, disk);
        }
    }
}
