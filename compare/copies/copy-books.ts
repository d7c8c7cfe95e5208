import { type EnvoyLife, hasRestarted, lifeOf, livedBefore } from '../../xds-server/stats/envoy-lives.ts';
import type { KnownLoss } from '../join/index.ts';
import {
  ACTIVE,
  BREAKER_OPEN,
  CONNECT_FAILURES,
  type CopyRole,
  isGauge,
  REFUSED,
  RESETS,
  RESPONSES,
  readName,
  SENT,
  seenByFilter,
  TIMEOUTS,
  UNSENT,
} from './envoy-names.ts';
import { Ledger } from './ledger.ts';

/**
 * Envoy's own books of the copies, which the comparison is held against. Envoys add up; one that restarts begins at 0 and
 * keeps what it had; one that has left keeps its sum. What an Envoy had counted before this process was there does not
 * count, because nobody could compare it.
 */
export interface CopyBooksOptions {
  /** Told of copies that Envoy did not send and of which no captured answer tells. */
  readonly onLoss: (loss: KnownLoss) => void;
  /** When this process began to take captured answers. */
  readonly sinceMs: number;
  /** Nodes that have left and are shown; of older ones only the sum is kept. Default 64. */
  readonly maxGone?: number;
}

/** What an Envoy counts, by its own names; absolute since it started. */
export interface StatsReport {
  readonly node: string;
  readonly atMs: number;
  readonly values: ReadonlyMap<string, number>;
}

/** Copies of one role, as `GET /mirrors/{name}/health` gives them. */
export interface CopyCounts {
  /** Given to a connection; those that Envoy refused or could not connect for are not among them. */
  readonly sent: number;
  readonly active: number;
  /** Refused, because the breaker was open or no host was healthy. */
  readonly overflow: number;
  readonly timeouts: number;
  readonly resets: number;
  readonly connectFailures: number;
  /** By class: `2xx`. Answers that Envoy gave itself are `5xx` here. */
  readonly responses: Readonly<Record<string, number>>;
  readonly breakerOpen: boolean;
}

export interface EnvoyCopies {
  readonly node: string;
  readonly connected: boolean;
  readonly lastReportAtMs: number;
  readonly candidate: CopyCounts;
  readonly control: CopyCounts;
  /** Copies of what the candidate answered, during a rollout. */
  readonly primary: CopyCounts;
  /** docs/filter-statistics.md, without the mirror: `selected.reason.sample`. */
  readonly filter: Readonly<Record<string, number>>;
}

/** At its last report. */
interface Envoy extends EnvoyLife {
  readonly node: string;
  connected: boolean;
  readonly ledger: Ledger;
  gauges: ReadonlyMap<string, number>;
}

const ROLES: readonly CopyRole[] = ['candidate', 'control', 'primary'];

export class CopyBooks {
  readonly #options: Required<CopyBooksOptions>;
  /** In order of their last report. */
  readonly #envoys = new Map<string, Envoy>();
  readonly #forgotten = new Ledger();
  /** Copies without a trace that have been told of, by mirror and role. */
  readonly #explained = new Map<string, number>();

  constructor(options: CopyBooksOptions) {
    this.#options = { maxGone: 64, ...options };
  }

  wants(name: string): boolean {
    return readName(name) !== undefined;
  }

