import { describe, expect, it } from 'vitest';
import { balanceOf, failuresOf, type MemorySample, slopeOf, trendOf } from './figures.ts';
import { memoryChart } from './memory-chart.ts';
import { parseOptions } from './options.ts';
import { markdownReport, type SoakResult, verdicts } from './report.ts';

/** Ten minutes, every 2 s; memory by the minute. */
function samples(envoy: (minute: number) => number, node: (minute: number) => number = () => 60): MemorySample[] {
  return Array.from({ length: 301 }, (_, index) => {
    const minute = index / 30;
    const live = { envoyLiveMiB: envoy(minute), nodeLiveMiB: node(minute) };
    return { atMs: index * 2_000, ...live, envoyMiB: 20 + live.envoyLiveMiB, nodeMiB: 200 + live.nodeLiveMiB };
  });
}

const RESULT: SoakResult = {
  minutes: 10,
  ratePerSecond: 900,
  busyShare: 0.71,
  samples: samples(() => 80),
  traffic: {
    sent: 540_000,
    answered: 540_000,
    failed: 0,
    skipped: 0,
    statuses: { 200: 500_000, 422: 40_000 },
    latencyMs: { p50: 2.1, p99: 14.2 },
  },
  balance: balanceOf(540_000, { mirrored: 540_000, comparedInAll: 539_990, lost: { no_answer: 10, expired: 0 } }),
};
const held = (result: SoakResult) => verdicts(result).map(({ holds }) => holds);

describe('memory', () => {
  it('a slope is the one of the line with the least squares', () => {
    expect(slopeOf([0, 1, 2, 3], [1, 3, 5, 7])).toBeCloseTo(2);
    expect(slopeOf([0, 1, 2], [2, 0, 2])).toBeCloseTo(0);
    expect(slopeOf([1], [1])).toBe(0);
  });

  it('what grows in the warm-up only is bounded', () => {
    const trend = trendOf(
      samples((minute) => Math.min(100 + 40 * minute, 200)),
      'envoyLiveMiB',
    );
    expect(trend).toMatchObject({ startMiB: 100, mostMiB: 200, endMiB: 200, isBounded: true });
    expect(trend.slopeMiBPerMinute).toBeLessThan(0.5);
  });

  it('what comes and goes is no growth, though it may end high', () => {
    const wave = (minute: number) => 100 + 10 * (minute % 1);
    expect(trendOf(samples(wave), 'nodeLiveMiB').isBounded).toBe(true);
    const endsHigh = trendOf(
      samples((minute) => (minute > 9.2 ? 130 : wave(minute))),
      'envoyLiveMiB',
    );
    expect(endsHigh).toMatchObject({ mostMiB: 130, isBounded: true });
    const leaking = trendOf(
      samples((minute) => wave(minute) + minute),
      'envoyLiveMiB',
    );
    expect(leaking.slopeMiBPerMinute).toBeCloseTo(1, 1);
    expect(leaking.isBounded).toBe(false);
  });

  it('a leak is not, however slow it is for the eye', () => {
    const trend = trendOf(
      samples((minute) => 100 + minute),
      'envoyLiveMiB',
    );
    expect(trend.slopeMiBPerMinute).toBeCloseTo(1);
    expect(trend.hourlyShare).toBeCloseTo(60 / 110);
    expect(trend.isBounded).toBe(false);
  });
});

describe('promises', () => {
  it('all hold', () => expect(held(RESULT)).toEqual([true, true, true, true, true, true]));

  it.each<[string, Partial<SoakResult>, number]>([
    ['a failure', { traffic: { ...RESULT.traffic, statuses: { 503: 1 } } }, 0],
    ['a copy that is not explained', { balance: { ...RESULT.balance, unexplained: 1 } }, 1],
    ['a leak of Envoy', { samples: samples((minute) => 60 + minute * 2) }, 2],
    [
      'a leak of the control plane',
      {
        samples: samples(
          () => 80,
          (minute) => 60 + minute * 3,
        ),
      },
      3,
    ],
    ['caches of Envoy', { samples: RESULT.samples.map((sample) => ({ ...sample, envoyMiB: 257 })) }, 4],
    ['what V8 keeps', { samples: RESULT.samples.map((sample) => ({ ...sample, nodeMiB: 513 })) }, 5],
  ])('each fails alone: %s', (_, changed, at) => {
    expect(held({ ...RESULT, ...changed })).toEqual([0, 1, 2, 3, 4, 5].map((promise) => promise !== at));
  });

  it('what is resident may grow up to its limit', () => {
    const grown = RESULT.samples.map((sample, index) => ({ ...sample, nodeMiB: 200 + index / 2 }));
    expect(held({ ...RESULT, samples: grown })).toEqual([true, true, true, true, true, true]);
  });

  it('a short run tells nothing of what grows', () => {
    expect(held({ ...RESULT, minutes: 1, samples: samples((minute) => 60 + minute * 2) })).toEqual([
      true,
      true,
      null,
      null,
      true,
      true,
    ]);
  });

  it('copies that ended neither way are unexplained, and so are those that ended twice', () => {
    const verdict = { mirrored: null, comparedInAll: 90, lost: { cut: 4, no_answer: 0 } };
    expect(balanceOf(100, verdict)).toEqual({
      copies: 100,
      mirrored: null,
      compared: 90,
      lost: { cut: 4 },
      unexplained: 6,
    });
    expect(balanceOf(93, verdict).unexplained).toBe(-1);
  });

  it('a user notices no answer and an error of the server', () => {
    expect(failuresOf({ failed: 2, statuses: { 200: 9, 404: 3, 500: 1, 504: 4 } })).toBe(7);
  });
});

it('the report and its picture', () => {
  const machine = { cpu: '2 x CPU', memoryGiB: 8, system: 'Linux 6', node: 'v20' };
  const text = markdownReport(RESULT, { machine, envoyVersion: '1.40.0', sample: '100%', day: '2026-01-05' });
  expect(text).toContain('- holds: User-visible failures: 0 of 540,000 requests.');
  expect(text).toContain("- holds: Copies by Envoy's own count: 540,000 = 539,990 compared + 10 lost.");
  expect(text).toMatch(/no_answer +\| +10/);
  const chart = memoryChart('Memory', RESULT.samples);
  expect(chart).toMatch(/^<svg[^>]*>[\s\S]*<\/svg>\n$/);
  expect(chart.match(/class="line/g)).toHaveLength(4);
  expect(chart).not.toContain('NaN');
});

it('options', () => {
  expect(parseOptions([])).toEqual({ minutes: 10, rate: 'auto', sample: '100%', seed: 1, report: false });
  expect(parseOptions(['--minutes', '0.5', '--rate', '200', '--report'])).toMatchObject({
    minutes: 0.5,
    rate: 200,
    report: true,
  });
  expect(() => parseOptions(['--rate', 'fast'])).toThrow('--rate fast: it must be a number above 0');
});
