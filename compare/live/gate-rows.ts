/** Counts for gates: from memory, as JSON text of the store, and those of two processes as one. */
import { type GateCounts, type GateInput, type GateStratum, newGateStratum } from '../tally/index.ts';

export function gatesOf({ id, generation, strata }: GateCounts): GateInput {
  return { id, generation, strata: Object.fromEntries(strata) };
}

/** What was counted before goes on; without it nothing that was subtracted from it may be. */
export function addGates(before: GateInput | undefined, since: GateInput): GateInput {
  if (!before) return since;
  const names = new Set([...Object.keys(before.strata), ...Object.keys(since.strata)]);
  const strata = Object.fromEntries(
    [...names].map((name) => [name, addStrata(before.strata[name], since.strata[name])]),
  );
  return { id: before.id, generation: before.generation + since.generation, strata };
}

function addStrata(one = newGateStratum(), other = newGateStratum()): GateStratum {
  return {
    pairs: one.pairs + other.pairs,
    candidateOnly: one.candidateOnly + other.candidateOnly,
    quiet: one.quiet + other.quiet,
    controlOnly: one.controlOnly + other.controlOnly,
    requests: one.requests + other.requests,
    failed: {
      primary: one.failed.primary + other.failed.primary,
      candidate: one.failed.candidate + other.failed.candidate,
    },
    ...((one.grpc || other.grpc) && { grpc: addGrpc(one.grpc, other.grpc) }),
    latency: {
      primary: addCells(one.latency.primary, other.latency.primary),
      candidate: addCells(one.latency.candidate, other.latency.candidate),
    },
  };
}

function addGrpc(one = NO_GRPC, other = NO_GRPC): NonNullable<GateStratum['grpc']> {
  const failed = (version: 'primary' | 'candidate') => one.failed[version] + other.failed[version];
  return { pairs: one.pairs + other.pairs, failed: { primary: failed('primary'), candidate: failed('candidate') } };
}

const NO_GRPC: NonNullable<GateStratum['grpc']> = { pairs: 0, failed: { primary: 0, candidate: 0 } };

function addCells(one: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>): Map<number, number> {
  const sum = new Map(one);
  for (const [cell, count] of other) sum.set(cell, (sum.get(cell) ?? 0) + count);
  return sum;
}

/** Cells and counts in turn. */
type StoredCells = readonly number[];

export type StoredGates = Omit<GateInput, 'strata'> & {
  readonly strata: Readonly<
    Record<string, Omit<GateStratum, 'latency'> & { readonly latency: Record<'primary' | 'candidate', StoredCells> }>
  >;
};

export function storedGates({ strata, ...gates }: GateInput): StoredGates {
  const pack = (cells: ReadonlyMap<number, number>): StoredCells => [...cells].flat();
  return {
    ...gates,
    strata: Object.fromEntries(
      Object.entries(strata).map(([name, { latency, ...counts }]) => [
        name,
        { ...counts, latency: { primary: pack(latency.primary), candidate: pack(latency.candidate) } },
      ]),
    ),
  };
}

export function readGates({ strata, ...gates }: StoredGates): GateInput {
  const unpack = (cells: StoredCells): Map<number, number> => {
    const read = new Map<number, number>();
    for (let at = 0; at < cells.length; at += 2) read.set(cells[at]!, cells[at + 1]!);
    return read;
  };
  return {
    ...gates,
    strata: Object.fromEntries(
      Object.entries(strata).map(([name, { latency, ...counts }]) => [
        name,
        { ...counts, latency: { primary: unpack(latency.primary), candidate: unpack(latency.candidate) } },
      ]),
    ),
  };
}
