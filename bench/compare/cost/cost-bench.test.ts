import { expect, test } from 'vitest';
import { measuredBootstrap } from './bootstrap.ts';
import type { ComparisonMeasurement } from './measure-comparison.ts';
import { capturedShare, type EnvoyMeasurement } from './measure-envoy.ts';
import { parseOptions } from './options.ts';
import { findingLines, markdownReport, tables } from './report.ts';
import { findings, summarize } from './summary.ts';
import { bodyOf, SIZES, VARIANTS } from './variants.ts';

const COSTS: Readonly<Record<string, number>> = {
  'native-1k': 80,
  'native-again-1k': 80.5,
  'select-1k': 92,
  'capture-1k': 96,
  'capture-differing-1k': 108,
  'ext-proc-1k': 200,
};
const PAIR_COSTS: Readonly<Record<string, number>> = { equal: 40, differing: 70, 'differing-again': 71 };

/** Rounds drift by 10 µs; what is paired must hardly see it. */
function envoyRuns(costs = COSTS): EnvoyMeasurement[] {
  return [4, 1, 3, 2].flatMap((round) =>
    Object.entries(costs).map(([variant, cost]) => ({
      variant,
      round,
      requests: 1000,
      cpuMicrosPerRequest: cost * (1 + round / 10),
      serverMicrosPerRequest: variant.startsWith('ext-proc') ? 150 : 0,
      captured: 1,
      disturbance: 0.01,
    })),
  );
}

function pairRuns(costs = PAIR_COSTS): ComparisonMeasurement[] {
  return [2, 1].flatMap((round) =>
    Object.entries(costs).map(([feed, cost]) => ({
      feed,
      round,
      cpuMicrosPerPair: cost + round,
      pairsPerSecond: 1e4 * round,
    })),
  );
}

const verdicts = (costs = COSTS, pairs = PAIR_COSTS) =>
  findings(summarize(envoyRuns(costs), pairRuns(pairs))).map(({ verdict }) => verdict);

test('ratios and differences are taken within a round', () => {
  const { envoy, comparison } = summarize(envoyRuns(), pairRuns());
  const capture = envoy.find(({ variant }) => variant.name === 'capture-1k')!;
  expect(capture.timesNative.value).toBeCloseTo(1.2);
  expect(capture.timesNative.high).toBeCloseTo(1.2);
  expect(capture.overNative).toMatchObject({ low: expect.closeTo(17.6), high: expect.closeTo(22.4) });
  expect(capture.overSelect?.value).toBeCloseTo(5);
  expect(comparison.find(({ feed }) => feed === 'differing-again')?.overDiffering.value).toBeCloseTo(1);
});

test('each aim is judged: met, missed, or hidden by what A/A differs by', () => {
  expect(verdicts()).toEqual(['met', 'missed', 'met', 'met', 'missed']);
  const noisy = { ...COSTS, 'native-again-1k': 100 };
  expect(verdicts(noisy).slice(0, 3)).toEqual(['cannot be told', 'cannot be told', 'cannot be told']);
  const weakPeer = { ...COSTS, 'ext-proc-1k': 120 };
  expect(verdicts(weakPeer)[2]).toBe('missed');
  expect(verdicts(COSTS, { ...PAIR_COSTS, 'differing-again': 150 }).slice(3)).toEqual([
    'cannot be told',
    'cannot be told',
  ]);
});

test('without A/A nothing is said to be met', () => {
  const { 'native-again-1k': _again, ...costs } = COSTS;
  const { 'differing-again': _pairs, ...pairs } = PAIR_COSTS;
  expect(new Set(verdicts(costs, pairs))).toEqual(new Set(['cannot be told']));
});

test('a variant that lacks a round is no pair', () => {
  expect(() => summarize(envoyRuns().slice(1), [])).toThrow(RangeError);
});

