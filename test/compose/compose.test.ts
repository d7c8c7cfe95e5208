import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/index.ts';
import { openSandbox, ROOT, type Sandbox, whyNoSandbox } from './sandbox.ts';

/** Cold, the images are made first: a base system, Node, Envoy, our dependencies. Warm it is well under a minute. */
const START_TIMEOUT_MS = 10 * 60_000;
const SERVICES = ['envoy', 'control-plane', 'order-v1', 'order-v1-twin', 'order-v2'];

interface Request {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Seen {
  readonly requests: number;
  readonly shadowRequests: number;
  readonly copies: Record<string, number>;
  readonly effects: { readonly persisted: number; readonly suppressed: number };
}

const why = whyNoSandbox();
if (why) console.log(`docker-compose.yml is not run: ${why}`);

describe.skipIf(why !== undefined)('docker-compose.yml, run', () => {
  let sandbox: Sandbox;

  const send = async (requests: readonly Request[]): Promise<Answer[]> =>
    JSON.parse(
      await sandbox.exec([process.execPath, join(import.meta.dirname, 'send.js')], JSON.stringify(requests)),
    ) as Answer[];

  const times = (count: number, request: Request): Request[] => Array.from({ length: count }, () => request);

  const seen = async (service: string): Promise<Seen> => {
    const print = "fetch('http://127.0.0.1:8080/debug/seen').then((r) => r.text()).then(console.log)";
    return JSON.parse(await sandbox.compose('exec', '-T', service, 'node', '-e', print)) as Seen;
  };

  const patch = async (change: object): Promise<Answer> => {
    const [answer] = await send([
      {
        url: 'http://127.0.0.1:8790/api/v1/mirrors/orders?wait=30s',
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(change),
      },
    ]);
    if (!answer) throw new Error('no answer');
    return answer;
  };

  beforeAll(async () => {
    const phase = async <T>(name: string, work: Promise<T>): Promise<T> => {
      const startedMs = performance.now();
      const result = await work;
      console.log(`${name}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
      return result;
    };
    sandbox = await phase('engine and base images', openSandbox());
    await phase('build', sandbox.build());
    await phase('up', sandbox.up(...SERVICES));
    await eventually(async () => (await send([{ url: 'http://127.0.0.1:9901/ready' }]))[0]?.status === 200, {
      what: 'Envoy is ready',
      timeoutMs: 60_000,
      intervalMs: 500,
    });
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await sandbox?.close();
  }, 120_000);

  const GET: Request = { url: 'http://127.0.0.1:10000/api/orders/A-100007' };
  const PLACE: Request = {
    url: 'http://127.0.0.1:10000/api/orders',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-group': 'employees' },
    body: JSON.stringify({
      customer: 'u-1',
      lines: [{ sku: 'MUG-01', quantity: 1 }],
      shipTo: { country: 'DE', postalCode: '10115' },
      payment: 'card',
    }),
  };

  test('all containers become healthy', async () => {
    await eventually(
      async () => {
        const lines = (await sandbox.compose('ps')).split('\n').filter((line) => line.includes('shadowplane-test'));
        return lines.length === SERVICES.length && lines.every((line) => line.includes('(healthy)'));
      },
      { what: 'every container is healthy', timeoutMs: 60_000, intervalMs: 1000 },
    );
  });

  test('orders of employees are answered by v1 and mirrored to v2 and to the twin, which keep nothing', async () => {
    const answers = await send(times(50, PLACE));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ headers }) => headers['x-app-version']))).toEqual(new Set(['1.48.2']));
    for (const [service, role] of [
      ['order-v2', 'candidate'],
      ['order-v1-twin', 'control'],
    ] as const) {
      await eventually(async () => (await seen(service)).requests === 50, { what: `50 copies at ${service}` });
      const { copies, effects } = await seen(service);
      expect(copies).toEqual({ [`orders/segment/employees/${role}`]: 50 });
      expect(effects).toMatchObject({ persisted: 0, suppressed: 50 });
    }
    expect(await seen('order-v1')).toMatchObject({ requests: 50, shadowRequests: 0, effects: { persisted: 50 } });
  });

  test('their answers are compared, over the network that belongs to the containers', async () => {
    const compared = async (): Promise<number> => {
      const [answer] = await send([{ url: 'http://127.0.0.1:8790/api/v1/mirrors/orders/verdict' }]);
      return (JSON.parse(answer?.body ?? '{}') as { compared?: number }).compared ?? 0;
    };
    await eventually(async () => (await compared()) >= 50, { what: '50 compared orders' });
    expect(await sandbox.compose('logs', 'control-plane')).toContain('PLAIN TEXT');
  });

  test('PATCH on 8790 changes the share for the next requests', async () => {
    const sampled = async (): Promise<number> => (await seen('order-v2')).copies['orders/sample/-/candidate'] ?? 0;
    expect((await patch({ sample: '100%' })).status).toBe(200);
    const before = await sampled();
    expect(new Set((await send(times(200, GET))).map(({ status }) => status))).toEqual(new Set([200]));
    await eventually(async () => (await sampled()) === before + 200, { what: '200 copies more' });

    expect((await patch({ sample: '0%' })).status).toBe(200);
    await send(times(200, GET));
    // A copy that was sent in spite of 0% would come before those of the employees that follow.
    const employees = (await seen('order-v2')).copies['orders/segment/employees/candidate'] ?? 0;
    await send(times(10, PLACE));
    await eventually(
      async () => (await seen('order-v2')).copies['orders/segment/employees/candidate'] === employees + 10,
      { what: '10 copies of employees more' },
    );
    expect(await sampled()).toBe(before + 200);
  });

  test('a change outlives the container of the control plane, and Envoy serves meanwhile', async () => {
    await patch({ sample: '7%' });
    await sandbox.compose('kill', 'control-plane');
    await sandbox.compose('rm', '--force', 'control-plane');
    expect((await send([GET]))[0]?.status).toBe(200);
    await sandbox.compose('up', '-d', 'control-plane');
    const answer = await eventually(
      async () => (await send([{ url: 'http://127.0.0.1:8790/api/v1/mirrors/orders' }]))[0],
      { what: 'the control plane answers', timeoutMs: 30_000, intervalMs: 500 },
    );
    expect(JSON.parse(answer?.body ?? '{}')).toMatchObject({ sample: '7%' });
  });

  test('the control plane runs unprivileged and carries no compilers', async () => {
    const script = "console.log(process.getuid(), require('fs').readdirSync('/app/node_modules').join(' '))";
    const [uid, ...modules] = (await sandbox.compose('exec', '-T', 'control-plane', 'node', '-e', script))
      .trim()
      .split(' ');
    expect(Number(uid)).toBeGreaterThan(0);
    expect(modules).toContain('fastify');
    for (const name of ['assemblyscript', 'binaryen', 'typescript', 'tsx', 'esbuild', 'vitest']) {
      expect(modules).not.toContain(name);
    }
  });

  test('the traffic of the example passes', async () => {
    await sandbox.up('traffic');
    const before = await seen('order-v1');
    await eventually(async () => (await seen('order-v1')).requests > before.requests + 20, {
      what: 'orders of the traffic service',
      timeoutMs: 30_000,
      intervalMs: 500,
    });
    await sandbox.compose('stop', '--timeout', '10', 'traffic');
    const lines = (await sandbox.compose('logs', '--no-color', 'traffic')).trim().split('\n');
    const stats = JSON.parse(/\{.*\}/.exec(lines.at(-1) ?? '')?.[0] ?? '{}') as { failed?: number; sent?: number };
    expect(stats.sent).toBeGreaterThan(20);
    expect(stats.failed).toBe(0);
  });

  test('the requests that envoy/docker/README.md shows are answered as it says', async () => {
    const readme = readFileSync(join(ROOT, 'envoy/docker/README.md'), 'utf8');
    const version = /^x-app-version: (\S+)$/m.exec(readme)?.[1];
    const [answer] = await send([{ ...GET, headers: { 'x-user-group': 'employees' } }]);
    expect(answer?.headers['x-app-version']).toBe(version);
    const [stats] = await send([{ url: 'http://127.0.0.1:9901/stats/prometheus' }]);
    expect(stats?.body).toMatch(/shadowplane_copies\{[^}]*mirror="orders"/);
  });
});
