export { GuardedDatabase } from './guarded-database.ts';
export { type LibsqlOptions, libsqlDialect, openDatabase } from './libsql-dialect.ts';
export { migrate } from './migrate.ts';
export { postgresDialect } from './postgres-dialect.ts';
export { storeFailed } from './store-failed.ts';
export { storeDialect } from './store-url.ts';
