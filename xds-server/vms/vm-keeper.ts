import { dateOf, steadyMs } from '../../clock/index.ts';
import type { Kept } from '../kept/index.ts';
import type { Policy } from '../policy/model.ts';
import type { VmGenerations } from '../resources/index.ts';
import type { StatsReport } from '../stats/index.ts';
import { fromKept, type LastDeath, type Revivals, toKept } from './kept-revivals.ts';
import { PassedBy } from './passed-by.ts';
import { dueAtMs, next, type RevivalPolicy, reviveNow } from './revival.ts';
import { type DeadVm, type HeardVm, silentVms, VM_ROLES, type VmRole } from './signs.ts';

export interface VmKeeperOptions {
  /** Machines that capture; absent: nothing is captured. */
  readonly heard?: (() => readonly HeardVm[]) | undefined;
  /** Has Envoys make the machines of the role anew. */
  readonly onRevive: (generations: VmGenerations) => void;
  /** Where what was done outlives the process. Absent: it begins with the first machines. */
  readonly kept?: Kept | undefined;
  readonly policy?: RevivalPolicy;
  /** Default: the steady clock, which `heard` and reports are to be of too. */
  readonly now?: () => number;
  /** How often it is looked. Default 1 s. */
  readonly intervalMs?: number;
}

/** `died`, `revived`, or `off`: it has died too often and is not brought back until somebody asks for it. */
export interface FilterEvent {
  readonly kind: 'died' | 'revived' | 'off';
  readonly role: VmRole;
  /** The Envoys in which one was dead. */
  readonly nodes: readonly string[];
  readonly reason: string;
}

/** How the filter of one role does, as `GET /filter` gives it. */
export interface FilterStatus {
  readonly role: VmRole;
  readonly state: 'running' | 'dead' | 'off';
  readonly deadSince: string | null;
  /** When it is brought back; null: it runs, or is off. */
  readonly reviveAt: string | null;
  /** Since the store was made. */
  readonly deaths: number;
  readonly revivals: number;
  readonly last: LastDeath | null;
}

const INTERVAL_MS = 500;
const NOTED_FOR_MS = 24 * 3_600_000;

/**
 * Notices machines of the filter that have died, in whichever Envoy, and has them made anew without a restart of Envoy:
 * at once the first time, after growing pauses when they die again, and not at all after several deaths in an hour.
 */
export class VmKeeper {
  readonly #options: VmKeeperOptions;
  readonly #now: () => number;
  readonly #passedBy = new PassedBy();
  readonly #revivals: Record<VmRole, Revivals>;
  /** Found by counting since the last look. */
  #counted: DeadVm[] = [];
  readonly #listeners = new Set<(event: FilterEvent) => void>();
  readonly #timer: NodeJS.Timeout;
  #mirrors = true;

  constructor(options: VmKeeperOptions) {
    this.#options = options;
    this.#now = options.now ?? steadyMs;
    this.#revivals = fromKept(options.kept?.before, this.#now());
    this.#timer = setInterval(() => this.look(), options.intervalMs ?? INTERVAL_MS);
    this.#timer.unref();
  }

  wants(name: string): boolean {
    return this.#passedBy.wants(name);
  }

  report(report: StatsReport): void {
    this.#counted.push(...this.#passedBy.report(report));
  }

  /** The policy that is served from now on. Routes and filter may follow it one after the other, so counting begins anew. */
  follow({ mirroring }: Pick<Policy, 'mirroring'>): void {
    this.#mirrors = mirroring === 'on';
    this.#counted = [];
    this.#passedBy.forget();
  }

  gone(node: string): void {
    this.#passedBy.gone(node);
  }

