package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In files: the process that is killed is the one that writes them; others use the server of this one. */
class H2FileTokenStoreTest extends JdbcTokenStoreContractTest {

    @TempDir
    Path folder;

    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = Server.createTcpServer("-tcpPort", "0", "-ifExists").start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Override
    DataSource database() {
        // the delay that the other process sets is kept in the file
        return StoreProcess.dataSource("jdbc:h2:" + folder.resolve("tokens") + ";DB_CLOSE_DELAY=0");
    }

    @Override
    List<String> place() {
        return List.of("jdbc", "jdbc:h2:tcp://localhost:" + server.getPort() + "/" + folder.resolve("tokens"));
    }

    @Override
    List<String> placeAlone() {
        // open until the end: closing a database would write what a commit did not
        return List.of("jdbc", "jdbc:h2:" + folder.resolve("tokens") + ";DB_CLOSE_DELAY=-1");
    }

    @Test
    void noFileOfTheDatabaseHasASecret() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.toList()).isNotEmpty().allSatisfy(file -> assertThat(
                    new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)).doesNotContain("SECRET"));
        }
    }
}
