/** Users are moved to the candidate by runtime alone, stay on their side, and each side is copied to the other. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  eventually,
  openWebSocket,
  type RawAnswer,
  type RawRequest,
  runLoad,
  sendRaw,
  shareProblem,
  startLoad,
  TRAP_HEADER,
  trapFilter,
} from '../support/index.ts';
import { startUsers, type UsersScenario } from './users-scenario.ts';

const REQUESTS = 1_000;
const STAFF = { 'x-group': 'staff' };
const EVERYONE_ON_V2 = { everyone: 1 };

let users: UsersScenario;
beforeAll(async () => {
  users = await startUsers(
    {
      orders: { match: { path: '/orders' }, control: 'twin', segments: { staff: '100%' }, methods: ['GET', 'POST'] },
      carts: { match: { path: '/carts' }, sticky: { cookie: 'uid' }, methods: ['GET', 'POST'] },
    },
    { orders: { backMethods: ['GET', 'POST'] } },
    { staff: { header: 'x-group', equals: 'staff' } },
    await trapFilter(),
  );
});
afterAll(() => users?.close());
beforeEach(async () => {
  await users.settled();
  users.clear();
});

const versionOf = (answer: RawAnswer) => answer.header('x-app-version');
const sideOf = async (request: RawRequest) => versionOf(await sendRaw(users.port, request));

/** How many of so many requests the candidate answered. */
async function onCandidate(total: number, request: (index: number) => RawRequest): Promise<number> {
  let count = 0;
  const onAnswer = (answer: RawAnswer) => {
    if (versionOf(answer) === 'v2') count += 1;
  };
  const load = await runLoad({ port: users.port, total, request, onAnswer });
  expect(load).toMatchObject({ failed: 0, failures: [] });
  return count;
}

describe('shares', () => {
  test('hold for each audience and method, and change under load without a failure or anything but runtime', async () => {
    await users.move({});
    const before = [await users.updates(), await users.admin.listenerChanges()];
    expect(Object.keys(before[0]!).length).toBeGreaterThan(3);
    const load = startLoad({ port: users.port, connections: 4, request: () => ({ path: '/orders/1' }) });
    for (const shares of [{ staff: 0.5 }, { staff: 0.5, everyone: 0.2 }]) {
      await users.move(shares);
      const { staff, everyone = 0 } = shares as { staff: number; everyone?: number };
      const request = (headers: object) => (index: number) => ({
        method: ['GET', 'POST', 'DELETE'][index % 3]!,
        path: '/orders/7',
        headers: { ...headers },
      });
      expect(shareProblem(await onCandidate(REQUESTS, request(STAFF)), REQUESTS, staff)).toBeUndefined();
      expect(shareProblem(await onCandidate(REQUESTS, request({})), REQUESTS, everyone)).toBeUndefined();
    }
    await users.move({ everyone: 1 });
    expect(await onCandidate(100, () => ({ path: '/orders' }))).toBe(100);
    await users.move({});
    expect(await onCandidate(100, () => ({ path: '/orders' }))).toBe(0);
    expect(await load.stop()).toMatchObject({ failed: 0, failures: [], reconnects: 0 });
    expect([await users.updates(), await users.admin.listenerChanges()]).toEqual(before);
  });

  test('take a segment first and leave all others where they are', async () => {
    await users.move({ staff: 1 });
    expect(await onCandidate(200, () => ({ path: '/orders', headers: STAFF }))).toBe(200);
    expect(await onCandidate(200, () => ({ path: '/orders' }))).toBe(0);
    expect(await sideOf({ path: '/other', headers: STAFF })).toBe('v1');
  });
});

