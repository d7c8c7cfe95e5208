package dev.shadowplane.guard.jdbc;

import dev.shadowplane.guard.ShadowRefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one transaction of some shadow work: begun with its first connection, rolled back at its end. What a service believes
 * to be transactions of its own are blocks: savepoints of that one. Several may be open at once (two connections of one
 * request); a block that is committed under others stays until they are gone. Every method is called with the lock held.
 */
final class ShadowTransaction implements AutoCloseable {
    /** Work with the real connection, which may fail as JDBC does. */
    interface Work<T> {
        T run() throws SQLException;
    }

    interface Borrow {
        Connection connection() throws SQLException;
    }

    /** A transaction, as the service sees it. */
    static final class Block {
        final String name;
        final List<String> savepoints = new ArrayList<>();
        boolean wrote;
        /** A statement failed, and until the block's end PostgreSQL would answer nothing else. */
        boolean failed;
        /** It failed, and was rolled back to its beginning so that others could go on. */
        boolean undone;
        /** A block below wrote while this one was open, so undoing this one would undo that, too. */
        boolean tangled;
        boolean committed;

        Block(String name) {
            this.name = name;
        }
    }

    /**
     * Two equal rows under a unique constraint that is checked at commit: while they are there, the database itself refuses
     * to commit, however a COMMIT got past the guard. The table is temporary, belongs to the connection and is made once.
     */
    private static final String LOCK_TABLE = "pg_temp.shadowplane_commit_lock";

    private static final String MAKE_LOCK_TABLE =
            "CREATE TEMPORARY TABLE IF NOT EXISTS shadowplane_commit_lock (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)";
    /** Checks what a commit would check, and leaves everything as it was. */
    private static final String CHECK_CONSTRAINTS = """
            DO $$ BEGIN
              DELETE FROM %s;
              SET CONSTRAINTS ALL IMMEDIATE;
              RAISE EXCEPTION USING ERRCODE = 'SPOK0';
            EXCEPTION WHEN SQLSTATE 'SPOK0' THEN NULL;
            END $$""".formatted(LOCK_TABLE);
    private static final String READ_ONLY = "25006";
    private static final String UNDEFINED_TABLE = "42P01";
    private static final String STATEMENT = "shadowplane_statement";

    /** Connections that have the table. */
    private static final Set<Connection> LOCKABLE =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    // Not `synchronized`, which pins a virtual thread to its carrier (until Java 24).
    final ReentrantLock lock = new ReentrantLock();
    private final Borrow borrow;
    private final Duration max;
    private final List<Block> blocks = new ArrayList<>();
    private Connection connection;
    private boolean committedByItself;
    private long began;
    private String gone;
    private boolean commitIsLocked;
    private int named;
    private Block abortedBy;

    ShadowTransaction(Borrow borrow, Duration max) {
        this.borrow = borrow;
        this.max = max;
    }

    /** The real connection, in the transaction. */
    Connection connection() throws SQLException {
        if (gone == null && connection != null && System.nanoTime() - began > max.toNanos()) {
            lose("it was open for " + max.toMillis() + " ms");
        }
        if (gone != null) {
            throw refused("this connection cannot be used any more: " + gone);
        }
        if (connection == null) {
            open();
        }
        return connection;
    }

    boolean isGone() {
        return gone != null;
    }

    /** Whether the service's pool hands out connections that commit by themselves. */
    boolean committedByItself() {
        return committedByItself;
    }

    Block begin() throws SQLException {
        recover(null);
        Block block = new Block("shadowplane_block_" + ++named);
        control("SAVEPOINT " + block.name);
        blocks.add(block);
        return block;
    }

    /** Fails as a commit would fail now, when a deferred constraint is violated. */
    void commit(Block block) throws SQLException {
        if (block.failed) {
            rollback(block);
            return;
        }
        recover(block);
        if (block.wrote) {
            try {
                checkConstraints();
            } catch (SQLException | RuntimeException error) {
                abortedBy = block;
                rollback(block);
                throw error;
            }
        }
        leave(block);
    }

