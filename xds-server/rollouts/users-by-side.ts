/**
 * Users' requests by the service that answered them, or did not, as Envoys count them by route: all methods, copied or not. Sums
 * only grow. An Envoy that restarts goes on from where it was, one that has left keeps what it counted, and what one had counted
 * while no process of this name was there does not count.
 */
import { randomBytes } from 'node:crypto';
import type { UsersBySide as Row, SideCounts } from '../../rollout/index.ts';
import { nameInStatistics } from '../fleet/index.ts';
import type { Mirror } from '../policy/index.ts';
import { candidateCluster, clusterName } from '../resources/index.ts';
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
import { OpenRequests } from './open-requests.ts';

type Side = 'primary' | 'candidate';

interface Counts {
  /** Mirror and side. */
  readonly at: string;
  requests: number;
  failed: number;
  /** So many did not fail: of one report the failed may be newer than the requests, and no sum may shrink. */
  answered: number;
  /** So many more have no answer, for certain. */
  unanswered: number;
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
  /** The first report, of one that was there before this process. */
  readonly first: ReadonlyMap<string, number>;
  /** Of this life of it. */
  readonly open: Map<Counts, OpenRequests>;
}

const AUDIENCE = '(?<audience>sample|segment\\/[^./]+)';
const ROUTE = new RegExp(
  `^vhost\\.[^.]+\\.route\\.(?<mirror>[^./]+)\\/(?:${[
    `(?:${AUDIENCE}|candidate\\/${AUDIENCE.replace('audience', 'candidates')})(?:\\/left-out)?`,
    `users\\/${AUDIENCE.replace('audience', 'others')}\\/(?<side>primary|candidate)`,
  ].join('|')})\\.upstream_rq_(?<stat>total|retry|completed|5xx)$`,
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
  /** By mirror; of a count that an earlier process began. */
  readonly #sinceBefore = new Map<string, string>();
  readonly #since = randomBytes(4).toString('hex');
  /** In order of their last report. */
  readonly #nodes = new Map<string, Node>();
  readonly #strata = new Map<string, Map<string, Stratum>>();
  /** By mirror and side, what Envoy calls the number of requests that are open. */
  #gauges: ReadonlyMap<string, string> = new Map();
  #gaugeNames: ReadonlySet<string> = new Set();

  constructor({ sinceMs }: UsersBySideOptions) {
    this.#sinceMs = sinceMs;
  }

  wants(name: string): boolean {
    return name === UPTIME || ROUTE.test(name) || this.#gaugeNames.has(name);
  }

  report(report: StatsReport): void {
    const { node: name, values } = report;
    const life = lifeOf(report);
    const before = this.#nodes.get(name);
    const isNew = before === undefined || hasRestarted(before, life);
    const isOlder = before === undefined && livedBefore(life, this.#sinceMs);
    const { first, open } = isNew ? { first: isOlder ? values : NONE, open: new Map<Counts, OpenRequests>() } : before;
    const node: Node = { connected: true, ...life, values, first, open };
    if (!isOlder) this.#add(node, isNew ? NONE : before.values);
    this.#nodes.delete(name);
    this.#nodes.set(name, node);
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
    const nodes = [...this.#nodes.values()];
    const side = (counts: Counts): SideCounts => {
      const { failed, answered, unanswered: surely } = counts;
      const unsure = nodes.flatMap((node) => node.open.get(counts) ?? []);
      const sumOf = (of: 'open' | 'before') => unsure.reduce((sum, requests) => sum + requests[of], 0);
      const unanswered = { surely, open: sumOf('open'), before: sumOf('before') };
      return { requests: failed + answered, failed, unanswered };
    };
    return [...(this.#strata.get(mirror)?.values() ?? [])]
      .map(({ stratum, primary, candidate }) => ({
        stratum,
        since: this.#sinceBefore.get(mirror) ?? this.#since,
        primary: side(primary),
        candidate: side(candidate),
      }))
      .sort((one, other) => (one.stratum < other.stratum ? -1 : 1));
  }

  /** What was counted by a process that this one follows; to be called before anything is counted. */
  goOnFrom(mirror: string, rows: readonly Row[]): void {
    const since = rows.find((row) => row.since !== undefined)?.since;
    if (since === undefined) return;
    this.#sinceBefore.set(mirror, since);
    for (const { stratum, primary, candidate } of rows) {
      for (const [side, counted] of Object.entries({ primary, candidate })) {
        const { requests, failed, unanswered } = counted;
        const counts = this.#counts({ mirror, stratum, side: side as Side });
        // Of what was open then nobody can say any more what became of it.
        Object.assign(counts, { requests, failed, answered: requests - failed, unanswered: unanswered?.surely ?? 0 });
      }
    }
  }

  /** These there are now; what is known of others is dropped. */
  follow(mirrors: readonly Mirror[]): void {
    const names = new Set(mirrors.map(({ name }) => name));
    for (const [mirror, strata] of this.#strata) {
      if (names.has(mirror)) continue;
      this.#strata.delete(mirror);
      this.#sinceBefore.delete(mirror);
      const gone = [...strata.values()].flatMap(({ primary, candidate }) => [primary, candidate]);
      for (const { open } of this.#nodes.values()) for (const counts of gone) open.delete(counts);
    }
    this.#gauges = new Map(
      mirrors.flatMap((mirror) => [
        [placeOf(mirror.name, 'primary'), gaugeOf(clusterOfPrimary(mirror))] as const,
        [placeOf(mirror.name, 'candidate'), gaugeOf(candidateCluster(mirror))] as const,
      ]),
    );
    this.#gaugeNames = new Set(this.#gauges.values());
  }

  #add({ values, first, open }: Node, before: ReadonlyMap<string, number>): void {
    const changed = new Set<Counts>();
    for (const [name, grown] of grownSince(before, values)) {
      const read = readName(name);
      if (!read) continue;
      const counts = this.#counts(read);
      changed.add(counts);
      const { stat } = read;
      if (stat === '5xx') {
        counts.failed += grown;
        continue;
      }
      if (stat === 'completed') counts.requests += grown;
      const requests = open.get(counts) ?? new OpenRequests(this.#openIn(first, counts));
      open.set(counts, requests);
      requests.add(stat, grown);
    }
    for (const counts of changed) counts.answered = Math.max(counts.answered, counts.requests - counts.failed);
    for (const [counts, requests] of open) counts.unanswered += requests.settle(this.#openIn(values, counts));
  }

  /** Unknown of an Envoy that calls the cluster something else; it shows none to which it has sent nothing. */
  #openIn(values: ReadonlyMap<string, number>, { at }: Counts): number | undefined {
    return values.get(this.#gauges.get(at) ?? '');
  }

  #counts({ mirror, stratum, side }: Omit<Read, 'stat'>): Counts {
    const strata = this.#strata.get(mirror) ?? new Map<string, Stratum>();
    this.#strata.set(mirror, strata);
    const found = strata.get(stratum) ?? {
      stratum,
      primary: newCounts(placeOf(mirror, 'primary')),
      candidate: newCounts(placeOf(mirror, 'candidate')),
    };
    strata.set(stratum, found);
    return found[side];
  }
}

interface Read {
  readonly mirror: string;
  readonly stratum: string;
  readonly side: Side;
  readonly stat: 'total' | 'retry' | 'completed' | '5xx';
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
    stat: stat as Read['stat'],
  };
}

function newCounts(at: string): Counts {
  return { at, requests: 0, failed: 0, answered: 0, unanswered: 0 };
}

function placeOf(mirror: string, side: Side): string {
  return `${mirror}/${side}`;
}

function clusterOfPrimary({ name, primary, primaryCluster }: Mirror): string {
  return primaryCluster ?? clusterName(name, 'primary', primary);
}

function gaugeOf(cluster: string): string {
  return `cluster.${nameInStatistics(cluster)}.upstream_rq_active`;
}

const NONE: ReadonlyMap<string, number> = new Map();
