import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FORECAST_FILTER } from '../xds-server/forecast/index.ts';
import { runInTest as shadowplane } from './testing.ts';

interface Call {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body: unknown;
}

let server: Server;
let api: string;
let calls: Call[];
let ifMatch: Array<string | undefined>;
let answers: Record<string, { status?: number; body: unknown }>;

beforeEach(async () => {
  calls = [];
  ifMatch = [];
  answers = {};
  server = createServer(async (request, response) => {
    ifMatch.push(request.headers['if-match']);
    calls.push({ method: request.method, path: request.url, body: await readJson(request) });
    const { status = 200, body } = answers[`${request.method} ${request.url}`] ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  process.exitCode = undefined;
});

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? undefined : JSON.parse(text);
}

const MIRROR = {
  name: 'orders',
  revision: 7,
  paused: false,
  match: { path: '/api/orders' },
  primary: 'order-v1',
  shadow: 'order-v2',
  segments: { employees: '100%' },
  sample: '20%',
};

describe('usage', () => {
  it.each([
    [['miror'], /unknown command 'miror'\n\(Did you mean mirror\?\)/],
    [['status', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [['get', 'mirors'], /Allowed choices are mirrors, envoys/],
    [['mirror', 'set'], /missing required argument 'name'/],
    [['mirror', 'set', 'orders'], /nothing to set/],
    [['mirror', 'set', 'orders', '--sample', '5'], /--sample: "5" is not a percentage; did you mean 5%\?/],
    [['mirror', 'set', 'orders', '--segment', 'employees'], /write NAME=PERCENT/],
    [
      ['mirror', 'set', 'orders', '--segment', 'employees=all'],
      /--segment employees: "all" is not a percentage, such as 5%/,
    ],
    [['mirror', 'pause', 'orders', '--wait', '5'], /write a duration/],
    [['mirror', 'pause'], /mirror pause: name a mirror, or give --all/],
    [['mirror', 'resume', 'orders', '--all'], /mirror resume: name a mirror, or give --all/],
    [['undo', 'orders', '--to', 'x'], /write a revision such as 12/],
    [['history', '--limit', '0'], /whole number from 1 to 1000/],
    [['mirror', 'pause', 'orders', '--if-revision', '-1'], /write a revision such as 7/],
    [['get', '--api', 'http://:x'], /is not a URL/],
    [['up', '--envoy-concurrency', '0'], /whole number/],
    [['demo', '--duration', '10'], /write a duration/],
    [['up'], /there is no shadowplane\.yaml here[\s\S]*mirrors:[\s\S]*shadowplane demo/],
    [['validate', '-f', '/no/such.yaml'], /\/no\/such\.yaml: there is no such file/],
    [[], /Usage: shadowplane/],
  ])('%j is refused with exit code 2', async (argv, message) => {
    const { code, out, err } = await shadowplane(...argv);
    expect(err).toMatch(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toMatch(/^ +at /m); // no stack trace
  });

  it('is no error when help or the version is asked for', async () => {
    expect(await shadowplane('--help')).toMatchObject({ code: 0, err: '' });
    expect(await shadowplane('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('shows an example for every command', async () => {
    const { out } = await shadowplane('--help');
    const names = [...out.matchAll(/^ {2}([a-z]+)(?: |$)/gm)].map((match) => match[1]!);
    expect(names).toEqual(
      expect.arrayContaining([
        'up',
        'serve',
        'demo',
        'apply',
        'plan',
        'get',
        'mirror',
        'history',
        'undo',
        'status',
        'diff',
        'validate',
      ]),
    );
    const groups = {
      mirror: ['set', 'pause', 'resume', 'release'],
      envoy: ['install', 'bootstrap'],
      build: ['filter'],
    };
    const all = names.flatMap((name) => [
      [name],
      ...(groups[name as keyof typeof groups] ?? []).map((sub) => [name, sub]),
    ]);
    for (const argv of all)
      expect((await shadowplane(...argv, '--help')).out, argv.join(' ')).toMatch(/Examples:\n {2}\$ /);
  });
});

describe('mirror', () => {
  it('sets what is named and nothing else', async () => {
    answers['PATCH /api/v1/mirrors/orders'] = { body: MIRROR };
    const argv = [
      'mirror',
      'set',
      'orders',
      '--sample',
      '20%',
      '--segment',
      'employees=100%',
      '--remove-segment',
      'beta',
    ];
    const { code, out } = await shadowplane(...argv, '--api', api);
    expect(calls).toEqual([
      {
        method: 'PATCH',
        path: '/api/v1/mirrors/orders',
        body: { sample: '20%', segments: { employees: '100%', beta: null } },
      },
    ]);
    expect({ code, out }).toEqual({ code: 0, out: 'orders: employees 100%, everyone else 20% (revision 7)\n' });
  });

  it('waits for Envoys when asked, and says how long it took', async () => {
    answers['POST /api/v1/mirrors/orders/pause?wait=5s'] = {
      body: { ...MIRROR, paused: true, applied: { acked: 1, of: 1, tookMs: 11.6 } },
    };
    const { out } = await shadowplane('mirror', 'pause', 'orders', '--wait', '5s', '--api', api);
    expect(out).toBe(
      'orders: paused; when resumed employees 100%, everyone else 20% (revision 7, in force at 1 of 1 Envoy after 12 ms)\n',
    );
  });

  it('releases the brake of a mirror', async () => {
    answers['POST /api/v1/mirrors/orders/brake/release'] = { body: { mirror: 'orders', state: 'released' } };
    const { code, out } = await shadowplane('mirror', 'release', 'orders', '--api', api);
    expect({ code, out }).toEqual({ code: 0, out: 'orders: the brake is released\n' });
  });

  it('begins an epoch, and says where the one before is', async () => {
    const path = 'POST /api/v1/mirrors/orders/epoch';
    answers[path] = { status: 202, body: { epoch: 3 } };
    const begun = await shadowplane('mirror', 'epoch', 'orders', '--api', api);
    expect(begun).toMatchObject({
      code: 0,
      out: 'orders: epoch 3 begins with the next request\n  the one before: shadowplane diff orders --epoch 2\n',
    });
    expect((await shadowplane('mirror', 'epoch', 'orders', '--api', api, '--json')).out).toBe('{"epoch":3}');
    answers[path] = { status: 202, body: { epoch: 1 } };
    expect((await shadowplane('mirror', 'epoch', 'orders', '--api', api)).out).toBe(
      'orders: epoch 1 begins with the next request\n',
    );
    answers[path] = {
      status: 404,
      body: { code: 'NOT_FOUND', detail: 'There is nothing at POST /mirrors/orders/epoch' },
    };
    const without = await shadowplane('mirror', 'epoch', 'orders', '--api', api);
    expect(without).toMatchObject({ code: 1, err: expect.stringContaining('compares no answers') });
  });

  it('tells what the control plane refused, with its exit code', async () => {
    answers['PATCH /api/v1/mirrors/ordrs'] = {
      status: 404,
      body: { code: 'MIRROR_NOT_FOUND', detail: 'there is no mirror "ordrs"; did you mean "orders"?' },
    };
    const { code, err } = await shadowplane('mirror', 'set', 'ordrs', '--sample', '1%', '--api', api);
    expect({ code, err }).toEqual({ code: 1, err: 'error: there is no mirror "ordrs"; did you mean "orders"?\n' });
    answers['PATCH /api/v1/mirrors/orders'] = {
      status: 400,
      body: { code: 'POLICY_INVALID', errors: [{ path: 'segments.x', message: 'there is no segment "x"' }] },
    };
    const invalid = await shadowplane('mirror', 'set', 'orders', '--segment', 'x=1%', '--api', api, '--json');
    expect(invalid.code).toBe(2);
    expect(JSON.parse(invalid.err)).toMatchObject({
      error: { code: 'POLICY_INVALID', errors: [{ path: 'segments.x' }] },
    });
  });
});

describe('mirror pause --all', () => {
  const config = {
    services: {},
    mirrors: { stock: { sample: '1%', paused: true }, orders: { sample: '5%' }, users: { sample: '2%' } },
  };

  it('pauses every mirror in one change that can be undone', async () => {
    answers['GET /api/v1/config'] = { body: { revision: 7, config } };
    answers['PUT /api/v1/config?wait=5s'] = { body: { revision: 8, applied: { acked: 1, of: 1, tookMs: 9 } } };
    const { code, out } = await shadowplane('mirror', 'pause', '--all', '--wait', '5s', '--api', api);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'paused orders, users (revision 8, in force at 1 of 1 Envoy after 9 ms)\n  as it was: shadowplane undo --to 7\n',
    });
    expect(calls.at(-1)!.body).toEqual({
      services: {},
      mirrors: {
        stock: { sample: '1%', paused: true },
        orders: { sample: '5%', paused: true },
        users: { sample: '2%', paused: true },
      },
    });
    expect(ifMatch.at(-1)).toBe('"7"');
    answers['PUT /api/v1/config'] = { body: { revision: 9 } };
    await shadowplane('mirror', 'resume', '--all', '--api', api);
    expect(calls.at(-1)!.body).toEqual({
      ...config,
      mirrors: { ...config.mirrors, stock: { sample: '1%', paused: false } },
    });
  });

  it('says so where there is nothing to do, and gives up a revision that was asked for', async () => {
    answers['GET /api/v1/config'] = { body: { revision: 7, config: { mirrors: { stock: { paused: true } } } } };
    expect((await shadowplane('mirror', 'pause', '--all', '--api', api)).out).toBe('every mirror is paused already\n');
    answers['PUT /api/v1/config'] = { status: 412, body: { code: 'REVISION_CONFLICT', detail: 'changed meanwhile' } };
    const argv = ['mirror', 'resume', '--all', '--if-revision', '6', '--api', api];
    expect(await shadowplane(...argv)).toMatchObject({ code: 1, err: expect.stringContaining('changed meanwhile') });
    expect(calls.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    await shadowplane('mirror', 'resume', '--all', '--api', api);
    expect(calls.filter(({ method }) => method === 'PUT')).toHaveLength(6);
  });
});

describe('history and undo', () => {
  const sample = { path: 'mirrors.orders.sample', before: '20%', after: '5%' };
  const revision = {
    revision: 13,
    actor: 'ann',
    at: '2026-11-21T12:00:05.123Z',
    note: 'undo to 11',
    changed: ['mirrors.orders'],
    differences: [sample, { path: 'mirrors.orders.segments.eu', after: '1%' }],
    acknowledgedAt: null,
  };

  it('shows who changed what when', async () => {
    const first = { ...revision, revision: 1, actor: 'file', note: null };
    const items = [revision, { ...first, differences: [{ path: 'mirrors.orders', after: { sample: '20%' } }] }];
    answers['GET /api/v1/mirrors/orders/history?limit=20'] = { body: { items } };
    const { code, out } = await shadowplane('history', 'orders', '--api', api);
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        'revision                  when  who   what',
        '      13  2026-11-21 12:00:05Z  ann   undo to 11',
        '                                      sample: 20% -> 5%',
        '                                      segments.eu: added 1%',
        '       1  2026-11-21 12:00:05Z  file  mirrors.orders: added {"sample":"20%"}',
        '',
      ].join('\n'),
    });
    answers['GET /api/v1/revisions?limit=2'] = { body: { items } };
    expect(JSON.parse((await shadowplane('history', '--limit', '2', '--json', '--api', api)).out)).toEqual({ items });
  });

  it('goes back to a revision and shows what that changes', async () => {
    answers['POST /api/v1/mirrors/orders/undo?wait=5s'] = {
      body: { ...MIRROR, revision: 14, differences: [sample], applied: { acked: 1, of: 1, tookMs: 9 } },
    };
    const argv = ['undo', 'orders', '--to', '12', '--api', api];
    const { out } = await shadowplane(...argv, '--wait', '5s', '--if-revision', '13');
    expect(out).toBe(
      'orders: as at revision 12 (revision 14, in force at 1 of 1 Envoy after 9 ms)\n  sample: 20% -> 5%\n',
    );
    expect([calls[0]!.body, ifMatch[0]]).toEqual([{ to: 12 }, '"13"']);
    answers['POST /api/v1/mirrors/orders/undo'] = { body: { revision: 14, differences: [sample] } };
    expect((await shadowplane(...argv, '--dry-run')).out).toBe(
      'orders: would be as at revision 12\n  sample: 20% -> 5%\n',
    );
    answers['POST /api/v1/config/undo'] = { body: { revision: 14, differences: [] } };
    expect((await shadowplane('undo', '--to', '14', '--api', api)).out).toBe(
      'configuration: is as it was at revision 14\n',
    );
  });

  it('takes back the last change where no revision is named, and of everything only if that still is the last', async () => {
    const items = [revision, { ...revision, revision: 9 }];
    answers['GET /api/v1/mirrors/orders/history?limit=2'] = { body: { items } };
    answers['POST /api/v1/mirrors/orders/undo'] = { body: { revision: 14, differences: [sample] } };
    expect((await shadowplane('undo', 'orders', '--api', api)).out).toMatch(/^orders: as at revision 9 /);
    answers['GET /api/v1/revisions?limit=2'] = { body: { items } };
    answers['POST /api/v1/config/undo'] = { body: { revision: 14, differences: [sample] } };
    expect((await shadowplane('undo', '--api', api)).out).toMatch(/^configuration: as at revision 9 /);
    expect(calls.filter(({ body }) => body !== undefined).map(({ body }) => body)).toEqual([{ to: 9 }, { to: 9 }]);
    expect(ifMatch).toEqual(expect.arrayContaining(['"13"']));
    answers['GET /api/v1/mirrors/orders/history?limit=2'] = { body: { items: [revision] } };
    expect(await shadowplane('undo', 'orders', '--api', api)).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing to undo, revision 13 is the first'),
    });
  });
});

