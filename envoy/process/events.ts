import type { EnvoyLogLine } from './log-line.ts';

/** What a supervised Envoy tells while it runs. */
export type EnvoyEvent =
  | { readonly type: 'log'; readonly line: EnvoyLogLine }
  | { readonly type: 'died'; readonly exitCode: number; readonly restartInMs: number }
  | { readonly type: 'restarted'; readonly pid: number }
  /** Stopping: this many requests are still under way. */
  | { readonly type: 'draining'; readonly requests: number };

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 30_000;

/** Pause before the next start after so many failures in a row: 0.25 s, doubling, at most 30 s. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
}
