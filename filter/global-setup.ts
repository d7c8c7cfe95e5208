import { ensureFilter } from './build.ts';

/** Builds the filter's modules once before any test file starts: each would otherwise find them missing and compile them for itself. */
export async function setup(): Promise<void> {
  await Promise.all([ensureFilter(), ensureFilter('filter-capture.wasm')]);
}
