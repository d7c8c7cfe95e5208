import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { assertCanListen, assertCanListenAll, canListen, freePort } from './ports.ts';

it('names the flag when an address is taken', async () => {
  const port = await freePort('127.0.0.1');
  const address = { host: '127.0.0.1', port };
  await assertCanListen(address, '--api-listen');
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  try {
    expect(await canListen(address)).toBe(false);
    await expect(assertCanListen(address, '--api-listen')).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `127.0.0.1:${port} is taken by another process; choose another with --api-listen HOST:PORT`,
    });
  } finally {
    await new Promise((resolve) => holder.close(resolve));
  }
  expect(await canListen(address)).toBe(true);
});

it('tells an address that is not of this machine', async () => {
  await expect(assertCanListen({ host: '192.0.2.1', port: 80 }, '--xds-listen')).rejects.toThrow(
    '192.0.2.1 is no address of this machine; choose another with --xds-listen HOST:PORT',
  );
});

it('names every address that is taken, and how to choose another', async () => {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  const [one, other] = ports.map((port) => ({ host: '127.0.0.1', port }));
  const free = { host: '127.0.0.1', port: 0 };
  const wanted = [
    { address: one!, by: 'listen in a.yaml' },
    { address: free, by: '--xds-listen HOST:PORT' },
    { address: other!, by: '--api-listen HOST:PORT' },
  ];
  await expect(assertCanListenAll(wanted)).rejects.toThrow(
    `127.0.0.1:${one!.port} is taken by another process; choose another with listen in a.yaml\n127.0.0.1:${other!.port} is taken by another process; choose another with --api-listen HOST:PORT\nPort 0 takes a free one.`,
  );
  for (const server of servers) server.close();
  await assertCanListenAll([{ address: free, by: 'x' }]);
});
