package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

class FileTokenStoreTest extends DurableTokenStoreContractTest {

    @TempDir
    Path temp;

    private Path folder() {
        return temp.resolve("new/store");
    }

    @Override
    TokenStore store(Duration lockWait, StoreKey key) {
        return FileTokenStore.builder(folder()).key(key).lockWait(lockWait).build();
    }

    @Override
    TokenStore rekeyed(TokenStore store, StoreKey newKey) throws Exception {
        return ((FileTokenStore) store).rekey(newKey);
    }

    @Override
    List<String> place() {
        return List.of("file", folder().toString());
    }

    @Override
    byte[] bytes(TokenKey key) throws Exception {
        return Files.readAllBytes(file(key));
    }

    @Override
    void put(TokenKey key, byte[] bytes) throws Exception {
        Files.write(file(key), bytes);
    }

    private Path file(TokenKey key) {
        return folder().resolve(FileTokenStore.name(key) + ".pair");
    }

    private FileTokenStore on(Disk disk) {
        return FileTokenStore.builder(folder()).key(KEY).disk(disk).build();
    }

    @Test
    void onlyTheOwnerGetsAtWhatTheStoreCreates() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder()))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder().getParent()))).isEqualTo("rwx------");
        assertThat(files()).hasSize(2).allSatisfy(file -> assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------"));
    }

    @Test
    void lookingDoesNotCreateAnything() throws Exception {
        assertThat(store().load(TestPairs.ACME)).isNull();
        assertThat(folder().getParent()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = { "rwxr-x---", "rwx--x---", "rwx---r--", "rwx----w-", "rwxrwxrwx" })
    void aFolderThatOthersCanEnterIsRefusedWithTheRemedy(String permissions) throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString(permissions));

        refuses(store(), EnumSet.of(Reason.WRONG_PERMISSIONS), "run chmod 700 '" + folder() + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = { "rw-r-----", "rw-rw----", "rw----r--", "rw-----w-" })
    void aFileThatOthersCanReadOrReplaceIsRefusedWithTheRemedy(String permissions) throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        Files.setPosixFilePermissions(file(TestPairs.ACME), PosixFilePermissions.fromString(permissions));

        refuses(store(), EnumSet.of(Reason.WRONG_PERMISSIONS), "run chmod 600 '" + file(TestPairs.ACME) + "'");
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        Path elsewhere = temp.resolve("elsewhere");
        Files.move(file(TestPairs.ACME), elsewhere);
        Files.createSymbolicLink(file(TestPairs.ACME), elsewhere);
        refuses(store(), EnumSet.of(Reason.WRONG_PERMISSIONS), "symbolic link");

        Path link = Files.createSymbolicLink(temp.resolve("link"), folder());
        TokenStore linked = FileTokenStore.builder(link).key(KEY).build();
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> linked.load(TestPairs.GLOBEX))
                .withMessageContaining("name the folder itself")
                .extracting(TokenStoreException::reason).isEqualTo(Reason.WRONG_PERMISSIONS);
    }

    @Test
    void aLockOrTemporaryFileThatIsALinkIsNotFollowed() throws Exception {
        Path precious = Files.writeString(temp.resolve("precious"), "precious");
        store().save(TestPairs.ACME, TestPairs.pair(1));
        Path lock = folder().resolve(FileTokenStore.name(TestPairs.ACME) + ".lock");
        Files.createSymbolicLink(folder().resolve(FileTokenStore.name(TestPairs.ACME) + ".tmp"), precious);
        store().update(TestPairs.ACME, TestPairs::successor);
        Files.delete(lock);
        Files.createSymbolicLink(lock, precious);

        assertThatExceptionOfType(TokenStoreException.class)
                .isThrownBy(() -> store().update(TestPairs.ACME, current -> fail("called")))
                .extracting(TokenStoreException::reason).isEqualTo(Reason.WRONG_PERMISSIONS);
        assertThat(precious).hasContent("precious");
    }

    @Test
    void aFileInsteadOfTheFolderIsLeftAlone() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "precious");
        TokenStore store = FileTokenStore.builder(file).key(KEY).build();

        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> store.save(TestPairs.ACME, TestPairs.pair(1)))
                .extracting(TokenStoreException::reason).isEqualTo(Reason.NOT_OURS);
        assertThat(file).hasContent("precious");
    }

    /** One that was on the disk and did not have its name yet: the next change goes on from it. */
    @Override
    int pairsWithoutAName() {
        return 1;
    }

    @Test
    void theFolderOfAnotherUserIsRefusedBeforeSomethingIsLeftThereThatHeCannotRead() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        assumeTrue(Files.getAttribute(folder(), "unix:uid").equals(0), "only root can give a folder away");
        Files.setAttribute(folder(), "unix:uid", 65534);

        refuses(store(), EnumSet.of(Reason.WRONG_PERMISSIONS), "belongs to the user");
    }

    @ParameterizedTest
    @ValueSource(strings = { "nfs", "nfs4", "NFS", "cifs", "smb3", "smbfs", "fuse.sshfs", "fuse.s3fs", "9p", "ceph", "webdav",
            "fuse.gcsfuse", "fuse.nfs-ganesha", "virtiofs", "macfuse.sshfs" })
    void aNetworkFileSystemIsRefusedBeforeAnythingIsWritten(String type) throws Exception {
        TokenStore store = on(new Disk() {
            @Override
            String fileSystemType(Path existing) {
                return type;
            }
        });

        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> store.save(TestPairs.ACME, TestPairs.pair(1)))
                .withMessageContaining("use JdbcTokenStore")
                .extracting(TokenStoreException::reason).isEqualTo(Reason.NETWORK_FILE_SYSTEM);
        assertThat(folder()).doesNotExist();

        store().save(TestPairs.ACME, TestPairs.pair(1));
        refuses(store, EnumSet.of(Reason.NETWORK_FILE_SYSTEM), "use JdbcTokenStore");
    }

    @ParameterizedTest
    @ValueSource(strings = { "ext4", "xfs", "btrfs", "zfs", "apfs", "overlay", "tmpfs", "fuseblk", "fuse.mergerfs", "ext2/ext3", "" })
    void aLocalFileSystemIsNot(String type) throws Exception {
        TokenStore store = on(new Disk() {
            @Override
            String fileSystemType(Path existing) {
                return type;
            }
        });
        store.save(TestPairs.ACME, TestPairs.pair(1));

        assertThat(store.load(TestPairs.ACME)).isNotNull();
    }

    @Test
    void aFileSystemWithoutOwnersIsRefused() throws Exception {
        Path zip = temp.resolve("a.zip");
        try (var files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            TokenStore store = FileTokenStore.builder(files.getPath("/store")).key(KEY).build();

            assertThatExceptionOfType(TokenStoreException.class)
                    .isThrownBy(() -> store.save(TestPairs.ACME, TestPairs.pair(1)))
                    .withMessageContaining("no POSIX owner permissions")
                    .extracting(TokenStoreException::reason).isEqualTo(Reason.WRONG_PERMISSIONS);
        }
    }

    @Test
    void theRoomIsTakenBeforeTheChangeAndTheNewPairIsOnDiskBeforeItIsReturned() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        FaultyDisk disk = new FaultyDisk(-1, "");

        on(disk).update(TestPairs.ACME, current -> {
            disk.operations.add("change");
            return TestPairs.pair(2);
        });

        assertThat(disk.operations).containsExactly("read .pair", "delete .tmp", "create .tmp", "write .tmp 65536", "sync",
                "change", "write .tmp " + Files.size(file(TestPairs.ACME)), "rename .tmp .pair", "sync", "delete .tmp");
    }

    @ParameterizedTest
    @CsvSource({ "No space left on device, NO_ROOM", "Disk quota exceeded, NO_ROOM", "Input/output error, NOT_WRITABLE",
            "Read-only file system, NOT_WRITABLE", "denied, WRONG_PERMISSIONS" })
    void whateverFailsTheOldPairIsStoredOrTheNewOneIsInTheException(String error, Reason reason) throws Exception {
        List<String> seen = new ArrayList<>();
        for (int failing = 0; failing < 8; failing++) {
            store().update(TestPairs.ACME, TestPairs::successor);
            TokenPair old = store().load(TestPairs.ACME);
            FaultyDisk disk = new FaultyDisk(failing, error);
            boolean[] called = new boolean[1];
            try {
                on(disk).update(TestPairs.ACME, current -> {
                    called[0] = true;
                    return TestPairs.successor(current);
                });
                fail("operation " + failing + " did not fail");
            } catch (TokenNotSaved e) {
                assertThat(called[0]).isTrue();
                assertThat(e).hasMessageContaining("in memory only").hasMessageNotContaining("SECRET");
                assertThat(e.reason()).isEqualTo(reason);
                assertThat(e.pair().version()).isEqualTo(old.version() + 1);
                assertThat(store().load(TestPairs.ACME)).isIn(old, e.pair());
                store().save(TestPairs.ACME, e.pair());
                assertThat(store().load(TestPairs.ACME)).isEqualTo(e.pair());
                seen.add("not saved");
            } catch (TokenStoreException e) {
                assertThat(called[0]).isFalse();
                assertThat(e.reason()).isIn(reason, failing == 0 && reason == Reason.NOT_WRITABLE ? Reason.IO : reason);
                assertThat(store().load(TestPairs.ACME)).isEqualTo(old);
                seen.add("not called");
            }
            assertThat(files()).noneMatch(f -> f.toString().endsWith(".tmp"));
        }
        assertThat(seen.stream().filter("not saved"::equals).count()).isEqualTo(3);
    }

    @Test
    void theExceptionThatHasThePairDoesNotCarryItElsewhere() throws Exception {
        TokenNotSaved original = new TokenNotSaved(
                TestPairs.pair(1), new TokenStoreException(Reason.NO_ROOM, "The disk is full: make room"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(original);
        assertThat(bytes.toString(StandardCharsets.ISO_8859_1)).doesNotContain("SECRET");

        Object copy = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

        assertThatIllegalStateException().isThrownBy(((TokenNotSaved) copy)::pair);
    }

    @Test
    void aFullDiskIsNoticedBeforeTheChangeAndOneThatFillsUpDuringItDoesNoHarm() throws Exception {
        Path mounted = Files.createDirectory(temp.resolve("small"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", mounted.toString()), "only root can mount");
        try {
            Path filler = mounted.resolve("filler");
            TokenStore store = new FileTokenStore(mounted.resolve("store"), KEY);
            store.save(TestPairs.ACME, TestPairs.pair(1));

            fill(filler);
            assertThatExceptionOfType(TokenStoreException.class)
                    .isThrownBy(() -> store.update(TestPairs.ACME, current -> fail("called")))
                    .withMessageContaining("make room").extracting(TokenStoreException::reason).isEqualTo(Reason.NO_ROOM);
            assertThat(store.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));

            Files.delete(filler);
            store.update(TestPairs.ACME, current -> {
                fill(filler);
                return TestPairs.pair(2);
            });
            assertThat(store.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(2).withVersion(2));

            assertThat(run("mount", "-o", "remount,ro", mounted.toString())).isTrue();
            assertThatExceptionOfType(TokenStoreException.class)
                    .isThrownBy(() -> store.update(TestPairs.ACME, current -> fail("called")))
                    .withMessageContaining("read-only").extracting(TokenStoreException::reason).isEqualTo(Reason.NOT_WRITABLE);
            assertThat(store.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(2).withVersion(2));
        } finally {
            assertThat(run("umount", mounted.toString())).isTrue();
        }
    }

    @Test
    void whatADeadProcessLeftIsCleanedAndTheLockFileStays() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        Path left = folder().resolve(FileTokenStore.name(TestPairs.ACME) + ".tmp");
        Files.writeString(left, "half a pair");
        Object lock = Files.readAttributes(
                folder().resolve(FileTokenStore.name(TestPairs.ACME) + ".lock"),
                BasicFileAttributes.class).fileKey();

        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
        store().update(TestPairs.ACME, TestPairs::successor);

        assertThat(left).doesNotExist();
        assertThat(Files.readAttributes(
                folder().resolve(FileTokenStore.name(TestPairs.ACME) + ".lock"),
                BasicFileAttributes.class).fileKey()).isEqualTo(lock);
    }

    @Test
    void aSecondApplicationInTheSameProcessIsKeptOutToo() throws Exception {
        String[] classPath = System.getProperty("java.class.path").split(File.pathSeparator);
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        try (var loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Method main
                    = loader.loadClass(StoreProcess.class.getName()).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            var other = CompletableFuture.supplyAsync(() -> {
                try {
                    return main.invoke(null, (Object) new String[] { "file", folder().toString(), "count", "40" });
                } catch (ReflectiveOperationException e) {
                    throw new CompletionException(e);
                }
            });
            for (int i = 0; i < 40; i++) {
                store().update(TestPairs.ACME, TestPairs::successor);
            }
            other.get(60, TimeUnit.SECONDS);
        }

        assertThat(TestPairs.generation(store().load(TestPairs.ACME))).isEqualTo(80);
    }

    @Test
    void systemPropertiesThatAreRestoredDoNotBringALockBack() throws Exception {
        Properties[] snapshot = new Properties[1];
        store().update(TestPairs.ACME, current -> {
            snapshot[0] = (Properties) System.getProperties().clone();
            return null;
        });
        System.setProperties(snapshot[0]);

        assertThat(store(Duration.ofSeconds(5)).update(TestPairs.ACME, TestPairs::successor)).isNotNull();
    }

    @Test
    void plainTextOnlyOnRequest() throws Exception {
        assertThatIllegalStateException().isThrownBy(() -> FileTokenStore.builder(folder()).build());
        assertThatIllegalStateException().isThrownBy(() -> FileTokenStore.builder(folder()).key(KEY).plainText().build());
        FileTokenStore plain = FileTokenStore.builder(folder()).plainText().build();
        plain.save(TestPairs.ACME, TestPairs.pair(1));

        assertThat(new String(bytes(TestPairs.ACME), StandardCharsets.ISO_8859_1)).contains("SECRET");
        assertThat(plain.load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
        refuses(store(), EnumSet.of(Reason.WRONG_KEY), "not encrypted but the store has a key");

        byte[] good = bytes(TestPairs.ACME);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            put(TestPairs.ACME, bad);
            refuses(plain, EnumSet.of(Reason.DAMAGED, Reason.NOT_OURS, Reason.UNSUPPORTED_FORMAT), "");
        }
        put(TestPairs.ACME, good);

        assertThat(plain.rekey(KEY).load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
        assertThat(new String(bytes(TestPairs.ACME), StandardCharsets.ISO_8859_1)).doesNotContain("SECRET");
        refuses(plain, EnumSet.of(Reason.WRONG_KEY), "is encrypted: give the store its key");
    }

    @Test
    void anyOriginHasAFileName() throws Exception {
        TokenStore store = store();
        for (String origin : List.of("https://[2001:db8::7]:8443", "http://localhost:8080",
                "https://" + "a".repeat(63) + "." + "b".repeat(63) + "." + "c".repeat(63) + "." + "d".repeat(60))) {
            TokenKey key = new TokenKey(Origin.ofBaseUri(origin), "../a/b");
            store.save(key, TestPairs.pair(1));
            assertThat(store.load(key)).isNotNull();
        }
        assertThat(files()).hasSize(6);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.sorted().toList();
        }
    }

    private static void fill(Path filler) throws IOException {
        try (var out = Files.newOutputStream(filler)) {
            byte[] page = new byte[4096];
            for (int i = 0; i < 10_000; i++) {
                out.write(page);
            }
            fail("the disk has no end");
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }

    /** Writes down what is done, and fails once. */
    private static final class FaultyDisk extends Disk {

        private final List<String> operations = new ArrayList<>();
        private final int failing;
        private final String error;

        FaultyDisk(int failing, String error) {
            this.failing = failing;
            this.error = error;
        }

        private void step(String operation) throws IOException {
            operations.add(operation);
            if (operations.size() - 1 == failing) {
                throw error.equals("denied") ? new AccessDeniedException("file") : new IOException(error);
            }
        }

        private static String end(Path path) {
            String name = path.getFileName().toString();
            return name.substring(name.lastIndexOf('.'));
        }

        @Override
        void createFile(Path file) throws IOException {
            step("create " + end(file));
            super.createFile(file);
        }

        @Override
        void write(Path file, byte[] bytes) throws IOException {
            step("write " + end(file) + " " + bytes.length);
            super.write(file, bytes);
        }

        @Override
        byte[] read(Path file, int longest) throws IOException {
            step("read " + end(file));
            return super.read(file, longest);
        }

        @Override
        void rename(Path from, Path to) throws IOException {
            step("rename " + end(from) + " " + end(to));
            super.rename(from, to);
        }

        @Override
        void syncFolder(Path folder) throws IOException {
            step("sync");
            super.syncFolder(folder);
        }

        @Override
        void delete(Path file) throws IOException {
            step("delete " + end(file));
            super.delete(file);
        }
    }
}