describe('plan', () => {
  const file = fileURLToPath(new URL('../examples/orders/shadowplane.yaml', import.meta.url));
  beforeEach(() => {
    answers['GET /api/v1/mirrors/orders/verdict'] = { status: 404, body: { code: 'NOT_FOUND' } };
  });

  it('shows what would change, what Envoy would be sent, and sends no write', async () => {
    answers['POST /api/v1/plan'] = {
      body: {
        revision: 7,
        differences: [{ path: 'mirrors.orders.sample', before: '20%', after: '5%' }],
        warnings: [],
        resources: { RTDS: { added: [], changed: ['shadowplane'], removed: [] } },
      },
    };
    const { code, out, err } = await shadowplane('plan', '-f', file, '--api', api, '--envoy-admin', '127.0.0.1:1');
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        'Would change (from revision 7)',
        '  mirrors.orders.sample: 20% -> 5%',
        '',
        'Envoy would be sent (+ new, ~ changed, - removed)',
        '  RTDS  ~ shadowplane',
        '',
      ].join('\n'),
    });
    expect(err).toContain('No forecast');
    expect(calls.map(({ method }) => method)).not.toContain('PUT');
  });

  it('foresees copies and bytes of each shadow from what Envoy has counted, and says so', async () => {
    const sample = { path: 'mirrors.orders.sample', before: '20%', after: '5%' };
    answers['POST /api/v1/plan'] = { body: { revision: 7, differences: [sample], warnings: [], resources: {} } };
    answers['GET /api/v1/mirrors/orders/verdict'] = { body: { verdict: 'insufficient', missing: 600 } };
    const stats = [
      { name: 'wasmcustom.shadowplane.selected.mirror.orders.reason.sample', value: 20_000 },
      { name: 'cluster.orders/candidate/order-v2.upstream_rq_total', value: 4_000 },
      { name: 'cluster.orders/primary/order-v1.upstream_rq_total', value: 20_000 },
      { name: 'cluster.orders/primary/order-v1.upstream_cx_tx_bytes_total', value: 50_000_000 },
    ];
    answers[`GET /stats?format=json&filter=${encodeURIComponent(FORECAST_FILTER)}`] = { body: { stats } };
    answers['GET /server_info'] = { body: { uptime_current_epoch: '100s' } };
    const argv = ['plan', '-f', file, '--api', api, '--envoy-admin', api];
    const { out, err } = await shadowplane(...argv);
    expect(out.split('\n').slice(5)).toEqual([
      'mirror  copies to      now/s    then/s      bytes/s  verdict',
      'orders  order-v2        40.0  10.0 + ?  25.0 kB + ?  in about 60 s (600 pairs m…',
      'orders  order-v1-twin    0.0  10.0 + ?  25.0 kB + ?',
      `  from what the Envoy at ${api} has counted in 100 s, on average`,
      '  orders: 2.5 kB a request, as its primary is sent',
      '  orders: no traffic counted yet for employees, beta, eu, big-carts',
      '',
    ]);
    expect(err).toBe('');
    expect(JSON.parse((await shadowplane(...argv, '--json')).out)).toMatchObject({
      copies: [{ receiver: 'order-v2', bytesPerRequest: 2_500, thenBytesPerSecond: 25_000 }, {}],
      copiesFrom: { envoyAdmin: api, seconds: 100 },
    });
  });

  it('takes the forecast of the control plane, and says what a budget holds back', async () => {
    const of = { mirror: 'orders', nowPerSecond: 4, thenPerSecond: 20, askedPerSecond: 31.5, unknown: [] };
    const sized = { ...of, heldBackBy: ['copiesPerSecond'], bytesPerRequest: 412, thenBytesPerSecond: 8_240 };
    const copies = [{ ...sized, receiver: 'order-v2', role: 'candidate' }];
    const sample = { path: 'mirrors.orders.sample', before: '20%', after: '5%' };
    const plan = { revision: 7, differences: [sample], warnings: [], resources: {} };
    answers['POST /api/v1/plan'] = { body: { ...plan, forecast: { copies, envoys: 2, seconds: 570 } } };
    const { out, err } = await shadowplane('plan', '-f', file, '--api', api);
    expect(out.split('\n').slice(5)).toEqual([
      'mirror  copies to  now/s  then/s  bytes/s  verdict',
      'orders  order-v2     4.0    20.0   8.2 kB  -',
      '  from what 2 Envoys have counted in the last 10 min, on average',
      '  orders: limits.copiesPerSecond lets pass 20.0 of 31.5 copies/s that the shares ask for',
      '  orders: 412 B a request, as its primary is sent',
      '',
    ]);
    expect(err).toBe('');
    const json = JSON.parse((await shadowplane('plan', '-f', file, '--api', api, '--json')).out);
    expect(json).toMatchObject({ copies, copiesFrom: { envoys: 2, seconds: 570 } });
    expect(json).not.toHaveProperty('forecast');
  });

  it('says that nothing would change', async () => {
    answers['POST /api/v1/plan'] = { body: { revision: 7, differences: [], warnings: [], resources: {} } };
    const { out, err } = await shadowplane('plan', '-f', file, '--api', api, '--envoy-admin', '127.0.0.1:1');
    expect([out, err]).toEqual(['Nothing would change (revision 7)\n', '']);
  });
});

