import { ShadowplaneError } from '../errors/index.ts';

/** No room on the disk, as SQLite, the system and PostgreSQL say it. */
const FULL = ['SQLITE_FULL', 'ENOSPC', '53100'];

/** What a database says when it fails, as one of the two errors of stores: STORE_FULL, or STORE_FAILED for all else. */
export function storeFailed(error: unknown, what: string): ShadowplaneError {
  if (error instanceof ShadowplaneError) return error;
  const isFull = FULL.includes(String((error as { code?: unknown } | undefined)?.code));
  return new ShadowplaneError(isFull ? 'STORE_FULL' : 'STORE_FAILED', `${what}: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  // A host with several addresses fails once for each, and the whole says nothing.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ');
  if (error instanceof Error) return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
  return String(error);
}
