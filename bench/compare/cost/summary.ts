import { type Estimate, pairedDifference, pairedRatio, type Spread, spread } from '../../support/index.ts';
import { type ComparisonMeasurement, FEEDS } from './measure-comparison.ts';
import type { EnvoyMeasurement } from './measure-envoy.ts';
import { SIZES, VARIANTS, type Variant, variantName } from './variants.ts';

/** What the measurements say. Every comparison is between two of the same round and of the same body size. */
export interface Summary {
  readonly envoy: readonly EnvoyRow[];
  readonly comparison: readonly ComparisonRow[];
}

export interface EnvoyRow {
  readonly variant: Variant;
  readonly cpuMicros: Spread;
  readonly overNative: Estimate;
  readonly timesNative: Estimate;
  /** Of ours without its selection, so only of a variant that captures. */
  readonly overSelect?: Estimate;
  readonly serverMicros: Spread;
  readonly captured: Spread;
}

export interface ComparisonRow {
  readonly feed: string;
  readonly label: string;
  readonly cpuMicros: Spread;
  readonly pairsPerSecond: Spread;
  /** Over `differing`, of the same round. */
  readonly overDiffering: Estimate;
}

/** @throws RangeError when a variant lacks a round. */
export function summarize(envoy: readonly EnvoyMeasurement[], comparison: readonly ComparisonMeasurement[]): Summary {
  const of = (variant: string) => inRounds(envoy.filter((measurement) => measurement.variant === variant));
  const cpu = (variant: string) => of(variant).map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest);
  const rows = VARIANTS.flatMap((variant): EnvoyRow[] => {
    const measured = of(variant.name);
    if (measured.length === 0) return [];
    const own = cpu(variant.name);
    const native = cpu(variantName('native', variant.bodyBytes));
    const select = cpu(variantName('select', variant.bodyBytes));
    return [
      {
        variant,
        cpuMicros: spread(own),
        overNative: pairedDifference(own, native),
        timesNative: pairedRatio(own, native),
        ...(variant.kind === 'capture' && select.length > 0 && { overSelect: pairedDifference(own, select) }),
        serverMicros: spread(measured.map(({ serverMicrosPerRequest }) => serverMicrosPerRequest)),
        captured: spread(measured.map(({ captured }) => captured)),
      },
    ];
  });
  return { envoy: rows, comparison: comparisonRows(comparison) };
}

function comparisonRows(measurements: readonly ComparisonMeasurement[]): ComparisonRow[] {
  const of = (feed: string) => inRounds(measurements.filter((measurement) => measurement.feed === feed));
  const cpu = (feed: string) => of(feed).map(({ cpuMicrosPerPair }) => cpuMicrosPerPair);
  return FEEDS.filter(({ name }) => of(name).length > 0).map(({ name, label }) => ({
    feed: name,
    label,
    cpuMicros: spread(cpu(name)),
    pairsPerSecond: spread(of(name).map(({ pairsPerSecond }) => pairsPerSecond)),
    overDiffering: pairedDifference(cpu(name), cpu('differing')),
  }));
}

function inRounds<T extends { readonly round: number }>(measurements: readonly T[]): T[] {
  return measurements.toSorted((a, b) => a.round - b.round);
}

/** The aims. */
const AIM = { timesNative: 1.25, timesSmaller: 5, microsPerPair: 60 } as const;

export type Verdict = 'met' | 'missed' | 'cannot be told';

export interface Finding {
  readonly what: string;
  readonly figure: Estimate;
  readonly unit: string;
  readonly aim: string;
  readonly verdict: Verdict;
}

/** Each aim with its figure, judged by what the same thing measured twice differs by. */
export function findings(summary: Summary): Finding[] {
  return [...envoyFindings(summary), ...comparisonFindings(summary)];
}

function envoyFindings({ envoy }: Summary): Finding[] {
  const [size] = SIZES;
  const row = (name: string) => envoy.find(({ variant }) => variant.name === variantName(name, size));
  const [again, capture, differing, extProc] = [
    row('native-again'),
    row('capture'),
    row('capture-differing'),
    row('ext-proc'),
  ];
  const ratioBlur = again ? blurOf(shifted(again.timesNative, -1)) : Number.POSITIVE_INFINITY;
  const microsBlur = again ? blurOf(again.overNative) : Number.POSITIVE_INFINITY;
  const found: Finding[] = [];
  for (const one of [capture, differing]) {
    if (!one) continue;
    found.push({
      what: `Selection and capture of both sides, 1 KB${one.variant.differing ? ', bodies differ' : ''}`,
      figure: one.timesNative,
      unit: 'x native mirroring',
      aim: `at most ${AIM.timesNative}`,
      verdict: atMost(AIM.timesNative, one.timesNative, ratioBlur),
    });
  }
  if (capture && extProc) {
    const figure = quotient(extProc.overNative, capture.overNative, 0);
    found.push({
      what: 'What ext_proc adds to native mirroring over what ours adds, 1 KB',
      figure,
      unit: 'x',
      aim: `at least ${AIM.timesSmaller}`,
      verdict: atLeast(AIM.timesSmaller, quotient(extProc.overNative, capture.overNative, microsBlur)),
    });
  }
  return found;
}

function comparisonFindings({ comparison }: Summary): Finding[] {
  const again = comparison.find(({ feed }) => feed === 'differing-again');
  const blur = again ? blurOf(again.overDiffering) : Number.POSITIVE_INFINITY;
  return comparison
    .filter(({ feed }) => feed !== 'differing-again')
    .map(({ label, cpuMicros: { median, min, max } }) => {
      const figure = { value: median, low: min, high: max };
      return {
        what: `Comparison of a pair of 1 KB, ${label}`,
        figure,
        unit: 'µs',
        aim: `at most ${AIM.microsPerPair}`,
        verdict: atMost(AIM.microsPerPair, figure, blur),
      };
    });
}

/** By how much a difference that should be none may be off. */
function blurOf({ low, high }: Estimate): number {
  return Math.max(Math.abs(low), Math.abs(high));
}

function shifted({ value, low, high }: Estimate, by: number): Estimate {
  return { value: value + by, low: low + by, high: high + by };
}

/** Of two independent figures, each off by at most `blur` beside its own interval. */
function quotient(above: Estimate, below: Estimate, blur: number): Estimate {
  const divided = (a: number, b: number) => (b > 0 ? a / b : Number.POSITIVE_INFINITY);
  const of = wider(above, blur);
  const by = wider(below, blur);
  return {
    value: divided(above.value, below.value),
    low: divided(of.low, by.high),
    high: divided(of.high, by.low),
  };
}

/** The interval reaches as far as the blur at least. */
function wider({ value, low, high }: Estimate, blur: number): Estimate {
  return { value, low: Math.min(low, value - blur), high: Math.max(high, value + blur) };
}

function atMost(aim: number, figure: Estimate, blur: number): Verdict {
  const { low, high } = wider(figure, blur);
  return high <= aim ? 'met' : low > aim ? 'missed' : 'cannot be told';
}

function atLeast(aim: number, { low, high }: Estimate): Verdict {
  return low >= aim ? 'met' : high < aim ? 'missed' : 'cannot be told';
}
