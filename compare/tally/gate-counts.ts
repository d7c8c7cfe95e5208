/**
 * What the gates of a rollout are told of one epoch, pair by pair. These counts only grow, and how a pair counts is decided
 * by what earlier pairs have shown: so a test that may be looked at at any time stays one. Where that changes what a
 * difference is (a field turns out to be noise, or not to be), `generation` says so, and whoever subtracts begins again.
 */
import { randomBytes } from 'node:crypto';
import { cellOf } from '../../rollout/index.ts';
import { driftAt } from '../drift/index.ts';
import type { Stratum } from '../ingest/index.ts';
import { looksLikeNoise } from '../judge/index.ts';
import { type ArmOutcome, type Compared, splitKey } from './compared.ts';
import { OTHER_SEGMENTS } from './limits.ts';
import type { StratumCounts } from './stratum-counts.ts';

export interface GateStratum {
  pairs: number;
  /** Pairs in which only the candidate differs beyond noise. */
  candidateOnly: number;
  /** Of these, pairs that differ at a field of which the control has shown no noise, though it would have by now. */
  quiet: number;
  /** Pairs in which only the control differs from the primary. */
  controlOnly: number;
  /** Requests that users sent to the primary and that were copied: how many of them each version failed. */
  requests: number;
  readonly failed: Record<Version, number>;
  /** Pairs of gRPC answers, in both directions, and how many of them each version failed; absent where there were none. */
  grpc?: { pairs: number; readonly failed: Record<Version, number> };
  /** Until the last byte, by cells of rollout/sequential. */
  readonly latency: Record<Version, Map<number, number>>;
}

/** As plain data. */
export interface GateInput {
  /** Of whoever began to count. */
  readonly id: string;
  readonly generation: number;
  readonly strata: Readonly<Record<string, Readonly<GateStratum>>>;
}

type Version = 'primary' | 'candidate';

export interface GateOptions {
  /** Pairs without the control's answer then say nothing of differences: what in them is noise is not known. */
  readonly hasControl: boolean;
  /** What takes a copy longer is no answer, so it is none of the primary either. Default: all the time there is. */
  readonly timeoutMs?: number;
}

/** What is remembered of one endpoint and stratum. */
interface Place {
  /** The candidate has answered there, so it is no route that is missing. */
  hasSucceeded: boolean;
  /** Pairs in which it lacked what was made meanwhile, while it had never succeeded. */
  lacking: number;
  /** Without a control, by key. */
  readonly fields: Map<string, FieldState>;
  /** Keys that have been counted as quiet. */
  readonly quiet: Set<string>;
}

interface FieldState {
  isNoise: boolean;
  turns: number;
  /** Looked at again when it has differed so often. */
  nextAt: number;
}

/** A route that is missing has lacked so often what others made that it is none of theirs. */
const LACKING_IS_MISSING = 20;
/** A field that the control has not shown to be noisy by then is none that noise has struck at the candidate first. */
const PROVEN_QUIET = 5;
/**
 * What is to stop a candidate has to be surer: of noise that strikes both alike, so many strike the candidate first with a
 * probability of 2^-12 for each field, and it takes some more to stop it.
 */
const SURELY_QUIET = 12;
/** A field of which nobody knows what it is counts in the end: each turn begins a step's evidence again. */
const MAX_TURNS = 4;
const LOOK_AGAIN = 1.2;
/** As of the tally. */
const MAX_STRATA = 64;
const LONGEST_MS = 600_000;

export class GateCounts {
  readonly id = randomBytes(6).toString('hex');
  readonly strata = new Map<string, GateStratum>();
  readonly #places = new WeakMap<StratumCounts, Place>();
  #generation = 0;

  /** Rises with everything that makes earlier counts mean something else. */
  get generation(): number {
    return this.#generation;
  }

  beginAgain(): void {
    this.#generation += 1;
  }

  /** @param at where it has been counted just now. */
  count(
    compared: Compared,
    at: StratumCounts,
    { hasControl, timeoutMs = Number.POSITIVE_INFINITY }: GateOptions,
  ): void {
    const { stratum, primaryArm, candidateArm, controlArm, isBack = false } = compared;
    const counts = this.#stratum(stratum);
    const failed = ({ status, lastByteMs }: ArmOutcome) => status >= 500 || lastByteMs > timeoutMs;
    if (!isBack) addRequest(counts, { primary: failed(primaryArm), candidate: failed(candidateArm) });
    if (primaryArm.isGrpc || candidateArm.isGrpc) addGrpc(counts, primaryArm, candidateArm);
    if (hasControl && compared.control === undefined) return;
    // A control is measured where the candidate's copy is; the primary's answer to a user is measured further out.
    const primary = isBack ? primaryArm : (controlArm ?? primaryArm);
    addLatency(counts.latency.primary, primary.lastByteMs);
    addLatency(counts.latency.candidate, candidateArm.lastByteMs);
    this.#countDifferences(counts, compared, at);
  }

