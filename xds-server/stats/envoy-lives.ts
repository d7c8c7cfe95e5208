/**
 * Envoy's counters are absolute since it started, and say nothing of who counted before. What follows from two reports in a
 * row: whether another process counts now, and by how much each counter has grown.
 */
import type { StatsReport } from './read-report.ts';

/** An Envoy at one report. */
export interface EnvoyLife {
  /** Of the report, by the steady clock. */
  readonly atMs: number;
  /** How old the process was by then, in whole seconds, as Envoy gives it. */
  readonly uptimeMs: number;
}

export const UPTIME = 'server.uptime';

/** Envoy takes the difference of two clocks in whole seconds, so it may call itself this much older than it is. */
const UPTIME_EXCESS_MS = 1_000;
/** Ages are in whole seconds, and a report takes its time; an Envoy that lives for less may be taken for its successor. */
const RESTART_SLACK_MS = 3_000;

export function lifeOf({ atMs, values }: Pick<StatsReport, 'atMs' | 'values'>): EnvoyLife {
  return { atMs, uptimeMs: (values.get(UPTIME) ?? 0) * 1_000 };
}

/** It was there before that moment, so some of what it has counted is of then. */
export function livedBefore({ atMs, uptimeMs }: EnvoyLife, momentMs: number): boolean {
  return atMs - uptimeMs + UPTIME_EXCESS_MS < momentMs;
}

/** An Envoy that was away may by now be older than the one before it was; on one stream it cannot have restarted. */
export function hasRestarted(before: EnvoyLife & { readonly connected: boolean }, now: EnvoyLife): boolean {
  if (now.uptimeMs < before.uptimeMs) return true;
  return !before.connected && now.uptimeMs + RESTART_SLACK_MS < before.uptimeMs + now.atMs - before.atMs;
}

/** Counters that have grown, and by how much; one that is smaller than before, or was away, began at 0 in between. */
export function* grownSince(
  before: ReadonlyMap<string, number>,
  values: ReadonlyMap<string, number>,
): Generator<readonly [name: string, grown: number]> {
  for (const [name, value] of values) {
    const earlier = before.get(name) ?? 0;
    const grown = value < earlier ? value : value - earlier;
    if (grown > 0) yield [name, grown];
  }
}
