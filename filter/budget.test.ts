import { describe, expect, test } from 'vitest';
import type { FilterMirror } from '../xds-server/resources/filter-config.ts';
import type { SimulatedHost } from './simulated-host/index.ts';
import { decisionOf, headers, loadFilter, mirror, primary } from './testing.ts';

const MILLISECONDS = 1_000_000n;

/** Two workers and the shadow side in VMs of their own with one set of counters, and a clock that stands until told to go on. */
async function startBoth(budget: FilterMirror['budget'], users?: boolean) {
  let now = 1_700_000_000_000n * MILLISECONDS;
  const host = await loadFilter({ now: () => now });
  const options = { now: () => now, metrics: host.metrics };
  const [second, shadowHost] = await Promise.all([loadFilter(options), loadFilter(options)]);
  const start = (where: SimulatedHost, config: object) => where.startPlugin(JSON.stringify(config));
  const rollout = users === undefined ? {} : { users };
  const configuration = primary(mirror({ methods: ['GET', 'POST'], budget: budget!, ...rollout }));
  const workers = [start(host, configuration), start(second, configuration)];
  const shadow = start(shadowHost, {
    role: 'shadow',
    mirrors: [{ name: 'orders', maxBodyBytes: 1000, countsBytes: true, ...rollout }],
  });
  expect([...workers, shadow].map(({ accepted }) => accepted)).toEqual([true, true, true]);
  return {
    host,
    pass: (ms: number) => {
      now += BigInt(ms) * MILLISECONDS;
    },
    /** True when the request was decided on. */
    request: (fields: Record<string, string> = {}, worker = 0) => {
      const stream = workers[worker]!.request(headers(fields), fields['content-length'] === undefined);
      stream.end();
      return decisionOf(stream.filterState) === 'orders/sample';
    },
    copy: (role: string, fields: Record<string, string> = {}, ...chunks: string[]) => {
      const marked = { 'x-shadow': 'true', 'x-shadow-mirror': 'orders', 'x-shadow-role': role, ...fields };
      const stream = shadow.request(headers(marked), fields['content-length'] === undefined && chunks.length === 0);
      for (const chunk of chunks) stream.requestBody(chunk);
      stream.end();
    },
    skipped: () => host.metric('shadowplane.skipped.mirror.orders.cause.budget'),
    reconfigure: () => {
      workers[0] = start(host, configuration);
    },
  };
}

/** Requests that are copied at once, as by a route with a share of 100%; how many. */
function offer(envoy: Awaited<ReturnType<typeof startBoth>>, count: number, worker = 0): number {
  let copied = 0;
  for (let i = 0; i < count; i++) {
    if (!envoy.request({}, worker)) continue;
    copied++;
    envoy.copy('candidate');
    envoy.copy('control');
  }
  return copied;
}

describe('a budget of copies', () => {
  test('at ten times the budget as many are copied as it says, and half a second of it at the beginning', async () => {
    const envoy = await startBoth({ copiesPerSecond: 20 });
    let copied = 0;
    for (let i = 0; i < 100; i++) {
      copied += offer(envoy, 10);
      envoy.pass(50);
    }
    expect(copied).toBeGreaterThanOrEqual(100);
    expect(copied).toBeLessThanOrEqual(110);
    expect(envoy.skipped()).toBe(1000 - copied);
  });

  test('holds for all workers together', async () => {
    const envoy = await startBoth({ copiesPerSecond: 20 });
    let copied = 0;
    for (let i = 0; i < 100; i++) {
      copied += offer(envoy, 5, i % 2) + offer(envoy, 5, (i + 1) % 2);
      envoy.pass(50);
    }
    expect(copied).toBeLessThanOrEqual(110);
    expect(copied).toBeGreaterThanOrEqual(100);
  });

  test('is used up by copies, not by requests that the share leaves out', async () => {
    const envoy = await startBoth({ copiesPerSecond: 1 });
    for (let i = 0; i < 50; i++) expect(envoy.request()).toBe(true);
    envoy.copy('candidate');
    expect(envoy.request()).toBe(false);
    envoy.pass(1000);
    expect(envoy.request()).toBe(true);
  });

  test('copies to the control are not counted twice', async () => {
    const envoy = await startBoth({ copiesPerSecond: 4 });
    envoy.copy('control');
    envoy.copy('control');
    expect(offer(envoy, 10)).toBe(2);
  });

  test('is used up by what goes back to the primary, too', async () => {
    const envoy = await startBoth({ copiesPerSecond: 4 }, true);
    envoy.copy('primary');
    expect(offer(envoy, 10)).toBe(1);
  });

  test('does not begin again when the configuration changes', async () => {
    const envoy = await startBoth({ copiesPerSecond: 20 });
    expect(offer(envoy, 100)).toBe(10);
    envoy.reconfigure();
    expect(offer(envoy, 100)).toBe(0);
  });
});

