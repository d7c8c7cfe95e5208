/** The scenario envoy/static-filter as it stands: filter.wasm loaded by hand, no control plane. Only addresses are changed. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type EnvoyEvent, locateEnvoy, type SupervisedEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import {
  binomialBounds,
  eventually,
  type RawRequest,
  sendRaw,
  startHttp1Upstream,
  type Upstream,
  upload,
  uploadSha256,
} from '../support/index.ts';

const SCENARIO = new URL('../../envoy/static-filter/envoy.yaml', import.meta.url);
const PATH = '/api/orders/7';
const MIB = 1024 * 1024;
const EMPLOYEE = { headers: { 'x-user-group': 'employees' } };

let v1: Upstream;
let v2: Upstream;
let envoy: SupervisedEnvoy;
let port: number;

/** Shows each client what was decided, which nobody but this test is told. */
const SHOWN = `
                  response_headers_to_add:
                    - header: { key: exchange, value: '%FILTER_STATE(wasm.shadowplane.id:PLAIN)%' }
                    - header: { key: route, value: '%ROUTE_NAME%' }`;

/** Starts the scenario on free ports, `change` applied to its text. */
async function startScenario(
  change: (text: string) => string,
  onEvent: (event: EnvoyEvent) => void = () => {},
): Promise<SupervisedEnvoy> {
  const text = change(await readFile(SCENARIO, 'utf8'))
    .replaceAll('filter/build/filter.wasm', await ensureFilter())
    .replace(/port_value: (9901|10000)\b/g, 'port_value: 0')
    .replace('port_value: 8081', `port_value: ${v1.port}`)
    .replace('port_value: 8082', `port_value: ${v2.port}`);
  return superviseEnvoy({
    path: (await locateEnvoy()).path,
    bootstrap: parse(text),
    listener: 'shadowplane',
    onEvent,
  });
}

beforeAll(async () => {
  [v1, v2] = await Promise.all([startHttp1Upstream({ name: 'v1' }), startHttp1Upstream({ name: 'v2' })]);
  envoy = await startScenario((text) => text.replace('route_config:', `route_config:${SHOWN}`));
  port = Number(envoy.listenerAddress!.split(':').at(-1));
});

afterAll(async () => {
  await envoy?.stop({ force: true });
  await Promise.all([v1?.close(), v2?.close()]);
});

beforeEach(() => {
  v1.recorder.clear();
  v2.recorder.clear();
});

async function counter(name: string): Promise<number> {
  const stats = await envoy.admin.stats(`^wasmcustom\\.shadowplane\\.${name.replaceAll('.', '\\.')}$`);
  return stats.get(`wasmcustom.shadowplane.${name}`) ?? Number.NaN;
}

/** Sends a request; what was decided on it. */
async function decide(request: Partial<RawRequest> = {}) {
  const answer = await sendRaw(port, { path: PATH, ...request });
  expect(answer.status).toBe(200);
  const exchange = answer.header('exchange');
  return { decision: exchange?.replace(/\/[0-9a-f]{36}$/, ''), exchange, route: answer.header('route') };
}

