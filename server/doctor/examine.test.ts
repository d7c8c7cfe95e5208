import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EnvoyStatus } from '../../xds-server/api/index.ts';
import { parsePolicy } from '../../xds-server/policy/index.ts';
import { CHECKS, examine } from './examine.ts';
import type { Facts } from './facts.ts';

const AT_MS = Date.parse('2031-01-01T00:00:00Z');
const SERVICES = { v1: { address: 'a:80' }, v2: { address: 'b:80' }, twin: { address: 'c:80' } };
const MIRROR = { match: { path: '/orders' }, primary: 'v1', shadow: 'v2', control: 'twin', sample: '5%' };

function envoy(more: Partial<EnvoyStatus> = {}): EnvoyStatus {
  const progress = { revision: 1, behindSince: null, rejectedRevision: null, lastRejection: null };
  // What an Envoy was set up with is nothing that the checks look at.
  return {
    node: 'edge-1',
    version: '1.40.0',
    connectedSince: '',
    types: {},
    problems: [],
    ...progress,
    ...more,
  } as unknown as EnvoyStatus;
}

/** A setup in which nothing is amiss. */
function facts(more: Partial<Facts> = {}, mirror: object = {}, services: object = {}, document: object = {}): Facts {
  const mirrors = { orders: { ...MIRROR, ...mirror } };
  return {
    atMs: AT_MS,
    policy: parsePolicy({ services: { ...SERVICES, ...services }, mirrors, ...document }).policy,
    guards: [],
    stopped: [],
    envoys: [envoy()],
    filter: ['primary', 'shadow'].map((role) => ({ role, state: 'running', deaths: 0 })),
    api: { beyondLoopback: true, guarded: true },
    xds: { beyondLoopback: true, guarded: true },
    comparison: { machines: [{ node: 'edge-1', dropped: 0, clockBehindMs: 40 }], storeFailing: false, copies: [] },
    disk: { freeBytes: 50e9, totalBytes: 100e9 },
    ...more,
  };
}

const machine = (more: object) => ({
  comparison: {
    machines: [{ node: 'edge-1', dropped: 0, clockBehindMs: 0, ...more }],
    storeFailing: false,
    copies: [],
  },
});
const copies = (more: object) => ({
  comparison: {
    machines: [],
    storeFailing: false,
    copies: [{ mirror: 'orders', role: 'shadow', tried: 20, withoutConnection: 0, answered: 0, ...more } as const],
  },
});
const unsafe = { sideEffects: 'guarded' };
const failed = {
  service: 'v2',
  role: 'candidate',
  mirrors: ['orders'],
  state: 'failed',
  checkedAt: null,
  since: '',
} as const;
const minutesAgo = new Date(AT_MS - 120_000).toISOString();

