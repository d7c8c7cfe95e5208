/** What the store is to keep of what is counted: rows that are new or have changed since they were last taken. */
import { encodeSample, type SampleInput } from '../report/index.ts';
import type {
  ChangeSource,
  Changes,
  StoredLatencies,
  StoredLoss,
  StoredSample,
  StoredSampleSlot,
  StoredSeriesPoint,
} from '../store/index.ts';
import type { EpochTally, MirrorTally, Tallies } from '../tally/index.ts';
import { addLosses, cellName } from './add-epochs.ts';
import { epochRow, lossRow } from './epoch-rows.ts';
import { lossesOf } from './from-tally.ts';
import { addLatencies, latenciesOf, latencyRow } from './latency-rows.ts';
import type { LiveCounts } from './live-counts.ts';
import { WHOLE_MIRROR } from './mirror-history.ts';
import { SavedRows } from './saved-rows.ts';

export interface RowsToSaveOptions {
  readonly tallies: Tallies;
  /** Redacted by the rules of its mirror. */
  readonly sampleOf: (mirror: string, id: string) => SampleInput | undefined;
}

/** Samples of a group that go to the store: the first, and those that differ most. */
const KEPT_SAMPLES = 5;
/** Groups, and new samples, that one flush takes along; the others go with the next. */
const GROUPS_A_FLUSH = 1_000;
const SAMPLES_A_FLUSH = 50;
/** From here on it takes no further sample. */
const SAMPLE_BYTES_A_FLUSH = 4 * 2 ** 20;
/** What a process that is killed loses of the choice of latencies at most. */
const LATENCIES_GROWN_BY = 1.05;
const MAX_REMEMBERED_SAMPLES = 10_000;

export class RowsToSave implements ChangeSource {
  readonly #options: RowsToSaveOptions;
  readonly #counts: LiveCounts;
  readonly #saved = new WeakMap<EpochTally, { readonly rows: SavedRows; compared: number; endpoints: number }>();
  readonly #savedOutcomes = new Map<string, number>();
  /** Pairs seen when the latencies of a cell were last saved. */
  readonly #savedLatencies = new WeakMap<EpochTally, Map<string, number>>();
  readonly #savedSamples = new Set<string>();
  /** Groups whose samples are to be saved: mirror, epoch, endpoint, path, kind. */
  readonly #groups = new Map<string, Omit<StoredSampleSlot, 'slot' | 'sampleId'> & { readonly tally: EpochTally }>();

  constructor(options: RowsToSaveOptions, counts: LiveCounts) {
    this.#options = options;
    this.#counts = counts;
  }

