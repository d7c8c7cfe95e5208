import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyVerdict, reportVerdict } from '../../compare/report/index.ts';
import { cell, epoch, field, MIRROR, OPTIONS } from '../../compare/report/testing.ts';
import type { Context } from '../context.ts';
import { PLAIN } from '../output/style.ts';
import { run } from '../program.ts';
import { viewAt } from '../view/rollout-testing.ts';

let server: Server;
let api: string;
let verdicts: Record<string, object>;
let health: Record<string, object>;
let guards: object[] | undefined;
let rollouts: Record<string, object>;

beforeEach(async () => {
  verdicts = {};
  health = {};
  guards = undefined;
  rollouts = {};
  server = createServer((request, response) => {
    const path = request.url!.replace('/api/v1', '');
    const verdict =
      verdicts[/^\/mirrors\/(.+)\/verdict$/.exec(path)?.[1] ?? ''] ??
      health[/^\/mirrors\/(.+)\/health$/.exec(path)?.[1] ?? ''] ??
      rollouts[/^\/mirrors\/(.+)\/rollout$/.exec(path)?.[1] ?? ''];
    const body =
      path === '/mirrors'
        ? { items: MIRRORS }
        : path === '/guards' && guards
          ? { items: guards }
          : path === '/envoys'
            ? { items: [] }
            : (verdict ?? { code: 'NOT_FOUND' });
    response.writeHead(body === verdict || 'items' in body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  process.exitCode = undefined;
});

const MIRRORS = ['orders', 'stock'].map((name) => ({
  name,
  match: { path: `/api/${name}` },
  primary: 'v1',
  shadow: 'v2',
  sample: '5%',
  segments: {},
}));

async function status(...argv: string[]) {
  const out: string[] = [];
  const stream = (lines: string[]) => ({ write: (text: string) => lines.push(text) }) as unknown as NodeJS.WriteStream;
  const context: Context = {
    env: {},
    stdout: stream(out),
    stderr: stream([]),
    style: PLAIN,
    width: 80,
    print: (...lines) => void out.push(...lines.map((line) => `${line}\n`)),
    printJson: (value) => void out.push(JSON.stringify(value)),
    note: () => {},
  };
  // Nothing listens on port 1, so there are no figures.
  const code = await run(['status', ...argv, '--api', api, '--envoy-admin', '127.0.0.1:1'], context);
  process.exitCode = undefined;
  return { code, out: out.join('') };
}

const same = (mirror: string) => reportVerdict({ ...MIRROR, mirror }, epoch([cell(5_000, [])]), OPTIONS);
const different = (mirror: string) =>
  reportVerdict({ ...MIRROR, mirror }, epoch([cell(1_000, [field('/total', { candidateOnly: 300 })])]), OPTIONS);
const unknown = (mirror: string) => emptyVerdict({ ...MIRROR, mirror, compared: 0, lost: {} }, OPTIONS.nowMs);

it('says which services get unsafe copies without proof, and which get none for want of one', async () => {
  const of = (service: string, state: string, more = {}) => ({
    service,
    role: 'candidate',
    mirrors: ['a'],
    state,
    ...more,
  });
  guards = [
    of('v2', 'proven', { mode: 'always' }),
    of('v3', 'trusted'),
    of('v4', 'failed', { reason: '10.0.0.4:80 has no guard' }),
    of('v5', 'not-needed'),
  ];
  const { out } = await status();
  expect(out.split('\n').filter((line) => line.includes('of a)'))).toEqual([
    '  v2 (candidate of a): proven, always',
    '  v3 (candidate of a): TRUSTED WITHOUT PROOF: requests that change things are copied to it',
    '  v4 (candidate of a): failed, no unsafe request is copied: 10.0.0.4:80 has no guard',
  ]);
  expect(JSON.parse((await status('--json')).out).guards).toEqual(guards);
});

it('has a line for each rollout that is under way or went back', async () => {
  rollouts = { orders: viewAt(3), stock: viewAt(1, { mirror: 'stock', status: 'ready' }) };
  const { out } = await status();
  expect(out.split('\n').filter((line) => line.startsWith('rollout of'))).toEqual([
    'rollout of orders  running  canary 10% (step 4 of 5): canary employees 100% passed',
  ]);
  expect(JSON.parse((await status('--json')).out).rollouts).toEqual(Object.values(rollouts));
});

describe('the exit code is the worst verdict', () => {
  it.each([
    ['same', 0, { orders: same, stock: same }],
    ['too few pairs', 4, { orders: same, stock: unknown }],
    ['different', 3, { orders: unknown, stock: different }],
    ['one is not compared', 0, { orders: same }],
    ['nothing is compared', 0, {}],
  ] as const)('%s', async (_, expected, of) => {
    verdicts = Object.fromEntries(Object.entries(of).map(([mirror, make]) => [mirror, make(mirror)]));
    const { code, out } = await status('--json');
    expect(code).toBe(expected);
    expect(JSON.parse(out).verdicts.map(({ mirror }: { mirror: string }) => mirror)).toEqual(Object.keys(of));
  });
});

it('prints a line a mirror', async () => {
  verdicts = { orders: different('orders'), stock: unknown('stock') };
  const { out } = await status();
  expect(out).toContain(
    [
      'mirror  verdict          epoch   compared  mismatch  lost',
      'orders  different        1 (v2)     1,000     30.0%     2',
      'stock   not enough data  -              0         -     0',
      '',
    ].join('\n'),
  );
});

it('takes the figures that Envoys told the control plane where no admin interface answers', async () => {
  // 2 answered 500, 1 reset and 3 refused, for each of which Envoy counts a 503 of its own.
  const copies = { sent: 40, overflow: 3, resets: 1, timeouts: 0, responses: { '2xx': 37, '5xx': 6 } };
  const envoy = { candidate: copies, filter: { 'selected.reason.sample': 500, 'skipped.cause.method': 7 } };
  health = { orders: { mirror: 'orders', envoys: [envoy, envoy] }, stock: { mirror: 'stock', envoys: [] } };
  const { mirrors, counted } = JSON.parse((await status('--json')).out);
  expect(counted).toBe(true);
  expect(mirrors[0]).toMatchObject({
    groups: [{ seen: 1_000 }],
    receivers: [{ service: 'v2', copies: 80, errors: 6, refused: 6 }],
    skipped: { method: 14 },
  });
  expect(mirrors[0].groups[0]).not.toHaveProperty('copied');
  const { out } = await status();
  expect(out).toMatch(/everyone else +5% +1,000 +- +- +-/);
  expect(out).toMatch(/v2 candidate +80 +6 +0 +6 +-/);
});
