import type { Dialect } from 'kysely';
import type { Evidence } from '../../rollout/index.ts';
import type { ComparisonRoutesOptions } from '../api/index.ts';
import { RuleBook } from '../rules/index.ts';
import { ComparisonStore, Flusher, type FlusherOptions, type FlusherStatus, type Retention } from '../store/index.ts';
import { ComparisonEvents } from './comparison-events.ts';
import { GateEvidence, type GateEvidenceOptions } from './gate-evidence.ts';
import { LiveComparison, type LiveComparisonOptions } from './live-comparison.ts';
import { LiveCounts, type LiveCountsOptions } from './live-counts.ts';
import { RowsToSave } from './rows-to-save.ts';

export interface StartLiveComparisonOptions
  extends Omit<LiveComparisonOptions, 'store'>,
    LiveCountsOptions,
    Partial<Pick<GateEvidenceOptions, 'settingsOf' | 'weightOf'>> {
  readonly dialect: Dialect;
  /** What a process that is killed loses at most. Default 2 s. */
  readonly flushIntervalMs?: number;
  /** By mirror, asked at every sweep. */
  readonly retentionOf?: (mirror: string) => Retention | undefined;
  /** Told when the store begins to fail, and with undefined when it works again. Counting goes on meanwhile. */
  readonly onStoreFailing?: FlusherOptions['onFailing'];
}

/** What the routes need, and the store behind it. */
export interface RunningComparison extends Required<Pick<ComparisonRoutesOptions, 'comparison' | 'rules'>> {
  /** For the gates of a rollout; undefined for a mirror without one. */
  evidenceOf(mirror: string): Evidence | undefined;
  /** `comparison` and `rules`, as they happen. */
  readonly events: Pick<ComparisonEvents, 'onEvent'>;
  storeStatus(): FlusherStatus;
  /** Writes a last time. Stop counting first. */
  close(): Promise<void>;
}

const SWEEP_INTERVAL_MS = 60_000;

/**
 * Opens the store, reads what earlier processes counted and the rules that people made, and from then on writes what is
 * new.
 *
 * @throws ShadowplaneError STORE_FAILED when the database cannot be opened
 */
export async function startLiveComparison(options: StartLiveComparisonOptions): Promise<RunningComparison> {
  const {
    dialect,
    flushIntervalMs,
    retentionOf,
    onStoreFailing,
    settingsOf = () => undefined,
    weightOf,
    ...live
  } = options;
  const store = await ComparisonStore.open(dialect);
  try {
    const counts = await LiveCounts.open(live, store);
    const comparison = new LiveComparison({ ...live, store }, counts);
    const rules = new RuleBook(store);
    await rules.load(await store.mirrorsWithRules());
    const rulesOf = (mirror: string) => rules.of(mirror);
    const evidence = new GateEvidence({ tallies: live.tallies, counts, rulesOf, settingsOf, weightOf });
    const flusher = new Flusher({
      source: new RowsToSave(live, counts),
      write: (changes) => store.write(changes),
      ...(flushIntervalMs !== undefined && { intervalMs: flushIntervalMs }),
      ...(onStoreFailing && { onFailing: onStoreFailing }),
    });
    // What cannot be deleted now is deleted a minute later; that the store fails, the flusher tells.
    const sweeping = setInterval(() => void store.sweep(retentionOf).catch(() => {}), SWEEP_INTERVAL_MS);
    sweeping.unref();
    return {
      comparison,
      rules,
      evidenceOf: (mirror) => evidence.of(mirror),
      events: new ComparisonEvents({ progress: () => comparison.progress(), rules }),
      storeStatus: () => flusher.status(),
      close: async () => {
        clearInterval(sweeping);
        await flusher.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
}
