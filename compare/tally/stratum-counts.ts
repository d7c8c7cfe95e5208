import type { Stratum } from '../ingest/index.ts';
import { countDifference, emptyTally, type Tally } from '../judge/index.ts';
import type { ArmOutcome, CapturedSample, Compared } from './compared.ts';
import { splitKey } from './compared.ts';
import type { TallyLimits } from './limits.ts';
import { LooksSketch } from './looks.ts';
import { BEYOND, QuietSets } from './quiet-pairs.ts';
import { Reservoir } from './reservoir.ts';
import { SampleGroup, type SampleShelf } from './samples.ts';

/** One kind of difference at one path. */
export interface FieldCounts {
  readonly kind: string;
  readonly path: string;
  readonly counts: Tally;
  readonly samples: SampleGroup;
  /** Of the primary's values; undefined where none were seen. */
  looks: LooksSketch | undefined;
  firstAtMs: number;
  lastAtMs: number;
}

export interface ArmCounts {
  clientErrors: number;
  serverErrors: number;
}

/** What a stratum may still take of its epoch's room. */
export interface Room {
  fields: number;
}

export type Arm = 'primary' | 'candidate' | 'control';
export type Latency = 'headersMs' | 'lastByteMs';

/** The columns of a row of latencies. */
const ARMS: readonly Arm[] = ['primary', 'candidate', 'control'];
const LATENCIES: readonly Latency[] = ['headersMs', 'lastByteMs'];

/**
 * What is known of one endpoint in one stratum: a segment or the sample, with a control's answer or without. These are
 * never pooled, because their rates mean different things.
 *
 * A pair counts as mismatched where the candidate differs and the control, if there is one, does not. State drift is counted
 * at its own path and makes no mismatch.
 */
export class StratumCounts {
  readonly stratum: Stratum;
  readonly controlled: boolean;
  readonly fields = new Map<string, FieldCounts>();
  /** Only with a control: without one nothing has shown any noise. */
  readonly quiet = new QuietSets();
  readonly primary: ArmCounts = { clientErrors: 0, serverErrors: 0 };
  readonly candidate: ArmCounts = { clientErrors: 0, serverErrors: 0 };
  readonly control: ArmCounts = { clientErrors: 0, serverErrors: 0 };
  readonly #latencies: Reservoir;
  pairs = 0;
  candidateMismatched = 0;
  controlMismatched = 0;
  /** Both in one pair, at different fields. */
  bothMismatched = 0;
  /** Differences at fields beyond the bound. */
  beyondFields = 0;
  firstAtMs = Number.POSITIVE_INFINITY;
  lastAtMs = 0;
  readonly #limits: TallyLimits;
  readonly #room: Room;
  readonly #shelf: SampleShelf<CapturedSample>;

  constructor(
    stratum: Stratum,
    controlled: boolean,
    limits: TallyLimits,
    room: Room,
    shelf: SampleShelf<CapturedSample>,
    seed: number,
  ) {
    this.stratum = stratum;
    this.controlled = controlled;
    this.#limits = limits;
    this.#room = room;
    this.#shelf = shelf;
    this.#latencies = new Reservoir(limits.latencies, ARMS.length * LATENCIES.length, seed);
  }

