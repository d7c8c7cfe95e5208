package dev.shadowplane.guard.jdbc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.shadowplane.guard.ContractTest;
import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.ShadowGuard;
import dev.shadowplane.guard.ShadowRefusedException;
import dev.shadowplane.guard.TestService;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.jdbc.PgConnection;

/** An order service on a real PostgreSQL, behind HikariCP. */
class GuardedDataSourceTest {
    private static final String URL = System.getenv("SHADOWPLANE_TEST_POSTGRES_JDBC");
    private static HikariDataSource admin;
    private final ShadowGuard guard = ContractTest.guard().build();
    private final List<HikariDataSource> pools = new ArrayList<>();

    @BeforeAll
    static void makeTables() throws SQLException {
        assumeTrue(URL != null, "SHADOWPLANE_TEST_POSTGRES_JDBC is not set");
        admin = pool(2);
        try (Connection connection = admin.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute("""
                    DROP SCHEMA public CASCADE;
                    CREATE SCHEMA public;
                    CREATE TABLE orders (id serial PRIMARY KEY, item text NOT NULL UNIQUE, amount int CHECK (amount > 0));
                    CREATE TABLE order_lines (order_id int REFERENCES orders DEFERRABLE INITIALLY DEFERRED, line text);
                    CREATE SEQUENCE numbers;
                    CREATE PROCEDURE commit_it() LANGUAGE plpgsql AS
                      $$ BEGIN INSERT INTO orders (item) VALUES ('p'); COMMIT; END $$;
                    CREATE FUNCTION order_it(item text) RETURNS int LANGUAGE sql AS
                      $$ INSERT INTO orders (item) VALUES (item) RETURNING id $$;""");
        }
    }

    @AfterAll
    static void close() {
        if (admin != null) {
            admin.close();
        }
    }

    @BeforeEach
    void empty() throws SQLException {
        execute(admin, "TRUNCATE orders, order_lines");
    }

    @AfterEach
    void closePools() {
        for (HikariDataSource pool : pools) {
            assertEquals(0, pool.getHikariPoolMXBean().getActiveConnections(), "connections that were not given back");
            pool.close();
        }
    }

