package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

/** What the store in a database promises on each kind of database. */
abstract class JdbcTokenStoreContractTest extends DurableTokenStoreContractTest {

    static final String TABLE = "zendesk_obo_token";

    private final Set<Object> open = Collections.synchronizedSet(new HashSet<>());

    /** The SQLException to throw from the n-th commit on, counted down; negative is never. */
    private volatile int failingCommit = -1;

    abstract DataSource database();

    @Override
    int stride() {
        return 7;
    }

    @BeforeEach
    void createTheTable() throws Exception {
        try (Connection connection = database().getConnection(); Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists " + TABLE);
        }
        new JdbcTokenStore(database(), KEY).createSchema();
    }

    @AfterEach
    void everythingThatWasOpenedIsClosed() {
        assertThat(open).isEmpty();
    }

    @Override
    TokenStore store(Duration lockWait, StoreKey key) {
        return new JdbcTokenStore(counted(database()), key, lockWait);
    }

    @Override
    TokenStore rekeyed(TokenStore store, StoreKey newKey) throws Exception {
        return ((JdbcTokenStore) store).rekey(newKey);
    }

    @Override
    byte[] bytes(TokenKey key) throws Exception {
        try (Connection connection = database().getConnection(); PreparedStatement select = connection.prepareStatement(
                "select pair from " + TABLE + " where origin = ? and client_id = ?")) {
            select.setString(1, key.origin().toString());
            select.setString(2, key.clientId());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getBytes(1) : fail("no row");
            }
        }
    }

    @Override
    void put(TokenKey key, byte[] bytes) throws Exception {
        try (Connection connection = database().getConnection(); PreparedStatement update = connection.prepareStatement(
                "update " + TABLE + " set pair = ? where origin = ? and client_id = ?")) {
            update.setBytes(1, bytes);
            update.setString(2, key.origin().toString());
            update.setString(3, key.clientId());
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    @Test
    void theTableIsCreatedOnceByWhoeverComesFirst() throws Exception {
        execute("drop table " + TABLE);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(pool.submit(() -> {
                    new JdbcTokenStore(counted(database()), KEY).createSchema();
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        store().save(TestPairs.ACME, TestPairs.pair(1));
        new JdbcTokenStore(database(), KEY).createSchema();
        assertThat(store().load(TestPairs.ACME)).isNotNull();
    }

    @Test
    void aDatabaseWithoutTheTableSaysWhatToCall() throws Exception {
        execute("drop table " + TABLE);

        for (Attempt attempt : List.<Attempt> of(() -> store().load(TestPairs.ACME),
                () -> store().update(TestPairs.ACME, current -> fail("called")),
                () -> store().save(TestPairs.ACME, TestPairs.pair(1)))) {
            assertThatExceptionOfType(TokenStoreException.class).isThrownBy(attempt::run)
                    .withMessageContaining("call createSchema() once")
                    .extracting(TokenStoreException::reason).isEqualTo(Reason.NO_TABLE);
        }
    }

    @Test
    void aTransactionInThePoolsConnectionIsNotInTheWay() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                TokenStore store = new JdbcTokenStore(counted(() -> {
                    Connection connection = database().getConnection();
                    connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                    connection.setAutoCommit(false);
                    try (Statement statement = connection.createStatement(); ResultSet one = statement.executeQuery("select 1")) {
                        one.next();
                    }
                    return connection;
                }), KEY);
                all.add(pool.submit(() -> {
                    for (int n = 0; n < 5; n++) {
                        store.update(TestPairs.ACME, current -> {
                            assertThat(store.load(TestPairs.ACME)).isEqualTo(current);
                            Thread.sleep(5);
                            return TestPairs.successor(current);
                        });
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(20).withVersion(20));
    }

    @Test
    void aCommitThatFailsLeavesThePairInTheException() throws Exception {
        TokenStore store = store();
        store.update(TestPairs.ACME, TestPairs::successor);

        assertThatExceptionOfType(TokenNotSaved.class).isThrownBy(() -> store.update(TestPairs.ACME, current -> {
            failingCommit = 0;
            return TestPairs.successor(current);
        })).withMessageContaining("in memory only").satisfies(e -> {
            assertThat(e.pair()).isEqualTo(TestPairs.pair(2).withVersion(2));
            failingCommit = -1;
            assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(1).withVersion(1));
            store.save(TestPairs.ACME, e.pair());
        });
        assertThat(store().load(TestPairs.ACME)).isEqualTo(TestPairs.pair(2).withVersion(2));
    }

    @Test
    void aDatabaseThatIsGoneIsReported() throws Exception {
        TokenStore gone = new JdbcTokenStore(counted(() -> {
            throw new SQLException("connection refused", "08001");
        }), KEY);

        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> gone.load(TestPairs.ACME))
                .withMessageContaining("08001").extracting(TokenStoreException::reason).isEqualTo(Reason.IO);
        assertThatExceptionOfType(TokenStoreException.class)
                .isThrownBy(() -> gone.update(TestPairs.ACME, current -> fail("called")));
    }

    @Test
    void manyWaitersUseOneConnection() throws Exception {
        TokenStore store = store();
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(9);
        try {
            List<Future<TokenPair>> all = new ArrayList<>();
            all.add(pool.submit(() -> store.update(TestPairs.ACME, current -> {
                holding.countDown();
                done.await();
                return TestPairs.successor(current);
            })));
            holding.await();
            for (int i = 0; i < 8; i++) {
                all.add(pool.submit(() -> store.update(TestPairs.ACME, TestPairs::successor)));
            }
            Thread.sleep(100);
            assertThat(open.stream().filter(Connection.class::isInstance)).hasSize(1);
            done.countDown();
            for (Future<TokenPair> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            done.countDown();
            pool.shutdownNow();
        }
        assertThat(store.load(TestPairs.ACME).version()).isEqualTo(9);
    }

    final void execute(String sql) throws SQLException {
        try (Connection connection = database().getConnection(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    interface Connections {
        Connection get() throws SQLException;
    }

    /** A data source whose connections, statements and results are known while they are open. */
    final DataSource counted(DataSource source) {
        return counted(source::getConnection);
    }

    final DataSource counted(Connections source) {
        return (DataSource) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { DataSource.class },
                (proxy, method, arguments) -> method.getName().equals("getConnection")
                        ? counted(source.get(), Connection.class) : null);
    }

    private Object counted(Object target, Class<?> type) {
        Object[] self = new Object[1];
        self[0] = Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "hashCode":
                    return System.identityHashCode(proxy);
                case "equals":
                    return proxy == arguments[0];
                case "toString":
                    return target.toString();
                case "close":
                    open.remove(proxy);
                    break;
                case "commit":
                    if (failingCommit == 0) {
                        throw new SQLException("connection reset", "08006");
                    }
                    break;
                default:
            }
            try {
                Object result = method.invoke(target, arguments);
                Class<?> returned = method.getReturnType();
                return result != null && (Statement.class.isAssignableFrom(returned) || returned == ResultSet.class)
                        ? counted(result, returned) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
        open.add(self[0]);
        return self[0];
    }
}
