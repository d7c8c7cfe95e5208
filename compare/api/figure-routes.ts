import type { FastifyInstance } from 'fastify';
import { type EpochInput, type HealthInput, reportHealth, reportLatency, reportSeries } from '../report/index.ts';
import type { Comparison } from './comparison.ts';
import { Query } from './query.ts';

export interface FigureRoutesOptions {
  readonly comparison: Comparison;
  /** By mirror: what Envoys and the store say of themselves. */
  readonly healthOf?: (mirror: string) => HealthInput;
}

interface Named {
  Params: { name: string };
}

/** What is kept in memory. */
const MAX_MINUTES = 360;
const DEFAULT_MINUTES = 60;
const UNKNOWN: HealthInput = { envoys: [], vms: [], maxRequests: 0, store: { pendingRows: 0, failing: false } };

/** Figures over time, by arm and by Envoy. */
export function addFigureRoutes(
  app: FastifyInstance,
  { comparison, healthOf = () => UNKNOWN }: FigureRoutesOptions,
  epochOf: (mirror: string, wanted: number | undefined) => Promise<EpochInput | undefined>,
  nowMs: () => number,
): void {
  app.get<Named>('/mirrors/:name/series', ({ params: { name }, query }) => {
    const read = new Query(query, ['minutes', 'endpoint']);
    const minutes = read.integer('minutes', 1, MAX_MINUTES) ?? DEFAULT_MINUTES;
    const endpoint = read.text('endpoint');
    comparison.mirror(name);
    const points = comparison.series(name, nowMs());
    return reportSeries(points, { minutes, nowMs: nowMs(), ...(endpoint !== undefined && { endpoint }) });
  });

  app.get<Named>('/mirrors/:name/latency', async ({ params: { name }, query }) => {
    const read = new Query(query, ['epoch', 'endpoint']);
    const wanted = read.integer('epoch', 1, Number.MAX_SAFE_INTEGER);
    const endpoint = read.text('endpoint');
    comparison.mirror(name);
    const epoch = await epochOf(name, wanted);
    if (!epoch) return { epoch: 0, items: [] };
    const items = reportLatency(epoch, await comparison.latencies(name, epoch.number), endpoint);
    return { epoch: epoch.number, items };
  });

  app.get<Named>('/mirrors/:name/health', ({ params: { name }, query }) => {
    new Query(query, []);
    return reportHealth(comparison.mirror(name), healthOf(name));
  });
}
