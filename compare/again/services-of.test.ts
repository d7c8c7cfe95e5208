import { expect, it } from 'vitest';
import { parsePolicy } from '../../xds-server/policy/index.ts';
import { servicesOf } from './services-of.ts';

it('finds the services of a mirror, and what copies get', () => {
  const { policy } = parsePolicy({
    listen: '127.0.0.1:10000',
    services: { one: { address: '127.0.0.1:1' }, two: { address: '127.0.0.1:2' }, twin: { address: '127.0.0.1:3' } },
    mirrors: {
      a: { match: { path: '/a' }, primary: 'one', shadow: 'two', control: 'twin', headers: { set: { 'X-Copy': '1' } } },
      b: { match: { path: '/b' }, primary: 'two', shadow: 'one' },
    },
  });
  expect(servicesOf(policy, 'a')).toMatchObject({
    primary: { name: 'one' },
    candidate: { name: 'two' },
    control: { name: 'twin' },
    maxBodyBytes: 64 * 1024,
    headers: { set: [['x-copy', '1']] },
  });
  expect(servicesOf(policy, 'b')).not.toHaveProperty('control');
  expect(servicesOf(policy, 'c')).toBeUndefined();
});
