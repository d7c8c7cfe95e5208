/** What the room promises as a library of its own: `import { createSnapshotServer } from 'shadowplane/xds'`. */
import { readdirSync, readFileSync } from 'node:fs';
import { createSnapshotServer } from 'shadowplane/xds';
import { expect, it, onTestFinished } from 'vitest';
import { CLUSTER } from './protocol/resource-types.ts';
import { namesIn, TestingClient } from './server/testing-client.ts';
import { cluster } from './testing.ts';

async function start(options?: Parameters<typeof createSnapshotServer>[0]) {
  const server = createSnapshotServer(options);
  onTestFinished(() => server.close());
  const { port } = await server.listen('127.0.0.1:0');
  const client = new TestingClient(port);
  onTestFinished(() => client.close());
  return { server, client };
}

it('serves what it is told, and says who has it', async () => {
  const { server, client } = await start();
  server.setSnapshot([cluster('a')]);
  const stream = client.stream('delta', 'n');
  stream.send({ type_url: CLUSTER });
  stream.ack(await stream.next());

  const next = server.setSnapshot([cluster('b')]);
  const waiting = server.waitForAck(next, { timeoutMs: 30_000 });
  const response = await stream.next();
  expect([namesIn(response), response.removed_resources]).toEqual([['b'], ['a']]);
  stream.ack(response);
  expect(await waiting).toMatchObject({ acked: 1, of: 1 });
  expect(server.clients()[0]!.types.cluster!.ackedVersion).toBe(next.types.get(CLUSTER)!.version);
});

it('keeps groups apart, and what clients have when a snapshot is invalid or cleared', async () => {
  const { server, client } = await start({ groupOf: ({ id }) => id });
  server.setSnapshot([cluster('of-one')], { group: 'one' });
  server.setSnapshot([cluster('of-two')], { group: 'two' });
  for (const group of ['one', 'two']) {
    const stream = client.stream('delta', group);
    stream.send({ type_url: CLUSTER });
    const response = await stream.next();
    expect(namesIn(response)).toEqual([`of-${group}`]);
    expect(() => server.setSnapshot([cluster('x'), cluster('x')], { group })).toThrow('is there twice');
    server.clearSnapshot({ group });
    server.setSnapshot([cluster('later')], { group });
    stream.ack(response);
    expect(namesIn(await stream.next())).toEqual(['later']);
  }
});

it('needs no room but errors and protos', () => {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const rooms = files.flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const up = '../'.repeat(file.split('/').length + 1);
    return [...text.matchAll(/from '((?:\.\.\/)+)([^']*)'/g)]
      .filter(([, dots]) => dots === up)
      .map(([, , room]) => room);
  });
  expect([...new Set(rooms)].sort()).toEqual(['errors/index.ts', 'protos/index.ts']);
});
