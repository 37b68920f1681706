package io.github.camelzendesk.obo.token;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

/**
 * A store in a table of a PostgreSQL or H2 database, for processes on several machines. The pairs are encrypted: the
 * database's administrators and its backups see whose they are and no token.
 * <p>
 * A change holds a lock on the row of its account and client. The lock lives as long as the connection, so there is no
 * lease to guess: when the process dies, the database lets go. The connection is used for as long as the change runs; give
 * the data source room for one connection a key, and make it a plain one, outside of container-managed transactions.
 */
public final class JdbcTokenStore implements TokenStore {

    private static final Duration LOCK_WAIT = Duration.ofSeconds(60);
    /** What the database may take to answer when no lock is in the way. */
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(30);
    private static final String TABLE = "zendesk_obo_token";
    private static final String ONE = " where origin = ? and client_id = ?";

    private final DataSource dataSource;
    private final StoreKey key;
    private final Duration lockWait;
    private final KeyLocks threads = new KeyLocks();

    public JdbcTokenStore(DataSource dataSource, StoreKey key) {
        this(dataSource, key, LOCK_WAIT);
    }

    /** @param lockWait how long to wait while another thread or process updates the same pair */
    public JdbcTokenStore(DataSource dataSource, StoreKey key, Duration lockWait) {
        this.dataSource = Objects.requireNonNull(dataSource);
        this.key = Objects.requireNonNull(key);
        this.lockWait = KeyLocks.checked(lockWait);
    }

