/** Two counts over time in a small picture: all pairs as a pale area, those that differ as a line on the same scale. */

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

export function Sparkline({ points, fromMs, toMs, label }: SparklineProps) {
  const most = Math.max(...points.map(([, compared]) => compared), 1);
  const x = (atMs: number) => ((atMs - fromMs) / Math.max(toMs - fromMs, 1)) * WIDTH;
  const y = (value: number) => HEIGHT - 1 - (value / most) * (HEIGHT - 3);
  const line = (pick: (point: Point) => number) =>
    points.map((point) => `${x(point[0]).toFixed(1)},${y(pick(point)).toFixed(1)}`).join(' ');
  const first = points[0];
  const last = points.at(-1);
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {first && last && (
        <>
          <polygon
            class="sparkline-all"
            points={`${x(first[0])},${HEIGHT} ${line(([, compared]) => compared)} ${x(last[0])},${HEIGHT}`}
          />
          <polyline
            class="sparkline-differing"
            points={line(([, , differing]) => differing)}
            vector-effect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  );
}
