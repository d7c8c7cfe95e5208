import { didYouMean, ShadowplaneError } from '../../errors/index.ts';
import type { Comparison, SampleQuery } from '../api/index.ts';
import {
  decodeSample,
  type EpochInput,
  encodeSample,
  type LatencyInput,
  type MirrorInput,
  type SampleInput,
  type SeriesPointInput,
} from '../report/index.ts';
import type {
  ChangeSource,
  Changes,
  ComparisonStore,
  StoredLatencies,
  StoredLoss,
  StoredSample,
  StoredSampleSlot,
  StoredSeriesPoint,
} from '../store/index.ts';
import { type EpochTally, type MirrorTally, SERIES_MS, type Tallies } from '../tally/index.ts';
import { addEpochs, addLosses, cellName } from './add-epochs.ts';
import { epochRow, lossRow, readEpoch } from './epoch-rows.ts';
import { fromTally, lossesOf } from './from-tally.ts';
import { addLatencies, latenciesOf, latencyRow, readLatencies } from './latency-rows.ts';
import { COMPARED, MIRRORED, MirrorHistory, OF_CONTROL, WHOLE_MIRROR } from './mirror-history.ts';
import { type Progress, progressOf } from './progress.ts';
import { SavedRows } from './saved-rows.ts';
import { SeriesBook } from './series-book.ts';

export interface LiveComparisonOptions {
  readonly store: ComparisonStore;
  /** Where counts grow. */
  readonly tallies: Tallies;
  /** Redacted by the rules of its mirror. */
  readonly sampleOf: (mirror: string, id: string) => SampleInput | undefined;
  /** What was stored is shown by the rules of today, whichever it was redacted by. */
  readonly redact?: (mirror: string, sample: SampleInput) => SampleInput;
  readonly beginEpoch: (mirror: string) => void;
  /** The mirrors of the policy. */
  readonly mirrors: () => ReadonlyMap<string, { readonly hasControl: boolean }>;
  /** Copies to the candidate by Envoy's own count since this process began; undefined before an Envoy has told. */
  readonly mirroredOf?: (mirror: string) => number | undefined;
}

/** A mirror that is deleted and made again has another tally. */
interface KnownHistory {
  readonly history: MirrorHistory;
  tally: MirrorTally | undefined;
}

/** Samples of a group that go to the store: the first, and those that differ most. */
const KEPT_SAMPLES = 5;
/** New samples that one flush takes along; the others go with the next. */
const SAMPLES_A_FLUSH = 50;
/** What a process that is killed loses of the choice of latencies at most. */
const LATENCIES_GROWN_BY = 1.05;
const MAX_REMEMBERED_SAMPLES = 10_000;

/**
 * The comparison as the API asks for it: what this process has counted, on top of what earlier ones have. And the other
 * way round what the store is to keep. Old epochs are read when they are asked for.
 */
export class LiveComparison implements Comparison, ChangeSource {
  readonly #options: LiveComparisonOptions;
  readonly #histories: Map<string, KnownHistory>;
  readonly #saved = new WeakMap<EpochTally, { readonly rows: SavedRows; compared: number; endpoints: number }>();
  readonly #savedOutcomes = new Map<string, number>();
  /** Pairs seen when the latencies of a cell were last saved. */
  readonly #savedLatencies = new WeakMap<EpochTally, Map<string, number>>();
  readonly #series: SeriesBook;
  readonly #savedSamples = new Set<string>();
  /** Groups whose samples are to be saved: mirror, epoch, endpoint, path, kind. */
  readonly #groups = new Map<string, Omit<StoredSampleSlot, 'slot' | 'sampleId'> & { readonly tally: EpochTally }>();

  private constructor(options: LiveComparisonOptions, histories: Map<string, KnownHistory>, series: SeriesBook) {
    this.#series = series;
    this.#options = options;
    this.#histories = histories;
  }

  static async open(options: LiveComparisonOptions): Promise<LiveComparison> {
    const histories = new Map<string, KnownHistory>();
    for (const mirror of await options.store.mirrors()) {
      histories.set(mirror, { history: await MirrorHistory.load(options.store, mirror), tally: undefined });
    }
    const series = new SeriesBook(await options.store.series(Date.now() - SERIES_MS));
    return new LiveComparison(options, histories, series);
  }

