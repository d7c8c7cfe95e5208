import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { evidenceSince } from '../../rollout/index.ts';
import { libsqlDialect } from '../../store/index.ts';
import { Tallies } from '../tally/index.ts';
import { aCompared, aSample } from '../tally/testing.ts';
import { startLiveComparison } from './index.ts';

let directory: string;
let stops: Array<() => Promise<void>>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-gates-'));
  stops = [];
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start({ services = 'v1 v2' } = {}) {
  const tallies = new Tallies();
  const { rules, evidenceOf, close } = await startLiveComparison({
    dialect: libsqlDialect(directory, { file: 'comparison.db', durability: 'normal' }),
    tallies,
    sampleOf: (_, id) => tallies.sample(id),
    beginEpoch: (mirror) => tallies.beginEpoch(mirror, atMs),
    mirrors: () => new Map([['orders', { hasControl: true }]]),
    settingsOf: (mirror) => (mirror === 'orders' ? { hasControl: true, text: services } : undefined),
    flushIntervalMs: 20,
  });
  stops.push(close);
  const count = (pairs: number, fields: Parameters<typeof aCompared>[0] = {}) => {
    for (let pair = 0; pair < pairs; pair += 1) {
      atMs += 1_000;
      const sample = aSample(`x${atMs}`, {});
      tallies.count(aCompared({ atMs, version: 'v2', control: [], sample, ...fields }), { hasControl: true });
    }
  };
  const stop = async () => {
    stops = stops.filter((one) => one !== close);
    await close();
  };
  return { tallies, rules, count, stop, evidence: () => evidenceOf('orders')!, evidenceOf };
}

let atMs = 1_790_000_000_000;
const RULE = { effect: 'ignore', path: '/at', reason: 'noise' };

it('says what was counted of the deployment of now, and what was found', async () => {
  const { count, evidence, evidenceOf } = await start();
  expect(evidenceOf('others')).toBeUndefined();
  expect(evidence()).toMatchObject({ epoch: 1, strata: {}, findings: [] });
  count(50);
  count(5, { endpoint: 'POST /api/orders', candidate: ['value /total'] });
  const { strata, findings, epoch } = evidence();
  expect(epoch).toBe(1);
  expect(strata.sample).toMatchObject({ pairs: 55, candidateOnly: 5, controlOnly: 0 });
  expect(strata.sample!.errors.candidate).toEqual({ hits: 0, trials: 55 });
  expect([...strata.sample!.latency.candidate.values()]).toEqual([55]);
  expect(findings).toEqual(['/total at POST /api/orders']);
});

it('names each field once, so that a bug at many endpoints hides no other', async () => {
  const { count, evidence } = await start();
  for (const endpoint of ['POST /api/orders', 'POST /api/orders/quote', 'PUT /api/orders/{id}']) {
    count(20, { endpoint, candidate: ['value /total'] });
  }
  count(5, { endpoint: 'POST /api/orders', candidate: ['value /shipping'] });
  const { findings } = evidence();
  expect(findings).toHaveLength(2);
  expect(findings[0]).toMatch(/^\/total at .* and 2 other endpoints$/);
  expect(findings[1]).toBe('/shipping at POST /api/orders');
});

it('what it has said does not change afterwards', async () => {
  const { count, evidence } = await start();
  count(10);
  const before = evidence();
  count(30);
  expect([...before.strata.sample!.latency.primary.values()]).toEqual([10]);
  const since = evidenceSince(evidence(), before);
  expect(since).toMatchObject({ strata: { sample: { pairs: 30 } } });
});

it('a restart goes on with what was stored, also before anything else was compared', async () => {
  const first = await start();
  first.count(100);
  first.count(15, { candidate: ['value /total'] });
  const before = first.evidence();
  await first.stop();
  const second = await start();
  expect(second.evidence()).toEqual({ ...before, findings: [] });
  // An error page that names no version is no other deployment.
  const { version: _, ...unnamed } = aCompared({
    atMs,
    control: [],
    candidate: ['status :status'],
    sample: aSample('x0'),
  });
  second.tallies.count(unnamed, { hasControl: true });
  second.count(9);
  expect(second.evidence()).toMatchObject({
    epoch: 1,
    basis: before.basis,
    strata: { sample: { pairs: 125, quiet: 4 } },
  });
  expect(evidenceSince(second.evidence(), before)).toMatchObject({
    strata: { sample: { pairs: 10, candidateOnly: 1 } },
  });
});

it('failures of gRPC are told apart, because no counter of Envoy has them, also over a restart', async () => {
  const arm = (status: number) => ({ status, isGrpc: true, headersMs: 1, lastByteMs: 2 });
  const first = await start();
  first.count(10);
  expect(first.evidence().strata.sample).not.toHaveProperty('grpc');
  first.count(20, { candidateArm: arm(200), primaryArm: arm(200) });
  const before = first.evidence();
  first.count(5, { candidateArm: arm(500), primaryArm: arm(200) });
  await first.stop();
  const second = await start();
  second.count(3, { candidateArm: arm(500), primaryArm: arm(500) });
  expect(second.evidence().strata.sample!.grpc).toEqual({
    primary: { hits: 3, trials: 28 },
    candidate: { hits: 8, trials: 28 },
  });
  expect(evidenceSince(second.evidence(), before)).toMatchObject({
    strata: { sample: { grpc: { primary: { hits: 3, trials: 8 }, candidate: { hits: 8, trials: 8 } } } },
  });
});

it('a restart after which the candidate is another one is another epoch', async () => {
  const first = await start();
  first.count(100);
  await first.stop();
  const second = await start();
  second.count(5, { version: 'v3' });
  expect(second.evidence()).toMatchObject({ epoch: 2, strata: { sample: { pairs: 5 } } });
  await second.stop();
  const third = await start();
  expect(third.evidence()).toMatchObject({ epoch: 2, strata: { sample: { pairs: 5 } } });
});

it.each<[string, (running: Awaited<ReturnType<typeof start>>) => unknown]>([
  ['a rule', ({ rules }) => rules.add('orders', RULE, 'me', Date.now())],
  ['a field that turns out to be no noise', ({ tallies }) => tallies.beginGatesAgain('orders')],
])('%s changes what counts: nothing from before may be subtracted', async (_, happens) => {
  const running = await start();
  running.count(10);
  const before = running.evidence();
  await happens(running);
  running.count(10);
  expect(evidenceSince(running.evidence(), before)).toBe('begin-again');
  const now = running.evidence();
  await running.stop();
  // It stays so over a restart.
  const later = await start();
  expect(later.evidence().basis).toBe(now.basis);
  later.count(1);
  expect(later.evidence().basis).toBe(now.basis);
});

it('a rule of the file is the same when it is read again', async () => {
  const first = await start();
  first.rules.setOfFile('orders', [RULE], 1);
  first.count(10);
  const { basis } = first.evidence();
  await first.stop();
  const second = await start();
  second.rules.setOfFile('orders', [RULE], 2);
  expect(second.evidence().basis).toBe(basis);
  second.rules.setOfFile('orders', [{ ...RULE, path: '/other' }], 3);
  expect(second.evidence().basis).not.toBe(basis);
});

it('so does another service, while nobody looked', async () => {
  const first = await start();
  first.count(10);
  const before = first.evidence();
  await first.stop();
  expect(evidenceSince((await start({ services: 'v1 v3' })).evidence(), before)).toBe('begin-again');
});
