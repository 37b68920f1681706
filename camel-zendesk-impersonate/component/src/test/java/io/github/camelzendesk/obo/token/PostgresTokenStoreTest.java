package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

class PostgresTokenStoreTest extends JdbcTokenStoreContractTest {

    private static PostgresServer server;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    DataSource database() {
        return StoreProcess.dataSource(server.url());
    }

    @Override
    List<String> place() {
        return List.of("jdbc", server.url());
    }

    @Test
    void whatTheServerWouldEndWhileZendeskIsAskedHoldsOn() throws Exception {
        String url = server.url() + "&options=-c%20idle_in_transaction_session_timeout=50%20-c%20synchronous_commit=off";
        TokenStore store = new JdbcTokenStore(StoreProcess.dataSource(url), KEY);

        store.update(TestPairs.ACME, current -> {
            Thread.sleep(300);
            return TestPairs.pair(1);
        });

        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
    }

    @Test
    void whatTheTransactionChangesIsGoneAfterIt() throws Exception {
        try (Connection connection = database().getConnection(); Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = off");
            statement.execute("set lock_timeout = '7s'");
            Connection kept = (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] { Connection.class },
                    (proxy, method, arguments) -> method.getName().equals("close") ? null : method.invoke(connection, arguments));
            String[] inside = new String[1];

            new JdbcTokenStore(counted(() -> kept), KEY).update(TestPairs.ACME, current -> {
                inside[0] = setting(connection, "synchronous_commit");
                return TestPairs.pair(1);
            });

            assertThat(inside[0]).isEqualTo("on");
            assertThat(setting(connection, "synchronous_commit")).isEqualTo("off");
            assertThat(setting(connection, "lock_timeout")).isEqualTo("7s");
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void aConnectionThatIsCutWhileZendeskIsAskedLeavesThePairInTheException() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));

        assertThatExceptionOfType(TokenNotSaved.class).isThrownBy(() -> store().update(TestPairs.ACME, current -> {
            execute("select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'");
            return TestPairs.pair(2);
        })).satisfies(e -> store().save(TestPairs.ACME, e.pair()));

        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(2).withVersion(2));
    }

    @Test
    void aReadOnlyDatabaseIsNoticedBeforeTheChange() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        TokenStore store = new JdbcTokenStore(
                StoreProcess.dataSource(server.url() + "&options=-c%20default_transaction_read_only=on"), KEY);

        assertThat(store.load(TestPairs.ACME)).isNotNull();
        assertThatExceptionOfType(TokenStoreException.class)
                .isThrownBy(() -> store.update(TestPairs.ACME, current -> fail("called")))
                .extracting(TokenStoreException::reason).isEqualTo(Reason.NOT_WRITABLE);
    }

    @Test
    void aUserWhoMayOnlyReadIsToldWhatToGrant() throws Exception {
        store().save(TestPairs.ACME, TestPairs.pair(1));
        execute("drop role if exists reader");
        execute("create role reader login");
        execute("grant select on " + TABLE + " to reader");
        TokenStore store = new JdbcTokenStore(
                StoreProcess.dataSource(server.url().replace("user=postgres", "user=reader")), KEY);

        assertThat(store.load(TestPairs.ACME)).isNotNull();
        assertThatExceptionOfType(TokenStoreException.class)
                .isThrownBy(() -> store.update(TestPairs.ACME, current -> fail("called")))
                .withMessageContaining("grant select, insert and update")
                .extracting(TokenStoreException::reason).isEqualTo(Reason.WRONG_PERMISSIONS);
        execute("revoke all on " + TABLE + " from reader");
    }

    private static String setting(Connection connection, String name) throws Exception {
        try (Statement statement = connection.createStatement(); ResultSet value = statement.executeQuery("show " + name)) {
            value.next();
            return value.getString(1);
        }
    }
}
