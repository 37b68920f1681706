package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * A lock file's lock, among threads, class loaders and processes. The system releases it when the process dies, however
 * that happens.
 * <p>
 * A POSIX lock belongs to the process and is lost when <i>any</i> descriptor of its file is closed there. So within the
 * process the lock is decided before the file is opened: among the threads of this class loader by a fair lock, among
 * class loaders (two applications in one server) by a system property, the one thing that they all see.
 */
final class FileLocks {

    private static final KeyLocks THREADS = new KeyLocks();
    private static final String PROPERTY = "io.github.camelzendesk.obo.token.lock.";
    private static final String THIS_LOADER = UUID.randomUUID().toString();
    private static final int LONGEST_NAP_MILLIS = 40;

    private FileLocks() {
    }

    /** @param lockFile exists, and is no symbolic link */
    static Held acquire(Path lockFile, Deadline deadline) throws IOException, TokenStoreException {
        String id = identity(lockFile);
        Held held = new Held(id, THREADS.acquire(id, deadline));
        boolean locked = false;
        try {
            Object holder;
            // our own mark can only be a left-over, restored with a snapshot of the properties: we have this loader's lock
            while ((holder = System.getProperties().putIfAbsent(PROPERTY + id, THIS_LOADER)) != null
                    && !THIS_LOADER.equals(holder)) {
                nap(deadline, "another application in this process");
            }
            held.marked = true;
            FileChannel channel
                    = FileChannel.open(lockFile, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
            held.channel = channel;
            while (!locked(channel)) {
                nap(deadline, "another process");
            }
            locked = true;
            return held;
        } finally {
            if (!locked) {
                held.release();
            }
        }
    }

    private static String identity(Path lockFile) throws IOException {
        BasicFileAttributes attributes
                = Files.readAttributes(lockFile, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Object key = attributes.fileKey();
        return key != null ? key.toString() : lockFile.toRealPath().toString();
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void nap(Deadline deadline, String whoHoldsIt) throws TokenStoreException {
        if (deadline.passed()) {
            throw deadline.timeout(whoHoldsIt);
        }
        try {
            // a thread that may block, and no system call waits for a file lock with a bound; uneven, so that processes do not ask in step
            Thread.sleep(1 + ThreadLocalRandom.current().nextInt(LONGEST_NAP_MILLIS));
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }

    /** The lock while it is held; released on the thread that acquired it. */
    static final class Held {

        private final String id;
        private final KeyLocks.Held thread;
        private boolean marked;
        private @Nullable FileChannel channel;

        private Held(String id, KeyLocks.Held thread) {
            this.id = id;
            this.thread = thread;
        }

        void release() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                // nothing was written through it; the descriptor is gone all the same, and the lock with it
            } finally {
                if (marked) {
                    System.getProperties().remove(PROPERTY + id);
                }
                thread.release();
            }
        }
    }
}
