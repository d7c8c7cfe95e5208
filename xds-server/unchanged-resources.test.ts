import { describe, expect, it } from 'vitest';
import { parsePolicy } from './policy/index.ts';
import { buildResources } from './resources/index.ts';
import { UnchangedResources } from './unchanged-resources.ts';

const context = { filterWasm: new Uint8Array([1, 2, 3]) };

function resources(sample: string) {
  const { policy } = parsePolicy({
    services: { a: { address: '10.0.0.1:80' }, b: { address: '10.0.0.2:80' } },
    mirrors: { orders: { match: { path: '/o' }, primary: 'a', shadow: 'b', sample } },
  });
  return buildResources(policy, context);
}

describe('UnchangedResources', () => {
  it('hands out the same object for what has not changed, and only for that', () => {
    const unchanged = new UnchangedResources();
    const before = unchanged.reuse(resources('5%'));
    const after = unchanged.reuse(resources('6%'));
    expect(after).toHaveLength(before.length);
    const renewed = after.filter((resource) => !before.includes(resource));
    expect(renewed.map((resource) => resource['@type'])).toEqual([
      'type.googleapis.com/envoy.service.runtime.v3.Runtime',
    ]);
    expect(renewed[0]).toMatchObject({ layer: { 'shadowplane.orders.sample': { numerator: 60_000 } } });
  });

  it('forgets what is gone', () => {
    const unchanged = new UnchangedResources();
    const [listener] = unchanged.reuse(resources('5%'));
    unchanged.reuse({
      listeners: [],
      secrets: [],
      routes: [],
      clusters: [],
      endpoints: [],
      runtimes: [],
      extensionConfigs: [],
    });
    expect(unchanged.reuse(resources('5%'))[0]).not.toBe(listener);
  });
});
