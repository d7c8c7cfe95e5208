import { nameInStatistics } from '../fleet/index.ts';
import type { Mirror, MirrorLimits, Policy } from '../policy/model.ts';
import { ALL } from '../policy/percent.ts';
import { candidateCluster, clusterName, movesUsers } from '../resources/index.ts';

/** Copies that one receiver gets now and would get, a second, of all Envoys. */
export interface Forecast {
  readonly mirror: string;
  readonly receiver: string;
  readonly role: 'candidate' | 'control';
  readonly nowPerSecond: number;
  /** Of those groups whose traffic is known, within the budget. */
  readonly thenPerSecond: number;
  /** What the shares ask for, which the budget may hold back. */
  readonly askedPerSecond: number;
  /** The budgets of which there is too little for that. */
  readonly heldBackBy: ReadonlyArray<'copiesPerSecond' | 'bytesPerSecond'>;
  /** What a request is, headers and body, on average, as primary or candidate is sent it for users; null: none was sent. */
  readonly bytesPerRequest: number | null;
  /** If copies are as large as those are. */
  readonly thenBytesPerSecond: number | null;
  /** Segments of the mirror that no Envoy has counted yet: how many requests are in them is not known. */
  readonly unknown: readonly string[];
}

/** What one Envoy has counted within some time, by the names that it has for it. */
export interface CountedByEnvoy {
  readonly counters: ReadonlyMap<string, number>;
  readonly seconds: number;
}

/** RE2 for the admin interface: the counters that `forecast` needs. Primaries may be clusters of any name. */
export const FORECAST_FILTER =
  '^(wasmcustom\\.shadowplane\\.(selected|skipped)\\.|cluster\\..*\\.upstream_(rq_total|cx_tx_bytes_total)$)';

/**
 * What shadows would get from the traffic that Envoys have counted: requests that a group has decided on, times its share,
 * up to the budget of each Envoy, each as large as the primary's are. Requests that a budget held back, or that were in
 * nobody's sticky share, are taken as spread over the groups as the others are. A segment that is moved or new also
 * takes requests from those behind it, which is not foreseen.
 */
export function forecast({ mirrors, mirroring }: Policy, envoys: readonly CountedByEnvoy[]): Forecast[] {
  const counted = envoys.filter(({ seconds }) => seconds > 0);
  if (counted.length === 0) return [];
  return mirrors.flatMap((mirror) => {
    const bytesPerRequest = bytesPerRequestOf(mirror, counted);
    const isOff = mirror.paused || mirroring === 'off';
    const rates = counted.map((envoy) => rateOf(mirror, isOff ? 0 : askedOf(mirror, envoy), bytesPerRequest));
    const thenPerSecond = sumOf(rates.map(({ then }) => then));
    const heldBackBy = (['copiesPerSecond', 'bytesPerSecond'] as const).filter((budget) =>
      rates.some(({ heldBackBy: by }) => by === budget),
    );
    const common = {
      thenPerSecond,
      askedPerSecond: sumOf(rates.map(({ asked }) => asked)),
      heldBackBy,
      bytesPerRequest,
      thenBytesPerSecond: bytesPerRequest === null ? null : thenPerSecond * bytesPerRequest,
      unknown: unknownOf(mirror, counted),
    };
    return receiversOf(mirror).map(({ receiver, role }) => {
      const sent = `cluster.${clusterName(mirror.name, role, receiver)}.upstream_rq_total`;
      const nowPerSecond = sumOf(counted.map(({ counters, seconds }) => (counters.get(sent) ?? 0) / seconds));
      return { mirror: mirror.name, receiver, role, nowPerSecond, ...common };
    });
  });
}

function receiversOf({ shadow, control }: Mirror): Array<Pick<Forecast, 'receiver' | 'role'>> {
  return [
    { receiver: shadow, role: 'candidate' },
    ...(control === undefined ? [] : [{ receiver: control, role: 'control' } as const]),
  ];
}

/** The filter's counters of requests that it has decided on, and of those that it has not: docs/filter-statistics.md */
function countersOf(mirror: string) {
  const selected = `wasmcustom.shadowplane.selected.mirror.${mirror}.reason`;
  return {
    bySegment: (segment: string) => `${selected}.segment.segment.${segment}`,
    bySample: `${selected}.sample`,
    skipped: (cause: 'budget' | 'sticky') => `wasmcustom.shadowplane.skipped.mirror.${mirror}.cause.${cause}`,
  };
}

/** Copies a second that the shares ask for at one Envoy. */
function askedOf({ name, segments, sample, sticky }: Mirror, { counters, seconds }: CountedByEnvoy): number {
  const count = (counter: string) => counters.get(counter) ?? 0;
  const names = countersOf(name);
  const groups = [
    ...segments.map((segment) => ({ seen: count(names.bySegment(segment.name)), share: segment.share })),
    { seen: count(names.bySample), share: sample },
  ];
  const decided = sumOf(groups.map(({ seen }) => seen));
  if (decided === 0) return 0;
  const others = count(names.skipped('budget')) + (sticky ? count(names.skipped('sticky')) : 0);
  const copies = sumOf(groups.map(({ seen, share }) => (seen * share) / ALL));
  return (copies * (1 + others / decided)) / seconds;
}

interface Rate {
  readonly asked: number;
  readonly then: number;
  readonly heldBackBy?: keyof Pick<MirrorLimits, 'copiesPerSecond' | 'bytesPerSecond'>;
}

/** Each Envoy has the whole budget for itself. */
function rateOf({ limits }: Mirror, asked: number, bytesPerRequest: number | null): Rate {
  const { copiesPerSecond = Number.POSITIVE_INFINITY, bytesPerSecond = Number.POSITIVE_INFINITY } = limits;
  const byBytes = bytesPerRequest ? bytesPerSecond / bytesPerRequest : Number.POSITIVE_INFINITY;
  const then = Math.min(asked, copiesPerSecond, byBytes);
  if (then === asked) return { asked, then };
  return { asked, then, heldBackBy: then === copiesPerSecond ? 'copiesPerSecond' : 'bytesPerSecond' };
}

function unknownOf({ name, segments }: Mirror, envoys: readonly CountedByEnvoy[]): string[] {
  const names = countersOf(name);
  const isSeen = (counter: string) => envoys.some(({ counters }) => (counters.get(counter) ?? 0) > 0);
  const unseen = segments.filter((segment) => !isSeen(names.bySegment(segment.name)));
  if (unseen.length === segments.length && !isSeen(names.bySample)) return ['everyone'];
  return unseen.map((segment) => segment.name);
}

/** Whichever version answers them: requests of users whom a rollout has moved are as large as those that the primary has. */
function bytesPerRequestOf(mirror: Mirror, envoys: readonly CountedByEnvoy[]): number | null {
  const clusters = clustersOfUsers(mirror).map((cluster) => `cluster.${nameInStatistics(cluster)}`);
  const total = (stat: string) =>
    sumOf(
      envoys.flatMap(({ counters }) => clusters.map((cluster) => counters.get(`${cluster}.upstream_${stat}`) ?? 0)),
    );
  const requests = total('rq_total');
  return requests > 0 ? total('cx_tx_bytes_total') / requests : null;
}

/** Where users' own requests go, those that a rollout has moved included. */
export function clustersOfUsers(mirror: Mirror): string[] {
  const { name, primary, primaryCluster } = mirror;
  const ofPrimary = primaryCluster ?? clusterName(name, 'primary', primary);
  return movesUsers(mirror) ? [ofPrimary, candidateCluster(mirror)] : [ofPrimary];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
