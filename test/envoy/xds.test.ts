import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLUSTER, DEFAULT_GROUP } from '../../xds-server/xds/index.ts';
import { eventually, sendRaw, startLoad } from '../support/index.ts';
import { type Scenario, startScenario, type Transport } from './xds-scenario.ts';

const TRANSPORTS: readonly Transport[] = ['ads delta', 'ads sotw', 'per type delta', 'per type sotw'];
const REQUEST = { path: '/' };

describe.each(TRANSPORTS)('a real Envoy, %s', (transport) => {
  let scenario: Scenario;
  const served = async () => (await sendRaw(scenario.port, REQUEST)).header('x-cluster');
  const clusters = async () => {
    const lines = (await scenario.admin('/clusters')).split('\n');
    return [...new Set(lines.map((line) => line.split('::')[0]!))]
      .filter((name) => name !== '' && name !== 'xds')
      .sort();
  };

  beforeAll(async () => {
    scenario = await startScenario(transport, { to: 'x0' });
    await eventually(async () => (await served()) === 'x0');
  });
  afterAll(() => scenario?.close());

  it('gets and acknowledges every type', async () => {
    await eventually(() => Object.keys(scenario.server.clients()[0]?.types ?? {}).length === 5);
    await eventually(() => Object.values(scenario.server.clients()[0]!.types).every((type) => type.ackedVersion));
    const [status, ...others] = scenario.server.clients();
    expect(others).toEqual([]);
    expect(status).toMatchObject({ node: 'test-envoy', cluster: 'test', userAgent: 'envoy' });
    expect(status!.userAgentVersion).toMatch(/^1\.\d+\.\d+$/);
  });

  it('replaces a cluster by another under traffic without a failed request', async () => {
    const load = startLoad({ port: scenario.port, connections: 8, request: () => REQUEST });
    for (let round = 1; round <= 20; round++) {
      const before = load.sent;
      const result = await scenario.apply(scenario.snapshot({ to: `x${round}` }));
      expect(result).toMatchObject({ acked: 1, of: 1, rejections: [] });
      await eventually(() => load.sent > before + 8);
    }
    const result = await load.stop();
    expect(result.failures).toEqual([]);
    expect(result.statuses).toEqual({ 200: result.sent });
    expect(await served()).toBe('x20');
    await eventually(async () => (await clusters()).join() === 'x20', { what: 'the old clusters to be removed' });
  });

  it('changes a fraction without touching the listener', async () => {
    const changes = () => scenario.admin('/stats?filter=^listener_manager.listener_(added|modified|removed)$');
    const before = await changes();
    expect(await scenario.apply(scenario.snapshot({ to: 'x20', flag: 7 }))).toMatchObject({ acked: 1, rejections: [] });
    expect(JSON.parse(await scenario.admin('/runtime')).entries['test.flag'].final_value).toBe('7');
    expect(await changes()).toBe(before);
  });

  it('uses a changed cluster at once: its endpoints are pushed again', async () => {
    const changed = scenario.snapshot({ to: 'x20', flag: 7, connectTimeout: '2s' });
    const result = await scenario.apply(changed);
    expect(result).toMatchObject({ acked: 1, rejections: [] });
    // Without the push Envoy waits 15 s for the endpoints.
    expect(result.tookMs).toBeLessThan(12_000);
    await eventually(async () =>
      (await scenario.admin('/stats?filter=^cluster_manager.warming_clusters')).includes(': 0'),
    );
    expect(await served()).toBe('x20');
  });

  it('says why it rejects a change, goes on with the old one, and accepts the next', async () => {
    const result = await scenario.apply(scenario.snapshot({ to: 'x20', flag: 7, connectTimeout: '-1s' }));
    expect(result).toMatchObject({ acked: 0, rejections: [{ node: 'test-envoy', typeUrl: CLUSTER }] });
    expect(result.rejections[0]!.message).toContain('Invalid duration');
    expect(scenario.server.clients()[0]!.types.cluster!.lastRejection!.message).toBe(result.rejections[0]!.message);
    expect(await served()).toBe('x20');
    expect(await scenario.apply(scenario.snapshot({ to: 'x20', flag: 7 }))).toMatchObject({ acked: 1, rejections: [] });
    expect(scenario.server.clients()[0]!.types.cluster!.lastRejection).toBeUndefined();
  });

  it('a restarted server with the same content changes nothing', async () => {
    const load = startLoad({ port: scenario.port, connections: 8, request: () => REQUEST });
    const changes = () => scenario.admin('/stats?filter=^(listener|cluster)_manager.*(added|modified|removed)$');
    const before = await changes();
    await scenario.replaceServer(scenario.snapshot({ to: 'x20', flag: 7 }));
    await eventually(() => Object.keys(scenario.server.clients()[0]?.types ?? {}).length === 5, { timeoutMs: 60_000 });
    await eventually(() => Object.values(scenario.server.clients()[0]!.types).every((type) => type.ackedVersion));
    expect((await load.stop()).failures).toEqual([]);
    expect(await changes()).toBe(before);
    // With a stream a type, Envoy asks for endpoints without saying what it has.
    const { endpoint, ...types } = scenario.server.clients()[0]!.types;
    const sent = Object.values(transport === 'ads delta' ? { ...types, endpoint } : types).map(
      (type) => type?.sentVersion,
    );
    if (transport.endsWith('delta')) expect(sent.filter((version) => version !== undefined)).toEqual([]);
  });

  it('follows another server that has changed everything meanwhile', async () => {
    const load = startLoad({ port: scenario.port, connections: 8, request: () => REQUEST });
    await scenario.replaceServer(scenario.snapshot({ to: 'elsewhere', flag: 8 }));
    await eventually(async () => (await served()) === 'elsewhere', { timeoutMs: 60_000 });
    await eventually(async () => (await clusters()).join() === 'elsewhere', { what: 'the old cluster to be removed' });
    const { failures, sent } = await load.stop();
    expect(sent).toBeGreaterThan(0);
    // In state of the world a server that never knew the old cluster cannot keep it until the routes have moved.
    if (transport.endsWith('delta')) expect(failures).toEqual([]);
  });

  it('killed in the middle of changes, Envoy comes back to the last of them and to nothing else', async () => {
    const { envoy, cache } = scenario;
    const restarts = envoy.restarts;
    for (let change = 1; change <= 30; change++) {
      cache.set(DEFAULT_GROUP, scenario.snapshot({ to: `z${change}`, flag: 100 + change }));
      if (change === 15) process.kill(envoy.pid, 'SIGKILL');
      // One turn of the event loop: changes overtake each other, in Envoy and on their way to it.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => envoy.restarts > restarts, { timeoutMs: 30_000, what: 'a new Envoy' });
    await eventually(
      () => scenario.server.clients().some(({ upToDate, types }) => upToDate && types.route?.ackedVersion),
      {
        timeoutMs: 30_000,
        what: 'the new Envoy to have everything',
      },
    );
    expect(await served()).toBe('z30');
    expect(await clusters()).toEqual(['z30']);
    expect(JSON.parse(await scenario.admin('/runtime')).entries['test.flag'].final_value).toBe('130');
  });
});
