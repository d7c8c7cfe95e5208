import { describe, expect, it } from 'vitest';
import type { EnvoyItem } from '../view/envoy-item.ts';
import { uninstallObstacles } from './obstacles.ts';
import { QuietWatch } from './quiet.ts';
import { removedFrom } from './removed.ts';

const edge: EnvoyItem = {
  node: 'edge-1',
  version: '1.40.0',
  connectedSince: '2026-01-02T03:04:05Z',
  types: {},
  revision: 7,
};
const gone = [{ node: 'edge-2', since: '2026-01-02T03:04:05Z' }];

describe('what keeps mirroring from being taken out', () => {
  it('nothing, where all are connected and well', () => {
    expect(uninstallObstacles({ items: [edge] }, [])).toEqual([]);
  });

  it('an Envoy that has left, unless it is gone for good', () => {
    expect(uninstallObstacles({ items: [edge], gone }, [])).toEqual([expect.stringContaining('--without edge-2')]);
    expect(uninstallObstacles({ items: [edge], gone }, ['edge-2'])).toEqual([]);
  });

  it('that nobody would hear of it', () => {
    expect(uninstallObstacles({ items: [] }, [])).toEqual([expect.stringMatching(/^No Envoy is connected/)]);
    expect(uninstallObstacles({ items: [], gone }, ['edge-2'])).toEqual([expect.stringMatching(/^No Envoy/)]);
  });

  it('users on a shadow, who would be taken off it', () => {
    const rollout = (users: object, status = 'running') =>
      [{ mirror: 'orders', status, weights: { copies: 'as-configured', users } }] as never;
    expect(uninstallObstacles({ items: [edge] }, [], rollout({}))).toEqual([]);
    expect(uninstallObstacles({ items: [edge] }, [], rollout({ everyone: 250_000 }))).toEqual([
      expect.stringMatching(/^Users of orders are on its shadow.*rollout rollback orders/),
    ]);
    expect(uninstallObstacles({ items: [edge] }, [], rollout({ everyone: 1_000_000 }, 'finished'))).toEqual([]);
  });

  it('an Envoy that has rejected what it was sent, in its own words', () => {
    const items = [{ ...edge, lastRejection: { message: 'no such thing' } }];
    expect(uninstallObstacles({ items }, [])).toEqual([expect.stringMatching(/edge-1 has rejected .*no such thing/)]);
  });
});

describe('an Envoy is quiet', () => {
  const look = (watch: QuietWatch, at: number, sent: number, active = 0) =>
    watch.look([{ ...edge, copies: { sent, active, at: `${at}` } }]);

  it('once two of its reports say the same, and stays so', () => {
    const watch = new QuietWatch(7);
    expect(look(watch, 1, 10)).toHaveLength(1);
    expect(look(watch, 1, 10)).toHaveLength(1);
    expect(look(watch, 2, 11)).toHaveLength(1);
    expect(look(watch, 3, 11)).toEqual([]);
    expect(look(watch, 3, 11)).toEqual([]);
  });

  it('not while copies are under way', () => {
    const watch = new QuietWatch(7);
    expect(look(watch, 1, 10, 1)).toEqual(['edge-1 still has 1 copy under way']);
    expect(look(watch, 2, 10, 1)).toEqual(['edge-1 still has 1 copy under way']);
    expect(look(watch, 3, 10)).toEqual([]);
  });

  it('not before it has the revision in use; without statistics that is all that is seen', () => {
    const watch = new QuietWatch(8);
    expect(watch.look([edge])).toEqual(['edge-1 does not have revision 8 in use yet']);
    expect(watch.look([{ ...edge, revision: 8, behindSince: '2026' }])).toHaveLength(1);
    expect(watch.look([{ ...edge, revision: 8, behindSince: null, copies: null }])).toEqual([]);
  });
});

describe('what is left to do', () => {
  const config = {
    default: 'shop',
    services: { shop: { cluster: 'shop' }, v2: { address: '10.0.0.2:80' }, v1: { cluster: 'orders_v1' } },
    mirrors: { orders: { match: { path: '/api' }, primary: 'v1', shadow: 'v2' } },
    mirroring: 'off',
  };

  it('is nothing by hand where the listener is from here', async () => {
    expect(await removedFrom([edge], config)).toEqual({
      envoys: [{ node: 'edge-1', listener: 'ours', verified: false }],
    });
  });

  it('is to take the fragment out of a bootstrap, and to put routes in its place', async () => {
    const own = {
      ...edge,
      setup: { listener: 'own', streams: 'ads' },
      copies: { sent: 1, active: 0, at: '' },
    } as const;
    const removed = await removedFrom([own], config);
    expect(removed.envoys).toEqual([{ node: 'edge-1', listener: 'own', verified: true }]);
    expect(removed.own![0]).toEqual({
      where: 'static_resources.clusters',
      what: 'shadowplane-xds, shadowplane/collector, orders/candidate/v2',
    });
    expect(removed.routeConfig).toMatch(/^route_config:\n/);
    expect(removed.routeConfig).toContain('cluster: orders_v1');
    expect(removed.routeConfig).not.toMatch(/mirror_polic|shadowplane\.primary/);
  });
});