test('the report names machine, command, figures and verdicts', () => {
  const summary = summarize(envoyRuns(), pairRuns());
  const options = parseOptions(['--report']);
  if (options === 'help') throw new Error('not asked for');
  const text = markdownReport(summary, {
    machine: { cpu: '2 x Example', memoryGiB: 8, system: 'Linux 6.1', node: 'v20.19.0' },
    envoyVersion: '1.40.0',
    options,
    rounds: 4,
    command: 'npm run bench:cost -- --report',
    requests: 24_000,
    pairBytes: 1010,
    disturbances: [0.01, 0.5],
    day: '2026-01-02',
  });
  const parts = [
    '2 x Example',
    '`npm run bench:cost -- --report`',
    'Envoy 1.40.0',
    '24,000 requests',
    '50.0% in the worst',
  ];
  for (const part of [...parts, tables(summary), ...findingLines(summary)]) expect(text).toContain(part);
  expect(text).toContain('1.20 (1.20 to 1.20) x native mirroring; aim at most 1.25: met.');
});

test('bodies have their size and differ where they should', () => {
  for (const size of SIZES) {
    expect([bodyOf(size, false).length, bodyOf(size, true).length]).toEqual([size, size]);
    expect(bodyOf(size, false)).not.toBe(bodyOf(size, true));
  }
});

test('only ours has our filter, with a virtual machine of its own in each role; only ext_proc has ext_proc', () => {
  const addresses = { backendPort: () => 4000, collector: '127.0.0.1:4001', extProc: '127.0.0.1:4002' };
  for (const variant of VARIANTS) {
    const text = JSON.stringify(measuredBootstrap([variant], { select: 's.wasm', capture: 'c.wasm' }, addresses));
    const vms = [...text.matchAll(/"vm_id":"([^"]*)"/g)].map(([, id]) => id);
    const ours = variant.kind === 'select' || variant.kind === 'capture';
    expect(vms, variant.name).toHaveLength(ours ? 2 : 0);
    expect(new Set(vms).size).toBe(vms.length);
    expect(text.includes('c.wasm')).toBe(variant.kind === 'capture');
    expect(text.match(/ext_proc\.v3/g)?.length ?? 0).toBe(variant.kind === 'ext-proc' ? 2 : 0);
    expect(text).not.toMatch(/config_discovery|"ads"|"rds"|eds_cluster_config/);
    expect(text).toContain('request_mirror_policies');
  }
});

test('a run that was not mirrored, or captured where it should not, is refused', () => {
  const of = (name: string) => VARIANTS.find((variant) => variant.name === name)!;
  const counted = { requests: 100, copies: 100, halves: 0, extProcBytes: 0 };
  expect(capturedShare(of('native-1k'), counted)).toBe(0);
  expect(capturedShare(of('capture-1k'), { ...counted, halves: 150 })).toBe(0.75);
  expect(capturedShare(of('ext-proc-1k'), { ...counted, extProcBytes: 100 * 1024 })).toBe(0.5);
  expect(() => capturedShare(of('native-1k'), { ...counted, copies: 99 })).toThrow('99 copies');
  expect(capturedShare(of('native-1k'), { ...counted, halves: 10 })).toBe(0);
  expect(() => capturedShare(of('native-1k'), { ...counted, halves: 11 })).toThrow('none should be');
  expect(() => capturedShare(of('capture-1k'), counted)).toThrow('only 0%');
});

test('options are read, and refused by name', () => {
  expect(parseOptions(['--rounds', '3', '--variants', 'capture-1k, select-1k'])).toMatchObject({
    rounds: 3,
    sliceMs: 150,
    variants: ['capture-1k', 'select-1k'],
    report: false,
  });
  expect(parseOptions(['--help'])).toBe('help');
  expect(() => parseOptions(['--pairs', '1'])).toThrow('--pairs takes whole numbers from 100 to 1000000, not "1"');
  expect(() => parseOptions(['--pair', '1'])).toThrow("Unknown option '--pair'");
});
