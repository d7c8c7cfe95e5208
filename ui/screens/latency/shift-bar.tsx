export interface ShiftBarProps {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** What reaches the ends of the axis. */
  readonly most: number;
  readonly write: (value: number) => string;
}

/** A difference with its interval on either side of zero: worse to the right. An interval that holds zero is pale. */
export function ShiftBar({ value, low, high, most, write }: ShiftBarProps) {
  const position = (at: number) => 50 + (Math.max(-most, Math.min(most, at)) / most) * 50;
  const tone = low > 0 ? 'is-worse' : high < 0 ? 'is-better' : 'is-open';
  const words = { 'is-worse': 'worse', 'is-better': 'better', 'is-open': 'may be chance' }[tone];
  return (
    <span
      class={`shift ${tone}`}
      role="img"
      aria-label={`${write(value)}, 95% between ${write(low)} and ${write(high)}: ${words}`}
      title={`95% between ${write(low)} and ${write(high)}: ${words}`}
    >
      <span class="shift-zero" />
      <span
        class="interval-range"
        style={{ left: `${position(low)}%`, width: `${Math.max(position(high) - position(low), 1)}%` }}
      />
      <span class="interval-point" style={{ left: `${position(value)}%` }} />
    </span>
  );
}
