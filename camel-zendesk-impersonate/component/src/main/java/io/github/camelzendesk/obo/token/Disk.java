package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The few things that a store does with a file system, each done and synced when it returns. An interrupt, which closes a
 * Java channel in the middle, does not stop them: a pair that exists only once is on its way to the disk.
 */
class Disk {

    static final Disk LOCAL = new Disk();

    private static final Set<PosixFilePermission> OWNER_ONLY_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER = PosixFilePermissions.fromString("rwx------");

    static boolean ownerOnly(Set<PosixFilePermission> permissions) {
        return OWNER_ONLY_FOLDER.containsAll(permissions);
    }

    /** For a command that the reader copies into a shell. */
    static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }

    /** Such as ext4 or nfs4; empty where Java does not find the mount, as in some containers. */
    String fileSystemType(Path existing) {
        try {
            return Files.getFileStore(existing).type();
        } catch (IOException e) {
            return "";
        }
    }

    long usableSpace(Path existing) throws IOException {
        return Files.getFileStore(existing).getUsableSpace();
    }

    /** Creates it and the missing ones above, each owner-only. */
    void createFolder(Path folder) throws IOException {
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY_FOLDER));
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            syncFolder(parent);
        }
    }

    /** Creates an empty owner-only file that does not exist; wider permissions never exist, not even for a moment. */
    void createFile(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY_FILE));
    }

    /** Replaces the content of a file that exists, on the blocks that it has already, and syncs it. */
    void write(Path file, byte[] bytes) throws IOException {
        uninterrupted(() -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.truncate(bytes.length);
                channel.force(true);
            }
            return null;
        });
    }

    /** The content, but not more than one byte beyond {@code longest}. */
    byte[] read(Path file, int longest) throws IOException {
        return uninterrupted(() -> {
            try (SeekableByteChannel channel
                    = Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                ByteBuffer buffer = ByteBuffer.allocate(longest + 1);
                while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                    // until full or at the end
                }
                byte[] bytes = new byte[buffer.position()];
                buffer.flip().get(bytes);
                return bytes;
            }
        });
    }

    /** Puts a file in the place of another one, at once. */
    void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes what was created and renamed in the folder survive a power cut. */
    void syncFolder(Path folder) throws IOException {
        uninterrupted(() -> {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return null;
        });
    }

    void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    void deleteQuietly(Path file) {
        try {
            delete(file);
        } catch (IOException e) {
            // the next one who writes there tries again, and reports it
        }
    }

    private interface Operation<T> {
        T run() throws IOException;
    }

    private static <T> T uninterrupted(Operation<T> operation) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return operation.run();
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                    Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
