import type { Dialect } from 'kysely';
import { ShadowplaneError } from '../errors/index.ts';
import { type LibsqlOptions, libsqlDialect } from './libsql-dialect.ts';
import { postgresDialect } from './postgres-dialect.ts';

const PROTOCOLS = ['postgres:', 'postgresql:'];

/**
 * The database that a URL names, else the embedded one in `directory`. No error, here or later, shows the password.
 *
 * @throws ShadowplaneError USAGE when the URL is not one of PostgreSQL
 */
export function storeDialect(url: string | undefined, directory: string, options: LibsqlOptions = {}): Dialect {
  if (url === undefined) return libsqlDialect(directory, options);
  assertUrl(url);
  return postgresDialect(url);
}

/** A password may have got anywhere in it, so what was written is not repeated. */
function assertUrl(url: string): void {
  const parsed = parse(url);
  if (!parsed) throw new ShadowplaneError('USAGE', `--store is no URL; ${EXAMPLE}`);
  const { protocol, pathname } = parsed;
  if (!PROTOCOLS.includes(protocol)) {
    throw new ShadowplaneError('USAGE', `--store ${protocol}...: only PostgreSQL can be named by URL; ${EXAMPLE}`);
  }
  if (pathname.length < 2) throw new ShadowplaneError('USAGE', `--store names no database; ${EXAMPLE}`);
}

const EXAMPLE = 'write it such as postgres://user:password@host:5432/database';

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
