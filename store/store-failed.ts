import { ShadowplaneError } from '../errors/index.ts';

/** What a database says when it fails, as the one error of stores. */
export function storeFailed(error: unknown, what: string): ShadowplaneError {
  if (error instanceof ShadowplaneError) return error;
  return new ShadowplaneError('STORE_FAILED', `${what}: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  // A host with several addresses fails once for each, and the whole says nothing.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ');
  if (error instanceof Error) return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
  return String(error);
}
