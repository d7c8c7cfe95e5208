import { type Estimate, pairedDifference, pairedRatio, type Spread, spread } from '../support/index.ts';
import type { Measurement } from './measure.ts';
import { BASELINE, PLAIN, PLAIN_AGAIN, VARIANTS } from './variants.ts';

/** What the measurements say; every comparison is between two variants of the same round. */
export interface Summary {
  readonly connections: readonly number[];
  readonly rows: readonly SummaryRow[];
  /** PLAIN_AGAIN minus PLAIN per number of connections: what remains where there is no difference. Empty without it. */
  readonly sameAgainstSame: readonly Estimate[];
}

export interface SummaryRow {
  readonly variant: string;
  /** One per number of connections, in the order of `connections`. */
  readonly cells: readonly SummaryCell[];
  /** How much more it costs over BASELINE at the last than at the first number of connections. Absent with only one. */
  readonly growth?: Estimate;
}

export interface SummaryCell {
  readonly cpuMicros: Spread;
  readonly overBaseline: Estimate;
  readonly timesPlain: Estimate;
}

/** @throws RangeError when a variant lacks a round. */
export function summarize(measurements: readonly Measurement[]): Summary {
  const connections = [...new Set(measurements.map((measurement) => measurement.connections))].toSorted(
    (a, b) => a - b,
  );
  const variants = VARIANTS.map(({ name }) => name).filter((name) =>
    measurements.some(({ variant }) => variant === name),
  );
  const series = (variant: string, level: number) =>
    measurements
      .filter((measurement) => measurement.variant === variant && measurement.connections === level)
      .toSorted((a, b) => a.round - b.round)
      .map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest);
  const over = (variant: string, level: number) => {
    const baseline = series(BASELINE, level);
    return series(variant, level).map((value, round) => value - baseline[round]!);
  };

  const rows = variants.map((variant): SummaryRow => {
    const cells = connections.map((level) => ({
      cpuMicros: spread(series(variant, level)),
      overBaseline: pairedDifference(series(variant, level), series(BASELINE, level)),
      timesPlain: pairedRatio(series(variant, level), series(PLAIN, level)),
    }));
    const [first, last] = [connections[0]!, connections.at(-1)!];
    if (first === last) return { variant, cells };
    return { variant, cells, growth: pairedDifference(over(variant, last), over(variant, first)) };
  });
  const sameAgainstSame = variants.includes(PLAIN_AGAIN)
    ? connections.map((level) => pairedDifference(series(PLAIN_AGAIN, level), series(PLAIN, level)))
    : [];
  return { connections, rows, sameAgainstSame };
}
