import { percent } from './format.ts';
import { SHARE_TICKS, sharePosition } from './scale.ts';

export interface IntervalBarProps {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Drawn as a line: up to here it is still `same`. */
  readonly margin?: number | undefined;
  readonly tone?: 'different' | 'same' | 'not-enough-data' | undefined;
}

/** A share with its 95% interval on the common logarithmic axis, against the margin. */
export function IntervalBar({ rate, low, high, margin, tone = 'not-enough-data' }: IntervalBarProps) {
  const from = sharePosition(low);
  return (
    <span class={`interval is-${tone}`} role="img" aria-label={intervalText({ rate, low, high })}>
      {SHARE_TICKS.map((tick) => (
        <span key={tick} class="interval-tick" style={{ left: `${sharePosition(tick)}%` }} />
      ))}
      {margin !== undefined && <span class="interval-margin" style={{ left: `${sharePosition(margin)}%` }} />}
      <span
        class="interval-range"
        style={{ left: `${from}%`, width: `${Math.max(sharePosition(high) - from, 0.8)}%` }}
      />
      <span class="interval-point" style={{ left: `${sharePosition(rate)}%` }} />
    </span>
  );
}

/** What the axis means, once above a column of bars. */
export function IntervalAxis({ margin }: { margin?: number | undefined }) {
  return (
    <span class="interval-axis" aria-hidden="true">
      {SHARE_TICKS.map((tick, index) => (
        <span key={tick} style={{ left: `${sharePosition(tick)}%` }}>
          {index === 0 && '≤'}
          {percent(tick)}
        </span>
      ))}
      {margin !== undefined && (
        <span
          class="interval-axis-margin"
          style={{ left: `${sharePosition(margin)}%` }}
          title="Margin: up to here it is the same"
        />
      )}
    </span>
  );
}

function intervalText({ rate, low, high }: Pick<IntervalBarProps, 'rate' | 'low' | 'high'>): string {
  return `${percent(rate)}, 95% between ${percent(low)} and ${percent(high)}`;
}