    void rollback(Block block) throws SQLException {
        if (gone != null) {
            // What is gone is rolled back: what is wanted here. Whoever asks for more is told.
            return;
        }
        if (block.undone) {
            leave(block);
            return;
        }
        List<Block> above = above(block);
        if (block.tangled || above.stream().anyMatch(other -> other.wrote)) {
            block.committed = true;
            throw refused("two transactions of one request at once wrote: neither can be rolled back without the other");
        }
        try {
            control("ROLLBACK TO SAVEPOINT " + block.name);
            control("RELEASE SAVEPOINT " + block.name);
            abortedBy = null;
            blocks.remove(block);
            for (Block other : above) {
                control("SAVEPOINT " + other.name);
                for (String name : other.savepoints) {
                    control("SAVEPOINT " + name);
                }
            }
        } catch (SQLException error) {
            if (gone == null) {
                throw error;
            }
        }
    }

    /** Runs a statement of {@code block}; its failure fails the block and nothing else. */
    <T> T run(Block block, Work<T> work) throws SQLException {
        ready(block);
        boolean isUnder = !above(block).isEmpty();
        if (isUnder) {
            // Its failure must leave the blocks above as they are.
            control("SAVEPOINT " + STATEMENT);
        }
        T result;
        try {
            result = work.run();
        } catch (SQLException | RuntimeException error) {
            block.failed = true;
            if (isUnder) {
                control("ROLLBACK TO SAVEPOINT " + STATEMENT);
                control("RELEASE SAVEPOINT " + STATEMENT);
            } else {
                abortedBy = block;
            }
            throw error;
        }
        if (isUnder) {
            control("RELEASE SAVEPOINT " + STATEMENT);
        }
        return result;
    }

    void wrote(Block block) {
        block.wrote = true;
        above(block).forEach(other -> other.tangled = true);
    }

    /** The service's own SAVEPOINT, RELEASE or ROLLBACK TO. */
    <T> T savepoint(Block block, String verb, String name, Work<T> work) throws SQLException {
        boolean recovers = verb.equals("ROLLBACK") || verb.equals("ABORT");
        if (block != blocks.get(blocks.size() - 1)) {
            throw refused("a savepoint while another transaction of the same request is open");
        }
        if (!recovers) {
            ready(block);
        }
        T result;
        try {
            result = work.run();
        } catch (SQLException | RuntimeException error) {
            block.failed = true;
            abortedBy = block;
            throw error;
        }
        int last = block.savepoints.lastIndexOf(name);
        if (verb.equals("SAVEPOINT")) {
            block.savepoints.add(name);
        } else if (last >= 0) {
            block.savepoints.subList(recovers ? last + 1 : last, block.savepoints.size()).clear();
        }
        if (recovers) {
            block.failed = false;
            abortedBy = null;
        }
        return result;
    }

    void checkConstraints() throws SQLException {
        // Where nothing can be written, nothing can be violated.
        if (commitIsLocked) {
            execute(connection(), CHECK_CONSTRAINTS);
        }
    }

    /** Rolls back and gives the connection back. */
    @Override
    public void close() throws SQLException {
        lock.lock();
        try {
            gone = gone == null ? "the request that it belongs to has ended" : gone;
            Connection ending = connection;
            connection = null;
            if (ending == null) {
                return;
            }
            try {
                ending.rollback();
                // Advisory locks of the session outlive the rollback.
                execute(ending, "SELECT pg_advisory_unlock_all()");
                ending.rollback();
                if (committedByItself) {
                    ending.setAutoCommit(true);
                }
            } catch (SQLException | RuntimeException error) {
                cut(ending);
                throw error;
            }
            ending.close();
        } finally {
            lock.unlock();
        }
    }

    private void open() throws SQLException {
        Connection opening = borrow.connection();
        try {
            String product = opening.getMetaData().getDatabaseProductName();
            if (!product.equals("PostgreSQL")) {
                throw refused("only PostgreSQL can be guarded, and this is " + product);
            }
            committedByItself = opening.getAutoCommit();
            opening.setAutoCommit(false);
            commitIsLocked = begin(opening);
        } catch (SQLException | RuntimeException error) {
            cut(opening);
            throw error;
        }
        connection = opening;
        began = System.nanoTime();
    }

