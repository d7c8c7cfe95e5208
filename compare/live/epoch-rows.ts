/** Counts of an epoch as rows of the store and back. */

import type { LossCause } from '../join/index.ts';
import type { Looks, Tally } from '../judge/index.ts';
import type {
  CellInput,
  EpochHead,
  EpochInput,
  FieldInput,
  LocalRepliesInput,
  LossInput,
  Stratum,
} from '../report/index.ts';
import type {
  StoredCell,
  StoredCounts,
  StoredEpoch,
  StoredField,
  StoredLoss,
  StoredSampleSlot,
} from '../store/index.ts';

import { readGates, type StoredGates, storedGates } from './gate-rows.ts';

type CellKey = Pick<StoredCell, 'mirror' | 'epoch' | 'endpoint' | 'reason' | 'segment' | 'control'>;
type CellState = Pick<
  CellInput,
  'candidateMismatched' | 'controlMismatched' | 'bothMismatched' | 'beyondFields' | 'errors' | 'quiet'
>;
type EpochState = Pick<EpochInput, 'lastAtMs' | 'localReplies' | 'hidden'> & { readonly gates?: StoredGates };
type OlderEpochState = Pick<EpochState, 'lastAtMs'> &
  Partial<Pick<EpochState, 'hidden' | 'gates'>> & {
    readonly localReplies?: EpochState['localReplies'] | Readonly<Record<string, LocalRepliesInput['counts']>>;
  };
type FieldState = Omit<Tally, 'candidateOnly' | 'controlOnly' | 'both'> & { readonly looks?: Looks };

export function epochRow(mirror: string, epoch: Omit<EpochInput, 'cells' | 'losses'>): StoredEpoch {
  const { number, version, begunBy, startedAtMs, lastAtMs, localReplies, hidden, gates } = epoch;
  const state: EpochState = { lastAtMs, localReplies, hidden, ...(gates && { gates: storedGates(gates) }) };
  return {
    mirror,
    epoch: number,
    startedAtMs,
    cause: begunBy,
    version: version ?? '',
    state: JSON.stringify(state),
  };
}

/** An epoch as it is stored, with all that was counted in it. */
export function readEpoch(row: StoredEpoch, counts: StoredCounts): EpochInput {
  return { ...readEpochRow(row), cells: readCells(counts), losses: counts.losses.map(readLoss) };
}

export function epochHead(row: StoredEpoch, compared: number): EpochHead {
  return { ...readEpochRow(row), compared };
}

export function lossRow(mirror: string, epoch: number, { stratum, cause, count }: LossInput): StoredLoss {
  const segment = stratum.reason === 'segment' ? stratum.segment : '';
  return { mirror, epoch, reason: stratum.reason, segment, cause, count };
}

function readLoss({ reason, segment, cause, count }: StoredLoss): LossInput {
  return { stratum: stratumOf({ reason, segment }), cause: cause as LossCause, count };
}

export function stratumOf({ reason, segment }: Pick<StoredLoss, 'reason' | 'segment'>): Stratum {
  return reason === 'segment' ? { reason, segment } : { reason };
}

function readEpochRow(row: StoredEpoch): Omit<EpochInput, 'cells' | 'losses'> {
  return {
    number: row.epoch,
    version: row.version === '' ? undefined : row.version,
    begunBy: row.cause as EpochInput['begunBy'],
    startedAtMs: row.startedAtMs,
    ...readEpochState(JSON.parse(row.state)),
  };
}

/** Rows of earlier versions know nothing of local replies and hidden differences, or only the endpoints of local replies. */
function readEpochState({
  lastAtMs,
  localReplies = [],
  hidden = {},
  gates,
}: OlderEpochState): Pick<EpochInput, 'lastAtMs' | 'localReplies' | 'hidden' | 'gates'> {
  const replies = Array.isArray(localReplies)
    ? (localReplies as EpochState['localReplies'])
    : Object.entries(localReplies).map(([endpoint, counts]) => ({ endpoint, counts }));
  return { lastAtMs, localReplies: replies, hidden, ...(gates && { gates: readGates(gates) }) };
}

export function cellKey(
  mirror: string,
  epoch: number,
  { endpoint, stratum, controlled }: Pick<CellInput, 'endpoint' | 'stratum' | 'controlled'>,
): CellKey {
  return {
    mirror,
    epoch,
    endpoint,
    reason: stratum.reason,
    segment: stratum.reason === 'segment' ? stratum.segment : '',
    control: controlled ? 1 : 0,
  };
}

export function cellRow(key: CellKey, cell: CellInput): StoredCell {
  const { candidateMismatched, controlMismatched, bothMismatched, beyondFields, errors, quiet } = cell;
  const { pairs, firstAtMs, lastAtMs } = cell;
  const state: CellState = { candidateMismatched, controlMismatched, bothMismatched, beyondFields, errors, quiet };
  return { ...key, pairs, firstAtMs, lastAtMs, state: JSON.stringify(state) };
}

export function fieldRow(key: CellKey, { path, kind, counts, looks, firstAtMs, lastAtMs }: FieldInput): StoredField {
  const { candidateOnly, controlOnly, both, ...spells } = counts;
  const state: FieldState = { ...spells, ...(looks && { looks }) };
  return { ...key, path, kind, candidateOnly, controlOnly, both, firstAtMs, lastAtMs, state: JSON.stringify(state) };
}

function readCells({ cells, fields, slots }: StoredCounts): CellInput[] {
  const fieldsOf = new Map<string, FieldInput[]>();
  const samples = new Map(slots.filter(({ slot }) => slot === '0').map((row) => [groupName(row), row.sampleId]));
  for (const row of fields) {
    const name = cellName(row);
    const field = readField(row, samples.get(groupName(row)));
    if (field.counts.candidateOnly + field.counts.controlOnly + field.counts.both === 0) continue;
    fieldsOf.set(name, [...(fieldsOf.get(name) ?? []), field]);
  }
  // Rows without pairs belonged to endpoints that have another name since.
  return cells
    .filter(({ pairs }) => pairs > 0)
    .map((row) => ({
      endpoint: row.endpoint,
      stratum: stratumOf(row),
      controlled: row.control === 1,
      pairs: row.pairs,
      firstAtMs: row.firstAtMs,
      lastAtMs: row.lastAtMs,
      // Nor of errors, and of sets of quiet fields.
      ...{ errors: NO_ERRORS, ...(JSON.parse(row.state) as Omit<CellState, 'errors'> & Partial<CellState>) },
      fields: fieldsOf.get(cellName(row)) ?? [],
    }));
}

const NONE = { clientErrors: 0, serverErrors: 0 };
const NO_ERRORS = { primary: NONE, candidate: NONE, control: NONE };

function readField(row: StoredField, sampleId: string | undefined): FieldInput {
  const { looks, ...spells } = JSON.parse(row.state) as FieldState;
  const { path, kind, candidateOnly, controlOnly, both, firstAtMs, lastAtMs } = row;
  return {
    path,
    kind,
    counts: { candidateOnly, controlOnly, both, ...spells },
    firstAtMs,
    lastAtMs,
    ...(looks && { looks }),
    ...(sampleId !== undefined && { sampleId }),
  };
}

function cellName({ endpoint, reason, segment, control }: Omit<CellKey, 'mirror' | 'epoch'>): string {
  return JSON.stringify([endpoint, reason, segment, control]);
}

function groupName({ endpoint, path, kind }: Pick<StoredSampleSlot, 'endpoint' | 'path' | 'kind'>): string {
  return JSON.stringify([endpoint, path, kind]);
}
