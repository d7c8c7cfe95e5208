import { emptyTally, type Tally } from '../judge/index.ts';
import type { CellInput, EpochInput, FieldInput, HealthInput, MirrorInput } from './index.ts';

/** Counts as a test wants them; what it does not name is as quiet as can be. */

export const START_MS = Date.UTC(2026, 0, 5, 12);
export const HOUR_MS = 3_600_000;

export const NO_COPIES: HealthInput['envoys'][number]['candidate'] = {
  sent: 0,
  active: 0,
  overflow: 0,
  timeouts: 0,
  resets: 0,
  connectFailures: 0,
  responses: {},
  breakerOpen: false,
};

const NO_ERRORS = { clientErrors: 0, serverErrors: 0 };

/** Differences spread over time, each a spell of its own. */
function tally(counts: Partial<Tally>): Tally {
  const { candidateOnly = 0, controlOnly = 0 } = counts;
  return { ...emptyTally(), candidateSpells: candidateOnly, controlSpells: controlOnly, ...counts };
}

export function field(path: string, counts: Partial<Tally>, more: Partial<FieldInput> = {}): FieldInput {
  return { kind: 'value', path, counts: tally(counts), firstAtMs: START_MS, lastAtMs: START_MS + HOUR_MS, ...more };
}

export function cell(pairs: number, fields: readonly FieldInput[], more: Partial<CellInput> = {}): CellInput {
  const most = (pick: (counts: Readonly<Tally>) => number) => Math.max(0, ...fields.map(({ counts }) => pick(counts)));
  return {
    endpoint: 'GET /orders/{id}',
    stratum: { reason: 'sample' },
    controlled: true,
    pairs,
    candidateMismatched: most(({ candidateOnly }) => candidateOnly),
    controlMismatched: most(({ controlOnly }) => controlOnly),
    bothMismatched: 0,
    beyondFields: 0,
    errors: { primary: NO_ERRORS, candidate: NO_ERRORS, control: NO_ERRORS },
    firstAtMs: START_MS,
    lastAtMs: START_MS + HOUR_MS,
    fields,
    ...more,
  };
}

export function epoch(cells: readonly CellInput[], more: Partial<EpochInput> = {}): EpochInput {
  return {
    number: 1,
    version: 'v2',
    begunBy: 'first',
    startedAtMs: START_MS,
    lastAtMs: START_MS + HOUR_MS,
    cells,
    losses: [],
    localReplies: [],
    hidden: {},
    ...more,
  };
}

export const MIRROR: MirrorInput = {
  mirror: 'orders',
  hasControl: true,
  mirrored: 10_000,
  compared: 9_998,
  lost: { expired: 2 },
  controlLost: {},
};
export const OPTIONS = { rules: [], nowMs: START_MS + HOUR_MS } as const;
