/** Counts a minute in a small picture: all pairs pale, those that differ before them on the same scale. */

export type Point = readonly [atMs: number, compared: number, differing: number];

export interface SparklineProps {
  readonly points: readonly Point[];
  readonly fromMs: number;
  readonly toMs: number;
  /** In words, for who does not see it. */
  readonly label: string;
}

const WIDTH = 120;
const HEIGHT = 24;
const STEP_MS = 60_000;

export function Sparkline({ points, fromMs, toMs, label }: SparklineProps) {
  const most = Math.max(...points.map(([, compared]) => compared), 1);
  const perMs = WIDTH / Math.max(toMs - fromMs, STEP_MS);
  const bars = (pick: (point: Point) => number) =>
    points
      .filter(([atMs]) => atMs >= fromMs && atMs < toMs)
      .map((point) => {
        const height = (pick(point) / most) * HEIGHT;
        const x = (point[0] - fromMs) * perMs;
        return `M${x.toFixed(2)} ${HEIGHT}v${(-height).toFixed(2)}h${(STEP_MS * perMs).toFixed(2)}V${HEIGHT}z`;
      })
      .join('');
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="sparkline-all" d={bars(([, compared]) => compared)} />
      <path class="sparkline-differing" d={bars(([, , differing]) => differing)} />
    </svg>
  );
}
