/**
 * A transaction that fails says why, whatever becomes of its rollback: SQLite rolls back by itself when the disk is full, and
 * a connection that has died cannot roll back either. Kysely would tell of that instead.
 */
import type { Dialect } from 'kysely';

/** For who begins with a fresh connection after a failure: a transaction may be left open on the old one. */
export function reasonFirst(dialect: Dialect): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (database) => dialect.createIntrospector(database),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => {
      const driver = dialect.createDriver();
      const rollback = driver.rollbackTransaction.bind(driver);
      driver.rollbackTransaction = (connection) => rollback(connection).catch(() => {});
      return driver;
    },
  };
}