describe('writing for a revision', () => {
  it('is left to the user for a mirror, and done by apply, which replaces everything', async () => {
    answers['PATCH /api/v1/mirrors/orders'] = { body: MIRROR };
    const set = ['mirror', 'set', 'orders', '--sample', '20%', '--api', api];
    await shadowplane(...set);
    await shadowplane(...set, '--if-revision', '6');
    answers['GET /api/v1/config'] = { body: { revision: 7, config: {} } };
    answers['PUT /api/v1/config'] = { status: 412, body: { code: 'REVISION_CONFLICT', detail: 'is at 8, not 7' } };
    const file = fileURLToPath(new URL('../examples/orders/shadowplane.yaml', import.meta.url));
    const { code, err } = await shadowplane('apply', '-f', file, '--api', api);
    expect({ code, err }).toEqual({ code: 1, err: 'error: is at 8, not 7\n' });
    await shadowplane('apply', '-f', file, '--if-revision', '5', '--api', api);
    expect(ifMatch).toEqual([undefined, '"6"', undefined, '"7"', '"5"']);
  });
});

describe('get', () => {
  it('lists mirrors', async () => {
    answers['GET /api/v1/mirrors'] = { body: { items: [MIRROR] } };
    const { out } = await shadowplane('get', '--api', api);
    expect(out).toBe(
      `orders  /api/orders  order-v1 -> copies to order-v2
  who            share
  employees       100%
  everyone else    20%
`,
    );
    expect(JSON.parse((await shadowplane('get', 'mirrors', '--json', '--api', api)).out)).toEqual({ items: [MIRROR] });
  });

  it('lists Envoys, and in their words what one refused', async () => {
    const connectedSince = new Date(Date.now() - 300_000).toISOString();
    const common = { version: '1.40.0', connectedSince, types: {}, lastRejection: null, rejectedRevision: null };
    const edge = { ...common, node: 'edge-1', revision: 7, behindSince: null };
    const rejectedRevision = { revision: 8, message: 'no such\n cluster' };
    const bad = { ...edge, node: 'edge-2', behindSince: connectedSince, lastRejection: { message: 'no such cluster' } };
    const back = { ...edge, node: 'edge-3', rejectedRevision };
    const fresh = { ...bad, node: 'edge-4', revision: null, rejectedRevision };
    answers['GET /api/v1/envoys'] = { body: { items: [edge, bad, back, fresh] } };
    const { out } = await shadowplane('get', 'envoys', '--api', api);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'envoy   version  connected  revision  newest            last change',
      'edge-1  1.40.0   5 min             7  in use            ok',
      'edge-2  1.40.0   5 min             7  behind for 5 min  rejected',
      'edge-3  1.40.0   5 min             7  in use            taken back',
      'edge-4  1.40.0   5 min             -  behind for 5 min  rejected',
      '  edge-2: no such cluster',
      '  edge-3: revision 8: no such cluster',
      '  edge-4: revision 8: no such cluster',
      '',
    ]);
  });
});

it('says so when nothing or something else answers', async () => {
  const port = (server.address() as AddressInfo).port;
  expect(await shadowplane('get', '--api', api)).toMatchObject({ code: 1 });
  await new Promise((resolve) => server.close(resolve));
  const { code, err } = await shadowplane('status', '--api', `http://127.0.0.1:${port}`);
  expect(code).toBe(1);
  expect(err).toContain(`no control plane answers at http://127.0.0.1:${port}`);
});