/** Each check: a setup in which it has something to say, of what, and in which words. */
const CASES: ReadonlyArray<[id: string, setup: Facts, subject: string, words: string]> = [
  [
    'shadow-shares-endpoint',
    facts({}, {}, { v2: { address: 'a:80' } }),
    'mirrors.orders.shadow',
    'same process at a:80',
  ],
  ['shadow-shares-host', facts({}, {}, { twin: { address: 'A:81' } }), 'mirrors.orders.control', 'runs on A'],
  [
    'shadow-shares-host',
    facts({}, {}, { v1: { address: '127.0.0.1:80' }, v2: { address: 'localhost:81' } }),
    'mirrors.orders.shadow',
    'runs on localhost',
  ],
  ['guard-not-proven', facts({ guards: [failed] }), 'services.v2', 'has not proven its guard'],
  ['unsafe-without-proof', facts({}, { sideEffects: 'trusted' }), 'mirrors.orders.sideEffects', 'v2 and twin'],
  [
    'money-or-messages',
    facts({}, { ...unsafe, match: { path: '/api/Payments/x' } }),
    'mirrors.orders.match',
    'Payments',
  ],
  ['money-or-messages', facts({}, { ...unsafe, match: { path: '/v1/send' } }), 'mirrors.orders.match', 'send'],
  ['unsafe-on-every-path', facts({}, { ...unsafe, match: { path: '/' } }), 'mirrors.orders.match', 'every path'],
  ['unsafe-at-full-rate', facts({}, { ...unsafe, sample: '100%' }), 'mirrors.orders.sample', '100%'],
  [
    'limits-large',
    facts({}, { limits: { maxConcurrent: 20_000, timeout: '2m' } }),
    'mirrors.orders.limits',
    'timeout 120000 ms',
  ],
  ['no-control', facts({}, { control: undefined }), 'mirrors.orders', 'no control'],
  [
    'tls-not-verified',
    facts({}, {}, { v2: { address: 'b:80', tls: { insecure: true } } }),
    'services.v2.tls',
    'insecure',
  ],
  ['no-budget', facts({}, { sample: '50%' }), 'mirrors.orders.limits', 'nothing bounds'],
  [
    'retention-large',
    facts({}, { compare: { retention: { sampleBytes: '9GiB' } } }),
    'mirrors.orders.compare.retention',
    '9 GiB',
  ],
  ['api-open', facts({ api: { beyondLoopback: true, guarded: false } }), 'api', 'no token'],
  ['xds-open', facts({ xds: { beyondLoopback: true, guarded: false } }), 'xds', 'plain text'],
  ['no-envoy', facts({ envoys: [] }), 'envoys', 'no Envoy is connected'],
  ['envoy-too-old', facts({ envoys: [envoy({ version: '1.35.9' })] }), 'envoys.edge-1', 'older than 1.36'],
  ['envoy-too-old', facts({ envoys: [envoy({ version: '1.38.3' })] }), 'envoys.edge-1', 'without V8'],
  ['envoy-behind', facts({ envoys: [envoy({ behindSince: minutesAgo })] }), 'envoys.edge-1', minutesAgo],
  [
    'envoy-behind',
    facts({ envoys: [envoy({ lastRejection: { type: 'LDS', message: 'no such filter', at: minutesAgo } })] }),
    'envoys.edge-1',
    'no such filter',
  ],
  [
    'envoy-lacks',
    facts({ envoys: [envoy({ problems: [{ code: 'x', message: 'it has no statistics sink', remedy: 'add it' }] })] }),
    'envoys.edge-1',
    'no statistics sink',
  ],
  ['brake-on', facts({ stopped: ['orders'] }), 'mirrors.orders', 'have been stopped'],
  ['no-brake', facts({}, { brake: 'off' }), 'mirrors.orders.brake', 'nothing stops'],
  ['filter-dead', facts({ filter: [{ role: 'shadow', state: 'dead', deaths: 1 }] }), 'filter.shadow', 'not captured'],
  ['clock-skew', facts(machine({ clockBehindMs: 5_000 })), 'envoys.edge-1', '5 s behind'],
  ['clock-skew', facts(machine({ clockBehindMs: -5_000 })), 'envoys.edge-1', '5 s ahead of'],
  ['comparison-dropping', facts(machine({ dropped: 7 })), 'envoys.edge-1', '7 captured answers'],
  [
    'copies-unanswered',
    facts(copies({ tried: 41, withoutConnection: 41 })),
    'mirrors.orders.shadow',
    'none of 41 copies to v2 had an answer below 500 (41 found no connection)',
  ],
  ['copies-unanswered', facts(copies({ role: 'control' })), 'mirrors.orders.control', 'copies to twin had'],
  ['nothing-compared', { ...facts(), comparison: undefined as never }, 'comparison', 'nobody looks'],
  [
    'store-failing',
    facts({ comparison: { machines: [], storeFailing: true, copies: [] } }),
    'store',
    'cannot be stored',
  ],
  ['disk-nearly-full', facts({ disk: { freeBytes: 2e9, totalBytes: 100e9 } }), 'data-dir', '1907 MiB are free'],
  ['mirroring-off', facts({}, {}, {}, { mirroring: 'off' }), 'mirroring', 'off'],
];

describe('the doctor', () => {
  it('finds nothing where nothing is amiss', () => {
    expect(examine(facts()).items).toEqual([]);
    expect(examine(facts({}, { ...unsafe, sample: '1%' })).items).toEqual([]);
    expect(examine(facts({ api: { beyondLoopback: false, guarded: false } })).items).toEqual([]);
    expect(examine(facts(copies({ tried: 19 }))).items).toEqual([]);
    expect(examine(facts(copies({ tried: 41, answered: 1 }))).items).toEqual([]);
  });

  it.each(CASES)('%s', (id, setup, subject, words) => {
    const found = examine(setup).items.filter((item) => item.id === id);
    expect(found).toEqual([expect.objectContaining({ subject, message: expect.stringContaining(words) })]);
    expect(found[0]!.remedy).not.toBe('');
  });

  it('has a case for every check', () => {
    expect(new Set(CASES.map(([id]) => id))).toEqual(new Set(CHECKS.map(({ id }) => id)));
  });

  it.each(['/paymentless', '/api/v1/carts', '/postcards', '/emailing-lists'])(
    'takes %s for no payment or message',
    (path) => {
      expect(examine(facts({}, { ...unsafe, match: { path } })).items).toEqual([]);
    },
  );

  it('says nothing of money where only reading is copied', () => {
    expect(examine(facts({}, { match: { path: '/payments' } })).items).toEqual([]);
  });

  it('begins with the worst', () => {
    const bad = facts({ envoys: [] }, { sideEffects: 'trusted', sample: '100%' });
    expect(examine(bad).items.map(({ severity }) => severity)).toEqual(['danger', 'risk', 'risk', 'note']);
  });

  it('is explained in docs/doctor.md, with the severity of each check and no other', () => {
    const page = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
    const sections = [...page.matchAll(/^### ([a-z-]+)\n(danger|risk|note)\b/gm)].map(([, id, severity]) => [
      id,
      severity,
    ]);
    expect(sections.sort()).toEqual(CHECKS.map(({ id, severity }) => [id, severity]).sort());
  });
});