  takeChanges(): Changes {
    const rows = { comparisonEpochs: [], comparisonCells: [], comparisonFields: [] } as {
      comparisonEpochs: NonNullable<Changes['comparisonEpochs']>[number][];
      comparisonCells: NonNullable<Changes['comparisonCells']>[number][];
      comparisonFields: NonNullable<Changes['comparisonFields']>[number][];
    };
    const losses: StoredLoss[] = [];
    const latencies: StoredLatencies[] = [];
    const series: StoredSeriesPoint[] = [];
    for (const tally of this.#options.tallies.mirrors()) {
      const { mirror } = tally;
      losses.push(...this.#takeOutcomes(tally));
      series.push(...this.#counts.series.take(tally));
      for (const epoch of tally.epochs.all) {
        losses.push(...this.#takeLosses(tally, epoch));
        const saved = this.#saved.get(epoch) ?? { rows: new SavedRows(mirror), compared: -1, endpoints: 0 };
        if (saved.compared === epoch.compared && saved.endpoints === epoch.endpoints.size) continue;
        saved.compared = epoch.compared;
        saved.endpoints = epoch.endpoints.size;
        this.#saved.set(epoch, saved);
        const number = this.#counts.historyOf(mirror).numberOf(epoch, tally);
        latencies.push(...this.#takeLatencies(mirror, epoch, number));
        const counts = this.#counts.withHistory(mirror, epoch, number);
        rows.comparisonEpochs.push(epochRow(mirror, counts));
        const { cells, fields, changed } = saved.rows.take(counts);
        rows.comparisonCells.push(...cells);
        rows.comparisonFields.push(...fields);
        for (const { endpoint, field } of changed) {
          const group = { mirror, epoch: number, endpoint, path: field.path, kind: field.kind };
          this.#groups.set(JSON.stringify(group), { ...group, tally: epoch });
        }
      }
    }
    return {
      ...rows,
      comparisonLosses: losses,
      comparisonLatencies: latencies,
      comparisonSeries: series,
      ...this.#takeSamples(),
    };
  }

  /** A random choice of many hardly changes with a few more, and is large, so it is saved as it grows. */
  #takeLatencies(mirror: string, epoch: EpochTally, number: number): StoredLatencies[] {
    const saved = this.#savedLatencies.get(epoch) ?? new Map<string, number>();
    this.#savedLatencies.set(epoch, saved);
    const before = this.#counts.historyOf(mirror).latenciesBefore(number);
    const grown = latenciesOf(epoch, (key, seen) => seen > (saved.get(cellName(key)) ?? 0) * LATENCIES_GROWN_BY);
    return grown.map((since) => {
      saved.set(cellName(since), since.seen);
      return latencyRow(mirror, number, addLatencies(before.get(cellName(since)), since));
    });
  }

  #takeOutcomes(tally: MirrorTally): StoredLoss[] {
    const { mirror } = tally;
    const changed: StoredLoss[] = [];
    for (const [cause, count] of Object.entries(this.#counts.outcomes(mirror, tally))) {
      changed.push({ mirror, epoch: WHOLE_MIRROR, reason: 'sample', segment: '', cause, count });
    }
    return changed.filter((loss) => this.#isNews(loss));
  }

  #takeLosses(tally: MirrorTally, epoch: EpochTally): StoredLoss[] {
    if (epoch.lost.size === 0) return [];
    const { mirror } = tally;
    const number = this.#counts.historyOf(mirror).numberOf(epoch, tally);
    const before = this.#counts.historyOf(mirror).before(number)?.losses ?? [];
    return addLosses(before, lossesOf(epoch))
      .map((loss) => lossRow(mirror, number, loss))
      .filter((loss) => this.#isNews(loss));
  }

  #isNews({ mirror, epoch, reason, segment, cause, count }: StoredLoss): boolean {
    const key = [mirror, epoch, reason, segment, cause].join('/');
    if (this.#savedOutcomes.get(key) === count) return false;
    this.#savedOutcomes.set(key, count);
    return true;
  }

  #takeSamples(): Pick<Changes, 'comparisonSamples' | 'comparisonSampleSlots'> {
    const samples: StoredSample[] = [];
    const slots: StoredSampleSlot[] = [];
    if (this.#savedSamples.size > MAX_REMEMBERED_SAMPLES) this.#savedSamples.clear();
    for (const [key, { tally, ...group }] of [...this.#groups].slice(0, GROUPS_A_FLUSH)) {
      for (const [index, id] of this.#counts.liveSampleIds(tally, group).slice(0, KEPT_SAMPLES).entries()) {
        const isNew = !this.#savedSamples.has(`${group.mirror}/${id}`);
        if (isNew && isFull(samples)) return { comparisonSamples: samples, comparisonSampleSlots: slots };
        if (!this.#save(group.mirror, id, group.epoch, samples)) continue;
        slots.push({ ...group, slot: String(index), sampleId: id });
      }
      this.#groups.delete(key);
    }
    return { comparisonSamples: samples, comparisonSampleSlots: slots };
  }

  /** False when it is not there any more, or cannot be read: counts are written without it. */
  #save(mirror: string, id: string, epoch: number, samples: StoredSample[]): boolean {
    const key = `${mirror}/${id}`;
    if (this.#savedSamples.has(key)) return true;
    const sample = this.#sampleOf(mirror, id);
    if (!sample) return false;
    this.#savedSamples.add(key);
    const content = encodeSample(sample);
    samples.push({ mirror, id, epoch, atMs: Math.floor(sample.exchange.atMs), bytes: content.length, content });
    return true;
  }

  #sampleOf(mirror: string, id: string): SampleInput | undefined {
    try {
      return this.#options.sampleOf(mirror, id);
    } catch {
      return undefined;
    }
  }
}

function isFull(samples: readonly StoredSample[]): boolean {
  return (
    samples.length >= SAMPLES_A_FLUSH || samples.reduce((sum, { bytes }) => sum + bytes, 0) >= SAMPLE_BYTES_A_FLUSH
  );
}