describe('filter.wasm loaded by hand', () => {
  test('a request of a segment reaches both services; only the copy is marked', async () => {
    const { exchange, ...decided } = await decide(EMPLOYEE);
    expect(decided).toEqual({ decision: 'orders/segment/employees', route: 'orders/segment/employees' });
    expect(exchange).toMatch(/^orders\/segment\/employees\/[0-9a-f]{36}$/);
    await eventually(() => v2.recorder.count === 1);
    expect(v1.recorder.all[0]!.markers).toEqual({});
    expect(v2.recorder.all[0]!.markers).toEqual({
      'x-shadow': 'true',
      'x-shadow-mirror': 'orders',
      'x-shadow-reason': 'segment',
      'x-shadow-segment': 'employees',
      'x-shadow-role': 'candidate',
      'x-shadow-id': exchange,
    });
  });

  test('CEL is evaluated by Envoy; where it fails, the request falls through to the sample', async () => {
    const decisionOn = async (items: string) => (await decide({ headers: { 'x-cart-items': items } })).decision;
    expect(await decisionOn('5')).toBe('orders/segment/big-carts');
    expect(await decisionOn('2')).toBe('orders/sample');
    expect(await decisionOn('many')).toBe('orders/sample');
    expect((await decide()).decision).toBe('orders/sample');
  });

  test('5% of the rest is mirrored, and every exchange has an id of its own', async () => {
    const total = 2000;
    const decided: Array<Awaited<ReturnType<typeof decide>>> = [];
    const client = async () => {
      while (decided.length + clients.length <= total) decided.push(await decide());
    };
    const clients: Array<Promise<void>> = [];
    for (let i = 0; i < 20; i++) clients.push(client());
    await Promise.all(clients);
    expect(new Set(decided.map(({ exchange }) => exchange)).size).toBe(decided.length);
    const mirrored = decided.filter(({ route }) => route === 'orders/sample').length;
    const { low, high } = binomialBounds(decided.length, 0.05);
    expect(mirrored).toBeGreaterThanOrEqual(low);
    expect(mirrored).toBeLessThanOrEqual(high);
    await eventually(() => v2.recorder.count === mirrored);
  });

  test('other paths and other methods are not considered', async () => {
    const nothing = { decision: undefined, exchange: undefined, route: 'orders' };
    expect(await decide({ ...EMPLOYEE, path: '/api/ordersX' })).toMatchObject({ route: 'orders' });
    expect(await decide({ ...EMPLOYEE, path: '/api/ordersX' })).toEqual(nothing);
    expect(await decide({ ...EMPLOYEE, method: 'DELETE' })).toEqual(nothing);
    expect(await counter('skipped.mirror.orders.cause.method')).toBe(1);
  });

  test('markers that a client sends are removed and decide nothing', async () => {
    const forged = { 'x-shadow': 'true', 'x-shadow-mirror': 'orders', 'X-Shadow-Id': '1', 'x-user-group': 'employees' };
    const { exchange } = await decide({ headers: forged });
    await eventually(() => v2.recorder.count === 1);
    expect(v1.recorder.all[0]!.markers).toEqual({});
    expect(v2.recorder.all[0]!.markers['x-shadow-id']).toBe(exchange);
  });

  test('of a repeated header the first counts', async () => {
    const group = (name: string) => ['x-user-group', name] as const;
    const decisionOn = async (...names: string[]) => (await decide({ headers: names.map(group) })).decision;
    expect(await decisionOn('employees', 'guests')).toBe('orders/segment/employees');
    expect(await decisionOn('guests', 'employees')).toBe('orders/sample');
  });

  test('a body that says it is too long is not copied; one that does not say is cut', async () => {
    const { headers } = EMPLOYEE;
    const bytes = 3 * MIB;
    const said = await upload(port, { path: PATH, bytes, framing: 'content-length', headers });
    expect(said.status).toBe(200);
    expect(await counter('skipped.mirror.orders.cause.body_size')).toBe(1);
    expect(v2.recorder.started).toBe(0);

    const unsaid = await upload(port, { path: PATH, bytes, framing: 'chunked', headers });
    expect(unsaid.status).toBe(200);
    expect(v1.recorder.all.map((request) => request.parts.bodySha256)).toEqual(Array(2).fill(uploadSha256(bytes)));
    await eventually(async () => (await counter('cut.mirror.orders.role.candidate')) === 1);
    expect(v2.recorder.count).toBe(0);
  });

  test('a body within the limit reaches both', async () => {
    await upload(port, { path: PATH, bytes: MIB, framing: 'chunked', headers: EMPLOYEE.headers });
    await eventually(() => v2.recorder.count === 1);
    expect(v2.recorder.all[0]!.parts.bodySha256).toBe(uploadSha256(MIB));
  });

  test('a share changes while Envoy runs', async () => {
    for (const [percent, route] of [
      [100, 'orders/sample'],
      [0, 'orders'],
    ] as const) {
      const change = `http://${envoy.admin.address}/runtime_modify?shadowplane.orders.sample=${percent}`;
      expect((await fetch(change, { method: 'POST' })).status).toBe(200);
      // At the 5% of before, 300 in a row on either route would be a chance of less than one in a million.
      await eventually(async () => {
        for (let i = 0; i < 300; i++) if ((await decide()).route !== route) return false;
        return true;
      });
    }
  });
});

test('Envoy does not start with a configuration that the filter refuses, and its log names the field', async () => {
  const said: string[] = [];
  const start = startScenario(
    (text) => text.replace('"segments": [', '"segmnts": ['),
    (event) => void (event.type === 'log' && said.push(event.line.message)),
  );
  await expect(start).rejects.toThrow('Envoy could not be started');
  expect(said.join('\n')).toContain('mirrors[0].segmnts: is not known here');
});

test('each route that copies takes as much of a waiting copy as its cluster does', async () => {
  const { static_resources } = parse(await readFile(SCENARIO, 'utf8'));
  const [{ typed_config: manager }] = static_resources.listeners[0].filter_chains[0].filters;
  const copying = manager.route_config.virtual_hosts[0].routes.filter(
    ({ route }: { route: Record<string, unknown> }) => route.request_mirror_policies,
  );
  const { per_connection_buffer_limit_bytes: ofCluster } = static_resources.clusters[1];
  const limits = copying.map((route: Record<string, unknown>) => route.request_body_buffer_limit);
  expect(limits).toEqual([ofCluster, ofCluster, ofCluster]);
});