  mirror(name: string): MirrorInput {
    const { mirrors, tallies } = this.#options;
    const mirror = mirrors().get(name);
    if (!mirror) {
      const hint = didYouMean(name, [...mirrors().keys()]);
      throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror ${JSON.stringify(name)}${hint}`);
    }
    const { [COMPARED]: compared = 0, [MIRRORED]: mirrored, ...lost } = this.#outcomes(name, tallies.mirror(name));
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
    const history = this.#historyOf(mirror);
    const live = tally?.epochs.all.map((epoch) => history.numberOf(epoch, tally)) ?? [];
    const stored = (await this.#options.store.epochs(mirror)).map(({ epoch }) => epoch);
    return [...new Set([...stored, ...live])].sort((one, other) => one - other);
  }

  async epoch(mirror: string, number: number): Promise<EpochInput | undefined> {
    const live = this.#liveEpoch(mirror, number);
    if (live) return this.#withHistory(mirror, live, number);
    const row = (await this.#options.store.epochs(mirror)).find(({ epoch }) => epoch === number);
    return row && readEpoch(row, await this.#options.store.counts(mirror, number));
  }

  /** Of the current epoch of every mirror; cheap enough to be asked for every second. */
  progress(): readonly Progress[] {
    return this.#options.tallies.mirrors().flatMap((tally) => {
      const epoch = tally.epochs.current;
      if (!epoch) return [];
      const history = this.#historyOf(tally.mirror);
      const number = history.numberOf(epoch, tally);
      return [progressOf(tally.mirror, number, epoch, history.before(number))];
    });
  }

  async latencies(mirror: string, number: number): Promise<readonly LatencyInput[]> {
    const live = this.#liveEpoch(mirror, number);
    if (!live) return (await this.#options.store.latencies(mirror, number)).map(readLatencies);
    const before = new Map(this.#historyOf(mirror).latenciesBefore(number));
    for (const since of latenciesOf(live))
      before.set(cellName(since), addLatencies(before.get(cellName(since)), since));
    return [...before.values()];
  }

  series(mirror: string, nowMs: number): readonly SeriesPointInput[] {
    return this.#series.points(mirror, this.#options.tallies.mirror(mirror), nowMs - SERIES_MS);
  }

  beginEpoch(mirror: string): void {
    this.#options.beginEpoch(mirror);
  }

  async samples(mirror: string, query: SampleQuery): Promise<readonly SampleInput[]> {
    const number = query.epoch ?? (await this.epochs(mirror)).at(-1);
    if (number === undefined) return [];
    const live = this.#liveEpoch(mirror, number);
    const ids = new Set([
      ...(live ? this.#liveSampleIds(live, query) : []),
      ...(await this.#options.store.counts(mirror, number)).slots
        .filter((slot) => matches(query, slot))
        .sort((one, other) => (one.slot < other.slot ? -1 : 1))
        .map(({ sampleId }) => sampleId),
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
      series.push(...this.#series.take(tally));
      for (const epoch of tally.epochs.all) {
        losses.push(...this.#takeLosses(tally, epoch));
        const saved = this.#saved.get(epoch) ?? { rows: new SavedRows(mirror), compared: -1, endpoints: 0 };
        if (saved.compared === epoch.compared && saved.endpoints === epoch.endpoints.size) continue;
        saved.compared = epoch.compared;
        saved.endpoints = epoch.endpoints.size;
        this.#saved.set(epoch, saved);
        const number = this.#historyOf(mirror).numberOf(epoch, tally);
        latencies.push(...this.#takeLatencies(mirror, epoch, number));
        const counts = this.#withHistory(mirror, epoch, number);
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
    const before = this.#historyOf(mirror).latenciesBefore(number);
    const grown = latenciesOf(epoch, (key, seen) => seen > (saved.get(cellName(key)) ?? 0) * LATENCIES_GROWN_BY);
    return grown.map((since) => {
      saved.set(cellName(since), since.seen);
      return latencyRow(mirror, number, addLatencies(before.get(cellName(since)), since));
    });
  }

  #takeOutcomes(tally: MirrorTally): StoredLoss[] {
    const { mirror } = tally;
    const changed: StoredLoss[] = [];
    for (const [cause, count] of Object.entries(this.#outcomes(mirror, tally))) {
      changed.push({ mirror, epoch: WHOLE_MIRROR, reason: 'sample', segment: '', cause, count });
    }
    return changed.filter((loss) => this.#isNews(loss));
  }

  #takeLosses(tally: MirrorTally, epoch: EpochTally): StoredLoss[] {
    if (epoch.lost.size === 0) return [];
    const { mirror } = tally;
    const number = this.#historyOf(mirror).numberOf(epoch, tally);
    const before = this.#historyOf(mirror).before(number)?.losses ?? [];
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
    for (const [key, { tally, ...group }] of this.#groups) {
      if (samples.length >= SAMPLES_A_FLUSH) break;
      this.#groups.delete(key);
      for (const [index, id] of this.#liveSampleIds(tally, group).slice(0, KEPT_SAMPLES).entries()) {
        if (!this.#save(group.mirror, id, group.epoch, samples)) continue;
        slots.push({ ...group, slot: String(index), sampleId: id });
      }
    }
    return { comparisonSamples: samples, comparisonSampleSlots: slots };
  }

  /** False when it is not there any more. */
  #save(mirror: string, id: string, epoch: number, samples: StoredSample[]): boolean {
    const key = `${mirror}/${id}`;
    if (this.#savedSamples.has(key)) return true;
    const sample = this.#options.sampleOf(mirror, id);
    if (!sample) return false;
    this.#savedSamples.add(key);
    const content = encodeSample(sample);
    samples.push({ mirror, id, epoch, atMs: Math.floor(sample.exchange.atMs), bytes: content.length, content });
    return true;
  }

  /** Of all groups that are asked for, those that explain most first. */
  #liveSampleIds(epoch: EpochTally, query: Pick<SampleQuery, 'endpoint' | 'path' | 'kind'>): string[] {
    const ids = new Set<string>();
    for (const { endpoint, strata } of epoch.endpoints.values()) {
      for (const { fields } of strata.values()) {
        for (const field of fields.values()) {
          if (!matches(query, { endpoint, path: field.path, kind: field.kind })) continue;
          for (const id of this.#options.tallies.sampleIds(field)) ids.add(id);
        }
      }
    }
    return [...ids];
  }

  #liveEpoch(mirror: string, number: number): EpochTally | undefined {
    const tally = this.#options.tallies.mirror(mirror);
    const history = this.#historyOf(mirror);
    return tally?.epochs.all.find((epoch) => history.numberOf(epoch, tally) === number);
  }

  #withHistory(mirror: string, epoch: EpochTally, number: number): EpochInput {
    const live = { ...fromTally(epoch, this.#options.tallies), number };
    const before = this.#historyOf(mirror).before(number);
    return before ? addEpochs(before, live) : live;
  }

  #outcomes(mirror: string, tally: MirrorTally | undefined): Record<string, number> {
    const outcomes = addOutcomes(this.#historyOf(mirror), tally);
    const mirrored = this.#options.mirroredOf?.(mirror);
    if (mirrored !== undefined) outcomes[MIRRORED] = (outcomes[MIRRORED] ?? 0) + mirrored;
    return outcomes;
  }

  #historyOf(mirror: string): MirrorHistory {
    const tally = this.#options.tallies.mirror(mirror);
    const known = this.#histories.get(mirror);
    if (known && (known.tally === undefined || tally === undefined || known.tally === tally)) {
      known.tally ??= tally;
      return known.history;
    }
    const history = known?.tally ? historyAfter(known.history, known.tally) : MirrorHistory.none();
    this.#histories.set(mirror, { history, tally });
    return history;
  }
}

function historyAfter(history: MirrorHistory, tally: MirrorTally): MirrorHistory {
  const last = tally.epochs.current;
  const outcomes = new Map(Object.entries(addOutcomes(history, tally)));
  return MirrorHistory.after(last ? history.numberOf(last, tally) : 0, outcomes);
}

function addOutcomes({ outcomes }: MirrorHistory, tally: MirrorTally | undefined): Record<string, number> {
  const all = Object.fromEntries(outcomes);
  const ofControl = Object.entries(tally?.controlLost ?? {}).map(([cause, count]) => [OF_CONTROL + cause, count]);
  const counted = { ...tally?.lost, ...Object.fromEntries(ofControl), [COMPARED]: tally?.compared ?? 0 };
  for (const [cause, count] of Object.entries(counted) as Array<[string, number]>) {
    if (count > 0) all[cause] = (all[cause] ?? 0) + count;
  }
  return all;
}

function matches(
  query: Pick<SampleQuery, 'endpoint' | 'path' | 'kind'>,
  group: { readonly endpoint: string; readonly path: string; readonly kind: string },
): boolean {
  return (['endpoint', 'path', 'kind'] as const).every(
    (part) => query[part] === undefined || query[part] === group[part],
  );
}
