export { type LibsqlOptions, libsqlDialect, openDatabase } from './libsql-dialect.ts';
export { postgresDialect } from './postgres-dialect.ts';
