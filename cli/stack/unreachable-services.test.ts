import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { parsePolicy } from '../../xds-server/policy/index.ts';
import { freePort } from './ports.ts';
import { unreachableServices } from './unreachable-services.ts';

it('names services at whose address nothing listens, and whom that harms', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const up = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nobody = `127.0.0.1:${await freePort('127.0.0.1')}`;
  const lines = (v1: string, v2: string) => {
    const services = { v1: { address: v1 }, v2: { addresses: [up, v2] } };
    const mirrors = { orders: { match: { path: '/orders' }, primary: 'v1', shadow: 'v2' } };
    return unreachableServices(parsePolicy({ services, mirrors }).policy);
  };
  try {
    expect(await lines(up, '127.0.0.2:1')).toEqual([
      'v2 cannot be reached at 127.0.0.2:1: nothing listens there; until it can, copies to it fail',
    ]);
    expect(await lines(nobody, '127.0.0.2:1')).toEqual([
      `v1 cannot be reached at ${nobody}: nothing listens there; until it can, its users get 503`,
      'v2 cannot be reached at 127.0.0.2:1: nothing listens there; until it can, copies to it fail',
    ]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

it('is silent where all can be reached', async () => {
  expect(await unreachableServices(parsePolicy({}).policy)).toEqual([]);
});