    private static HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(URL);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(5000);
        return new HikariDataSource(config);
    }

    private DataSource guarded(int size) {
        return guarded(guard, size);
    }

    private DataSource guarded(ShadowGuard by, int size) {
        HikariDataSource pool = pool(size);
        pools.add(pool);
        return by == null ? pool : new GuardedDataSource(by, pool);
    }

    private static void execute(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> read(Connection connection, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    private static List<String> read(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return read(connection, sql);
        }
    }

    private static List<String> persisted() throws SQLException {
        return read(admin, "SELECT item FROM orders UNION ALL SELECT line FROM order_lines ORDER BY 1");
    }

    /** As they are: a transaction with keys that the database makes, then statements that commit by themselves. */
    private static final class Orders extends HttpServlet {
        private static final long serialVersionUID = 1L;
        private final transient DataSource source;

        Orders(DataSource source) {
            this.source = source;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            try {
                response.getWriter().print(order());
            } catch (SQLException error) {
                throw new ServletException(error);
            }
        }

        private String order() throws SQLException {
            long id;
            try (Connection connection = source.getConnection()) {
                connection.setAutoCommit(false);
                String insert = "INSERT INTO orders (item, amount) VALUES (?, ?)";
                try (PreparedStatement order = connection.prepareStatement(insert, Statement.RETURN_GENERATED_KEYS);
                        PreparedStatement line = connection.prepareStatement("INSERT INTO order_lines VALUES (?, ?)")) {
                    order.setString(1, "lamp");
                    order.setInt(2, 2);
                    order.executeUpdate();
                    try (ResultSet keys = order.getGeneratedKeys()) {
                        keys.next();
                        id = keys.getLong(1);
                    }
                    line.setLong(1, id);
                    line.setString(2, "line");
                    line.addBatch();
                    line.executeBatch();
                }
                connection.commit();
            }
            try (Connection connection = source.getConnection()) {
                try (PreparedStatement lock = connection.prepareStatement("SELECT * FROM orders WHERE id = ? FOR UPDATE")) {
                    lock.setLong(1, id);
                    lock.executeQuery();
                }
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("UPDATE orders SET amount = amount + 1 WHERE id = " + id);
                }
                return read(connection, "SELECT item || ' ' || amount FROM orders WHERE id = " + id).get(0);
            }
        }
    }

    private String order(ShadowGuard by, DataSource source, boolean marked) throws Exception {
        try (TestService service = new TestService(by, new Orders(source))) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.url() + "/orders"))
                    .POST(HttpRequest.BodyPublishers.noBody());
            if (marked) {
                request.header("x-shadow", "true");
            }
            HttpClient client = HttpClient.newHttpClient();
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    @Test
    void anOrderServicePersistsNothingAndAnswersAsIfItDid() throws Exception {
        ShadowGuard marked = ContractTest.guard().trustedProxies("127.0.0.1").build();
        DataSource source = guarded(marked, 2);
        // Twice the same: nothing of the first is there.
        assertEquals("lamp 3", order(marked, source, true));
        assertEquals("lamp 3", order(marked, source, true));
        assertEquals(6, marked.suppressedCount(Cover.POSTGRES));
        assertTrue(marked.probe(true).contains("\"covers\":[\"postgres\"]"));
        ShadowGuard always = ContractTest.guard().environment(Map.of("SHADOW_MODE", "true")).build();
        assertEquals("lamp 3", order(always, guarded(always, 2), false));
        assertEquals(List.of(), persisted());

        assertEquals("lamp 3", order(marked, source, false));
        assertEquals(List.of("lamp", "line"), persisted());
        assertEquals(6, marked.suppressedCount(Cover.POSTGRES));
    }

    @Test
    void theSameServicePersistsWithoutTheGuard() throws Exception {
        assertEquals("lamp 3", order(null, guarded(null, 2), true));
        assertEquals(List.of("lamp", "line"), persisted());
    }

    @Test
    void markedAndUnmarkedWorkAtTheSameTime() throws Exception {
        DataSource source = guarded(2);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<List<String>>> seen = IntStream.range(0, 40).mapToObj(number -> threads.submit(() -> {
                String item = "item " + number;
                return number % 2 == 1 ? guard.runShadow(() -> write(source, item)) : write(source, item);
            })).toList();
            for (int number = 0; number < 40; number++) {
                assertEquals(List.of("item " + number), seen.get(number).get());
            }
        } finally {
            threads.shutdown();
        }
        List<String> unmarked = IntStream.range(0, 20).mapToObj(number -> "item " + number * 2).sorted().toList();
        assertEquals(unmarked, persisted());
    }

    private static List<String> write(DataSource source, String item) throws SQLException {
        execute(source, "INSERT INTO orders (item) VALUES ('" + item + "')");
        return read(source, "SELECT item FROM orders WHERE item = '" + item + "'");
    }

    private static String stateOf(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(SQLException.class, work).getSQLState();
    }

    @Test
    void aFailedStatementFailsItsTransactionAndNothingElse() throws Exception {
        DataSource source = guarded(2);
        guard.runShadow(() -> {
            execute(source, "INSERT INTO orders (item) VALUES ('first')");
            assertEquals("23505", stateOf(() -> execute(source, "INSERT INTO orders (item) VALUES ('first')")));
            try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO orders (item) VALUES ('second')");
                Savepoint mine = connection.setSavepoint("mine");
                assertEquals("23502", stateOf(() -> statement.execute("INSERT INTO orders VALUES (0)")));
                assertEquals("25P02", stateOf(() -> statement.execute("SELECT 1")));
                connection.rollback(mine);
                statement.execute("INSERT INTO orders (item) VALUES ('third')");
                Savepoint unnamed = connection.setSavepoint();
                statement.execute("INSERT INTO orders (item) VALUES ('undone')");
                connection.rollback(unnamed);
                connection.releaseSavepoint(mine);
                connection.commit();
                assertEquals("22012", stateOf(() -> statement.execute("SELECT 1/0")));
                connection.rollback();
                connection.setAutoCommit(true);
                assertEquals("25P01", stateOf(connection::commit));
                assertEquals("25P01", stateOf(() -> connection.setSavepoint()));
            }
            assertEquals(List.of("first", "second", "third"), read(source, "SELECT item FROM orders ORDER BY 1"));
            return null;
        });
        assertEquals(List.of(), persisted());
    }

    @Test
    void deferredConstraintsAreCheckedWhereACommitWouldCheckThem() throws Exception {
        DataSource source = guarded(1);
        guard.runShadow(() -> {
            assertEquals("23503", stateOf(() -> execute(source, "INSERT INTO order_lines VALUES (8, 'never')")));
            try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO order_lines VALUES (7, 'early')");
                statement.execute("INSERT INTO orders (id, item) VALUES (7, 'late')");
                connection.commit();
                statement.execute("INSERT INTO order_lines VALUES (9, 'never')");
                assertEquals("23503", stateOf(connection::commit));
            }
            assertEquals(List.of("7"), read(source, "SELECT order_id FROM order_lines"));
            return null;
        });
        assertEquals(List.of(), persisted());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN; INSERT INTO orders (item) VALUES (1); COMMIT; INSERT INTO orders (item) VALUES (2); COMMIT AND CHAIN",
                "/* ; */ begin; insert into orders (item) values ($$;commit;$$); -- end\n end; abort",
                "DO $x$ BEGIN INSERT INTO orders (item) VALUES ('do'); COMMIT; END $x$",
                "CALL commit_it()",
                "SELECT order_it('function')",
                "WITH i AS (INSERT INTO orders (item) VALUES (1) RETURNING *) SELECT * FROM i",
                "CREATE TABLE more AS SELECT 1",
                "DROP TABLE order_lines",
                "TRUNCATE orders CASCADE",
                "COMMIT PREPARED 'x'",
                "COPY (SELECT 1) TO PROGRAM 'cat'",
                "SELECT setval('numbers', 99)",
                "LISTEN orders",
                "VACUUM orders"
            })
    void nothingOfThisPersists(String text) throws Exception {
        DataSource source = guarded(1);
        for (boolean autoCommit : new boolean[] {true, false}) {
            guard.runShadow(() -> {
                for (String sql : List.of(text, "INSERT INTO orders (item) VALUES ('after')")) {
                    try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(autoCommit);
                        statement.execute(sql);
                        if (!autoCommit) {
                            connection.commit();
                        }
                    } catch (SQLException error) {
                        assertNotNull(error.getMessage());
                    }
                }
                return null;
            });
        }
        assertEquals(List.of(), persisted());
        assertEquals(List.of("1"), read(admin, "SELECT last_value FROM numbers"));
        assertEquals(List.of("order_lines"), read(admin, "SELECT to_regclass('order_lines')::text"));
        assertEquals(List.of("f"), read(admin, "SELECT to_regclass('more') IS NOT NULL"));
    }

    @Test
    void theDatabaseItselfRefusesACommitThatNobodyRecognised() throws Exception {
        DataSource source = guarded(1);
        guard.runShadow(() -> {
            try (Connection connection = source.getConnection()) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("INSERT INTO orders (item) VALUES ('x')");
                }
                // Beneath the guard: the driver's own connection.
                Connection driver = connection.unwrap(PgConnection.class);
                assertEquals("23505", stateOf(driver::commit));
            }
            assertEquals(ShadowRefusedException.SQL_STATE, stateOf(() -> execute(source, "SELECT 1")));
            return null;
        });
        assertEquals(List.of(), persisted());
    }

    @Test
    void batchesAndUpdateCountsAreTheDrivers() throws Exception {
        DataSource source = guarded(1);
        guard.runShadow(() -> {
            try (Connection connection = source.getConnection()) {
                try (PreparedStatement insert = connection.prepareStatement("INSERT INTO orders (item) VALUES (?)")) {
                    for (String item : List.of("a", "b", "c")) {
                        insert.setString(1, item);
                        insert.addBatch();
                    }
                    assertArrayEquals(new int[] {1, 1, 1}, insert.executeBatch());
                }
                try (Statement statement = connection.createStatement()) {
                    assertEquals(2, statement.executeUpdate("UPDATE orders SET amount = 1 WHERE item < 'c'"));
                    assertEquals(0, statement.executeUpdate("UPDATE orders SET amount = 1 WHERE item = 'z'"));
                    assertFalse(statement.execute("DELETE FROM orders WHERE item = 'c'"));
                    assertEquals(1, statement.getUpdateCount());
                    assertEquals(connection, statement.getConnection());
                    statement.addBatch("INSERT INTO orders (item) VALUES ('d')");
                    assertEquals(ShadowRefusedException.SQL_STATE, stateOf(() -> statement.addBatch("COMMIT")));
                    assertArrayEquals(new int[] {1}, statement.executeBatch());
                }
                assertEquals(List.of("a", "b", "d"), read(connection, "SELECT item FROM orders ORDER BY 1"));
            }
            return null;
        });
        assertEquals(6, guard.suppressedCount(Cover.POSTGRES));
        assertEquals(List.of(), persisted());
    }

    @Test
    void twoConnectionsOfOneRequestShareItsTransaction() throws Exception {
        DataSource source = guarded(1);
        guard.runShadow(() -> {
            try (Connection first = source.getConnection();
                    Connection second = source.getConnection();
                    Statement ofFirst = first.createStatement();
                    Statement ofSecond = second.createStatement()) {
                first.setAutoCommit(false);
                second.setAutoCommit(false);
                ofFirst.execute("INSERT INTO orders (item) VALUES ('first')");
                ofSecond.execute("INSERT INTO orders (item) VALUES ('second')");
                // The failure of one is not the other's, in either order.
                assertEquals("23505", stateOf(() -> ofSecond.execute("INSERT INTO orders (item) VALUES ('second')")));
                ofFirst.execute("INSERT INTO orders (item) VALUES ('more of first')");
                second.rollback();
                first.commit();
                assertEquals(List.of("2"), read(second, "SELECT count(*) FROM orders"));
                ofSecond.execute("INSERT INTO orders (item) VALUES ('again')");
                assertEquals("23505", stateOf(() -> ofFirst.execute("INSERT INTO orders (item) VALUES ('first')")));
                second.commit();
                first.rollback();
                assertEquals(List.of("3"), read(first, "SELECT count(*) FROM orders"));
                first.commit();
                read(first, "SELECT 1");
                read(second, "SELECT 1");
                // What the first one writes now is within the second one, which can only stay.
                ofFirst.execute("INSERT INTO orders (item) VALUES ('within')");
                assertEquals(ShadowRefusedException.SQL_STATE, stateOf(second::rollback));
                first.commit();
                assertEquals(List.of("4"), read(second, "SELECT count(*) FROM orders"));
                second.commit();
                ofFirst.execute("INSERT INTO orders (item) VALUES ('below')");
                ofSecond.execute("INSERT INTO orders (item) VALUES ('above')");
                assertEquals(ShadowRefusedException.SQL_STATE, stateOf(first::rollback));
            }
            return null;
        });
        assertEquals(List.of(), persisted());
    }

    @Test
    void aTransactionHasAnEnd() throws Exception {
        HikariDataSource pool = pool(1);
        pools.add(pool);
        DataSource source = new GuardedDataSource(guard, pool, Duration.ofMillis(200));
        guard.runShadow(() -> {
            execute(source, "SELECT pg_advisory_lock(1)");
            assertEquals("57014", stateOf(() -> execute(source, "SELECT pg_sleep(10)")));
            assertEquals(ShadowRefusedException.SQL_STATE, stateOf(() -> execute(source, "SELECT 1")));
            return null;
        });
        assertEquals(List.of("1"), read(pool, "SELECT 1"));
        assertThrows(IllegalArgumentException.class, () -> new GuardedDataSource(guard, pool, Duration.ZERO));
    }

    @Test
    void advisoryLocksAndSettingsAreGoneAfterwards() throws Exception {
        DataSource source = guarded(1);
        guard.runShadow(() -> {
            try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
                statement.execute("SELECT pg_advisory_lock(2)");
                statement.execute("SET search_path = pg_catalog");
                connection.setReadOnly(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                assertTrue(connection.isReadOnly());
                assertEquals(Connection.TRANSACTION_SERIALIZABLE, connection.getTransactionIsolation());
                connection.setAutoCommit(false);
            }
            return null;
        });
        assertEquals(List.of("0"), read(admin, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"));
        try (Connection connection = source.getConnection()) {
            assertTrue(connection.getAutoCommit());
            assertEquals(List.of("0"), read(connection, "SHOW statement_timeout"));
            assertFalse(read(connection, "SHOW search_path").contains("pg_catalog"));
        }
        execute(source, "INSERT INTO orders (item) VALUES ('real')");
        assertEquals(List.of("real"), persisted());
    }

    @Test
    void workAfterTheEndOfARequestIsRolledBackByItself() throws Exception {
        DataSource source = guarded(1);
        Runnable late = guard.runShadow(() -> guard.bind(() -> {
            try {
                execute(source, "INSERT INTO orders (item) VALUES ('late')");
            } catch (SQLException error) {
                throw new IllegalStateException(error);
            }
        }));
        late.run();
        assertEquals(1, guard.suppressedCount(Cover.POSTGRES));
        assertEquals(List.of(), persisted());
    }

    @Test
    void aDatabaseThatCannotBeWrittenToNeedsNoLock() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(URL + "&options=-c%20default_transaction_read_only=on");
        config.setMaximumPoolSize(1);
        HikariDataSource pool = new HikariDataSource(config);
        pools.add(pool);
        DataSource source = new GuardedDataSource(guard, pool);
        guard.runShadow(() -> {
            assertEquals(List.of("0"), read(source, "SELECT count(*) FROM orders"));
            for (String text : List.of("SET transaction_read_only = off", "SET TRANSACTION READ WRITE")) {
                String both = text + "; INSERT INTO orders (item) VALUES ('x')";
                assertThrows(SQLException.class, () -> execute(source, both));
            }
            return null;
        });
        assertEquals(List.of(), persisted());
    }
}