    /**
     * Creates the table {@value #TABLE} in the connection's schema when it is not there.
     *
     * @throws TokenStoreException when the database refuses; where applications must not create tables, an administrator
     *                             runs the statement in the message
     */
    public void createSchema() throws TokenStoreException {
        String create = "create table " + TABLE;
        try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
            create = "create table if not exists " + TABLE + " (origin varchar(300) not null, client_id varchar(255) not null, pair "
                     + (product(connection).equals("PostgreSQL") ? "bytea" : "varbinary(" + SealedPair.LONGEST + ")")
                     + ", changed_at timestamp with time zone not null, primary key (origin, client_id))";
            boolean autoCommit = connection.getAutoCommit();
            try {
                statement.execute(create);
                if (!autoCommit) {
                    connection.commit();
                }
            } catch (SQLException e) {
                if (!autoCommit) {
                    connection.rollback();
                }
                // "if not exists" is no lock: of two who create it at once, PostgreSQL refuses one
                try (ResultSet there = statement.executeQuery("select 1 from " + TABLE + " where 1 = 0")) {
                    there.next();
                } catch (SQLException notThere) {
                    throw e;
                }
            }
        } catch (SQLException e) {
            TokenStoreException failed = failed(e);
            throw new TokenStoreException(
                    failed.reason(), "The table cannot be created. Let an administrator run: " + create + "; "
                                     + failed.getMessage(),
                    e);
        }
    }

    @Override
    public @Nullable TokenPair load(TokenKey of) throws TokenStoreException {
        boolean interrupted = Thread.interrupted();
        try (Connection connection = dataSource.getConnection()) {
            limitAnswer(connection);
            try {
                return read(connection, of, "").pair();
            } finally {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                }
            }
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            restore(interrupted);
        }
    }

    @Override
    public <X extends Exception> @Nullable TokenPair update(TokenKey of, Change<X> change) throws TokenStoreException, X {
        Deadline deadline = new Deadline(lockWait);
        KeyLocks.Held held = threads.acquire(of, deadline);
        try (Transaction transaction = locked(of, deadline)) {
            TokenPair current = transaction.current;
            TokenPair made = change.apply(current);
            if (made == null) {
                return current;
            }
            TokenPair next = made.after(current);
            try {
                transaction.store(of, next);
            } catch (SQLException e) {
                throw new TokenNotSaved(next, failed(e));
            } catch (RuntimeException e) {
                throw new TokenNotSaved(next, new TokenStoreException(Reason.IO, "The token store failed: report this", e));
            }
            return next;
        } finally {
            held.release();
        }
    }

    @Override
    public void save(TokenKey of, TokenPair pair) throws TokenStoreException {
        Deadline deadline = new Deadline(lockWait);
        KeyLocks.Held held = threads.acquire(of, deadline);
        try (Transaction transaction = locked(of, deadline)) {
            TokenPair numbered = Versions.savable(transaction.current, pair);
            transaction.store(of, numbered);
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            held.release();
        }
    }

    /**
     * Encrypts all pairs with another key, in one transaction: all or none. Stop the processes that use the store before, or
     * restart them after, with the new key.
     *
     * @return                     the store that reads it from now on; this one no longer can
     * @throws TokenStoreException when a pair has neither key or is damaged; then none was changed
     */
    public JdbcTokenStore rekey(StoreKey newKey) throws TokenStoreException {
        try (Transaction transaction = new Transaction(new Deadline(lockWait))) {
            for (Map.Entry<TokenKey, byte[]> row : transaction.all().entrySet()) {
                String where = where(row.getKey());
                SealedPair sealed = SealedPair.read(row.getValue(), where);
                TokenPair pair = sealed.open(row.getKey(), sealed.sealedWith(newKey) ? newKey : key, where);
                transaction.write(row.getKey(), SealedPair.seal(row.getKey(), pair, newKey));
            }
            transaction.commit();
        } catch (SQLException e) {
            throw failed(e);
        }
        return new JdbcTokenStore(dataSource, newKey, lockWait);
    }

    /** A transaction that has the row, has shown that it can write it, and knows the pair. */
    private Transaction locked(TokenKey of, Deadline deadline) throws TokenStoreException {
        boolean interrupted = Thread.interrupted();
        Transaction transaction = null;
        boolean ready = false;
        try {
            transaction = new Transaction(deadline);
            transaction.lock(of);
            ready = true;
            return transaction;
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            if (!ready && transaction != null) {
                transaction.close();
            }
            restore(interrupted);
        }
    }

    private Row read(Connection connection, TokenKey of, String suffix) throws SQLException, TokenStoreException {
        try (PreparedStatement select = connection.prepareStatement("select pair from " + TABLE + ONE + suffix)) {
            select.setString(1, of.origin().toString());
            select.setString(2, of.clientId());
            select.setQueryTimeout(seconds(lockWait.plus(ANSWER_WAIT)));
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return new Row(false, null);
                }
                byte[] bytes = rows.getBytes(1);
                return new Row(true, bytes == null ? null : SealedPair.read(bytes, where(of)).open(of, key, where(of)));
            }
        }
    }

    private record Row(boolean there, @Nullable TokenPair pair) {
    }

    private void limitAnswer(Connection connection) throws SQLException {
        try {
            if (connection.getNetworkTimeout() == 0) {
                connection.setNetworkTimeout(Runnable::run, (int) Math.min(
                        Integer.MAX_VALUE, lockWait.plus(ANSWER_WAIT).plus(ANSWER_WAIT).toMillis()));
            }
        } catch (SQLFeatureNotSupportedException e) {
            // a database in this process
        }
    }

    /**
     * A thread that is interrupted, as at shutdown, still stores what it has. So the mark is taken off while the database
     * works; H2, when it runs in this process, would close its file on it.
     */
    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static int seconds(Duration duration) {
        return (int) Math.max(1, duration.toSeconds());
    }

    private static String product(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName();
    }

    private static String where(TokenKey of) {
        return "The row of " + of.origin() + " and " + of.clientId() + " in the table " + TABLE;
    }

    private TokenStoreException failed(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return switch (state) {
            // the first of each is PostgreSQL's, the second H2's
            case "55P03", "HYT00", "57014" -> new TokenStoreException(
                    Reason.LOCK_TIMEOUT, "Waited " + lockWait.toMillis() + " ms while another process updates the token pair. It"
                                         + " asks Zendesk for a new one meanwhile: try again; if this goes on, that one hangs and"
                                         + " must be stopped",
                    e);
            case "53100" -> new TokenStoreException(
                    Reason.NO_ROOM, "The disk of the token store's database is full: make room", e);
            case "42501", "90096" -> new TokenStoreException(
                    Reason.WRONG_PERMISSIONS, "The database refuses the token store's user: grant select, insert and update on "
                                              + TABLE + " (on H2, admin rights: without them it does not write commits through)",
                    e);
            case "25006", "90097" -> new TokenStoreException(
                    Reason.NOT_WRITABLE, "The token store's database is read-only: connect to the primary one", e);
            case "42P01", "42S02", "42S04" -> new TokenStoreException(
                    Reason.NO_TABLE, "The database has no table " + TABLE + " in the connection's schema: call createSchema() once",
                    e);
            default -> new TokenStoreException(
                    Reason.IO, "The token store's database failed with the SQL state " + state + ": check that it runs and can be"
                               + " reached",
                    e);
        };
    }

    @Override
    public String toString() {
        return "JdbcTokenStore[encrypted]";
    }

    /** A connection with settings of its own, which are put back before a pool gets it back. */
    private final class Transaction implements AutoCloseable {

        private final Connection connection;
        private final boolean h2;
        private final boolean postgres;
        private final boolean autoCommit;
        private final int isolation;
        private final Deadline deadline;
        private @Nullable TokenPair current;

        Transaction(Deadline deadline) throws SQLException {
            this.deadline = deadline;
            this.connection = dataSource.getConnection();
            boolean ready = false;
            try {
                this.h2 = product(connection).equals("H2");
                this.postgres = product(connection).equals("PostgreSQL");
                this.autoCommit = connection.getAutoCommit();
                this.isolation = connection.getTransactionIsolation();
                limitAnswer(connection);
                if (!autoCommit) {
                    // a pool's check of the connection may have begun one
                    connection.rollback();
                }
                // a snapshot from before the lock was ours would show the pair from before the other one's refresh
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                connection.setAutoCommit(false);
                ready = true;
            } finally {
                if (!ready) {
                    connection.close();
                }
            }
        }

        void lock(TokenKey of) throws SQLException, TokenStoreException {
            begin();
            Row row = read(connection, of, forUpdate());
            if (!row.there()) {
                connection.rollback();
                insert(of);
                begin();
                row = read(connection, of, forUpdate());
            }
            current = row.pair();
            touch(of);
        }

        Map<TokenKey, byte[]> all() throws SQLException, TokenStoreException {
            begin();
            Map<TokenKey, byte[]> rows = new LinkedHashMap<>();
            try (Statement statement = connection.createStatement();
                 ResultSet all = statement.executeQuery("select origin, client_id, pair from " + TABLE
                                                        + " where pair is not null order by origin, client_id" + forUpdate())) {
                while (all.next()) {
                    try {
                        rows.put(new TokenKey(Origin.ofBaseUri(all.getString(1)), all.getString(2)), all.getBytes(3));
                    } catch (IllegalArgumentException e) {
                        throw new TokenStoreException(
                                Reason.NOT_OURS, "A row in the table " + TABLE + " is not of a Zendesk account: remove it");
                    }
                }
            }
            return rows;
        }

        private void begin() throws SQLException {
            if (!postgres) {
                return;
            }
            // What a server or a role may set would end the transaction, and with it the lock, while Zendesk is asked; or
            // would answer a commit before it is on disk. Each holds for this transaction only.
            try (PreparedStatement set = connection.prepareStatement(
                    "select set_config(name, case name when 'lock_timeout' then ? when 'synchronous_commit' then 'on' else '0' end,"
                                                                     + " true) from pg_settings where name in ('lock_timeout',"
                                                                     + " 'idle_in_transaction_session_timeout', 'transaction_timeout')"
                                                                     + " or name = 'synchronous_commit' and setting = 'off'")) {
                set.setString(1, millisLeft() + "ms");
                set.execute();
            }
        }

        private String forUpdate() {
            return h2 ? " for update wait " + BigDecimal.valueOf(millisLeft(), 3).toPlainString() : " for update";
        }

        /** Not zero, which means for ever. */
        private long millisLeft() {
            return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline.nanosLeft()));
        }

        /** A row to lock. Whoever is second to insert it waits for the first and then finds it. */
        private void insert(TokenKey of) throws SQLException {
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into " + TABLE + " (origin, client_id, changed_at) values (?, ?, current_timestamp)")) {
                insert.setString(1, of.origin().toString());
                insert.setString(2, of.clientId());
                insert.executeUpdate();
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                if (!"23505".equals(e.getSQLState())) {
                    throw e;
                }
            }
        }

        /** Shows that the row can be written, and on H2 that a commit can be made durable. */
        private void touch(TokenKey of) throws SQLException {
            try (PreparedStatement update
                    = connection.prepareStatement("update " + TABLE + " set changed_at = current_timestamp" + ONE)) {
                update.setString(1, of.origin().toString());
                update.setString(2, of.clientId());
                one(update.executeUpdate());
            }
            sync();
        }

        void store(TokenKey of, TokenPair pair) throws SQLException {
            boolean interrupted = Thread.interrupted();
            try {
                write(of, SealedPair.seal(of, pair, key));
                commit();
            } finally {
                restore(interrupted);
            }
        }

        void write(TokenKey of, byte[] sealed) throws SQLException {
            try (PreparedStatement update = connection.prepareStatement(
                    "update " + TABLE + " set pair = ?, changed_at = current_timestamp" + ONE)) {
                update.setBytes(1, sealed);
                update.setString(2, of.origin().toString());
                update.setString(3, of.clientId());
                one(update.executeUpdate());
            }
        }

        private void one(int rows) throws SQLException {
            if (rows != 1) {
                throw new SQLException("The row of the token pair was deleted");
            }
        }

        void commit() throws SQLException {
            connection.commit();
            sync();
        }

        /** H2 writes a commit to the disk half a second later, unless it is asked to. */
        private void sync() throws SQLException {
            if (h2) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("checkpoint sync");
                }
            }
        }

        @Override
        public void close() {
            boolean interrupted = Thread.interrupted();
            // what was to be stored is stored or was reported as not: nothing that fails here changes that
            try (connection) {
                connection.rollback();
                connection.setTransactionIsolation(isolation);
                connection.setAutoCommit(autoCommit);
            } catch (SQLException e) {
                // the pool finds out that the connection is broken
            } finally {
                restore(interrupted);
            }
        }
    }
}
