package dev.shadowplane.guard.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The driver's own statement, whose executions are part of a block. */
final class ShadowStatement implements InvocationHandler {
    private final ShadowSession session;
    private final Statement real;
    /** Of a prepared statement; null for one that is given its text when it is executed. */
    private final List<Sql.Statement> prepared;
    private final List<Sql.Statement> batch = new ArrayList<>();

    ShadowStatement(ShadowSession session, Statement real, String prepared) throws SQLException {
        this.session = session;
        this.real = real;
        this.prepared = prepared == null ? null : Sql.read(prepared);
        if (this.prepared != null) {
            ShadowSession.refuse(this.prepared);
        }
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        String name = method.getName();
        switch (name) {
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "getConnection":
                return session.self();
            case "addBatch":
                addBatch(arguments);
                break;
            case "clearBatch":
                batch.clear();
                break;
            default:
                if (name.startsWith("execute")) {
                    return execute(method, arguments);
                }
        }
        return ShadowSession.forward(real, method, arguments);
    }

    private void addBatch(Object[] arguments) throws SQLException {
        List<Sql.Statement> statements = arguments == null ? prepared : Sql.read((String) arguments[0]);
        ShadowSession.refuse(statements);
        for (Sql.Statement statement : statements) {
            if (statement.kind() != Sql.Kind.PLAIN) {
                throw ShadowTransaction.refused("a statement in a batch that begins or ends a transaction");
            }
        }
        batch.addAll(statements);
    }

    private Object execute(Method method, Object[] arguments) throws SQLException {
        boolean isBatch = method.getName().endsWith("Batch");
        boolean isText = !isBatch && arguments != null && arguments.length > 0 && arguments[0] instanceof String;
        List<Sql.Statement> statements = isBatch ? List.copyOf(batch) : isText ? Sql.read((String) arguments[0]) : prepared;
        ShadowSession.refuse(statements);
        session.transaction().lock.lock();
        try {
            session.checkOpen();
            boolean isPlain = statements.stream().allMatch(statement -> statement.kind() == Sql.Kind.PLAIN);
            if (isPlain || isBatch) {
                batch.clear();
                return session.plain(
                        () -> ShadowSession.forwardSql(real, method, arguments), result -> count(statements, result));
            }
            if (statements.size() > 1 && !isText) {
                throw ShadowTransaction.refused("a prepared text of several statements that ends a transaction");
            }
            Object result = null;
            for (Sql.Statement statement : statements) {
                Object[] one = isText ? withText(arguments, statement.text()) : arguments;
                boolean isControl = session.control(statement, () -> ShadowSession.forwardSql(real, method, one));
                result = isControl
                        ? nothing(method)
                        : session.plain(
                                () -> ShadowSession.forwardSql(real, method, one), answer -> count(List.of(statement), answer));
            }
            return result;
        } finally {
            session.transaction().lock.unlock();
        }
    }

    private static Object[] withText(Object[] arguments, String text) {
        Object[] changed = arguments.clone();
        changed[0] = text;
        return changed;
    }

    /** What a statement without rows answers. */
    private static Object nothing(Method method) throws SQLException {
        Class<?> type = method.getReturnType();
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return 0L;
        }
        throw new SQLException("No results were returned by the query.", "02000");
    }

    /** How many statements changed something: one, or as many of a batch. */
    private long count(List<Sql.Statement> statements, Object result) throws SQLException {
        if (statements.stream().noneMatch(Sql.Statement::writes)) {
            return 0;
        }
        if (result instanceof int[] counts) {
            return Arrays.stream(counts).filter(count -> count != 0).count();
        }
        if (result instanceof long[] counts) {
            return Arrays.stream(counts).filter(count -> count != 0).count();
        }
        // DDL answers 0 and changes much; rows are what RETURNING answers.
        boolean isDefinition = statements.stream().anyMatch(statement -> statement.writes() && !statement.changesRows());
        boolean answersRows = !(result instanceof Number) && !Boolean.FALSE.equals(result);
        if (isDefinition || answersRows) {
            return 1;
        }
        long changed = result instanceof Number number ? number.longValue() : real.getUpdateCount();
        return changed == 0 ? 0 : 1;
    }
}