    /** Begins the transaction; tells whether the database will refuse to commit it. Where it cannot write, it need not. */
    private boolean begin(Connection opening) throws SQLException {
        String limits = "SELECT " + limit("statement_timeout") + ", " + limit("idle_in_transaction_session_timeout");
        Connection physical = opening.isWrapperFor(Connection.class) ? opening.unwrap(Connection.class) : opening;
        for (int attempt = 1; ; attempt++) {
            if (!LOCKABLE.contains(physical)) {
                try {
                    execute(opening, MAKE_LOCK_TABLE);
                    opening.commit();
                } catch (SQLException error) {
                    opening.rollback();
                    if (!READ_ONLY.equals(error.getSQLState())) {
                        throw refused("shadow work needs the right to make temporary tables", error);
                    }
                    execute(opening, "SET TRANSACTION READ ONLY");
                    execute(opening, limits);
                    return false;
                }
                LOCKABLE.add(physical);
            }
            try {
                execute(opening, "WITH locked AS (INSERT INTO " + LOCK_TABLE + " VALUES (1), (1)) " + limits);
                return true;
            } catch (SQLException error) {
                opening.rollback();
                // DISCARD took the table away; once.
                if (attempt == 2 || !UNDEFINED_TABLE.equals(error.getSQLState())) {
                    throw error;
                }
                LOCKABLE.remove(physical);
            }
        }
    }

    /** Locks must have an end, also when this process does not come back. A stricter limit stays. */
    private String limit(String setting) {
        return "set_config('%1$s', CASE WHEN extract(epoch FROM current_setting('%1$s')::interval) * 1000 BETWEEN 1 AND %2$d THEN current_setting('%1$s') ELSE '%2$d' END, true)"
                .formatted(setting, max.toMillis());
    }

    private void ready(Block block) throws SQLException {
        recover(block);
        if (block.failed && abortedBy != block) {
            String aborted = "current transaction is aborted, commands ignored until end of transaction block";
            throw new SQLException(aborted, "25P02");
        }
    }

    /**
     * A failed statement of another block leaves the connection unusable until something is rolled back: its last savepoint is
     * what it could go on from at best.
     */
    private void recover(Block block) throws SQLException {
        Block failed = abortedBy;
        if (failed == null || failed == block) {
            return;
        }
        boolean hasSavepoint = !failed.savepoints.isEmpty();
        String name = hasSavepoint ? failed.savepoints.get(failed.savepoints.size() - 1) : failed.name;
        control("ROLLBACK TO SAVEPOINT " + name);
        if (!hasSavepoint) {
            failed.undone = true;
            failed.wrote = false;
        }
        abortedBy = null;
    }

    private List<Block> above(Block block) {
        return List.copyOf(blocks.subList(blocks.indexOf(block) + 1, blocks.size()));
    }

    /** The block is over, and what it did stays. Under others it stays itself, until they are gone. */
    private void leave(Block block) throws SQLException {
        block.committed = true;
        while (!blocks.isEmpty() && blocks.get(blocks.size() - 1).committed) {
            Block last = blocks.remove(blocks.size() - 1);
            control("RELEASE SAVEPOINT " + last.name);
            // What it wrote is now part of the block below, and undone with it.
            if (last.wrote && !blocks.isEmpty()) {
                blocks.get(blocks.size() - 1).wrote = true;
            }
        }
    }

    /** A statement of the guard itself. It fails only when the transaction is not there any more, so nothing may go on. */
    private void control(String text) throws SQLException {
        try {
            execute(connection(), text);
        } catch (SQLException error) {
            lose("its transaction was ended from outside or by a statement that commits");
            throw refused("the transaction of this shadow work is gone; nothing of it was committed", error);
        }
    }

    private void lose(String why) {
        gone = gone == null ? why : gone;
        Connection lost = connection;
        connection = null;
        if (lost != null) {
            cut(lost);
        }
    }

    /** Thrown away, so that no pool hands it out again: it is closed beneath the pool's own wrapper, which then notices. */
    private static void cut(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException error) {
            // There is nothing more to do.
        }
        try {
            connection.close();
        } catch (SQLException | RuntimeException error) {
            // As above.
        }
    }

    private static void execute(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }

    static SQLException refused(String message) {
        return refused(message, null);
    }

    private static SQLException refused(String message, Throwable cause) {
        return new SQLException(ShadowRefusedException.CODE + ": " + message, ShadowRefusedException.SQL_STATE, cause);
    }
}
