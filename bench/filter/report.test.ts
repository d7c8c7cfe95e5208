import { expect, test } from 'vitest';
import { checkRoute, type Measurement } from './measure.ts';
import { DEFAULTS } from './options.ts';
import { chart, findings, markdownReport, tables } from './report.ts';
import { summarize } from './summary.ts';
import { VARIANTS } from './variants.ts';

const COSTS: Readonly<Record<string, number>> = { plain: 40, 'plain-again': 40, empty: 50, third: 57, sample: 62 };
const MORE_AT_512: Readonly<Record<string, number>> = { third: 2 };

/** Rounds drift by 10 µs; what is paired must not see it. */
function measurements(connections: readonly number[] = [32, 512]): Measurement[] {
  return [4, 1, 3, 2].flatMap((round) =>
    connections.flatMap((level) =>
      Object.entries(COSTS).map(([variant, cost]) => ({
        variant,
        connections: level,
        round,
        requests: 1000,
        disturbance: 0,
        cpuMicrosPerRequest: cost + round * 10 + (level === 512 ? 30 + (MORE_AT_512[variant] ?? 0) : 0),
      })),
    ),
  );
}

test('differences are taken within a round, growth between numbers of connections', () => {
  const summary = summarize(measurements());
  const third = summary.rows.find(({ variant }) => variant === 'third')!;
  expect(summary.connections).toEqual([32, 512]);
  expect(third.cells[0]!.overBaseline).toEqual({ value: 7, low: 7, high: 7 });
  expect(third.cells[1]!.overBaseline).toEqual({ value: 9, low: 9, high: 9 });
  expect(third.cells[0]!.cpuMicros).toEqual({ median: 82, min: 67, max: 97 });
  expect(third.growth).toEqual({ value: 2, low: 2, high: 2 });
  expect(summary.sameAgainstSame[0]).toEqual({ value: 0, low: 0, high: 0 });
  expect(summarize(measurements([32])).rows[0]).not.toHaveProperty('growth');
});

test('a variant that lacks a round is no pair', () => {
  expect(() => summarize(measurements().slice(1))).toThrow(RangeError);
});

test('findings say for each figure whether the aim is met', () => {
  expect(findings(summarize(measurements()))).toEqual([
    'A/A, plain proxying against itself at 32 connections: 0.0 (0.0 to 0.0) µs.',
    'A/A, plain proxying against itself at 512 connections: 0.0 (0.0 to 0.0) µs.',
    'Filter, in the third segment, 32 connections: +7.0 (+7.0 to +7.0) µs over the empty module; aim at most +8: met.',
    'Filter, in the third segment, 512 connections: +9.0 (+9.0 to +9.0) µs over the empty module; aim at most +8: missed by 1.0 µs.',
    'Filter, in the sample, 32 connections: +12.0 (+12.0 to +12.0) µs over the empty module; aim at most +8: missed by 4.0 µs.',
    'Filter, in the sample, 512 connections: +12.0 (+12.0 to +12.0) µs over the empty module; aim at most +8: missed by 4.0 µs.',
  ]);
});

test('an aim that only the median meets is said so', () => {
  const noisy = measurements([32]).map((measurement) => {
    const late = measurement.variant === 'third' && measurement.round > 2;
    return { ...measurement, cpuMicrosPerRequest: measurement.cpuMicrosPerRequest + (late ? 1.5 : 0) };
  });
  expect(findings(summarize(noisy))[1]).toContain('met by the median, the interval reaches beyond');
});

test('where plain proxying differs from itself beyond chance, nothing is said to be met', () => {
  const faulty = measurements([32]).map((measurement) => {
    const isOdd = measurement.variant === 'plain-again';
    return { ...measurement, cpuMicrosPerRequest: measurement.cpuMicrosPerRequest - (isOdd ? 5 : 0) };
  });
  expect(findings(summarize(faulty))[1]).toContain(
    'cannot be told, plain proxying differs from itself by 5.0 µs beyond chance',
  );
  const noisy = faulty.map((measurement) => {
    const isHigh = measurement.variant === 'plain-again' && measurement.round === 1;
    return { ...measurement, cpuMicrosPerRequest: measurement.cpuMicrosPerRequest + (isHigh ? 11 : 0) };
  });
  expect(findings(summarize(noisy))[1]).not.toContain('cannot be told');
});

test('tables keep the order of the variants and show growth only where there are two numbers of connections', () => {
  const text = tables(summarize(measurements()));
  const labels = VARIANTS.filter(({ name }) => name in COSTS).map(({ label }) => label);
  const first = text.split('\n\n')[0]!.split('\n').slice(2);
  expect(first.map((line) => line.split('|')[1]!.trim())).toEqual(labels);
  expect(text).toContain('| growth');
  expect(tables(summarize(measurements([32])))).not.toContain('| growth');
});

test('the report names the machine, the command and its chart', () => {
  const summary = summarize(measurements());
  const machine = { cpu: '2 x Example', memoryGiB: 8, system: 'Linux 6.1', node: 'v20.19.0' };
  const options = { ...DEFAULTS, variants: [], report: true };
  const facts = {
    machine,
    envoyVersion: '1.40.0',
    options,
    rounds: 4,
    command: 'npm run bench:filter',
    requests: 4e6,
    disturbances: [0.01, 0.02, 0.5],
    day: '2026-01-02',
  };
  const text = markdownReport(summary, facts, 'report.svg');
  for (const part of [
    '2 x Example',
    '`npm run bench:filter`',
    '](report.svg)',
    'Envoy 1.40.0',
    '4,000,000 requests',
    '4 rounds',
    '2.0% of the time',
    '50.0% in the worst',
  ]) {
    expect(text).toContain(part);
  }
  expect(chart(summary)).toContain('>aim +8<');
});

test('a run with failures, on another route or without copies is refused', () => {
  const [plain, copying] = ['plain', 'copy'].map((name) => VARIANTS.find((variant) => variant.name === name)!);
  const counters = { open: 32, underWay: 0, completed: 101, answered: 101, onRoute: 101, copies: 99 };
  expect(() => checkRoute(plain!, counters)).not.toThrow();
  expect(() => checkRoute(plain!, { ...counters, completed: 103 })).toThrow('2 of 103 requests failed');
  expect(() => checkRoute(plain!, { ...counters, completed: 0, answered: 0 })).toThrow('requests failed');
  expect(() => checkRoute(plain!, { ...counters, onRoute: 5 })).toThrow('of 101 requests only 5 took the route');
  expect(() => checkRoute(copying!, counters)).toThrow('99 copies of 101');
});
