import type { EpochInput, LatencyInput } from '../report/index.ts';
import type { ComparisonStore } from '../store/index.ts';
import type { EpochTally, MirrorTally } from '../tally/index.ts';
import { cellName } from './add-epochs.ts';
import { readEpoch } from './epoch-rows.ts';
import { readLatencies } from './latency-rows.ts';

/** Losses are those of the whole mirror, under the number that no epoch has. */
export const WHOLE_MIRROR = 0;
/** Stands beside the causes of loss. */
export const COMPARED = 'compared';
export const MIRRORED = 'mirrored';
/** Before a cause that cost only the control's answer. */
export const OF_CONTROL = 'control/';

const NO_LATENCIES: ReadonlyMap<string, LatencyInput> = new Map();

/**
 * What earlier processes counted of a mirror. The last epoch goes on where the candidate still names the same version;
 * otherwise it was redeployed while nobody counted, and the epochs of this process come after those.
 */
export class MirrorHistory {
  readonly #last: EpochInput | undefined;
  /** Outcomes of copies up to then, `compared` among them. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Of the last epoch, by cell. */
  readonly #latencies: ReadonlyMap<string, LatencyInput>;
  #offset: number | undefined;

  private constructor(
    last: EpochInput | undefined,
    latencies: readonly LatencyInput[],
    outcomes: ReadonlyMap<string, number>,
  ) {
    this.#last = last;
    this.#latencies = new Map(latencies.map((input) => [cellName(input), input]));
    this.outcomes = outcomes;
  }

  static async load(store: ComparisonStore, mirror: string): Promise<MirrorHistory> {
    const { losses } = await store.counts(mirror, WHOLE_MIRROR);
    const row = (await store.epochs(mirror)).at(-1);
    const last = row && readEpoch(row, await store.counts(mirror, row.epoch));
    const latencies = row ? (await store.latencies(mirror, row.epoch)).map(readLatencies) : [];
    return new MirrorHistory(last, latencies, new Map(losses.map(({ cause, count }) => [cause, count])));
  }

  static none(): MirrorHistory {
    return new MirrorHistory(undefined, [], new Map());
  }

  /** Of a mirror that was deleted and made again: nothing goes on, but numbers are not used twice. */
  static after(number: number, outcomes: ReadonlyMap<string, number>): MirrorHistory {
    const history = new MirrorHistory(undefined, [], outcomes);
    history.#offset = number;
    return history;
  }

  /** The number of an epoch of this process, which counts from 1. */
  numberOf(epoch: Pick<EpochTally, 'number'>, tally: MirrorTally): number {
    return epoch.number + this.#offsetFor(tally);
  }

  /** The number of the epoch that goes on, or begins, with what is counted next. */
  expected(): number {
    return this.#last?.number ?? (this.#offset ?? 0) + 1;
  }

  /** What the candidate named itself last. */
  get version(): string | undefined {
    return this.#last?.version;
  }

  /** What was counted before in the epoch of this number, if it goes on. */
  before(number: number): EpochInput | undefined {
    return this.#last?.number === number ? this.#last : undefined;
  }

  /** The latencies that were chosen before in the epoch of this number, if it goes on. */
  latenciesBefore(number: number): ReadonlyMap<string, LatencyInput> {
    return this.#last?.number === number ? this.#latencies : NO_LATENCIES;
  }

  #offsetFor(tally: MirrorTally): number {
    const first = tally.epochs.all[0];
    if (this.#offset !== undefined || !first) return this.#offset ?? 0;
    const last = this.#last;
    if (!last) this.#offset = 0;
    else this.#offset = last.number - first.number + (last.version === first.version ? 0 : 1);
    return this.#offset;
  }
}
