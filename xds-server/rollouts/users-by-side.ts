/**
 * Users' requests by the service that answered them, as Envoys count them by route: all methods, copied or not. Sums only
 * grow. An Envoy that restarts goes on from where it was, one that has left keeps what it counted, and what one had counted
 * before this process was there does not count.
 */
import { randomBytes } from 'node:crypto';
import type { UsersBySide as Row, SideCounts } from '../../rollout/index.ts';
import {
  type EnvoyLife,
  grownSince,
  hasRestarted,
  lifeOf,
  livedBefore,
  type StatsListener,
  type StatsReport,
  UPTIME,
} from '../stats/index.ts';

type Side = 'primary' | 'candidate';

interface Counts {
  requests: number;
  failed: number;
  /** So many did not fail: of one report the failed may be newer than the requests, and no sum may shrink. */
  answered: number;
}

interface Stratum {
  readonly stratum: string;
  readonly primary: Counts;
  readonly candidate: Counts;
}

interface Node extends EnvoyLife {
  connected: boolean;
  /** Absolute, by Envoy's names. */
  readonly values: ReadonlyMap<string, number>;
}

const AUDIENCE = '(?<audience>sample|segment\\/[^./]+)';
const ROUTE = new RegExp(
  `^vhost\\.[^.]+\\.route\\.(?<mirror>[^./]+)\\/(?:${[
    `(?:${AUDIENCE}|candidate\\/${AUDIENCE.replace('audience', 'candidates')})(?:\\/left-out)?`,
    `users\\/${AUDIENCE.replace('audience', 'others')}\\/(?<side>primary|candidate)`,
  ].join('|')})\\.upstream_rq_(?<stat>completed|5xx)$`,
);

/** Ours report every second; others may have been told to do so every minute. */
const SILENT_AFTER_MS = 120_000;
/** Of nodes that have left, so many are known again when they come back. */
const MAX_GONE = 256;

export interface UsersBySideOptions {
  /** When this process began, by the clock that reports are of. */
  readonly sinceMs: number;
}

export class UsersBySide implements StatsListener {
  readonly #sinceMs: number;
  readonly #since = randomBytes(4).toString('hex');
  /** In order of their last report. */
  readonly #nodes = new Map<string, Node>();
  readonly #strata = new Map<string, Map<string, Stratum>>();

  constructor({ sinceMs }: UsersBySideOptions) {
    this.#sinceMs = sinceMs;
  }

  wants(name: string): boolean {
    return name === UPTIME || ROUTE.test(name);
  }

  report(report: StatsReport): void {
    const { node: name, values } = report;
    const life = lifeOf(report);
    const before = this.#nodes.get(name);
    const isNew = before === undefined || hasRestarted(before, life);
    const isOlder = before === undefined && livedBefore(life, this.#sinceMs);
    if (!isOlder) this.#add(values, isNew ? NONE : before.values);
    this.#nodes.delete(name);
    this.#nodes.set(name, { connected: true, ...life, values });
  }

  gone(name: string): void {
    const node = this.#nodes.get(name);
    if (node) node.connected = false;
    const left = [...this.#nodes].filter(([, { connected }]) => !connected);
    for (const [oldest] of left.slice(0, Math.max(0, left.length - MAX_GONE))) this.#nodes.delete(oldest);
  }

  /** What this Envoy's users got is heard of. */
  tells(name: string, nowMs: number): boolean {
    const node = this.#nodes.get(name);
    return node?.connected === true && nowMs - node.atMs < SILENT_AFTER_MS;
  }

  /** Strata by name; those that have had users since this process began. */
  of(mirror: string): Row[] {
    const side = ({ failed, answered }: Counts): SideCounts => ({ requests: failed + answered, failed });
    return [...(this.#strata.get(mirror)?.values() ?? [])]
      .map(({ stratum, primary, candidate }) => ({
        stratum,
        since: this.#since,
        primary: side(primary),
        candidate: side(candidate),
      }))
      .sort((one, other) => (one.stratum < other.stratum ? -1 : 1));
  }

  /** What is known of other mirrors is dropped. */
  keep(mirrors: ReadonlySet<string>): void {
    for (const mirror of this.#strata.keys()) if (!mirrors.has(mirror)) this.#strata.delete(mirror);
  }

  #add(values: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): void {
    const changed = new Set<Counts>();
    for (const [name, grown] of grownSince(before, values)) {
      const read = readName(name);
      if (!read) continue;
      const counts = this.#counts(read);
      if (read.stat === '5xx') counts.failed += grown;
      else counts.requests += grown;
      changed.add(counts);
    }
    for (const counts of changed) counts.answered = Math.max(counts.answered, counts.requests - counts.failed);
  }

  #counts({ mirror, stratum, side }: Read): Counts {
    const strata = this.#strata.get(mirror) ?? new Map<string, Stratum>();
    this.#strata.set(mirror, strata);
    const found = strata.get(stratum) ?? { stratum, primary: newCounts(), candidate: newCounts() };
    strata.set(stratum, found);
    return found[side];
  }
}

interface Read {
  readonly mirror: string;
  readonly stratum: string;
  readonly side: Side;
  readonly stat: string;
}

/** The names are made in xds-server/resources/names.ts. */
function readName(name: string): Read | undefined {
  const found = ROUTE.exec(name)?.groups;
  if (!found) return undefined;
  const { mirror, audience, candidates, others, side, stat } = found;
  const decision = audience ?? candidates ?? others!;
  return {
    mirror: mirror!,
    stratum: decision.replace('/', ' '),
    side: candidates !== undefined || side === 'candidate' ? 'candidate' : 'primary',
    stat: stat!,
  };
}

function newCounts(): Counts {
  return { requests: 0, failed: 0, answered: 0 };
}

const NONE: ReadonlyMap<string, number> = new Map();
