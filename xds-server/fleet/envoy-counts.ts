import type { StatsListener, StatsReport } from '../stats/index.ts';

/** What an Envoy's statistics say about what it has. */
export interface EnvoyCount {
  readonly atMs: number;
  /** As statistics call them. */
  readonly clusters: ReadonlySet<string>;
  /**
   * Of clusters that show it: how many requests they take beside those under way, which is their bound once they are
   * idle. Not a sum with those: Envoy does not read its gauges at one moment.
   */
  readonly remaining: ReadonlyMap<string, number>;
  /** By cluster: copies that were sent since it started, and those under way. */
  readonly copies: ReadonlyMap<string, { readonly sent: number; readonly active: number }>;
  /** Copies that the filter of the copies' clusters has seen, by `mirror/role`. */
  readonly seenByFilter: ReadonlyMap<string, number>;
}

const NAMES =
  /^cluster\..+\.(membership_total|circuit_breakers\.default\.remaining_rq)$|^cluster\.[^./]+\/(candidate|control|back)\/[^./]+\.upstream_rq_(total|active|pending_active)$|^wasmcustom\.shadowplane\.copies\.mirror\.[^.]+\.role\.[^.]+$/;

const STAT = /\.(membership_total|circuit_breakers\.default\.remaining_rq|upstream_rq_[a-z_]+)$/;

/** What Envoy makes of a cluster's name in its statistics. */
export function nameInStatistics(cluster: string): string {
  return cluster.replaceAll(':', '_');
}

/** The last report of each Envoy that sends any. */
export class EnvoyCounts implements StatsListener {
  readonly #reports = new Map<string, StatsReport>();

  wants(name: string): boolean {
    return NAMES.test(name);
  }

  report(report: StatsReport): void {
    this.#reports.set(report.node, report);
  }

  gone(node: string): void {
    this.#reports.delete(node);
  }

  of(node: string): EnvoyCount | undefined {
    const report = this.#reports.get(node);
    return report && read(report);
  }
}

function read({ atMs, values }: StatsReport): EnvoyCount {
  const clusters = new Set<string>();
  const remaining = new Map<string, number>();
  const copies = new Map<string, { sent: number; active: number }>();
  const seenByFilter = new Map<string, number>();
  const copiesOf = (cluster: string) => {
    const known = copies.get(cluster) ?? { sent: 0, active: 0 };
    copies.set(cluster, known);
    return known;
  };
  for (const [name, value] of values) {
    const cluster = name.startsWith('cluster.') ? name.slice('cluster.'.length).replace(STAT, '') : undefined;
    if (cluster === undefined) {
      const [, mirror, role] = /mirror\.([^.]+)\.role\.([^.]+)$/.exec(name) ?? [];
      seenByFilter.set(`${mirror}/${role}`, value);
    } else if (name.endsWith('.membership_total')) clusters.add(cluster);
    else if (name.endsWith('.remaining_rq')) remaining.set(cluster, value);
    else if (name.endsWith('.upstream_rq_total')) copiesOf(cluster).sent = value;
    else copiesOf(cluster).active += value;
  }
  return { atMs, clusters, remaining, copies, seenByFilter };
}
