/** Rollouts with figures, Envoys and a clock that a test plays. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect } from 'kysely';
import { afterEach, beforeEach } from 'vitest';
import { cellOf, type Evidence, type RolloutPlan, type StratumCounts, type UsersBySide } from '../../rollout/index.ts';
import { libsqlDialect } from '../../store/index.ts';
import { type Policy, parsePolicy } from '../policy/index.ts';
import { finished } from './finish.ts';
import { RolloutStore } from './rollout-store.ts';
import { Rollouts, type RolloutsOptions } from './rollouts.ts';

export const MIRROR = 'orders';

/** @param rollout as written; absent: the mirror has no plan. */
export function documentOf(rollout?: object, more: object = {}): Record<string, unknown> {
  return {
    default: 'v1',
    services: { v1: { address: 'v1:80' }, v2: { address: 'v2:80' }, v3: { address: 'v3:80' } },
    segments: { staff: { header: 'x-staff', present: true } },
    mirrors: {
      [MIRROR]: {
        match: { path: '/orders' },
        primary: 'v1',
        shadow: 'v2',
        control: 'v3',
        segments: { staff: '100%' },
        sample: '5%',
        ...(rollout && { rollout }),
        ...more,
      },
    },
  };
}

/** As it is read. */
export function planOf(): RolloutPlan {
  return policyOf(documentOf(writtenPlan())).mirrors[0]!.rollout!;
}

export function policyOf(document: object): Policy {
  return parsePolicy(document).policy;
}

function counts(pairs: number, differing = 0): StratumCounts {
  const latency = new Map([[cellOf(5), pairs]]);
  return {
    pairs,
    candidateOnly: differing,
    errors: { primary: { hits: 0, trials: pairs }, candidate: { hits: 0, trials: pairs } },
    latency: { primary: latency, candidate: latency },
  };
}

export function evidence(pairs: number, differing = 0, fields: Partial<Evidence> = {}): Evidence {
  const strata = { sample: counts(pairs, differing), 'segment staff': counts(pairs, differing) };
  return { basis: 'one', epoch: 1, strata, findings: ['/total at GET /orders'], ...fields };
}

export interface World {
  /** What a look is told. */
  evidence: (() => Promise<Evidence | undefined>) | Evidence | undefined;
  users: UsersBySide[];
  waitingFor: string | null;
  nowMs: number;
  document: Record<string, unknown>;
  /** How often what Envoys are served was made anew, and with which shares of users. */
  readonly published: string[];
  readonly problems: string[];
}

export function newWorld(rollout: object | undefined = writtenPlan()): World {
  return {
    evidence: evidence(0),
    users: [],
    waitingFor: null,
    nowMs: 1_000_000,
    document: documentOf(rollout),
    published: [],
    problems: [],
  };
}

/** Two steps of copies, the staff, then everyone in two steps. */
export function writtenPlan(more: object = {}): object {
  return {
    mirror: ['10%', '100%'],
    canary: { staff: ['100%'], everyone: ['25%', '100%'] },
    step: { atLeast: '1s', pairs: 5_000 },
    gates: { differences: { atMost: '1%' }, errors: { atMost: '+2%' } },
    ...more,
  };
}

const NEVER_MS = 2_000_000_000;

export type OpenOptions = Partial<RolloutsOptions> & { readonly store?: RolloutStore };

/** For each test of a file an empty database; after it, the rollouts are closed and the database is deleted. */
export function openInEachTest() {
  let directory: string;
  let opened: Set<Rollouts>;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'shadowplane-rollouts-'));
    opened = new Set();
  });
  afterEach(async () => {
    for (const rollouts of opened) await rollouts.close();
    rmSync(directory, { recursive: true });
  });
  const sqlite = () => libsqlDialect(directory, { file: 'rollout.db' });
  return {
    sqlite,
    async open(world: World, options: OpenOptions = {}, dialect = sqlite()): Promise<Rollouts> {
      const rollouts = await openRollouts(world, dialect, options);
      opened.add(rollouts);
      return rollouts;
    },
    /** For one that was opened otherwise. */
    closeAfter(rollouts: Rollouts): void {
      opened.add(rollouts);
    },
    /** For one that hangs in its store: closing it would never end. */
    leaveOpen(rollouts: Rollouts): void {
      opened.delete(rollouts);
    },
  };
}

async function openRollouts(world: World, dialect: Dialect, options: OpenOptions): Promise<Rollouts> {
  let rollouts: Rollouts | undefined;
  const opened = await Rollouts.open({
    store: options.store ?? (await RolloutStore.open(dialect)),
    shared: false,
    me: 'one',
    onChange: () => {
      if (rollouts) world.published.push(usersIn(rollouts, world));
    },
    source: {
      evidenceOf: async () => (typeof world.evidence === 'function' ? world.evidence() : world.evidence),
      usersOf: () => world.users,
    },
    delivery: () => ({ acked: 1, of: 1, waitingFor: world.waitingFor }),
    finish: async (mirror, run) => {
      world.document = finished(world.document, mirror, run) as Record<string, unknown>;
      rollouts?.follow(policyOf(world.document));
    },
    onProblem: (_, error) => world.problems.push(error instanceof Error ? error.message : String(error)),
    now: () => world.nowMs,
    intervalMs: NEVER_MS,
    pollMs: NEVER_MS,
    ...options,
  });
  rollouts = opened;
  opened.follow(policyOf(world.document));
  return opened;
}

/** Shares that Envoys are served now: `copies of staff, copies of the sample; users`. */
export function usersIn(rollouts: Rollouts, world: World): string {
  const [mirror] = rollouts.applied(policyOf(world.document)).mirrors;
  if (!mirror) return 'no mirror';
  return `${mirror.segments[0]!.share / 10_000}, ${mirror.sample / 10_000}; ${JSON.stringify(mirror.users ?? {})}`;
}

/** As many users as pairs, of which none fails, on both sides. */
export function see(world: World, seen: Evidence): void {
  world.evidence = seen;
  world.users = Object.entries(seen.strata).map(([stratum, { pairs }]) => {
    const side = { requests: pairs, failed: 0 };
    return { stratum, since: 'here', primary: side, candidate: side };
  });
}

/** Looks until the step has passed: weights arrive, figures come in. */
export async function passStep(rollouts: Rollouts, world: World): Promise<void> {
  await rollouts.look();
  const { evidence: seen } = world;
  const before = typeof seen === 'object' ? (seen.strata.sample?.pairs ?? 0) : 0;
  see(world, evidence(before + 20_000));
  world.nowMs += 1_500;
  await rollouts.look();
}
