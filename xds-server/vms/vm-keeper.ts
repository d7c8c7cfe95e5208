import { dateOf, steadyMs } from '../../clock/index.ts';
import type { Policy } from '../policy/model.ts';
import type { VmGenerations } from '../resources/index.ts';
import type { StatsReport } from '../stats/index.ts';
import { PassedBy } from './passed-by.ts';
import { ALIVE, dueAtMs, next, type RevivalPolicy, type RevivalState, reviveNow } from './revival.ts';
import { type DeadVm, type HeardVm, silentVms, VM_ROLES, type VmRole } from './signs.ts';

export interface VmKeeperOptions {
  /** Machines that capture; absent: nothing is captured. */
  readonly heard?: (() => readonly HeardVm[]) | undefined;
  /** Has Envoys make the machines of the role anew. */
  readonly onRevive: (generations: VmGenerations) => void;
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
  /** Since this control plane began. */
  readonly deaths: number;
  readonly revivals: number;
  readonly last: { readonly at: string; readonly nodes: readonly string[]; readonly reason: string } | null;
}

interface Kept {
  state: RevivalState;
  deaths: number;
  revivals: number;
  last: FilterStatus['last'];
}

const INTERVAL_MS = 500;

/**
 * Notices machines of the filter that have died, in whichever Envoy, and has them made anew without a restart of Envoy:
 * at once the first time, after growing pauses when they die again, and not at all after several deaths in an hour.
 */
export class VmKeeper {
  readonly #options: VmKeeperOptions;
  readonly #now: () => number;
  readonly #passedBy = new PassedBy();
  readonly #kept: Readonly<Record<VmRole, Kept>> = { primary: newlyKept(), shadow: newlyKept() };
  /** Found by counting since the last look. */
  #counted: DeadVm[] = [];
  readonly #listeners = new Set<(event: FilterEvent) => void>();
  readonly #timer: NodeJS.Timeout;
  #mirrors = true;

  constructor(options: VmKeeperOptions) {
    this.#options = options;
    this.#now = options.now ?? steadyMs;
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
      const kept = this.#kept[role];
      const sinceMs = kept.state.revivedAtMs.at(-1) ?? 0;
      const dead = [...counted, ...silentVms(heard, sinceMs, nowMs)].filter((vm) => vm.role === role);
      const { state, steps } = next(kept.state, dead.length > 0, nowMs, this.#options.policy);
      kept.state = state;
      for (const kind of steps) {
        if (kind === 'died') this.#noteDeath(kept, dead, nowMs);
        if (kind === 'revived') this.#revive(role, kept);
        this.#tell({ kind, role, nodes: kept.last?.nodes ?? [], reason: reasonOf(kind, kept) });
      }
    }
  }

  /** By hand, also when it is off. */
  revive(role: VmRole): void {
    const kept = this.#kept[role];
    kept.state = reviveNow(kept.state, this.#now());
    this.#revive(role, kept);
    this.#tell({ kind: 'revived', role, nodes: kept.last?.nodes ?? [], reason: 'somebody asked for it' });
  }

  list(): FilterStatus[] {
    return VM_ROLES.map((role) => {
      const { state, deaths, revivals, last } = this.#kept[role];
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

  /** What a reader should know, in words; nothing while all is well. */
  notes(): string[] {
    return this.list().flatMap(({ role, state, deaths, revivals, last, reviveAt }) => {
      if (last === null) return [];
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

  #noteDeath(kept: Kept, dead: readonly DeadVm[], nowMs: number): void {
    kept.deaths += 1;
    const nodes = [...new Set(dead.map(({ node }) => node))];
    kept.last = { at: dateOf(nowMs).toISOString(), nodes, reason: dead[0]!.sign };
  }

  #revive(role: VmRole, kept: Kept): void {
    kept.revivals += 1;
    this.#passedBy.forget(role);
    this.#options.onRevive({
      primary: this.#kept.primary.state.generation,
      shadow: this.#kept.shadow.state.generation,
    });
  }

  #tell(event: FilterEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function newlyKept(): Kept {
  return { state: ALIVE, deaths: 0, revivals: 0, last: null };
}

function reasonOf(kind: FilterEvent['kind'], { last, revivals }: Kept): string {
  if (kind === 'off') return `it has died again after ${revivals} revivals; POST /api/v1/filter/revive brings it back`;
  return last?.reason ?? '';
}

function timeOf(atMs: number | undefined): string | null {
  return atMs === undefined ? null : dateOf(atMs).toISOString();
}
