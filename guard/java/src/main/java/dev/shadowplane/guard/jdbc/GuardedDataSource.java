package dev.shadowplane.guard.jdbc;

import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.ShadowGuard;
import dev.shadowplane.guard.ShadowScope;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * All that one piece of shadow work (a request) asks the database goes over one connection and in one transaction, which is
 * rolled back when the work ends. Give the service this one in place of the DataSource, whatever pool that is.
 */
public final class GuardedDataSource implements DataSource {
    private static final Duration DEFAULT_MAX_TRANSACTION = Duration.ofSeconds(30);

    private final ShadowGuard guard;
    private final DataSource dataSource;
    private final Duration maxTransaction;

    public GuardedDataSource(ShadowGuard guard, DataSource dataSource) {
        this(guard, dataSource, DEFAULT_MAX_TRANSACTION);
    }

    /**
     * @param maxTransaction a statement, or the pause between two, that takes longer is ended by the database, and nothing is
     *     begun in a transaction that is older, so that a shadow's locks have an end. Default: 30 s.
     */
    public GuardedDataSource(ShadowGuard guard, DataSource dataSource, Duration maxTransaction) {
        if (maxTransaction.toMillis() <= 0) {
            throw new IllegalArgumentException("maxTransaction must be at least a millisecond");
        }
        this.guard = guard;
        this.dataSource = dataSource;
        this.maxTransaction = maxTransaction;
        guard.cover(Cover.POSTGRES);
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (!guard.isShadow()) {
            return dataSource.getConnection();
        }
        ShadowScope scope = guard.scope();
        ShadowTransaction shared = scope == null ? null : scope.resource(this, ShadowTransaction.class, this::transaction);
        // Work without an end of its own ends with its connection.
        ShadowTransaction transaction = shared == null ? transaction() : shared;
        return ShadowSession.open(guard, transaction, shared == null);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        if (!guard.isShadow()) {
            return dataSource.getConnection(user, password);
        }
        throw ShadowTransaction.refused("shadow work uses the user that the DataSource has");
    }

    private ShadowTransaction transaction() {
        return new ShadowTransaction(dataSource::getConnection, maxTransaction);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : dataSource.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || dataSource.isWrapperFor(type);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return dataSource.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        dataSource.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        dataSource.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return dataSource.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return dataSource.getParentLogger();
    }
}
