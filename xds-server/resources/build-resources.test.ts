import { describe, expect, it } from 'vitest';
import { buildResources } from './build-resources.ts';
import { policyOf } from './testing.ts';

const context = { filterWasm: new Uint8Array([1]) };

describe('buildResources', () => {
  it('names the type of every resource and serves the raw ones beside ours', () => {
    const resources = buildResources(
      policyOf(`default: a
envoy: { clusters: [{ name: extra }], listeners: [{ name: other }] }`),
      context,
    );
    const shown = Object.fromEntries(
      Object.entries(resources).map(([kind, items]) => [
        kind,
        items.map((item) => [String(item['@type']).split('.').at(-1), item.name ?? item.cluster_name]),
      ]),
    );
    expect(shown).toEqual({
      listeners: [
        ['Listener', 'shadowplane'],
        ['Listener', 'other'],
      ],
      routes: [['RouteConfiguration', 'shadowplane']],
      clusters: [
        ['Cluster', 'default/a'],
        ['Cluster', 'extra'],
      ],
      endpoints: [['ClusterLoadAssignment', 'default/a']],
      runtimes: [['Runtime', 'shadowplane']],
      extensionConfigs: [
        ['TypedExtensionConfig', 'shadowplane.primary'],
        ['TypedExtensionConfig', 'shadowplane.shadow'],
      ],
    });
  });

  it('changes nothing but the runtime when a share changes or a mirror is paused', () => {
    const build = (more: string) =>
      buildResources(
        policyOf(`default: a\nmirrors: { o: { match: { path: /o }, primary: a, shadow: b, ${more} } }`),
        context,
      );
    const { runtimes: before, ...rest } = build('sample: 5%');
    const { runtimes: after, ...restAfter } = build('sample: 20%, paused: true');
    expect(restAfter).toEqual(rest);
    expect(after).not.toEqual(before);
  });
});
