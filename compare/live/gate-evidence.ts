/**
 * What the comparison says to the gates of a rollout: counts of the candidate's current deployment that only grow, by this
 * process and those before it, and what they mean.
 */
import { createHash } from 'node:crypto';
import { type Evidence, NO_COUNTS, type StratumCounts } from '../../rollout/index.ts';
import { type EpochInput, reportDifferences } from '../report/index.ts';
import type { BookedRule } from '../rules/index.ts';
import type { EpochTally, GateInput, GateStratum, Tallies } from '../tally/index.ts';
import { addGates, gatesOf } from './gate-rows.ts';
import type { LiveCounts } from './live-counts.ts';

export interface GateEvidenceOptions {
  readonly tallies: Tallies;
  readonly counts: LiveCounts;
  readonly rulesOf: (mirror: string) => readonly BookedRule[];
  /** What of a mirror's policy the counts are of (its services, how answers are compared); undefined without a rollout. */
  readonly settingsOf: (mirror: string) => { readonly hasControl: boolean; readonly text: string } | undefined;
  readonly weightOf?: ((mirror: string) => ((endpoint: string, path: string) => number) | undefined) | undefined;
  readonly now?: () => number;
}

interface Found {
  readonly epoch: EpochTally;
  /** Pairs that differed when they were found. */
  readonly differing: number;
  readonly atMs: number;
  readonly tookMs: number;
  readonly findings: readonly string[];
}

const MAX_FINDINGS = 3;
/** To judge all fields of a large mirror takes its time; at most this part of it is spent on it. */
const MOST_TIME = 1 / 20;

export class GateEvidence {
  readonly #options: GateEvidenceOptions;
  readonly #found = new Map<string, Found>();
  readonly #hashes = new Map<string, { readonly of: string; readonly hash: string }>();

  constructor(options: GateEvidenceOptions) {
    this.#options = options;
  }

  /** Undefined for a mirror without a rollout. Cheap enough to be asked for several times a second. */
  of(mirror: string): Evidence | undefined {
    const { tallies, counts, settingsOf } = this.#options;
    const settings = settingsOf(mirror);
    if (!settings) return undefined;
    const history = counts.historyOf(mirror);
    const tally = tallies.mirror(mirror);
    const live = tally?.epochs.current;
    // Before anything was compared the last deployment goes on; if the candidate is another by then, its answers will say so.
    const number = live && tally ? history.numberOf(live, tally) : history.expected();
    const before = history.before(number);
    const gates = live ? addGates(before?.gates, gatesOf(live.gates)) : before?.gates;
    return {
      basis: `${gates?.id ?? 'nothing'}.${gates?.generation ?? 0}.${this.#hash(mirror, settings.text)}`,
      epoch: number,
      strata: strataOf(gates, settings.hasControl),
      findings: live ? this.#findings(mirror, live, number) : [],
    };
  }

  /** Rules count until they expire. */
  #hash(mirror: string, settings: string): string {
    const nowMs = this.#now();
    const inForce = this.#options.rulesOf(mirror).filter(({ expiresAtMs = nowMs + 1 }) => expiresAtMs > nowMs);
    // When one was read is not what it says.
    const of = JSON.stringify([settings, inForce], (key, value) => (key === 'createdAtMs' ? undefined : value));
    const known = this.#hashes.get(mirror);
    if (known?.of === of) return known.hash;
    const hash = createHash('sha256').update(of).digest('hex').slice(0, 12);
    this.#hashes.set(mirror, { of, hash });
    return hash;
  }

  #findings(mirror: string, epoch: EpochTally, number: number): readonly string[] {
    const differing = [...epoch.gates.strata.values()].reduce((sum, { candidateOnly }) => sum + candidateOnly, 0);
    if (differing === 0) return [];
    const known = this.#found.get(mirror);
    const nowMs = this.#now();
    if (known?.epoch === epoch) {
      if (known.differing === differing || nowMs - known.atMs < known.tookMs / MOST_TIME) return known.findings;
    }
    const startedAt = performance.now();
    const findings = this.#find(mirror, this.#options.counts.withHistory(mirror, epoch, number), nowMs);
    const tookMs = performance.now() - startedAt;
    this.#found.set(mirror, { epoch, differing, atMs: nowMs, tookMs, findings });
    return findings;
  }

  #find(mirror: string, epoch: EpochInput, nowMs: number): string[] {
    const { rulesOf, weightOf } = this.#options;
    const weight = weightOf?.(mirror);
    const items = reportDifferences(epoch, { rules: rulesOf(mirror), nowMs, ...(weight && { weightOf: weight }) });
    return namesOf(items.filter((item) => item.class === 'defect'));
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

/** Each field once, where it ranks first: one bug that shows at every endpoint leaves room for the next. */
function namesOf(items: ReadonlyArray<{ readonly path: string; readonly endpoint: string }>): string[] {
  const byPath = new Map<string, string[]>();
  for (const { path, endpoint } of items) byPath.set(path, [...(byPath.get(path) ?? []), endpoint]);
  return [...byPath].slice(0, MAX_FINDINGS).map(([path, [first, ...others]]) => {
    const where = others.length === 0 ? '' : ` and ${others.length} other endpoint${others.length === 1 ? '' : 's'}`;
    return `${path === '' ? 'the body' : path} at ${first}${where}`;
  });
}

function strataOf(gates: GateInput | undefined, hasControl: boolean): Evidence['strata'] {
  return Object.fromEntries(
    Object.entries(gates?.strata ?? {}).map(([name, counts]) => [name, stratumOf(counts, hasControl)]),
  );
}

/** Copies of what grows on. */
function stratumOf(counts: Readonly<GateStratum>, hasControl: boolean): StratumCounts {
  const { pairs, candidateOnly, quiet, controlOnly, requests: trials, failed, grpc, latency } = counts;
  return {
    ...NO_COUNTS,
    pairs,
    candidateOnly,
    ...(hasControl && { controlOnly, quiet }),
    errors: { primary: { hits: failed.primary, trials }, candidate: { hits: failed.candidate, trials } },
    ...(grpc && { grpc: failuresOf(grpc) }),
    latency: { primary: new Map(latency.primary), candidate: new Map(latency.candidate) },
  };
}

function failuresOf({ pairs: trials, failed }: NonNullable<GateStratum['grpc']>): StratumCounts['errors'] {
  return { primary: { hits: failed.primary, trials }, candidate: { hits: failed.candidate, trials } };
}