describe('copies of what the candidate answers', () => {
  const body = 'a body';
  const request = (id: string) => ({
    method: 'POST',
    path: '/orders/7?a=b',
    headers: { ...STAFF, 'x-test-id': id },
    body,
  });

  test('go back with markers, and pair by the service that answered', async () => {
    await users.move({ staff: 1 });
    expect(await sideOf(request('one'))).toBe('v2');
    const id = await eventually(
      () => users.v1.recorder.has('one') && users.v1.recorder.only('one').header('x-shadow-id'),
    );
    const halves = await users.collector.received(3, ({ exchangeId }) => exchangeId === id);
    const sides = Object.fromEntries(halves.map((half) => [half.side, half]));
    const { SIDE_PRIMARY: primary, SIDE_CANDIDATE: candidate, SIDE_CONTROL: control } = sides;
    expect(candidate).toMatchObject({
      method: 'POST',
      path: '/orders/7?a=b',
      segment: 'staff',
      body: Buffer.from('v2'),
    });
    expect(primary).toMatchObject({ method: '', segment: 'staff', body: Buffer.from('v1') });
    expect(control).toMatchObject({ method: '', segment: 'staff', body: Buffer.from('twin') });

    expect(users.v2.recorder.only('one').markers).toEqual({});
    const markers = (role: string) => ({
      'x-shadow': 'true',
      'x-shadow-mirror': 'orders',
      'x-shadow-reason': 'segment',
      'x-shadow-segment': 'staff',
      'x-shadow-role': role,
      'x-shadow-id': id,
    });
    expect(users.v1.recorder.only('one').markers).toEqual(markers('primary'));
    expect(users.twin.recorder.only('one').markers).toEqual(markers('control'));
    expect(users.v1.recorder.only('one').parts).toMatchObject({
      method: 'POST',
      path: '/orders/7?a=b',
      bodyBytes: body.length,
    });
    const counted = /wasmcustom\.shadowplane\.copies\.mirror\.orders\.role\.primary$/;
    expect(await users.admin.sum(counted)).toBeGreaterThan(0);
  });

  test('leave either service the very bytes that users send', async () => {
    await users.move({});
    await sendRaw(users.port, request('same'));
    const onPrimary = users.v1.recorder.only('same').parts;
    await users.settled();
    users.clear();
    await users.move({ staff: 1 });
    await sendRaw(users.port, request('same'));
    const { head, bodySha256 } = users.v2.recorder.only('same').parts;
    expect(head.toString('latin1')).toBe(onPrimary.head.toString('latin1'));
    expect(bodySha256).toBe(onPrimary.bodySha256);
  });

  test('are not made of requests that may change something, while the primary has proven nothing', async () => {
    await users.move(EVERYONE_ON_V2);
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect(await sideOf({ method, path: '/carts', headers: { cookie: 'uid=ann', 'x-test-id': method } })).toBe('v2');
    }
    await eventually(() => users.v1.recorder.has('GET'));
    await users.settled();
    expect(users.v1.recorder.all.map(({ testId }) => testId)).toEqual(['GET']);
    expect(users.v2.recorder.all.map(({ testId, markers }) => [testId, markers])).toEqual([
      ['GET', {}],
      ['POST', {}],
      ['DELETE', {}],
    ]);
  });
});

describe('a user who can be told', () => {
  const USERS = 400;
  const METHODS = ['GET', 'POST', 'DELETE', 'GET'];

  /** The side of each user, who has to have one for all requests. */
  async function sides(): Promise<ReadonlyArray<string | undefined>> {
    const seen = Array.from({ length: USERS }, () => new Set<string | undefined>());
    const load = await runLoad({
      port: users.port,
      total: USERS * METHODS.length,
      request: (index) => ({
        method: METHODS[Math.floor(index / USERS)]!,
        path: '/carts',
        headers: { cookie: `uid=user-${index % USERS}` },
      }),
      onAnswer: (answer, index) => seen[index % USERS]!.add(versionOf(answer)),
    });
    expect(load).toMatchObject({ failed: 0, failures: [] });
    expect(seen.filter(({ size }) => size !== 1)).toEqual([]);
    return seen.map(([side]) => side);
  }

  test('stays on one side with every method, and who was moved stays so as the share grows', async () => {
    await users.move({ everyone: 0.2 });
    const first = await sides();
    await users.move({ everyone: 0.5 });
    const then = await sides();
    const moved = (all: typeof first) => all.filter((side) => side === 'v2').length;
    expect(shareProblem(moved(first), USERS, 0.2)).toBeUndefined();
    expect(shareProblem(moved(then), USERS, 0.5)).toBeUndefined();
    expect(first.filter((side, user) => side === 'v2' && then[user] !== 'v2')).toEqual([]);
  });

  test('and one who cannot is moved by the request', async () => {
    await users.move({ everyone: 0.5 });
    const count = await onCandidate(REQUESTS, (index) => ({ method: METHODS[index % 4]!, path: '/carts' }));
    expect(shareProblem(count, REQUESTS, 0.5)).toBeUndefined();
  });
});

test('a WebSocket goes by its audience', async () => {
  await users.move({ staff: 1 });
  for (const [headers, upstream] of [
    [STAFF, users.v2],
    [{}, users.v1],
  ] as const) {
    const socket = await openWebSocket(users.port, '/orders/live', { ...headers, 'x-test-id': 'ws' });
    expect(await socket.echo('hello')).toBe('hello');
    socket.close();
    expect(upstream.recorder.only('ws').header('upgrade')).toBe('websocket');
    users.clear();
  }
});

describe('without the filter', () => {
  const half = { everyone: 0.5, staff: 1 };

  async function goesByTheRest(change?: { mirroring: 'off' }): Promise<void> {
    await users.move(half, change);
    expect(await onCandidate(100, () => ({ path: '/orders', headers: STAFF }))).toBe(0);
    await users.move(EVERYONE_ON_V2, change);
    expect(await onCandidate(100, () => ({ path: '/orders' }))).toBe(100);
  }

  test('because nothing is mirrored, users are with the primary, or with the candidate that has all', async () => {
    await goesByTheRest({ mirroring: 'off' });
    await users.settled();
    expect(users.v2.recorder.all.filter(({ markers }) => Object.keys(markers).length > 0)).toEqual([]);
  });

  test('because it has failed open, they are as well', async () => {
    await users.move({});
    // Each worker has a machine of its own; connections spread over the workers.
    for (let passed = 0; passed < 40; ) {
      const { status } = await sendRaw(users.port, { path: '/orders', headers: { [TRAP_HEADER]: 'primary' } });
      expect([200, 503]).toContain(status);
      passed = status === 200 ? passed + 1 : 0;
    }
    await goesByTheRest();
  });
});
