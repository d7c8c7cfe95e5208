import { dateOf, steadyMs } from '../../clock/index.ts';
import type { Kept } from '../kept/index.ts';
import type { BrakeSettings, Mirror, Policy } from '../policy/model.ts';
import type { StatsReport } from '../stats/index.ts';
import { ArmBooks } from './arms.ts';
import { type BrakeState, next, RELEASED } from './brake-state.ts';
import { quantile } from './histograms.ts';
import { fromKept, toKept } from './kept-brakes.ts';
import { type Arm, type Finding, findWorse } from './worse.ts';

export interface BrakesOptions {
  /** What `applied` gives has changed. */
  readonly onChange: () => void;
  /** Where what was decided outlives the process. Absent: it begins released. */
  readonly kept?: Kept | undefined;
  /** Default: the steady clock, which reports are to be of too. */
  readonly now?: () => number;
  /** How often it is looked. Default 2 s. */
  readonly intervalMs?: number;
}

/** `on`: nothing is copied; `released`: as the policy says again. */
export interface BrakeEvent {
  readonly mirror: string;
  readonly kind: 'on' | 'released';
  readonly reason: string;
}

interface ArmReport {
  readonly requests: number;
  readonly errors: number;
  readonly p99Ms: number | null;
}

/** As `GET /mirrors/{name}/brake` gives it. */
export interface BrakeReport {
  readonly mirror: string;
  /** `off`: the policy wants none. */
  readonly state: 'released' | 'on' | 'off';
  readonly since: string | null;
  readonly releaseAt: string | null;
  readonly reason: string | null;
  /** How often copies were stopped, within the last day. */
  readonly stops: number;
  readonly bounds: {
    readonly latencyIncrease: number;
    readonly errorIncrease: number;
    readonly memoryBytes: number;
    readonly calmMs: number;
  } | null;
  /** The most that an Envoy which mirrors has allocated; null: none has told. */
  readonly memoryBytes: number | null;
  /** Of the last minute, by decision: requests that are copied, and others like them. */
  readonly measured: ReadonlyArray<{
    readonly decision: string;
    readonly copied: ArmReport;
    readonly others: ArmReport;
    readonly from: 'now' | 'earlier' | null;
  }>;
}

const INTERVAL_MS = 2_000;
const MEMORY = 'server.memory_allocated';
/** Of a mirror, whichever way its share is decided; an Envoy that serves others, or none, holds no copies. */
const MIRRORED = /^vhost\.[^.]+\.route\.(?!default\.)[^.]+\.upstream_rq_(?:completed|total)$/;

/**
 * Stops the copies of a mirror when they make the primary slower, make it fail, or fill Envoy's memory, and tries again
 * after a calm time. It acts as a pause does, through the runtime layer alone. A restart of the control plane changes
 * nothing of that: what is stopped is stopped from the first snapshot on.
 */
export class Brakes {
  readonly #options: BrakesOptions;
  readonly #now: () => number;
  readonly #books = new ArmBooks();
  readonly #memory = new Map<string, number>();
  readonly #states: Map<string, BrakeState>;
  readonly #listeners = new Set<(event: BrakeEvent) => void>();
  readonly #timer: NodeJS.Timeout;
  #mirrors: readonly Mirror[] = [];
  /** Nothing was reported since the last look. */
  #stale = false;
  #applied = new WeakMap<Policy, Policy>();

  constructor(options: BrakesOptions) {
    this.#options = options;
    this.#now = options.now ?? steadyMs;
    this.#states = fromKept(options.kept?.before, this.#now());
    this.#timer = setInterval(() => this.look(), options.intervalMs ?? INTERVAL_MS);
    this.#timer.unref();
  }

  wants(name: string): boolean {
    return name === MEMORY || MIRRORED.test(name) || this.#books.wants(name);
  }

  report(report: StatsReport): void {
    this.#stale = false;
    const memory = report.values.get(MEMORY);
    if (memory !== undefined && hasMirrored(report)) this.#memory.set(report.node, memory);
    this.#books.report(report);
  }

  gone(node: string): void {
    this.#memory.delete(node);
    this.#books.gone(node);
  }