  count(compared: Compared): void {
    const pairIndex = this.pairs;
    this.pairs += 1;
    this.firstAtMs = Math.min(this.firstAtMs, compared.atMs);
    this.lastAtMs = Math.max(this.lastAtMs, compared.atMs);
    this.#countArms(compared);

    const { candidate, control = NONE } = compared;
    if (candidate.length === 0 && control.length === 0) return;
    const candidateOnly = candidate.filter((key) => !control.includes(key));
    for (const [index, key] of candidate.entries()) {
      const isNoise = control.includes(key);
      const field = this.#countField(key, pairIndex, true, isNoise, compared.atMs);
      if (!field) continue;
      const look = compared.looks?.[index];
      if (look) {
        field.looks ??= new LooksSketch();
        field.looks.observe(look);
      }
      // Of noise one example is enough.
      const maxSamples = isNoise ? 1 : this.#limits.samples;
      field.samples.add(this.#shelf, compared.sample, candidateOnly.length, maxSamples);
    }
    let controlOnly = 0;
    for (const key of control) {
      if (candidate.includes(key)) continue;
      controlOnly += 1;
      this.#countField(key, pairIndex, false, true, compared.atMs);
    }
    const isMismatched = candidateOnly.length > 0 && !compared.isDrift;
    if (isMismatched) this.candidateMismatched += 1;
    if (controlOnly > 0) this.controlMismatched += 1;
    if (isMismatched && controlOnly > 0) this.bothMismatched += 1;
    if (isMismatched && this.controlled) this.#countQuiet(candidateOnly, controlOnly > 0);
  }

  #countQuiet(candidateOnly: readonly string[], controlDiffers: boolean): void {
    const quiet = candidateOnly.filter(this.#isQuiet);
    const isBeyond = quiet.length === 0 && candidateOnly.some((key) => !this.fields.has(key));
    if (quiet.length > 0) this.quiet.count(quiet, controlDiffers, this.#isQuiet);
    else if (isBeyond) this.quiet.count([BEYOND], controlDiffers, this.#isQuiet);
  }

  readonly #isQuiet = (key: string): boolean => {
    const field = this.fields.get(key);
    return field !== undefined && field.counts.controlOnly + field.counts.both === 0;
  };

  /** Pairs out of which the latencies were chosen. */
  get latenciesSeen(): number {
    return this.#latencies.seen;
  }

  /** Of a random choice of pairs, the same for every arm and in the same order; NaN where the control is missing. */
  latencies(arm: Arm, latency: Latency): Float32Array {
    return this.#latencies.column(ARMS.indexOf(arm) * LATENCIES.length + LATENCIES.indexOf(latency));
  }

  /** Takes in the counts of another endpoint that turned out to be this one; the other is then of no use. */
  absorb(other: StratumCounts): void {
    this.pairs += other.pairs;
    this.candidateMismatched += other.candidateMismatched;
    this.controlMismatched += other.controlMismatched;
    this.bothMismatched += other.bothMismatched;
    this.beyondFields += other.beyondFields;
    this.firstAtMs = Math.min(this.firstAtMs, other.firstAtMs);
    this.lastAtMs = Math.max(this.lastAtMs, other.lastAtMs);
    for (const arm of ARMS) {
      this[arm].clientErrors += other[arm].clientErrors;
      this[arm].serverErrors += other[arm].serverErrors;
    }
    this.#latencies.absorb(other.#latencies);
    for (const [key, field] of other.fields) this.#absorbField(key, field);
    // Stretches of two endpoints do not line up, so where the last difference was is no longer known.
    for (const { counts } of this.fields.values()) {
      counts.lastStretch = -1;
      counts.lastLead = 0;
    }
    this.quiet.absorb(other.quiet, this.#isQuiet);
    other.fields.clear();
  }

  #absorbField(key: string, field: FieldCounts): void {
    const mine = this.fields.get(key);
    if (!mine && this.fields.size < this.#limits.fields) {
      this.fields.set(key, field);
      return;
    }
    this.#room.fields += 1;
    if (!mine) {
      const { candidateOnly, controlOnly, both } = field.counts;
      this.beyondFields += candidateOnly + controlOnly + both;
      field.samples.clear(this.#shelf);
      return;
    }
    addCounts(mine.counts, field.counts);
    mine.looks ??= field.looks;
    mine.samples.absorb(this.#shelf, field.samples, this.#limits.samples);
    mine.firstAtMs = Math.min(mine.firstAtMs, field.firstAtMs);
    mine.lastAtMs = Math.max(mine.lastAtMs, field.lastAtMs);
  }

  /** Gives back what it holds of the samples. */
  clear(): void {
    for (const { samples } of this.fields.values()) samples.clear(this.#shelf);
  }

  #countField(
    key: string,
    pairIndex: number,
    candidate: boolean,
    control: boolean,
    atMs: number,
  ): FieldCounts | undefined {
    let field = this.fields.get(key);
    if (!field) {
      if (this.fields.size >= this.#limits.fields || this.#room.fields <= 0) {
        this.beyondFields += 1;
        return undefined;
      }
      this.#room.fields -= 1;
      field = {
        ...splitKey(key),
        counts: emptyTally(),
        samples: new SampleGroup(),
        looks: undefined,
        firstAtMs: atMs,
        lastAtMs: atMs,
      };
      this.fields.set(key, field);
    }
    countDifference(field.counts, pairIndex, candidate, control);
    field.lastAtMs = Math.max(field.lastAtMs, atMs);
    return field;
  }

  #countArms({ primaryArm, candidateArm, controlArm }: Compared): void {
    countArm(this.primary, primaryArm);
    countArm(this.candidate, candidateArm);
    if (controlArm) countArm(this.control, controlArm);
    this.#latencies.add(
      primaryArm.headersMs,
      primaryArm.lastByteMs,
      candidateArm.headersMs,
      candidateArm.lastByteMs,
      controlArm?.headersMs ?? Number.NaN,
      controlArm?.lastByteMs ?? Number.NaN,
    );
  }
}

/** A spell that is in both counts twice. */
function addCounts(counts: Tally, other: Tally): void {
  counts.candidateOnly += other.candidateOnly;
  counts.controlOnly += other.controlOnly;
  counts.both += other.both;
  counts.candidateSpells += other.candidateSpells;
  counts.controlSpells += other.controlSpells;
}

function countArm(arm: ArmCounts, { status }: ArmOutcome): void {
  if (status >= 500) arm.serverErrors += 1;
  else if (status >= 400) arm.clientErrors += 1;
}

const NONE: readonly string[] = [];
