import type { EpochInput } from '../report/index.ts';
import type { ComparisonStore } from '../store/index.ts';
import type { EpochTally, MirrorTally } from '../tally/index.ts';
import { readEpoch } from './epoch-rows.ts';

/** Losses are those of the whole mirror, under the number that no epoch has. */
export const WHOLE_MIRROR = 0;
/** Stands beside the causes of loss. */
export const COMPARED = 'compared';
export const MIRRORED = 'mirrored';
/** Before a cause that cost only the control's answer. */
export const OF_CONTROL = 'control/';

/**
 * What earlier processes counted of a mirror. The last epoch goes on where the candidate still names the same version;
 * otherwise it was redeployed while nobody counted, and the epochs of this process come after those.
 */
export class MirrorHistory {
  readonly #last: EpochInput | undefined;
  /** Outcomes of copies up to then, `compared` among them. */
  readonly outcomes: ReadonlyMap<string, number>;
  #offset: number | undefined;

  private constructor(last: EpochInput | undefined, outcomes: ReadonlyMap<string, number>) {
    this.#last = last;
    this.outcomes = outcomes;
  }

  static async load(store: ComparisonStore, mirror: string): Promise<MirrorHistory> {
    const { losses } = await store.counts(mirror, WHOLE_MIRROR);
    const row = (await store.epochs(mirror)).at(-1);
    const last = row && readEpoch(row, await store.counts(mirror, row.epoch));
    return new MirrorHistory(last, new Map(losses.map(({ cause, count }) => [cause, count])));
  }

  static none(): MirrorHistory {
    return new MirrorHistory(undefined, new Map());
  }

  /** Of a mirror that was deleted and made again: nothing goes on, but numbers are not used twice. */
  static after(number: number, outcomes: ReadonlyMap<string, number>): MirrorHistory {
    const history = new MirrorHistory(undefined, outcomes);
    history.#offset = number;
    return history;
  }

  /** The number of an epoch of this process, which counts from 1. */
  numberOf(epoch: Pick<EpochTally, 'number'>, tally: MirrorTally): number {
    return epoch.number + this.#offsetFor(tally);
  }

  /** What was counted before in the epoch of this number, if it goes on. */
  before(number: number): EpochInput | undefined {
    return this.#last?.number === number ? this.#last : undefined;
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
