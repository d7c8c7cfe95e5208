/** Whether copies and captured answers arrive, Envoy by Envoy, as `GET /mirrors/{name}/health` gives it. */
import { dateOf } from '../../clock/index.ts';
import type { CopyCounts, EnvoyCopies } from '../copies/index.ts';
import type { VmStatus } from '../ingest/index.ts';
import type { LossCause } from '../join/index.ts';
import type { MirrorInput } from './inputs.ts';

export interface HealthInput {
  readonly envoys: readonly EnvoyCopies[];
  /** Those that capture, of all mirrors. */
  readonly vms: readonly VmStatus[];
  /** In words, of all mirrors. */
  readonly filterNotes?: readonly string[];
  /** Copies that one Envoy may have under way; beyond, it sends none. */
  readonly maxRequests: number;
  readonly store: { readonly pendingRows: number; readonly failing: boolean };
}

export interface CopiesReport extends Omit<CopyCounts, 'breakerOpen'> {
  readonly breaker: { readonly open: boolean; readonly maxRequests: number };
}

export interface HealthReport {
  readonly mirror: string;
  readonly envoys: ReadonlyArray<{
    readonly node: string;
    /** It tells what it counts. */
    readonly connected: boolean;
    readonly lastReportAt: string;
    readonly candidate: CopiesReport;
    readonly control?: CopiesReport;
    /** Of what the candidate answered, during a rollout: to the primary's service. Absent where there were none. */
    readonly back?: CopiesReport;
    /** docs/filter-statistics.md, without the name of the mirror. */
    readonly filter: Readonly<Record<string, number>>;
    /** Of all mirrors together, because they share the batches. Null while nothing was ever delivered. */
    readonly capture: {
      /** Captured answers. */
      readonly delivered: number;
      readonly dropped: { readonly over_capacity: number; readonly batch_lost: number };
      readonly lastHeartbeatAt: string;
    } | null;
  }>;
  /** Copies that were not compared, by cause. */
  readonly lost: Readonly<Partial<Record<LossCause, number>>>;
  readonly controlLost: Readonly<Partial<Record<LossCause, number>>>;
  /** What a reader should do something about, in words. */
  readonly notes: readonly string[];
}

export function reportHealth(mirror: MirrorInput, input: HealthInput): HealthReport {
  const envoys = input.envoys.map(({ node, connected, lastReportAtMs, candidate, control, primary, filter }) => ({
    node,
    connected,
    lastReportAt: dateOf(lastReportAtMs).toISOString(),
    candidate: copiesOf(candidate, input.maxRequests),
    ...(mirror.hasControl && { control: copiesOf(control, input.maxRequests) }),
    ...(primary.sent + primary.overflow + primary.connectFailures > 0 && {
      back: copiesOf(primary, input.maxRequests),
    }),
    filter,
    capture: captureOf(input.vms.filter((vm) => vm.node === node)),
  }));
  return {
    mirror: mirror.mirror,
    envoys,
    lost: { ...mirror.lost },
    controlLost: { ...mirror.controlLost },
    notes: notesOn(envoys, input),
  };
}

function copiesOf({ breakerOpen, ...counts }: CopyCounts, maxRequests: number): CopiesReport {
  return { ...counts, breaker: { open: breakerOpen, maxRequests } };
}

function captureOf(vms: readonly VmStatus[]): HealthReport['envoys'][number]['capture'] {
  if (vms.length === 0) return null;
  const sum = (pick: (counters: VmStatus['counters']) => number) =>
    vms.reduce((total, { counters }) => total + pick(counters), 0);
  const lost = sum(({ halvesLost }) => halvesLost);
  return {
    delivered: sum(({ captured }) => captured) - lost,
    dropped: { over_capacity: sum(({ droppedOverCapacity }) => droppedOverCapacity), batch_lost: lost },
    lastHeartbeatAt: dateOf(Math.max(...vms.map(({ lastBatchAtMs }) => lastBatchAtMs))).toISOString(),
  };
}

function notesOn(envoys: HealthReport['envoys'], { vms, store, filterNotes = [] }: HealthInput): string[] {
  const notes: string[] = [...filterNotes];
  const say = (some: ReadonlyArray<{ readonly node: string }>, what: string) => {
    const nodes = [...new Set(some.map(({ node }) => node))];
    if (nodes.length > 0) notes.push(`${nodes.join(', ')}: ${what}`);
  };
  if (envoys.length === 0) {
    notes.push(
      'No Envoy has told what it counts. Its bootstrap needs the statistics sink that `shadowplane envoy bootstrap` writes.',
    );
  }
  say(
    envoys.filter(({ connected }) => !connected),
    'has left, or cannot reach the control plane; its figures are those of its last report.',
  );
  say(
    envoys.filter(({ candidate, control, back }) => [candidate, control, back].some((one) => one?.breaker.open)),
    'the circuit breaker is open: copies are not sent until some have been answered. A slow shadow, or limits.maxConcurrent is too small.',
  );
  say(
    envoys.filter(({ candidate, control, back }) =>
      [candidate, control, back].some((one) => one && one.connectFailures > 0),
    ),
    'could not connect to a shadow or control.',
  );
  say(
    envoys.filter(({ capture }) => capture === null),
    'has delivered no captured answer. It must reach the address of --capture-listen.',
  );
  say(
    envoys.filter(({ capture }) => capture && capture.dropped.over_capacity + capture.dropped.batch_lost > 0),
    'has dropped captured answers.',
  );
  say(
    vms.filter(({ state }) => state === 'silent'),
    'a worker has stopped delivering captured answers.',
  );
  if (store.failing)
    notes.push(`The store does not take what was counted; ${store.pendingRows} rows wait. Counting goes on.`);
  return notes;
}
