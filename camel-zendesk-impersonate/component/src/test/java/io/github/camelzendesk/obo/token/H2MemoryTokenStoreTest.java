package io.github.camelzendesk.obo.token;

import java.util.List;

import javax.sql.DataSource;

import org.h2.tools.Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** In the memory of this process, for others by its server. */
class H2MemoryTokenStoreTest extends JdbcTokenStoreContractTest {

    private static final String NAME = "mem:tokens;DB_CLOSE_DELAY=-1";
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        server = Server.createTcpServer("-tcpPort", "0", "-ifExists").start();
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @Override
    DataSource database() {
        return StoreProcess.dataSource("jdbc:h2:" + NAME);
    }

    @Override
    List<String> place() {
        return List.of("jdbc", "jdbc:h2:tcp://localhost:" + server.getPort() + "/" + NAME);
    }
}
