import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../xds-server/policy/defaults.ts';
import { parsePolicy } from '../xds-server/policy/index.ts';
import type { Mirror } from '../xds-server/policy/model.ts';
import { DEFAULTS as JUDGED } from './judge/index.ts';
import { fieldWeights } from './report/index.ts';
import { readRule } from './rules/index.ts';
import { comparedMirror, gateSettings } from './settings.ts';

function mirrorWith(compare: unknown) {
  const services = { v1: { address: 'v1:80' }, v2: { address: 'v2:80' } };
  const mirrors = { orders: { match: { path: '/orders' }, primary: 'v1', shadow: 'v2', sample: '5%', compare } };
  return parsePolicy({ services, mirrors }).policy.mirrors[0]!;
}

const base = { path: '/a', reason: 'why not' };
/** Parts of rules, good and bad: both readers must be of one mind about all of them. */
const RULES: readonly object[] = [
  { effect: 'ignore' },
  { effect: 'ignore', path: '' },
  { effect: 'ignore', path: ':status' },
  { effect: 'ignore', path: 'header:x-*' },
  { effect: 'ignore', path: 'header:' },
  { effect: 'ignore', path: 'items' },
  { effect: 'ignore', reason: '' },
  { effect: 'ignore', reason: ' ' },
  { effect: 'ignore', reason: 'x'.repeat(1_001) },
  { effect: 'ignore', path: `/${'x'.repeat(1_000)}` },
  { effect: 'ignore', expiresAt: '2031-01-31' },
  { effect: 'ignore', expiresAt: '2031-01-31T10:00:00Z' },
  { effect: 'ignore', expiresAt: 'soon' },
  { effect: 'ignore', endpoint: 'GET /orders/{id}' },
  { effect: 'ignore', unknown: 1 },
  { effect: 'ignore', key: '/sku' },
  { effect: 'tolerance' },
  { effect: 'tolerance', absolute: 0.01 },
  { effect: 'tolerance', relative: 0.01, absolute: 1 },
  { effect: 'tolerance', absolute: 0 },
  { effect: 'tolerance', absolute: '1' },
  { effect: 'format' },
  { effect: 'format', format: 'uuid' },
  { effect: 'format', format: 'time' },
  { effect: 'keyed' },
  { effect: 'keyed', key: '/sku' },
  { effect: 'keyed', key: 'sku' },
  { effect: 'unordered' },
  { effect: 'nullEqualsMissing' },
  { effect: 'nothing' },
];

describe('rules of the policy', () => {
  it.each(RULES)('%j is a rule for both who read it, or for neither', (part) => {
    const rule = { ...base, ...part };
    const works = (read: () => unknown): boolean => {
      try {
        read();
        return true;
      } catch {
        return false;
      }
    };
    const byPolicy = works(() => mirrorWith({ rules: [rule] }));
    const byBook = works(() => readRule(rule, { id: 'r', author: 'file', nowMs: 0 }));
    expect(byBook).toBe(byPolicy);
  });

  it('both kinds are among them', () => {
    expect(RULES.length).toBeGreaterThan(20);
  });
});

it('the margin without a word is that of the judge', () => {
  expect(DEFAULTS.compareMargin / 1e6).toBe(JUDGED.marginRate);
});

it('what a mirror says reaches the pipeline', () => {
  const mirror = mirrorWith({
    versionHeader: 'X-Release',
    endpoints: ['/orders/{id}'],
    alsoCompareHeaders: ['date'],
    redact: { headers: ['x-key'], paths: ['/email'], query: ['token'], bodies: true },
    capture: { requestHeaders: ['accept'], headers: ['location'] },
  });
  expect(comparedMirror(mirror, [], ['GET /orders'])).toMatchObject({
    control: false,
    showsGuard: false,
    hasRollout: false,
    copyTimeoutMs: 15_000,
    versionHeader: 'x-release',
    templates: ['/orders/{id}', 'GET /orders'],
    alsoCompareHeaders: ['date'],
    headers: expect.arrayContaining(['location', 'content-type', 'x-release']),
    redaction: {
      headers: ['x-key'],
      jsonPaths: ['/email'],
      queryParameters: ['token'],
      keepBodies: false,
      keptRequestHeaders: ['accept'],
      keptHeaders: expect.arrayContaining(['location']),
    },
  });
});

it('what counts for gates are of changes with services, and with what says how answers are compared', () => {
  const mirror = { ...mirrorWith({}), rollout: {} as NonNullable<Mirror['rollout']> };
  const text = (change: Partial<Mirror> = {}) => gateSettings({ ...mirror, ...change })?.text;
  expect(gateSettings(mirrorWith({}))).toBeUndefined();
  expect(text({ paused: true })).toBe(text());
  const others: ReadonlyArray<Partial<Mirror>> = [
    { shadow: 'v3' },
    { control: 'twin' },
    { limits: { ...mirror.limits, timeoutMs: 1 } },
    { compare: { ...mirror.compare, versionHeader: 'x-other' } },
  ];
  expect(new Set([text(), ...others.map(text)]).size).toBe(others.length + 1);
});

it('weights: the first that fits decides, whole segments only, 1 where none does', () => {
  const weightOf = fieldWeights([
    { path: '/items/*/price', endpoint: 'GET /a', weight: 7 },
    { path: '/items', weight: 3 },
    { path: 'header:x-*', weight: 0.5 },
  ]);
  expect(weightOf('GET /a', '/items/*/price')).toBe(7);
  expect(weightOf('GET /b', '/items/*/price')).toBe(3);
  expect(weightOf('GET /a', '/itemsLeft')).toBe(1);
  expect(weightOf('GET /a', 'header:x-total')).toBe(0.5);
  expect(weightOf('GET /a', ':status')).toBe(1);
});
