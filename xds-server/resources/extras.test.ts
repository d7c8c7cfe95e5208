import { describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import type { EnvoyJson } from '../policy/model.ts';
import { checkExtras, clustersWithExtras, listenerWithExtras } from './extras.ts';
import { at, policyOf } from './testing.ts';

const MIRROR = 'default: b\nmirrors: { orders: { match: { path: /o }, primary: a, shadow: b } }';

/** Stands in for the encoder: refuses every message that has a field `broken` anywhere. */
function encode(message: EnvoyJson): void {
  if (JSON.stringify(message).includes('"broken"')) throw new Error('no such field: broken');
}

function problemsOf(yaml: string): ReadonlyArray<{ path: string; message: string }> {
  try {
    checkExtras(policyOf(`${MIRROR}\n${yaml}`), encode);
  } catch (error) {
    if (error instanceof ShadowplaneError) return error.problems;
    throw error;
  }
  return [];
}

describe('merging', () => {
  it('reaches every cluster of a service', () => {
    const policy = policyOf(`${MIRROR}
envoy: { merge: { services: { b: { connectTimeout: 9s } } } }`);
    expect(clustersWithExtras(policy).map(({ name, connect_timeout }) => [name, connect_timeout])).toEqual([
      ['orders/primary/a', '1s'],
      ['orders/candidate/b', '9s'],
      ['default/b', '9s'],
    ]);
  });

  it('reaches the listener and its HTTP connection manager', () => {
    const listener = listenerWithExtras(
      policyOf('envoy: { merge: { httpConnectionManager: { via: edge }, listener: { freebind: true } } }'),
    );
    expect(listener).toMatchObject({ name: 'shadowplane', freebind: true });
    expect(at(listener, 'filter_chains', 0, 'filters', 0, 'typed_config')).toMatchObject({
      stat_prefix: 'shadowplane',
      via: 'edge',
    });
  });
});

describe('checkExtras', () => {
  it('accepts what can be encoded', () => {
    expect(
      problemsOf(`envoy:
  httpFilters: { before: [{ name: x }] }
  clusters: [{ name: extra }]
  listeners: [{ name: other, "@type": type.googleapis.com/envoy.config.listener.v3.Listener }]
  merge: { services: { b: { connect_timeout: 1s } } }`),
    ).toEqual([]);
  });

  it.each([
    ['httpFilters: { before: [{ name: x }, { broken: 1 }] }', 'envoy.httpFilters.before.1'],
    ['httpFilters: { after: [{ broken: 1 }] }', 'envoy.httpFilters.after.0'],
    ['routes: [{ broken: 1 }]', 'envoy.routes.0'],
    ['clusters: [{ name: x, broken: 1 }]', 'envoy.clusters.0'],
    ['listeners: [{ name: x, broken: 1 }]', 'envoy.listeners.0'],
    ['merge: { services: { b: { broken: 1 } } }', 'envoy.merge.services.b'],
    ['merge: { httpConnectionManager: { broken: 1 } }', 'envoy.merge.httpConnectionManager'],
    ['merge: { listener: { broken: 1 } }', 'envoy.merge.listener'],
  ])('reports %s where it stands, once', (yaml, path) => {
    expect(problemsOf(`envoy: { ${yaml} }`)).toEqual([{ path, message: 'no such field: broken' }]);
  });

  it('adds the place within the message that the encoder names', () => {
    const found = [{ path: 'typed_config.xy', message: 'is unknown' }];
    const precise = () => {
      throw new ShadowplaneError('ENVOY_RESOURCE_INVALID', 'x', { problems: found });
    };
    const policy = policyOf('envoy: { httpFilters: { after: [{ name: x }] } }');
    const paths: string[] = [];
    try {
      checkExtras(policy, precise);
    } catch (error) {
      paths.push(...(error as ShadowplaneError).problems.map(({ path }) => path));
    }
    expect(paths).toContain('envoy.httpFilters.after.0.typed_config.xy');
  });

  it.each([
    ['merge: { httpConnectionManager: { httpFilters: [] } }', /envoy.httpFilters/],
    ['merge: { listener: { filter_chains: [] } }', /httpConnectionManager/],
    ['clusters: [{ name: orders/primary/a }]', /taken/],
    ['clusters: [{ name: x }, { name: x }]', /taken/],
    ['listeners: [{ name: shadowplane }]', /taken/],
    ['clusters: [{}]', /no name/],
    ['clusters: [{ name: x, "@type": type.googleapis.com/envoy.config.listener.v3.Listener }]', /Cluster belongs here/],
  ])('refuses %s', (yaml, message) => {
    expect(problemsOf(`envoy: { ${yaml} }`)).toEqual([
      expect.objectContaining({ message: expect.stringMatching(message) }),
    ]);
  });
});
