import { didYouMean, ShadowplaneError } from '../../errors/index.ts';
import type { Comparison, SampleQuery } from '../api/index.ts';
import {
  decodeSample,
  type EpochHead,
  type EpochInput,
  type LatencyInput,
  type MirrorInput,
  type SampleInput,
  type SeriesPointInput,
} from '../report/index.ts';
import type { ComparisonStore } from '../store/index.ts';
import { SERIES_MS } from '../tally/index.ts';
import { cellName } from './add-epochs.ts';
import { epochHead, readEpoch } from './epoch-rows.ts';
import { addLatencies, latenciesOf, readLatencies } from './latency-rows.ts';
import type { LiveCounts } from './live-counts.ts';
import { COMPARED, MIRRORED, OF_CONTROL } from './mirror-history.ts';
import { headOf, type Progress, progressOf } from './progress.ts';
import type { RowsToSaveOptions } from './rows-to-save.ts';

export interface LiveComparisonOptions extends RowsToSaveOptions {
  readonly store: ComparisonStore;
  /** What was stored is shown by the rules of today, whichever it was redacted by. */
  readonly redact?: (mirror: string, sample: SampleInput) => SampleInput;
  readonly beginEpoch: (mirror: string) => void;
  /** The mirrors of the policy. */
  readonly mirrors: () => ReadonlyMap<string, { readonly hasControl: boolean }>;
}

/**
 * The comparison as the API asks for it: what this process has counted, on top of what earlier ones have. Old epochs are
 * read when they are asked for.
 */
export class LiveComparison implements Comparison {
  readonly #options: LiveComparisonOptions;
  readonly #counts: LiveCounts;

  constructor(options: LiveComparisonOptions, counts: LiveCounts) {
    this.#options = options;
    this.#counts = counts;
  }

  mirror(name: string): MirrorInput {
    const { mirrors, tallies } = this.#options;
    const mirror = mirrors().get(name);
    if (!mirror) {
      const hint = didYouMean(name, [...mirrors().keys()]);
      throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror ${JSON.stringify(name)}${hint}`);
    }
    const {
      [COMPARED]: compared = 0,
      [MIRRORED]: mirrored,
      ...lost
    } = this.#counts.outcomes(name, tallies.mirror(name));
    const [ofControl, ofCandidate] = [true, false].map((isControl) =>
      Object.entries(lost).filter(([cause]) => cause.startsWith(OF_CONTROL) === isControl),
    );
    return {
      mirror: name,
      hasControl: mirror.hasControl,
      mirrored,
      compared,
      lost: Object.fromEntries(ofCandidate!),
      controlLost: Object.fromEntries(ofControl!.map(([cause, count]) => [cause.slice(OF_CONTROL.length), count])),
    };
  }

  async epochs(mirror: string): Promise<readonly number[]> {
    const tally = this.#options.tallies.mirror(mirror);
    const history = this.#counts.historyOf(mirror);
    const live = tally?.epochs.all.map((epoch) => history.numberOf(epoch, tally)) ?? [];
    const stored = await this.#options.store.epochNumbers(mirror);
    return [...new Set([...stored, ...live])].sort((one, other) => one - other);
  }

  async epochHeads(mirror: string): Promise<readonly EpochHead[]> {
    const { store, tallies } = this.#options;
    const [rows, pairs] = await Promise.all([store.epochs(mirror), store.pairsByEpoch(mirror)]);
    const heads = new Map(rows.map((row) => [row.epoch, epochHead(row, pairs.get(row.epoch) ?? 0)]));
    const tally = tallies.mirror(mirror);
    const history = this.#counts.historyOf(mirror);
    for (const epoch of tally?.epochs.all ?? []) {
      const number = history.numberOf(epoch, tally!);
      heads.set(number, headOf(epoch, number, history.before(number)));
    }
    return [...heads.values()].sort((one, other) => one.number - other.number);
  }

  async epoch(mirror: string, number: number): Promise<EpochInput | undefined> {
    const live = this.#counts.liveEpoch(mirror, number);
    if (live) return this.#counts.withHistory(mirror, live, number);
    const row = await this.#options.store.epoch(mirror, number);
    return row && readEpoch(row, await this.#options.store.counts(mirror, number));
  }

  /** Of the current epoch of every mirror; cheap enough to be asked for every second. */
  progress(): readonly Progress[] {
    return this.#options.tallies.mirrors().flatMap((tally) => {
      const epoch = tally.epochs.current;
      if (!epoch) return [];
      const history = this.#counts.historyOf(tally.mirror);
      const number = history.numberOf(epoch, tally);
      return [progressOf(tally.mirror, number, epoch, history.before(number))];
    });
  }

  async latencies(mirror: string, number: number): Promise<readonly LatencyInput[]> {
    const live = this.#counts.liveEpoch(mirror, number);
    if (!live) return (await this.#options.store.latencies(mirror, number)).map(readLatencies);
    const before = new Map(this.#counts.historyOf(mirror).latenciesBefore(number));
    for (const since of latenciesOf(live))
      before.set(cellName(since), addLatencies(before.get(cellName(since)), since));
    return [...before.values()];
  }

  series(mirror: string, nowMs: number): readonly SeriesPointInput[] {
    return this.#counts.series.points(mirror, this.#options.tallies.mirror(mirror), nowMs - SERIES_MS);
  }

  beginEpoch(mirror: string): void {
    this.#options.beginEpoch(mirror);
  }

  async samples(mirror: string, query: SampleQuery): Promise<readonly SampleInput[]> {
    const number = query.epoch ?? (await this.epochs(mirror)).at(-1);
    if (number === undefined) return [];
    const live = this.#counts.liveEpoch(mirror, number);
    const ids = new Set([
      ...(live ? this.#counts.liveSampleIds(live, query) : []),
      ...(await this.#options.store.slots(mirror, number, groupOf(query))).map(({ sampleId }) => sampleId),
    ]);
    const samples: SampleInput[] = [];
    for (const id of ids) {
      if (samples.length >= query.limit) break;
      const sample = await this.sample(mirror, id);
      if (sample && sample.exchange.atMs >= (query.sinceMs ?? 0)) samples.push(sample);
    }
    return samples;
  }

  async sample(mirror: string, id: string): Promise<SampleInput | undefined> {
    const live = this.#options.sampleOf(mirror, id);
    if (live) return live;
    const stored = await this.#options.store.sample(mirror, id);
    if (!stored) return undefined;
    const sample = decodeSample(stored.content);
    return this.#options.redact?.(mirror, sample) ?? sample;
  }
}

function groupOf({ endpoint, path, kind }: SampleQuery) {
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(path !== undefined && { path }),
    ...(kind !== undefined && { kind }),
  };
}
