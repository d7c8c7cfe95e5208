import { ensureFilter } from './build.ts';

/** Builds the filter once before any test file starts: each would otherwise find it missing and compile it for itself. */
export async function setup(): Promise<void> {
  await ensureFilter();
}