  /** The policy that is in force from now on. */
  follow({ mirrors }: Policy): void {
    this.#mirrors = mirrors;
    this.#books.keep(new Set(mirrors.map(({ name }) => name)));
    const braked = new Set(mirrors.flatMap(({ name, brake }) => (brake ? [name] : [])));
    const dropped = [...this.#states.keys()].filter((name) => !braked.has(name));
    for (const name of dropped) this.#states.delete(name);
    if (dropped.length > 0) this.#keep();
    this.#applied = new WeakMap();
  }

  /** The same object where nothing is stopped. */
  applied(policy: Policy): Policy {
    if (![...this.#states.values()].some(({ on }) => on)) return policy;
    const known = this.#applied.get(policy);
    if (known) return known;
    const mirrors = policy.mirrors.map((mirror) =>
      mirror.brake && this.#states.get(mirror.name)?.on ? { ...mirror, paused: true } : mirror,
    );
    const applied = { ...policy, mirrors };
    this.#applied.set(policy, applied);
    return applied;
  }

  /** Looks once; also done every two seconds. */
  look(): void {
    const nowMs = this.#now();
    for (const { name, brake, paused } of this.#mirrors) {
      if (!brake) continue;
      const before = this.#states.get(name) ?? RELEASED;
      // The same figures, looked at again, confirm nothing.
      if (this.#stale && !before.on) continue;
      const isFull = this.#mostMemory() > brake.memoryBytes;
      const finding = paused || before.on ? undefined : this.#find(name, brake, nowMs);
      const { state, happened } = next(before, { finding, isFull, calmMs: brake.calmMs, nowMs });
      this.#states.set(name, state);
      if (happened) this.#change(name, happened, (state.on ?? before.on)!.finding.reason);
    }
    this.#stale = true;
  }

  /** By hand. @returns false when nothing was stopped. */
  release(mirror: string): boolean {
    const state = this.#states.get(mirror);
    if (!state?.on) return false;
    this.#states.set(mirror, { strikes: 0, stoppedAtMs: [] });
    this.#change(mirror, 'released', 'somebody asked for it');
    return true;
  }

  of(mirror: string): BrakeReport | undefined {
    const found = this.#mirrors.find(({ name }) => name === mirror);
    if (!found) return undefined;
    const { on, stoppedAtMs } = this.#states.get(mirror) ?? RELEASED;
    return {
      mirror,
      state: found.brake ? (on ? 'on' : 'released') : 'off',
      since: on ? dateOf(on.sinceMs).toISOString() : null,
      releaseAt: on ? dateOf(on.releaseAtMs).toISOString() : null,
      reason: on?.finding.reason ?? null,
      stops: stoppedAtMs.length,
      bounds: found.brake ?? null,
      memoryBytes: this.#memory.size > 0 ? this.#mostMemory() : null,
      measured: this.#books.of(mirror, this.#now()).map(({ decision, copied, others, from }) => ({
        decision,
        copied: armReport(copied),
        others: armReport(others),
        from,
      })),
    };
  }

  /** Names of mirrors whose copies are stopped. */
  stopped(): string[] {
    return [...this.#states].flatMap(([mirror, { on }]) => (on ? [mirror] : []));
  }

  /** What a reader should know, in words; nothing while all is well. */
  notes(): string[] {
    return this.stopped().map((mirror) => {
      const { reason, releaseAt } = this.of(mirror)!;
      return `${mirror}: nothing is copied, the brake is on: ${reason}. It is tried again at ${releaseAt}, or with POST /mirrors/${mirror}/brake/release.`;
    });
  }

  /** Returns the function that ends it. */
  onEvent(listener: (event: BrakeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #keep(): void {
    this.#options.kept?.save(toKept(this.#states));
  }

  #find(mirror: string, settings: BrakeSettings, nowMs: number): Finding | undefined {
    const memory = this.#mostMemory();
    if (memory > settings.memoryBytes) {
      return {
        what: 'memory',
        reason: `Envoy has ${mib(memory)} allocated; the bound is ${mib(settings.memoryBytes)}`,
      };
    }
    for (const { decision, copied, others, from } of this.#books.of(mirror, nowMs)) {
      const finding = from ? findWorse(settings, copied, others) : undefined;
      if (finding)
        return { ...finding, reason: `${decision}: ${finding.reason}${from === 'earlier' ? ' (earlier)' : ''}` };
    }
    return undefined;
  }

  #mostMemory(): number {
    return Math.max(0, ...this.#memory.values());
  }

  #change(mirror: string, kind: BrakeEvent['kind'], reason: string): void {
    this.#applied = new WeakMap();
    this.#books.forgetCopied(mirror);
    // Envoys are told first: that is what users wait for. The store may be slow.
    this.#options.onChange();
    this.#keep();
    for (const listener of this.#listeners) listener({ mirror, kind, reason });
  }
}

function hasMirrored({ values }: StatsReport): boolean {
  return [...values.keys()].some((name) => MIRRORED.test(name));
}

function armReport({ requests, errors, latency }: Arm): ArmReport {
  return { requests, errors, p99Ms: quantile(latency, 0.99) ?? null };
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
