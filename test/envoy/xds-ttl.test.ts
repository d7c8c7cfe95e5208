/** What has a time to live: Envoy keeps it while its control plane is there, and drops it without. */
import { afterAll, expect, it } from 'vitest';
import { packed } from '../../protos/index.ts';
import { buildSnapshot, CLUSTER, encodeWithTtl, RUNTIME, type Snapshot } from '../../xds-server/xds/index.ts';
import { Cleanup, eventually } from '../support/index.ts';
import { startScenario, type Transport } from './xds-scenario.ts';

const TRANSPORTS: readonly Transport[] = ['ads delta', 'ads sotw', 'per type delta', 'per type sotw'];
/** Heartbeats come thrice in it, so that one may be late by two thirds of it on a busy machine. */
const TTL_MS = 3000;
/** More than fit into two times to live. */
const HEARTBEATS = 7;

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

it.concurrent.each(TRANSPORTS)('%s: is renewed in time, and ends with the control plane', async (transport) => {
  const scenario = cleanup.add(await startScenario(transport, { to: 'x' }));
  await eventually(() => scenario.server.clients().length === 1);
  const flag = async () => JSON.parse(await scenario.admin('/runtime')).entries['test.flag']?.final_value;
  const hasCluster = async () => (await scenario.admin('/clusters')).includes('mortal::');
  const updates = async () =>
    scenario.admin('/stats?filter=^(runtime.load_success|cluster_manager.cluster_(added|modified|removed))$');

  expect(await scenario.apply(mortal(scenario.snapshot({ to: 'x' })))).toMatchObject({ acked: 1, rejections: [] });
  await eventually(async () => (await flag()) === '7' && (await hasCluster()));
  const before = await updates();

  const acks = new Map<string, number>();
  const rejected: string[] = [];
  scenario.server.on('ack', ({ typeUrl }) => acks.set(typeUrl, (acks.get(typeUrl) ?? 0) + 1));
  scenario.server.on('nack', ({ message }) => rejected.push(message));
  await eventually(() => [RUNTIME, CLUSTER].every((typeUrl) => (acks.get(typeUrl) ?? 0) >= HEARTBEATS));
  expect(rejected).toEqual([]);
  expect(await flag()).toBe('7');
  expect(await hasCluster()).toBe(true);
  // In state of the world the resources themselves come again; of clusters Envoy sees that they are the same.
  if (transport.endsWith('delta')) expect(await updates()).toBe(before);

  await scenario.server.close();
  await eventually(async () => (await flag()) === undefined && !(await hasCluster()));
});

/** The snapshot with another runtime layer and one more cluster, both with a time to live. */
function mortal(snapshot: Snapshot): Snapshot {
  const others = [...snapshot.types.values()].flatMap(({ resources }) =>
    [...resources.values()].filter(({ typeUrl }) => typeUrl !== RUNTIME),
  );
  const layer = packed('envoy.service.runtime.v3.Runtime', { name: 'layer', layer: { 'test.flag': 7 } });
  const cluster = packed('envoy.config.cluster.v3.Cluster', { name: 'mortal', type: 'STATIC', connect_timeout: '1s' });
  return buildSnapshot([...others, encodeWithTtl(layer, TTL_MS), encodeWithTtl(cluster, TTL_MS)]);
}
