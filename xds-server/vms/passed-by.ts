import type { StatsReport } from '../stats/index.ts';
import type { DeadVm, VmRole } from './signs.ts';

/**
 * Finds dead machines by counting, with or without capture: what Envoy counts on the routes of a mirror the filter has
 * counted before, as selected or skipped, and what Envoy sends to a copy's cluster the filter of that cluster has seen.
 * Where Envoy's count outgrows the filter's, and goes on doing so, requests pass a machine that is not there. An Envoy in
 * which the filter has never counted has none to miss.
 */
interface Counts {
  readonly atMs: number;
  /** By Envoy. */
  readonly passed: number;
  /** By the filter. */
  readonly seen: number;
}

interface Watched {
  readonly node: string;
  readonly role: VmRole;
  /** Oldest first, of the last `HISTORY_MS`. */
  points: Counts[];
  /** How often in a row the rule held. */
  strikes: number;
}

const HISTORY_MS = 30_000;
/** What the filter lacks now is compared with the most that it lacked before this. */
const GROWTH_MS = 4_000;
/** Counters of one report are not of one moment. */
const JITTER_MS = 30;
const LEAST_MISSED = 3;
const STRIKES = 2;

const ROUTE = /^vhost\.[^.]+\.route\.(?<mirror>[^./]+)(?:\/[^.]+)?\.upstream_rq_(?<stat>total|retry)$/;
const DECIDED = /^wasmcustom\.shadowplane\.(?:selected|skipped)\.mirror\.(?<mirror>[^.]+)\./;
const COPIES = /^cluster\.(?<mirror>[^./]+)\/(?:candidate|control|back)\/[^./]+\.upstream_rq_(?:total|pending_active)$/;
const ARRIVED = /^wasmcustom\.shadowplane\.copies\.mirror\.(?<mirror>[^.]+)\./;
/** The route of what no mirror matches; its requests do not enter the filter. */
const NO_MIRROR = 'default';

export class PassedBy {
  readonly #watched = new Map<string, Watched>();

  wants(name: string): boolean {
    return read(name) !== undefined;
  }

  /** @returns the machines that are dead by this report. */
  report({ node, atMs, values }: StatsReport): DeadVm[] {
    const now = new Map<string, { role: VmRole; passed: number; seen: number }>();
    for (const [name, value] of values) {
      const found = read(name);
      if (!found) continue;
      const key = JSON.stringify([node, found.role, found.mirror]);
      const counts = now.get(key) ?? { role: found.role, passed: 0, seen: 0 };
      now.set(key, counts);
      counts[found.by] += value * found.sign;
    }
    const dead: DeadVm[] = [];
    for (const [key, { role, passed, seen }] of now) {
      const watched = this.#watched.get(key) ?? { node, role, points: [], strikes: 0 };
      this.#watched.set(key, watched);
      const missed = take(watched, { atMs, passed, seen });
      watched.strikes = missed > 0 ? watched.strikes + 1 : 0;
      if (watched.strikes < STRIKES) continue;
      dead.push({ node, role, sign: `${missed} requests have passed it by in the last seconds` });
    }
    return dead;
  }

  gone(node: string): void {
    for (const [key, watched] of this.#watched) if (watched.node === node) this.#watched.delete(key);
  }

  /** What was missed up to now is no news any more. */
  forget(role?: VmRole): void {
    for (const [key, watched] of this.#watched) {
      if (role === undefined || watched.role === role) this.#watched.delete(key);
    }
  }
}

/** Remembers the counts; how many requests the filter has missed of late, 0 when that may be nothing. */
function take(watched: Watched, now: Counts): number {
  const last = watched.points.at(-1);
  // Envoy has restarted, or the mirror was made anew.
  if (last && (now.passed < last.passed / 2 || now.seen < last.seen)) watched.points = [];
  const { points } = watched;
  const before = points.at(-1);
  points.push(now);
  while (points[0]!.atMs < now.atMs - HISTORY_MS) points.shift();
  const earlier = points.filter(({ atMs }) => atMs <= now.atMs - GROWTH_MS);
  const from = earlier.at(-1);
  if (!from || !before || now.seen === 0 || lack(now) <= lack(before)) return 0;
  const missed = lack(now) - Math.max(...earlier.map(lack));
  const perMs = (now.passed - from.passed) / (now.atMs - from.atMs);
  return missed >= LEAST_MISSED + perMs * JITTER_MS ? missed : 0;
}

function lack({ passed, seen }: Counts): number {
  return passed - seen;
}

function read(name: string): { role: VmRole; by: 'passed' | 'seen'; mirror: string; sign: 1 | -1 } | undefined {
  const route = ROUTE.exec(name)?.groups;
  if (route && route.mirror !== NO_MIRROR) {
    // A retry is counted again by Envoy, but does not come through the filter again.
    return { role: 'primary', by: 'passed', mirror: route.mirror!, sign: route.stat === 'retry' ? -1 : 1 };
  }
  for (const [pattern, role, by] of [
    [DECIDED, 'primary', 'seen'],
    [COPIES, 'shadow', 'passed'],
    [ARRIVED, 'shadow', 'seen'],
  ] as const) {
    const mirror = pattern.exec(name)?.groups?.mirror;
    if (mirror !== undefined) return { role, by, mirror, sign: 1 };
  }
  return undefined;
}