describe('a budget of bytes', () => {
  test('counts what a copy announces at once, what it does not announce as it comes', async () => {
    const envoy = await startBoth({ bytesPerSecond: 1000 });
    const body = { ':method': 'POST', 'content-length': '300' };
    envoy.copy('candidate', body);
    expect(envoy.host.metric('shadowplane.copied_bytes.mirror.orders.role.candidate')).toBe(300);
    expect(envoy.request(body)).toBe(true);
    envoy.copy('candidate', { ':method': 'POST' }, 'x'.repeat(150), 'x'.repeat(60));
    expect(envoy.host.metric('shadowplane.copied_bytes.mirror.orders.role.candidate')).toBe(510);
    expect(envoy.request(body)).toBe(false);
    envoy.pass(20);
    expect(envoy.request(body)).toBe(true);
  });

  test('of announced bodies nothing is counted again as it comes, and nothing of the control', async () => {
    const envoy = await startBoth({ bytesPerSecond: 1000 });
    envoy.copy('candidate', { 'content-length': '300' }, 'x'.repeat(300));
    envoy.copy('control', { 'content-length': '300' }, 'x'.repeat(300));
    envoy.copy('control', {}, 'x'.repeat(300));
    expect(envoy.host.metric('shadowplane.copied_bytes.mirror.orders.role.candidate')).toBe(300);
  });

  test('is used up by what goes back to the primary, too', async () => {
    const envoy = await startBoth({ bytesPerSecond: 1000 }, true);
    envoy.copy('primary', { ':method': 'POST', 'content-length': '400' });
    envoy.copy('primary', { ':method': 'POST' }, 'x'.repeat(100));
    expect(envoy.host.metric('shadowplane.copied_bytes.mirror.orders.role.primary')).toBe(500);
    expect(envoy.request({ ':method': 'POST', 'content-length': '1' })).toBe(false);
  });

  test('one that is used up keeps requests with a body out, not others', async () => {
    const envoy = await startBoth({ bytesPerSecond: 100 });
    envoy.copy('candidate', { 'content-length': '1000' });
    expect(envoy.request({ ':method': 'POST', 'content-length': '1' })).toBe(false);
    expect(envoy.request()).toBe(true);
    expect(envoy.skipped()).toBe(1);
    envoy.pass(9400);
    expect(envoy.request({ ':method': 'POST', 'content-length': '1' })).toBe(false);
    envoy.pass(200);
    expect(envoy.request({ ':method': 'POST', 'content-length': '1' })).toBe(true);
  });
});

test('without a budget neither clock nor counter is asked', async () => {
  const { host, request } = await startBoth({ copiesPerSecond: 1_000_000 });
  request();
  host.hostCalls.clear();
  request();
  expect(host.hostCalls.get('proxy_get_metric')).toBe(1);
  const plain = await loadFilter();
  const plugin = plain.startPlugin(JSON.stringify(primary(mirror())));
  plugin.request(headers()).end();
  plain.hostCalls.clear();
  plugin.request(headers()).end();
  expect([...plain.hostCalls.keys()]).not.toContain('proxy_get_metric');
  expect([...plain.hostCalls.keys()]).not.toContain('proxy_get_current_time_nanoseconds');
});
