/** What an earlier process counted in an epoch and what this one has counted since, together. */
import type { Tally } from '../judge/index.ts';
import type { ByArm, CellInput, EpochInput, FieldInput, LocalRepliesInput, LossInput } from '../report/index.ts';
import { addGates } from './gate-rows.ts';

export function addEpochs(before: EpochInput, since: EpochInput): EpochInput {
  const gates = since.gates ? addGates(before.gates, since.gates) : before.gates;
  return {
    ...before,
    version: since.version ?? before.version,
    lastAtMs: Math.max(before.lastAtMs, since.lastAtMs),
    cells: addAlike(before.cells, since.cells, cellName, addCells),
    losses: addLosses(before.losses, since.losses),
    localReplies: addReplies(before.localReplies, since.localReplies),
    hidden: addCounts(before.hidden, since.hidden),
    ...(gates && { gates }),
  };
}

function addCounts(before: EpochInput['hidden'], since: EpochInput['hidden']): EpochInput['hidden'] {
  const all = { ...before };
  for (const [name, count] of Object.entries(since)) all[name] = (all[name] ?? 0) + count;
  return all;
}

function byArm<T>(of: (arm: keyof ByArm<T>) => T): ByArm<T> {
  return { primary: of('primary'), candidate: of('candidate'), control: of('control') };
}

function addReplies(before: EpochInput['localReplies'], since: EpochInput['localReplies']): EpochInput['localReplies'] {
  return addAlike(before, since, repliesName, (one, other) => ({
    ...one,
    counts: byArm((arm) => one.counts[arm] + other.counts[arm]),
  }));
}

export function addLosses(before: readonly LossInput[], since: readonly LossInput[]): LossInput[] {
  return addAlike(before, since, lossName, (one, other) => ({ ...one, count: one.count + other.count }));
}

function addCells(before: CellInput, since: CellInput): CellInput {
  return {
    ...before,
    pairs: before.pairs + since.pairs,
    candidateMismatched: before.candidateMismatched + since.candidateMismatched,
    controlMismatched: before.controlMismatched + since.controlMismatched,
    bothMismatched: before.bothMismatched + since.bothMismatched,
    beyondFields: before.beyondFields + since.beyondFields,
    errors: byArm((arm) => ({
      clientErrors: before.errors[arm].clientErrors + since.errors[arm].clientErrors,
      serverErrors: before.errors[arm].serverErrors + since.errors[arm].serverErrors,
    })),
    ...span(before, since),
    fields: addAlike(before.fields, since.fields, fieldName, addFields),
    ...addQuiet(before, since),
  };
}

/** Where a part of the pairs is not known, none is. */
function addQuiet({ quiet: before }: CellInput, { quiet: since }: CellInput): Pick<CellInput, 'quiet'> {
  if (!before || !since) return { quiet: undefined };
  const quiet = addAlike(before, since, quietName, (one, other) => ({
    ...one,
    pairs: one.pairs + other.pairs,
    controlDiffers: one.controlDiffers + other.controlDiffers,
  }));
  return { quiet };
}

function addFields(before: FieldInput, since: FieldInput): FieldInput {
  const sampleId = since.sampleId ?? before.sampleId;
  return {
    ...before,
    ...since,
    counts: addTallies(before.counts, since.counts),
    ...span(before, since),
    ...(sampleId !== undefined && { sampleId }),
  };
}

/** A spell that lasted over the restart counts twice. */
function addTallies(before: Readonly<Tally>, since: Readonly<Tally>): Tally {
  return {
    candidateOnly: before.candidateOnly + since.candidateOnly,
    controlOnly: before.controlOnly + since.controlOnly,
    both: before.both + since.both,
    candidateSpells: before.candidateSpells + since.candidateSpells,
    controlSpells: before.controlSpells + since.controlSpells,
    // Stretches of a process begin anew, so of differences in both the last one is not known.
    lastStretch: isDiscordant(before) ? (isDiscordant(since) ? -1 : before.lastStretch) : since.lastStretch,
    lastLead: 0,
  };
}

function isDiscordant({ candidateOnly, controlOnly }: Readonly<Tally>): boolean {
  return candidateOnly + controlOnly > 0;
}

interface Span {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

function span(one: Span, other: Span): Span {
  return { firstAtMs: Math.min(one.firstAtMs, other.firstAtMs), lastAtMs: Math.max(one.lastAtMs, other.lastAtMs) };
}

function addAlike<T>(
  before: readonly T[],
  since: readonly T[],
  nameOf: (item: T) => string,
  add: (one: T, other: T) => T,
): T[] {
  const all = new Map(before.map((item) => [nameOf(item), item]));
  for (const item of since) {
    const earlier = all.get(nameOf(item));
    all.set(nameOf(item), earlier ? add(earlier, item) : item);
  }
  return [...all.values()];
}

export function cellName({
  endpoint,
  stratum,
  controlled,
}: Pick<CellInput, 'endpoint' | 'stratum' | 'controlled'>): string {
  return JSON.stringify([endpoint, stratum.reason, stratum.reason === 'segment' ? stratum.segment : '', controlled]);
}

function quietName({ fields }: NonNullable<CellInput['quiet']>[number]): string {
  return JSON.stringify(fields);
}

function repliesName({ endpoint, stratum }: LocalRepliesInput): string {
  return JSON.stringify([endpoint, stratum?.reason, stratum?.reason === 'segment' ? stratum.segment : '']);
}

function lossName({ stratum, cause }: LossInput): string {
  return JSON.stringify([stratum.reason, stratum.reason === 'segment' ? stratum.segment : '', cause]);
}

export function fieldName({ kind, path }: FieldInput): string {
  return `${kind} ${path}`;
}