  /** Looks once; also done every second. */
  look(): void {
    // Where nothing is to be mirrored the filter is not there.
    if (!this.#mirrors) return;
    const nowMs = this.#now();
    const heard = this.#options.heard?.() ?? [];
    const counted = this.#counted;
    this.#counted = [];
    for (const role of VM_ROLES) {
      const sinceMs = this.#revivals[role].state.revivedAtMs.at(-1) ?? 0;
      const dead = [...counted, ...silentVms(heard, sinceMs, nowMs)].filter((vm) => vm.role === role);
      const { state, steps } = next(this.#revivals[role].state, dead.length > 0, nowMs, this.#options.policy);
      this.#change(role, { state });
      for (const kind of steps) {
        if (kind === 'died') this.#noteDeath(role, dead, nowMs);
        if (kind === 'revived') this.#revive(role);
        this.#happened(kind, role, reasonOf(kind, this.#revivals[role]));
      }
    }
  }

  /** By hand, also when it is off. */
  revive(role: VmRole): void {
    this.#change(role, { state: reviveNow(this.#revivals[role].state, this.#now()) });
    this.#revive(role);
    this.#happened('revived', role, 'somebody asked for it');
  }

  /** Of the machines that Envoys are to have. */
  generations(): VmGenerations {
    const { primary, shadow } = this.#revivals;
    return { primary: primary.state.generation, shadow: shadow.state.generation };
  }

  list(): FilterStatus[] {
    return VM_ROLES.map((role) => {
      const { state, deaths, revivals, last } = this.#revivals[role];
      const { deadSinceMs, off } = state;
      return {
        role,
        state: off ? 'off' : deadSinceMs === undefined ? 'running' : 'dead',
        deadSince: timeOf(deadSinceMs),
        reviveAt: timeOf(dueAtMs(state, this.#options.policy)),
        deaths,
        revivals,
        last,
      };
    });
  }

  /** What a reader should know, in words; nothing while all is well, and has been for a day. */
  notes(): string[] {
    const now = dateOf(this.#now()).getTime();
    return this.list().flatMap(({ role, state, deaths, revivals, last, reviveAt }) => {
      if (last === null || (state === 'running' && now - Date.parse(last.at) > NOTED_FOR_MS)) return [];
      const where = `${last.nodes.join(', ')}: the filter (${role}) died ${deaths === 1 ? 'once' : `${deaths} times`}, last at ${last.at}`;
      if (state === 'off')
        return [`${where}, too often: it stays off, and nothing is mirrored there, until POST /filter/revive.`];
      if (state === 'dead') return [`${where}; it is brought back at ${reviveAt}.`];
      return [`${where}, and was brought back ${revivals === 1 ? 'once' : `${revivals} times`}.`];
    });
  }

  /** Returns the function that ends it. */
  onEvent(listener: (event: FilterEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #noteDeath(role: VmRole, dead: readonly DeadVm[], nowMs: number): void {
    const nodes = [...new Set(dead.map(({ node }) => node))];
    const last = { at: dateOf(nowMs).toISOString(), nodes, reason: dead[0]!.sign };
    this.#change(role, { deaths: this.#revivals[role].deaths + 1, last });
  }

  #revive(role: VmRole): void {
    this.#change(role, { revivals: this.#revivals[role].revivals + 1 });
    this.#passedBy.forget(role);
    this.#options.onRevive(this.generations());
  }

  #change(role: VmRole, changes: Partial<Revivals>): void {
    this.#revivals[role] = { ...this.#revivals[role], ...changes };
  }

  #happened(kind: FilterEvent['kind'], role: VmRole, reason: string): void {
    this.#options.kept?.save(toKept(this.#revivals));
    const nodes = this.#revivals[role].last?.nodes ?? [];
    for (const listener of this.#listeners) listener({ kind, role, nodes, reason });
  }
}

function reasonOf(kind: FilterEvent['kind'], { last, revivals }: Revivals): string {
  if (kind === 'off') return `it has died again after ${revivals} revivals; POST /api/v1/filter/revive brings it back`;
  return last?.reason ?? '';
}

function timeOf(atMs: number | undefined): string | null {
  return atMs === undefined ? null : dateOf(atMs).toISOString();
}
