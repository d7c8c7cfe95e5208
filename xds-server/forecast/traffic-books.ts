import { nameInStatistics } from '../fleet/index.ts';
import type { Policy } from '../policy/model.ts';
import type { StatsListener, StatsReport } from '../stats/index.ts';
import { type CountedByEnvoy, clustersOfUsers, type Forecast, forecast } from './forecast.ts';

/** What shadows would get of a policy. */
export interface PlanForecast {
  readonly copies: readonly Forecast[];
  /** How many Envoys have told, and the longest time that one has counted. */
  readonly envoys: number;
  readonly seconds: number;
}

type Report = Pick<StatsReport, 'atMs' | 'values'>;

/** Older traffic says little of what comes. */
const WINDOW_MS = 10 * 60_000;
/** Between reports that are kept to reckon from. */
const STEP_MS = 30_000;
/** Of less, averages say nothing. */
const LEAST_MS = 5_000;

const OURS =
  /^wasmcustom\.shadowplane\.(selected|skipped)\.mirror\.|^cluster\.[^./]+\/(candidate|control|primary|users)\/[^./]+\.upstream_(rq_total|cx_tx_bytes_total)$/;

/** What each Envoy has counted of mirrors in the last ten minutes, or since it began to tell. */
export class TrafficBooks implements StatsListener {
  readonly #policy: () => Policy;
  /** By node, oldest first; the last is the newest report. */
  readonly #reports = new Map<string, Report[]>();
  #own: { readonly of: Policy; readonly names: ReadonlySet<string> } | undefined;

  constructor(policy: () => Policy) {
    this.#policy = policy;
  }

  wants(name: string): boolean {
    return OURS.test(name) || this.#ownNames().has(name);
  }

  report({ node, atMs, values }: StatsReport): void {
    const before = this.#reports.get(node) ?? [];
    // One that restarts begins at 0.
    const goesOn = before.every((report) =>
      [...report.values].every(([name, value]) => (values.get(name) ?? 0) >= value),
    );
    const kept = goesOn ? before.filter((report) => report.atMs >= atMs - WINDOW_MS) : [];
    const [second, last] = [kept.at(-2), kept.at(-1)];
    if (second && last && last.atMs - second.atMs < STEP_MS) kept.pop();
    this.#reports.set(node, [...kept, { atMs, values }]);
  }

  gone(node: string): void {
    this.#reports.delete(node);
  }

  /** Null: no Envoy has told long enough. */
  foresee(policy: Policy): PlanForecast | null {
    const counted = this.counted();
    if (counted.length === 0) return null;
    const seconds = Math.max(...counted.map((envoy) => envoy.seconds));
    return { copies: forecast(policy, counted), envoys: counted.length, seconds };
  }

  /** Of Envoys that have told long enough. */
  counted(): CountedByEnvoy[] {
    return [...this.#reports.values()].flatMap((reports) => {
      const [first, last] = [reports[0], reports.at(-1)];
      if (!first || !last || last.atMs - first.atMs < LEAST_MS) return [];
      const grown = [...last.values].map(([name, value]) => [name, value - (first.values.get(name) ?? 0)] as const);
      return { counters: new Map(grown), seconds: (last.atMs - first.atMs) / 1_000 };
    });
  }

  /** Primaries, and where rollouts move users, may be clusters of Envoy's own. */
  #ownNames(): ReadonlySet<string> {
    const policy = this.#policy();
    if (this.#own?.of !== policy) {
      const clusters = policy.mirrors.flatMap(clustersOfUsers);
      const names = clusters.flatMap((cluster) =>
        ['rq_total', 'cx_tx_bytes_total'].map((stat) => `cluster.${nameInStatistics(cluster)}.upstream_${stat}`),
      );
      this.#own = { of: policy, names: new Set(names) };
    }
    return this.#own.names;
  }
}
