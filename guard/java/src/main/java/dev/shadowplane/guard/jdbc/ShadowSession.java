package dev.shadowplane.guard.jdbc;

import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.ShadowGuard;
import dev.shadowplane.guard.jdbc.ShadowTransaction.Block;
import dev.shadowplane.guard.jdbc.ShadowTransaction.Work;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;

/**
 * What a service believes to be a connection of its own. Commit, rollback and savepoints behave as PostgreSQL's do, down to
 * the errors, but they end a block of the transaction that is rolled back. Isolation level and read-only are answered as
 * they were set, without effect on the real connection.
 */
final class ShadowSession implements InvocationHandler {
    private final ShadowGuard guard;
    private final ShadowTransaction transaction;
    private final boolean endsWork;
    private final Connection real;
    private Connection self;
    private Block block;
    private boolean autoCommit;
    /** BEGIN as text makes a block that outlasts the statement, also with autocommit. */
    private boolean explicit;
    private boolean closed;
    private boolean readOnly;
    /** What the service has asked for; until then, what the database has. */
    private Integer isolation;

    private ShadowSession(ShadowGuard guard, ShadowTransaction transaction, boolean endsWork) throws SQLException {
        this.guard = guard;
        this.transaction = transaction;
        this.endsWork = endsWork;
        real = transaction.connection();
        autoCommit = transaction.committedByItself();
    }

