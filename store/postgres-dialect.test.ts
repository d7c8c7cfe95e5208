import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { postgresDialect } from './postgres-dialect.ts';

const BOUNDS = { connectMs: 900, statementMs: 700, graceMs: 300, restMs: 0, endMs: 200 };
const AUTHENTICATED_AND_READY = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const DONE_AND_READY = Buffer.concat([
  Buffer.from([0x43, 0, 0, 0, 13]),
  Buffer.from('SELECT 0\0'),
  AUTHENTICATED_AND_READY.subarray(9),
]);

/** Takes everybody for who they say they are, has no rows, and says nothing any more when it is told to. */
let server: Server;
let connections: Set<Socket>;
let isMute: boolean;
let asked: string[];
let database: Kysely<unknown>;
beforeEach(async () => {
  connections = new Set();
  isMute = false;
  asked = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('end', () => isMute || socket.end());
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => {});
    let isKnown = false;
    socket.on('data', (message) => {
      asked.push(message.subarray(5).toString().replace('\0', ''));
      if (isMute) return;
      socket.write(isKnown ? DONE_AND_READY : AUTHENTICATED_AND_READY);
      isKnown = true;
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  database = open();
});
afterEach(async () => {
  await database.destroy();
  for (const socket of connections) socket.destroy();
  server.close();
});

function open(parameters = '', bounds = BOUNDS): Kysely<unknown> {
  const { port } = server.address() as AddressInfo;
  return new Kysely({ dialect: postgresDialect(`postgres://u@127.0.0.1:${port}/d${parameters}`, bounds) });
}

const ask = (one = database) => sql`select 1`.execute(one).then(({ rows }) => rows);

/** Only who is gone answers with a reset. */
const allGone = () =>
  vi.waitFor(() => {
    for (const socket of connections) socket.write('?');
    expect(connections.size).toBe(0);
  }, 10_000);

it('gives up a server that takes connections and never answers', async () => {
  isMute = true;
  await expect(ask()).rejects.toThrow('connection timeout');
  await allGone();
});

it('gives up a query that is never answered, with its connection, and goes on with another', async () => {
  await ask();
  isMute = true;
  await expect(ask()).rejects.toThrow('PostgreSQL has not answered for 1 s');
  isMute = false;
  await expect(ask()).resolves.toEqual([]);
});

it('waits as long as the URL says, for connections and for statements', async () => {
  const patient = open('?statement_timeout=1200&connect_timeout=1', { ...BOUNDS, connectMs: 3_600_000 });
  await ask(patient);
  isMute = true;
  await expect(ask(patient)).rejects.toThrow('PostgreSQL has not answered for 1.5 s');
  await expect(ask(patient)).rejects.toThrow('connection timeout');
  await patient.destroy();
  expect(asked[0]).toMatch(/statement_timeout\0?1200/);
});

it('lets nobody else wait for what has just been given up, and then tries again', async () => {
  const resting = open('', { ...BOUNDS, restMs: 1_500 });
  await ask(resting);
  isMute = true;
  await expect(ask(resting)).rejects.toThrow('PostgreSQL has not answered for 1 s');
  await expect(ask(resting)).rejects.toThrow('PostgreSQL has not answered for 1 s');
  expect(asked).toHaveLength(3);
  const isTimeout = expect.objectContaining({ message: expect.stringContaining('connection timeout') });
  const refused = () => ask(resting).catch((error: Error) => error);
  await vi.waitFor(async () => expect(await refused()).toEqual(isTimeout));
  isMute = false;
  expect(await refused()).toEqual(isTimeout);
  expect(asked).toHaveLength(4);
  await vi.waitFor(() => ask(resting));
  await resting.destroy();
});

it('does not wait for the goodbye of a server that says none', async () => {
  const patient = open('', { ...BOUNDS, graceMs: 3_600_000 });
  await Promise.all([ask(patient), ask(patient)]);
  expect(connections.size).toBe(2);
  isMute = true;
  await patient.destroy();
  await allGone();
});

// Unheard, the error of a connection would end the process, which vitest tells as a failure of the run.
it('survives a connection that breaks during a query', async () => {
  await ask();
  isMute = true;
  const broken = ask();
  await vi.waitFor(() => expect(asked).toHaveLength(3), 10_000);
  for (const socket of connections) socket.destroy();
  await expect(broken).rejects.toThrow('Connection terminated unexpectedly');
  isMute = false;
  await expect(ask()).resolves.toEqual([]);
});
