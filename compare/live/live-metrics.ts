import { Gauge, type Registry } from 'prom-client';
import type { CopyRole } from '../copies/index.ts';
import type { FlusherStatus } from '../store/index.ts';
import type { MirrorTally } from '../tally/index.ts';

/** Read when somebody asks for the metrics. */
export interface LiveGauges {
  /** Those of the policy. */
  mirrors(): Iterable<string>;
  tally(name: string): MirrorTally | undefined;
  /** Copies that Envoys wanted to send since this process began. */
  mirroredOf(name: string, role: CopyRole): number | undefined;
  storeStatus(): FlusherStatus;
  now?(): number;
}

/** What is counted in the end, and whether it is kept; docs/comparison.md lists it. */
export function createLiveMetrics(registry: Registry, gauges: LiveGauges): void {
  const { now = Date.now } = gauges;
  const gauge = (name: string, help: string, labelNames: readonly string[], collect: (gauge: Gauge) => void) =>
    new Gauge({
      name: `shadowplane_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        collect(this);
      },
    });

  gauge(
    'compare_mirrored_copies',
    "Copies that Envoys wanted to send, by Envoy's own count since this process began.",
    ['mirror', 'role'],
    (self) => {
      for (const mirror of gauges.mirrors()) {
        for (const role of ['candidate', 'control', 'primary'] as const) {
          const count = gauges.mirroredOf(mirror, role);
          if (count !== undefined && (count > 0 || role !== 'primary')) self.set({ mirror, role }, count);
        }
      }
    },
  );
  gauge(
    'compare_mismatched_pairs',
    'Pairs of the current epoch in which the candidate alone differs.',
    ['mirror'],
    (self) => each(gauges, (mirror, { pairs: _, mismatched }) => self.set({ mirror }, mismatched)),
  );
  gauge('compare_pairs', 'Pairs of the current epoch, counted by this process.', ['mirror'], (self) =>
    each(gauges, (mirror, { pairs }) => self.set({ mirror }, pairs)),
  );
  gauge('compare_store_pending_rows', 'Rows that wait to be written.', [], (self) =>
    self.set(gauges.storeStatus().pendingRows),
  );
  gauge('compare_store_failing', 'Whether the last write failed: 1 until one succeeds.', [], (self) =>
    self.set(gauges.storeStatus().failing === undefined ? 0 : 1),
  );
  const startedAtMs = now();
  gauge('compare_store_lag_seconds', 'How old the stored counts are: what a crash would lose now.', [], (self) =>
    self.set((now() - (gauges.storeStatus().lastWrittenAtMs ?? startedAtMs)) / 1000),
  );
}

function each(
  { mirrors, tally }: LiveGauges,
  take: (mirror: string, counts: { readonly pairs: number; readonly mismatched: number }) => void,
): void {
  for (const mirror of mirrors()) {
    const epoch = tally(mirror)?.epochs.current;
    if (!epoch) continue;
    let mismatched = 0;
    for (const { strata } of epoch.endpoints.values()) {
      for (const counts of strata.values()) mismatched += counts.candidateMismatched;
    }
    take(mirror, { pairs: epoch.compared, mismatched });
  }
}