    static Connection open(ShadowGuard guard, ShadowTransaction transaction, boolean endsWork) throws SQLException {
        transaction.lock.lock();
        try {
            ShadowSession session = new ShadowSession(guard, transaction, endsWork);
            session.self = (Connection) Proxy.newProxyInstance(
                    ShadowSession.class.getClassLoader(), new Class<?>[] {Connection.class}, session);
            return session.self;
        } finally {
            transaction.lock.unlock();
        }
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "shadow work on " + real;
            case "isClosed":
                return closed || transaction.isGone();
            case "unwrap":
                return ((Class<?>) arguments[0]).isInstance(proxy) ? proxy : forward(real, method, arguments);
            default:
                transaction.lock.lock();
                try {
                    return inOrder(method, arguments);
                } finally {
                    transaction.lock.unlock();
                }
        }
    }

    private Object inOrder(Method method, Object[] arguments) throws Throwable {
        String name = method.getName();
        if (name.equals("close") || name.equals("abort")) {
            close();
            return null;
        }
        if (closed) {
            throw new SQLException("This connection has been closed.", "08003");
        }
        switch (name) {
            case "commit", "rollback":
                if (arguments != null) {
                    return savepoint("ROLLBACK", method, arguments);
                }
                if (autoCommit) {
                    throw new SQLException("Cannot " + name + " when autoCommit is enabled.", "25P01");
                }
                end(name.equals("commit"));
                return null;
            case "setSavepoint", "releaseSavepoint":
                return savepoint(name.equals("setSavepoint") ? "SAVEPOINT" : "RELEASE", method, arguments);
            case "getAutoCommit":
                return autoCommit;
            case "setAutoCommit":
                if (autoCommit != (boolean) arguments[0]) {
                    end(true);
                    autoCommit = (boolean) arguments[0];
                }
                return null;
            case "isReadOnly":
                return readOnly;
            case "setReadOnly":
                readOnly = (boolean) arguments[0];
                return null;
            case "getTransactionIsolation":
                return isolation == null ? forward(real, method, arguments) : isolation;
            case "setTransactionIsolation":
                isolation = (Integer) arguments[0];
                return null;
            case "beginRequest", "endRequest":
                return null;
            case "createStatement":
                return statement(Statement.class, method, arguments, null);
            case "prepareStatement":
                return statement(PreparedStatement.class, method, arguments, (String) arguments[0]);
            case "prepareCall":
                return statement(CallableStatement.class, method, arguments, (String) arguments[0]);
            default:
                transaction.connection();
                return forward(real, method, arguments);
        }
    }

    private Object statement(Class<? extends Statement> type, Method method, Object[] arguments, String prepared)
            throws Throwable {
        transaction.connection();
        Statement made = (Statement) forward(real, method, arguments);
        return Proxy.newProxyInstance(ShadowSession.class.getClassLoader(), new Class<?>[] {type},
                new ShadowStatement(this, made, prepared));
    }

    private Object savepoint(String verb, Method method, Object[] arguments) throws SQLException {
        if (autoCommit && !explicit) {
            throw new SQLException("Cannot use a savepoint when autoCommit is enabled.", "25P01");
        }
        Block current = current();
        Work<Object> work = () -> forwardSql(real, method, arguments);
        if (verb.equals("SAVEPOINT")) {
            Savepoint[] made = new Savepoint[1];
            transaction.run(current, () -> made[0] = (Savepoint) work.run());
            current.savepoints.add(nameOf(made[0]));
            return made[0];
        }
        return transaction.savepoint(current, verb, nameOf((Savepoint) arguments[0]), work);
    }

    /** A name that the database knows: PostgreSQL's driver gives the unnamed ones names of its own. */
    private static String nameOf(Savepoint savepoint) throws SQLException {
        try {
            return '"' + savepoint.getSavepointName().replace("\"", "\"\"") + '"';
        } catch (SQLException unnamed) {
            return "JDBC_SAVEPOINT_" + savepoint.getSavepointId();
        }
    }

    private void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            // What the service left open is rolled back, as PostgreSQL does when a connection closes.
            end(false);
        } finally {
            if (endsWork) {
                transaction.close();
            }
        }
    }

    private Block current() throws SQLException {
        if (block == null) {
            block = transaction.begin();
        }
        return block;
    }

    private void end(boolean commits) throws SQLException {
        explicit = false;
        Block ending = block;
        block = null;
        if (ending == null) {
            return;
        }
        if (commits) {
            transaction.commit(ending);
        } else {
            transaction.rollback(ending);
        }
    }

    // -- For its statements ---------------------------------------------------------------------------------------------

    Connection self() {
        return self;
    }

    ShadowTransaction transaction() {
        return transaction;
    }

    void checkOpen() throws SQLException {
        if (closed) {
            throw new SQLException("This connection has been closed.", "08003");
        }
        transaction.connection();
    }

    static void refuse(List<Sql.Statement> statements) throws SQLException {
        for (Sql.Statement statement : statements) {
            if (statement.refusal() != null) {
                throw ShadowTransaction.refused(statement.refusal());
            }
        }
    }

    /** How many writes a result tells of. */
    interface Writes<T> {
        long in(T result) throws SQLException;
    }

    /** A statement that does not end a transaction. By itself (autocommit) it is checked as at its commit. */
    <T> T plain(Work<T> work, Writes<T> writes) throws SQLException {
        boolean alone = autoCommit && !explicit;
        Block current = current();
        T result;
        try {
            result = transaction.run(current, work);
            long count = writes.in(result);
            if (count > 0) {
                transaction.wrote(current);
                guard.suppressed(Cover.POSTGRES, count);
            }
        } catch (SQLException | RuntimeException error) {
            if (alone) {
                end(false);
            }
            throw error;
        }
        if (alone) {
            end(true);
        }
        return result;
    }

    /** Does what the statement asks of its transaction; false for those that are not about transactions. */
    boolean control(Sql.Statement statement, Work<?> work) throws SQLException {
        switch (statement.kind()) {
            case BEGIN:
                current();
                explicit = true;
                return true;
            case COMMIT, ROLLBACK:
                end(statement.kind() == Sql.Kind.COMMIT);
                if (statement.chained()) {
                    current();
                    explicit = true;
                }
                return true;
            case SET_TRANSACTION:
                return true;
            case CHECK_CONSTRAINTS:
                plain(() -> {
                    transaction.checkConstraints();
                    return null;
                }, nothing -> 0);
                return true;
            case SAVEPOINT:
                if (autoCommit && !explicit) {
                    throw new SQLException("savepoints can only be used in transaction blocks", "25P01");
                }
                List<String> words = statement.words();
                transaction.savepoint(current(), words.get(0), words.get(words.size() - 1), work);
                return true;
            default:
                return false;
        }
    }

    static Object forward(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
    }

    static Object forwardSql(Object target, Method method, Object[] arguments) throws SQLException {
        try {
            return forward(target, method, arguments);
        } catch (SQLException | RuntimeException | Error error) {
            throw error;
        } catch (Throwable error) {
            throw new SQLException(error);
        }
    }
}
