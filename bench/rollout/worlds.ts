/** The truths that rollouts are simulated in. Fixed before any of the bounds was chosen; the gates of `PLAN` are the issue's. */
import { EVERYONE, type RolloutPlan } from '../../rollout/index.ts';
import { parsePercent } from '../../xds-server/policy/percent.ts';

export interface Version {
  /** Share of answers that fail. */
  readonly errors: number;
  /** Of a log-normal distribution. */
  readonly medianMs: number;
  readonly sigma: number;
}

export interface World {
  readonly name: string;
  /** Whether the candidate is worse than a gate allows, and so has to be stopped. */
  readonly isBad: boolean;
  readonly primary: Version;
  readonly candidate: Version;
  /** Share of pairs in which only the candidate differs, beyond noise. */
  readonly differing: number;
  /** Share of pairs in which noise strikes each of the copies, alone. */
  readonly noise: number;
  /** The candidate is as good as the primary until this step begins. */
  readonly badFrom?: { readonly phase: 'canary'; readonly share: number };
}

export const REQUESTS_PER_SECOND = 200;
const V1: Version = { errors: 0.001, medianMs: 20, sigma: 0.5 };

export const PLAN: RolloutPlan = {
  mirror: ['1%', '5%', '25%', '100%'].map(parsePercent),
  canary: [{ audience: EVERYONE, shares: ['1%', '5%', '25%', '50%', '100%'].map(parsePercent) }],
  step: { atLeastMs: 600_000, pairs: 8_000 },
  gates: {
    differences: { atMost: 0.001, confidence: 0.95 },
    errors: { atMost: 0.002, confidence: 0.95 },
    latencyP99: { atMost: 0.1, confidence: 0.95 },
  },
  checks: [],
  onFailure: 'rollback',
  approve: [],
};

const world = (name: string, fields: Partial<World> = {}, candidate: Partial<Version> = {}): World => ({
  name,
  isBad: true,
  primary: V1,
  candidate: { ...V1, ...candidate },
  differing: 0,
  noise: 0.0002,
  ...fields,
});

export const WORLDS: readonly World[] = [
  world('identical', { isBad: false }),
  world('identical, no noise', { isBad: false, noise: 0 }),
  world('better: half the errors, 20% faster', { isBad: false }, { errors: 0.0005, medianMs: 16 }),
  world('differs in 0.02% of pairs, within the bound', { isBad: false, differing: 0.0002 }),
  world('differs in 0.15%', { differing: 0.0015 }),
  world('differs in 0.2%', { differing: 0.002 }),
  world('differs in 0.3%', { differing: 0.003 }),
  world('differs in 1%', { differing: 0.01 }),
  world('differs in 10%', { differing: 0.1 }),
  world('errors +0.3%', {}, { errors: 0.004 }),
  world('errors +0.5%', {}, { errors: 0.006 }),
  world('errors +1.5%', {}, { errors: 0.016 }),
  world('p99 +15%', {}, { medianMs: 23 }),
  world('p99 +30%', {}, { medianMs: 26 }),
  world('p99 +100%', {}, { medianMs: 40 }),
  world('differs in 5% from canary 25% on', { differing: 0.05, badFrom: { phase: 'canary', share: 250_000 } }),
  world('errors +3% from canary 25% on', { badFrom: { phase: 'canary', share: 250_000 } }, { errors: 0.031 }),
];
