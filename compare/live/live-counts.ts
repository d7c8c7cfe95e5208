/** What this process counts of each mirror, on top of what earlier ones have stored of it. */
import type { SampleQuery } from '../api/index.ts';
import type { EpochInput } from '../report/index.ts';
import type { ComparisonStore } from '../store/index.ts';
import {
  differenceKey,
  type EpochTally,
  type FieldCounts,
  type MirrorTally,
  SERIES_MS,
  type Tallies,
} from '../tally/index.ts';
import { addEpochs } from './add-epochs.ts';
import { fromTally } from './from-tally.ts';
import { COMPARED, MIRRORED, MirrorHistory, OF_CONTROL } from './mirror-history.ts';
import { SeriesBook } from './series-book.ts';

export interface LiveCountsOptions {
  /** Where counts grow. */
  readonly tallies: Tallies;
  /** Copies to the candidate by Envoy's own count since this process began; undefined before an Envoy has told. */
  readonly mirroredOf?: (mirror: string) => number | undefined;
}

/** A mirror that is deleted and made again has another tally. */
interface KnownHistory {
  readonly history: MirrorHistory;
  tally: MirrorTally | undefined;
}

export class LiveCounts {
  readonly series: SeriesBook;
  readonly #options: LiveCountsOptions;
  readonly #histories: Map<string, KnownHistory>;

  private constructor(options: LiveCountsOptions, histories: Map<string, KnownHistory>, series: SeriesBook) {
    this.#options = options;
    this.#histories = histories;
    this.series = series;
  }

  static async open(options: LiveCountsOptions, store: ComparisonStore): Promise<LiveCounts> {
    const histories = new Map<string, KnownHistory>();
    for (const mirror of await store.mirrors()) {
      const history = await MirrorHistory.load(store, mirror);
      options.tallies.resume(mirror, history.version);
      histories.set(mirror, { history, tally: undefined });
    }
    return new LiveCounts(options, histories, new SeriesBook(await store.series(Date.now() - SERIES_MS)));
  }

  liveEpoch(mirror: string, number: number): EpochTally | undefined {
    const tally = this.#options.tallies.mirror(mirror);
    const history = this.historyOf(mirror);
    return tally?.epochs.all.find((epoch) => history.numberOf(epoch, tally) === number);
  }

  withHistory(mirror: string, epoch: EpochTally, number: number): EpochInput {
    const live = { ...fromTally(epoch, this.#options.tallies), number };
    const before = this.historyOf(mirror).before(number);
    return before ? addEpochs(before, live) : live;
  }

  outcomes(mirror: string, tally: MirrorTally | undefined): Record<string, number> {
    const outcomes = addOutcomes(this.historyOf(mirror), tally);
    const mirrored = this.#options.mirroredOf?.(mirror);
    if (mirrored !== undefined) outcomes[MIRRORED] = (outcomes[MIRRORED] ?? 0) + mirrored;
    return outcomes;
  }

  historyOf(mirror: string): MirrorHistory {
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

  /** Of all groups that are asked for, those that explain most first. */
  liveSampleIds(epoch: EpochTally, query: GroupQuery): string[] {
    const ids = new Set<string>();
    for (const field of fieldsOf(epoch, query)) for (const id of this.#options.tallies.sampleIds(field)) ids.add(id);
    return [...ids];
  }
}

type GroupQuery = Pick<SampleQuery, 'endpoint' | 'path' | 'kind'>;

/** What names a field is looked up, not searched: there are thousands, and each of them may be asked for at every write. */
function* fieldsOf({ endpoints }: EpochTally, { endpoint, path, kind }: GroupQuery): Iterable<FieldCounts> {
  const named = endpoint === undefined ? endpoints.values() : [endpoints.get(endpoint)];
  for (const tally of named) {
    for (const { fields } of tally?.strata.values() ?? []) {
      if (path !== undefined && kind !== undefined) {
        const field = fields.get(differenceKey(kind, path));
        if (field) yield field;
        continue;
      }
      for (const field of fields.values()) {
        if ((path ?? field.path) === field.path && (kind ?? field.kind) === field.kind) yield field;
      }
    }
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