  /** A request of which not both answers could be compared. */
  countFailures(stratum: Stratum, failed: Readonly<Record<Version, boolean>>): void {
    addRequest(this.#stratum(stratum), failed);
  }

  #countDifferences(counts: GateStratum, compared: Compared, at: StratumCounts): void {
    const place = this.#place(at);
    if (compared.candidateArm.status < 400) {
      place.hasSucceeded = true;
      place.lacking = 0;
    }
    if (compared.isDrift) {
      countDrift(counts, compared, place);
      return;
    }
    counts.pairs += 1;
    const { candidate, control } = compared;
    if (candidate.length === 0 && (control ?? []).length === 0) return;
    for (const key of control ?? []) if (place.quiet.delete(key)) this.#generation += 1;
    if (!control) {
      // All of them are looked at, because each look counts.
      const differing = candidate.filter((key) => !this.#isNoise(key, at, place));
      if (differing.length > 0) counts.candidateOnly += 1;
      return;
    }
    const candidateOnly = candidate.filter((key) => !control.includes(key));
    const controlDiffers = control.some((key) => !candidate.includes(key));
    const quiet = candidateOnly.filter((key) => isQuiet(at, key, SURELY_QUIET));
    for (const key of quiet) place.quiet.add(key);
    if (quiet.length > 0) counts.quiet += 1;
    // Both may differ by themselves, at different fields. Then the pair is even, unless noise cannot explain the candidate's.
    const isCandidates = !controlDiffers || candidateOnly.some((key) => isQuiet(at, key, PROVEN_QUIET));
    if (candidateOnly.length > 0 && isCandidates) {
      counts.candidateOnly += 1;
    } else if (candidateOnly.length === 0 && controlDiffers) counts.controlOnly += 1;
  }

  /** By how the primary's values look, as the judge has it where there is no control. */
  #isNoise(key: string, at: StratumCounts, { fields }: Place): boolean {
    const field = at.fields.get(key);
    if (!field) return false;
    const opposite = oppositeOf(key, at);
    const differing = field.counts.candidateOnly + (opposite?.candidateOnly ?? 0);
    const state = fields.get(key) ?? { isNoise: false, turns: -1, nextAt: 0 };
    fields.set(key, state);
    if (differing < state.nextAt || state.turns >= MAX_TURNS) return state.isNoise;
    state.nextAt = Math.ceil(differing * LOOK_AGAIN);
    const looks = field.looks?.read();
    const { kind, counts } = field;
    const isNoise = looksLikeNoise({ kind, pairs: at.pairs, tally: counts, looks, opposite });
    if (state.turns < 0) Object.assign(state, { isNoise, turns: 0 });
    else if (isNoise !== state.isNoise) this.#turn(state);
    return state.isNoise;
  }

  #turn(state: FieldState): void {
    state.turns += 1;
    state.isNoise = state.turns < MAX_TURNS && !state.isNoise;
    this.#generation += 1;
  }

  #place(at: StratumCounts): Place {
    const place = this.#places.get(at) ?? { hasSucceeded: false, lacking: 0, fields: new Map(), quiet: new Set() };
    this.#places.set(at, place);
    return place;
  }

  #stratum(stratum: Stratum): GateStratum {
    const wanted = nameOf(stratum);
    const isBeyond = !this.strata.has(wanted) && stratum.reason === 'segment' && this.strata.size >= MAX_STRATA - 2;
    const name = isBeyond ? nameOf({ reason: 'segment', segment: OTHER_SEGMENTS }) : wanted;
    const counts = this.strata.get(name) ?? newGateStratum();
    this.strata.set(name, counts);
    return counts;
  }
}

export function newGateStratum(): GateStratum {
  return {
    pairs: 0,
    candidateOnly: 0,
    quiet: 0,
    controlOnly: 0,
    requests: 0,
    failed: { primary: 0, candidate: 0 },
    latency: { primary: new Map(), candidate: new Map() },
  };
}

/** As gates name them. */
function nameOf(stratum: Stratum): string {
  return stratum.reason === 'segment' ? `segment ${stratum.segment}` : 'sample';
}

/** Pairs that drift have compared nothing; where the candidate has never succeeded a route may as well be missing. */
function countDrift(counts: GateStratum, { candidate }: Compared, place: Place): void {
  const isGone = candidate.some((key) => driftAt(splitKey(key).path) === 'gone');
  if (!isGone || place.hasSucceeded) return;
  place.lacking += 1;
  if (place.lacking < LACKING_IS_MISSING) return;
  const known = place.lacking === LACKING_IS_MISSING ? LACKING_IS_MISSING : 1;
  counts.pairs += known;
  counts.candidateOnly += known;
}

function isQuiet({ fields }: StratumCounts, key: string, afterDifferences: number): boolean {
  const counts = fields.get(key)?.counts;
  return counts !== undefined && counts.candidateOnly >= afterDifferences && counts.controlOnly + counts.both === 0;
}

/** A field that comes and goes by itself is missing as often as it is extra; elements of an array say nothing of the kind. */
function oppositeOf(
  key: string,
  { fields }: StratumCounts,
): { candidateOnly: number; candidateSpells: number } | undefined {
  const { kind, path } = splitKey(key);
  if (path.endsWith('/*')) return undefined;
  if (kind === 'missing') return fields.get(`extra ${path}`)?.counts;
  return kind === 'extra' ? fields.get(`missing ${path}`)?.counts : undefined;
}

function addRequest(counts: GateStratum, failed: Readonly<Record<Version, boolean>>): void {
  counts.requests += 1;
  if (failed.primary) counts.failed.primary += 1;
  if (failed.candidate) counts.failed.candidate += 1;
}

function addGrpc(counts: GateStratum, primary: ArmOutcome, candidate: ArmOutcome): void {
  // Without a status of its own, a gRPC answer has broken off.
  const failed = ({ status, isGrpc = false }: ArmOutcome) => status >= 500 || (status === 200 && !isGrpc);
  counts.grpc ??= { pairs: 0, failed: { primary: 0, candidate: 0 } };
  counts.grpc.pairs += 1;
  if (failed(primary)) counts.grpc.failed.primary += 1;
  if (failed(candidate)) counts.grpc.failed.candidate += 1;
}

function addLatency(cells: Map<number, number>, ms: number): void {
  const cell = cellOf(Math.min(ms, LONGEST_MS));
  cells.set(cell, (cells.get(cell) ?? 0) + 1);
}
