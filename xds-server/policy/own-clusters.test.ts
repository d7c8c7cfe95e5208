import { describe, expect, it } from 'vitest';
import { parsePolicy } from './index.ts';

const document = (services: object, more: object = {}) => ({
  services,
  mirrors: { orders: { match: { path: '/o' }, primary: 'v1', shadow: 'v2' } },
  ...more,
});
const V2 = { address: '10.0.0.2:80' };

function problems(services: object): string[] {
  try {
    parsePolicy(document(services));
    return [];
  } catch (error) {
    return (error as { problems: Array<{ path: string; message: string }> }).problems.map(
      ({ path, message }) => `${path}: ${message}`,
    );
  }
}

describe('a service with a cluster of the own Envoy', () => {
  it('needs no address where it serves users, and tells its mirror', () => {
    const { policy } = parsePolicy(document({ v1: { cluster: 'orders_v1' }, v2: V2 }));
    expect(policy.mirrors[0]).toMatchObject({ primary: 'v1', primaryCluster: 'orders_v1' });
    expect(policy.services[0]).toMatchObject({ cluster: 'orders_v1', addresses: [] });
  });

  it('needs one where it gets copies, because those have a cluster of their own', () => {
    expect(problems({ v1: { cluster: 'a' }, v2: { cluster: 'b' } })).toEqual([
      expect.stringMatching(/^mirrors\.orders\.shadow: v2 has only a cluster of your Envoy.* give it address/),
    ]);
    expect(problems({ v1: { cluster: 'a' }, v2: { cluster: 'b', ...V2 } })).toEqual([]);
  });

  it.each([
    'orders/candidate/v2',
    'orders/users/v2',
    'orders/back/v1',
    'default/shop',
    'shadowplane-xds',
    'shadowplane/collector',
  ])('may not be called %s', (cluster) => {
    expect(problems({ v1: { cluster }, v2: V2 })).toEqual([
      expect.stringMatching(/^services\.v1\.cluster: .* is a name of Shadowplane's own$/),
    ]);
  });

  it('has it for itself', () => {
    expect(problems({ v1: { cluster: 'a' }, v2: { cluster: 'a', ...V2 } })).toEqual([
      'services.v2.cluster: is the cluster of service "v1", too',
    ]);
  });

  it('is what a service without an address is asked for', () => {
    expect(problems({ v1: {}, v2: V2 })).toEqual([expect.stringMatching(/^services\.v1: needs address: .*or cluster/)]);
  });
});

it('mirroring that is off is said with every change', () => {
  const off = parsePolicy(document({ v1: { address: '10.0.0.1:80' }, v2: V2 }, { mirroring: 'off' }));
  expect(off.policy.mirroring).toBe('off');
  expect(off.warnings.map(({ path }) => path)).toContain('mirroring');
  expect(parsePolicy({}).policy.mirroring).toBe('on');
});
