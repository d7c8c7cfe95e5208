/** What was compared and differed, a point a minute, as `GET /mirrors/{name}/series` gives it. */
import { groupBy } from './group-by.ts';
import type { SeriesPointInput } from './inputs.ts';

export interface SeriesReport {
  readonly stepMs: number;
  /** Beginning of the first minute, and end of the last one. */
  readonly from: string;
  readonly to: string;
  /** The first is `*`, all together; then by what was compared. Minutes without a pair have no point. */
  readonly items: ReadonlyArray<{
    readonly endpoint: string;
    /** When the minute began, pairs compared, pairs in which the candidate differs. */
    readonly points: ReadonlyArray<readonly [atMs: number, compared: number, differing: number]>;
  }>;
}

const STEP_MS = 60_000;
const ALL = '*';

export function reportSeries(
  points: readonly SeriesPointInput[],
  { minutes, endpoint, nowMs }: { readonly minutes: number; readonly endpoint?: string; readonly nowMs: number },
): SeriesReport {
  const toMs = (Math.floor(nowMs / STEP_MS) + 1) * STEP_MS;
  const fromMs = toMs - minutes * STEP_MS;
  const wanted = points.filter(
    (point) =>
      point.atMs >= fromMs &&
      point.compared > 0 &&
      (endpoint === undefined || point.endpoint === endpoint || point.endpoint === ALL),
  );
  const items = [...groupBy(wanted, (point) => point.endpoint)].map(([name, some]) => ({
    endpoint: name,
    compared: some.reduce((sum, { compared }) => sum + compared, 0),
    points: some
      .sort((one, other) => one.atMs - other.atMs)
      .map(({ atMs, compared, differing }) => [atMs, compared, differing] as const),
  }));
  items.sort(
    (one, other) => Number(other.endpoint === ALL) - Number(one.endpoint === ALL) || other.compared - one.compared,
  );
  if (items[0]?.endpoint !== ALL) items.unshift({ endpoint: ALL, compared: 0, points: [] });
  return {
    stepMs: STEP_MS,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    items: items.map(({ compared: _, ...item }) => item),
  };
}
