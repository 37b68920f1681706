package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * A PostgreSQL that the test starts. PostgreSQL refuses to run as root, as in most containers that build: there its
 * binaries are unpacked and run under the user {@value #NOBODY}. Everywhere else the library that brings them starts it.
 */
final class PostgresServer implements AutoCloseable {

    private static final int NOBODY = 65534;

    private final String url;
    private final AutoCloseable stop;

    private PostgresServer(String url, AutoCloseable stop) {
        this.url = url;
        this.stop = stop;
    }

    static PostgresServer start() throws Exception {
        if (!isRoot()) {
            EmbeddedPostgres server = EmbeddedPostgres.builder().start();
            return new PostgresServer(server.getJdbcUrl("postgres", "postgres"), server);
        }
        Path home = Files.createTempDirectory("zendesk-obo-postgres");
        // nobody has to get through
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        unpack(home);
        Path data = Files.createDirectory(home.resolve("data"));
        Files.setAttribute(data, "unix:uid", NOBODY);
        Files.setAttribute(data, "unix:gid", NOBODY);
        run(home, "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D", data.toString());
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process server = asNobody(home, "postgres", "-D", data.toString(), "-p", String.valueOf(port),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=").start();
        Thread whenAborted = new Thread(server::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(whenAborted);
        PostgresServer started = new PostgresServer("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres", () -> {
            run(home, "pg_ctl", "stop", "-m", "immediate", "-D", data.toString());
            Runtime.getRuntime().removeShutdownHook(whenAborted);
            delete(home);
        });
        started.await(server, home);
        return started;
    }

    String url() {
        return url;
    }

    @Override
    public void close() throws Exception {
        stop.close();
    }

    private void await(Process server, Path home) throws Exception {
        SQLException last = null;
        for (int i = 0; i < 300; i++) {
            if (!server.isAlive()) {
                throw new IOException("PostgreSQL ended: " + Files.readString(home.resolve("log")), last);
            }
            try (Connection connection = DriverManager.getConnection(url)) {
                return;
            } catch (SQLException e) {
                last = e;
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        server.destroyForcibly();
        throw new IOException("PostgreSQL does not answer", last);
    }

    private static boolean isRoot() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self) && Files.getAttribute(self, "unix:uid").equals(0);
    }

    private static ProcessBuilder asNobody(Path home, String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", home.resolve("bin/" + program).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    private static void run(Path home, String program, String... arguments) throws IOException, InterruptedException {
        if (asNobody(home, program, arguments).start().waitFor() != 0) {
            throw new IOException(program + " failed: " + Files.readString(home.resolve("log")));
        }
    }

    private static void unpack(Path home) throws IOException {
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
        String name = "/postgres-linux-" + architecture + ".txz";
        try (InputStream packed = EmbeddedPostgres.class.getResourceAsStream(name)) {
            if (packed == null) {
                throw new IOException("No " + name + " on the class path");
            }
            TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed));
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = home.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, target);
                    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(
                            (entry.getMode() & 0100) == 0 ? "rw-r--r--" : "rwxr-xr-x"));
                }
            }
        }
    }

    private static void delete(Path home) throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
