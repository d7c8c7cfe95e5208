import type { HealthReport, SeriesReport } from '../../compare/report/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import type { ApiClient } from '../api-client.ts';
import { healthTraffic } from '../view/health-traffic.ts';
import type { MirrorItem } from '../view/mirror-item.ts';
import type { Pace } from '../view/rollout-forecast.ts';

const MINUTES = 11;

/** What a mirror has compared lately, and in which groups its requests are; undefined where nothing is compared. */
export async function readPace(api: ApiClient, name: string): Promise<Pace | undefined> {
  const path = `/mirrors/${encodeURIComponent(name)}`;
  try {
    const [mirror, series, health] = await Promise.all([
      api.get<MirrorItem>(path),
      api.get<SeriesReport>(`${path}/series?minutes=${MINUTES}`),
      api.get<HealthReport>(`${path}/health`),
    ]);
    const [traffic] = healthTraffic([mirror], [health]);
    return { ...lately(series), groups: traffic?.groups ?? [] };
  } catch (error) {
    if (error instanceof ShadowplaneError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** Whole minutes since the first with a pair: the one under way is not over, and before it there was no traffic. */
function lately({ stepMs, to, items }: SeriesReport): Pick<Pace, 'pairsPerSecond' | 'minutes'> {
  const endMs = Date.parse(to) - stepMs;
  const points = (items[0]?.points ?? []).filter(([atMs]) => atMs < endMs);
  const minutes = points[0] === undefined ? 0 : (endMs - points[0][0]) / stepMs;
  const pairs = points.reduce((sum, [, compared]) => sum + compared, 0);
  return { pairsPerSecond: minutes === 0 ? 0 : pairs / (minutes * (stepMs / 1_000)), minutes };
}