  report(report: StatsReport): void {
    const { node, values } = report;
    const life = lifeOf(report);
    let envoy = this.#envoys.get(node);
    const counters = new Map<string, number>();
    const gauges = new Map<string, number>();
    for (const [name, value] of values) {
      const read = readName(name);
      if (!read || read.of === 'envoy') continue;
      const key =
        read.of === 'copies' ? keyOf(read.mirror, read.role, read.stat) : keyOf(read.mirror, 'filter', read.name);
      // A service that changes has two clusters for a moment.
      const kind = read.of === 'copies' && isGauge(read.stat) ? gauges : counters;
      kind.set(key, (kind.get(key) ?? 0) + value);
    }
    if (!envoy) {
      const ledger = new Ledger();
      if (livedBefore(life, this.#options.sinceMs)) ledger.begin(counters);
      envoy = { node, connected: true, ...life, ledger, gauges };
    } else if (hasRestarted(envoy, life)) envoy.ledger.restart();
    this.#envoys.delete(node);
    this.#envoys.set(node, envoy);
    Object.assign(envoy, { connected: true, ...life, gauges });
    const mirrors = envoy.ledger.take(counters);
    for (const mirror of mirrors) this.#explain(mirror);
  }

  gone(node: string): void {
    const envoy = this.#envoys.get(node);
    if (!envoy) return;
    envoy.connected = false;
    envoy.gauges = new Map();
    const left = [...this.#envoys.values()].filter(({ connected }) => !connected);
    for (const { node: oldest, ledger } of left.slice(0, Math.max(0, left.length - this.#options.maxGone))) {
      this.#forgotten.absorb(ledger);
      this.#envoys.delete(oldest);
    }
  }

  /**
   * Copies that Envoys wanted to send, whatever became of them; undefined while none has told anything. Without a role those
   * to the version that the user was not answered by, whichever that was: one of every exchange.
   */
  mirrored(mirror: string, role?: CopyRole): number | undefined {
    if (this.#envoys.size === 0) return undefined;
    const roles = role === undefined ? (['candidate', 'primary'] as const) : [role];
    return roles.reduce((sum, one) => sum + this.#total(mirror, one, [SENT, ...UNSENT]), 0);
  }

  envoys(mirror: string): EnvoyCopies[] {
    return [...this.#envoys.values()].map(({ node, connected, atMs, ledger, gauges }) => ({
      node,
      connected,
      lastReportAtMs: atMs,
      candidate: countsOf(ledger, gauges, mirror, 'candidate'),
      control: countsOf(ledger, gauges, mirror, 'control'),
      primary: countsOf(ledger, gauges, mirror, 'primary'),
      filter: ledger.named(keyOf(mirror, 'filter', '')),
    }));
  }

  /**
   * A copy that Envoy refuses leaves no trace at the filter of its cluster, so there is no answer to say why it is missing.
   * Some that wait for a connection first are refused after the filter has seen them; those tell of themselves.
   */
  #explain(mirror: string): void {
    for (const role of ROLES) {
      const wanted = this.#total(mirror, role, [SENT, ...UNSENT]);
      const unseen = wanted - this.#total(mirror, 'filter', [seenByFilter(role)]);
      const refused = Math.min(unseen, this.#total(mirror, role, REFUSED));
      const key = keyOf(mirror, role, '');
      const before = this.#explained.get(key) ?? 0;
      // Copies that wait are seen but not yet counted, so it grows for good only when they have been sent.
      if (refused <= before) continue;
      this.#explained.set(key, refused);
      this.#options.onLoss({ side: 'shadow', copy: role, cause: 'not_sent', count: refused - before, mirror });
    }
  }

  #total(mirror: string, part: CopyRole | 'filter', names: readonly string[]): number {
    let total = 0;
    for (const name of names) {
      const key = keyOf(mirror, part, name);
      total += this.#forgotten.get(key);
      for (const { ledger } of this.#envoys.values()) total += ledger.get(key);
    }
    return total;
  }
}

function countsOf(ledger: Ledger, gauges: ReadonlyMap<string, number>, mirror: string, role: CopyRole): CopyCounts {
  const sum = (names: readonly string[]) =>
    names.reduce((total, name) => total + ledger.get(keyOf(mirror, role, name)), 0);
  const now = (names: readonly string[]) =>
    names.reduce((total, name) => total + (gauges.get(keyOf(mirror, role, name)) ?? 0), 0);
  const responses = Object.entries(ledger.named(keyOf(mirror, role, ''))).flatMap(([stat, count]) => {
    const classOf = RESPONSES.exec(stat)?.[1];
    return classOf === undefined ? [] : [[classOf, count] as const];
  });
  return {
    sent: sum([SENT]),
    active: now(ACTIVE),
    overflow: sum(REFUSED),
    timeouts: sum(TIMEOUTS),
    resets: sum(RESETS),
    connectFailures: sum([CONNECT_FAILURES]),
    responses: Object.fromEntries(responses),
    breakerOpen: now(BREAKER_OPEN) > 0,
  };
}

/** Names of mirrors have no slash. */
function keyOf(mirror: string, part: CopyRole | 'filter', name: string): string {
  return `${mirror}/${part}/${name}`;
}
