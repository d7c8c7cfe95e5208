/**
 * The bootstraps under envoy/ as they stand, each with an Envoy of its own, at one control plane: requests are mirrored,
 * a change takes effect at all of them without a failed request, and leaving them is as quiet. Only ports are changed.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkDump } from '../../cli/fragment/check-dump.ts';
import { locateEnvoy, type SupervisedEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { type ControlPlane, startControlPlane } from '../../xds-server/index.ts';
import { parsePolicyFile } from '../../xds-server/policy/index.ts';
import { buildFragment } from '../../xds-server/resources/index.ts';
import { runShadowplane } from '../support/control-plane-process.ts';
import {
  Cleanup,
  eventually,
  httpJson,
  sendRaw,
  startHttp1Upstream,
  startLoad,
  type Upstream,
} from '../support/index.ts';

const FOLDERS = ['ads-delta', 'ads-sotw', 'streams-delta', 'streams-sotw', 'routes-only'] as const;
/** The folders, and the last of them with clusters of copies that are fetched. */
const SCENARIOS = [...FOLDERS, 'routes-and-clusters'] as const;
type Scenario = (typeof SCENARIOS)[number];

const EMPLOYEE = { 'x-user-group': 'employees' };

let cleanup: Cleanup;
let controlPlane: ControlPlane;
let shop: Upstream;
let v1: Upstream;
let v2: Upstream;
const envoys = new Map<Scenario, { readonly envoy: SupervisedEnvoy; readonly port: number }>();

beforeAll(async () => {
  cleanup = new Cleanup();
  [shop, v1, v2] = (await Promise.all(['shop', 'v1', 'v2'].map((name) => startHttp1Upstream({ name })))) as [
    Upstream,
    Upstream,
    Upstream,
  ];
  for (const upstream of [shop, v1, v2]) cleanup.add(upstream);
  const directory = await mkdtemp(join(tmpdir(), 'shadowplane-bootstraps-'));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  const policyFile = join(directory, 'shadowplane.yaml');
  await writeFile(policyFile, await scenarioFile('shadowplane.yaml'));
  controlPlane = cleanup.add(
    await startControlPlane({
      policyFile,
      dataDir: join(directory, 'data'),
      xdsListen: '127.0.0.1:0',
      apiListen: '127.0.0.1:0',
      filterWasmPath: await ensureFilter('filter.wasm'),
      logger: pino({ level: 'silent' }),
    }),
  );
  const { path } = await locateEnvoy();
  await Promise.all(
    SCENARIOS.map(async (scenario) => {
      const envoy = await superviseEnvoy({
        path,
        bootstrap: parse(withPorts(await bootstrapOf(scenario))),
        listener: scenario.startsWith('routes-') ? 'edge' : 'shadowplane',
        concurrency: 1,
      });
      cleanup.defer(() => envoy.stop({ force: true }));
      const port = Number(envoy.listenerAddress!.split(':').at(-1));
      envoys.set(scenario, { envoy, port });
      // An own listener may open before the filter has come.
      const filtered = 'wasmcustom.shadowplane.selected.mirror.orders.reason.segment.segment.employees';
      await eventually(
        async () => {
          await sendRaw(port, { path: '/api/orders/first', headers: EMPLOYEE });
          return (await envoy.admin.stats(`^${filtered}$`)).get(filtered);
        },
        { timeoutMs: 30_000, intervalMs: 100, what: `the filter of ${scenario}` },
      );
    }),
  );
});
afterAll(() => cleanup.run());

const FOLDER = fileURLToPath(new URL('../../envoy/', import.meta.url));

async function bootstrapOf(scenario: Scenario): Promise<string> {
  if (scenario !== 'routes-and-clusters') return readFile(join(FOLDER, scenario, 'envoy.yaml'), 'utf8');
  const [own, policy] = [join(FOLDER, 'routes-only/own.yaml'), join(FOLDER, 'shadowplane.yaml')];
  const args = ['envoy', 'fragment', '-f', policy, '--variant', 'ads-delta', '--fetch-clusters', '--into', own];
  return (await runShadowplane(args, {})).replace('id: edge-own', 'id: edge-own-fetching');
}

async function scenarioFile(name: string): Promise<string> {
  return withPorts(await readFile(join(FOLDER, name), 'utf8'));
}

function withPorts(text: string): string {
  const ports: Record<string, number | string> = {
    8080: shop.port,
    8081: v1.port,
    8082: v2.port,
    9901: 0,
    10000: 0,
    18000: controlPlane === undefined ? 0 : controlPlane.xdsAddress.split(':').at(-1)!,
  };
  return text.replace(/(port_value: |127\.0\.0\.1:)(\d+)/g, (_, before, port) => `${before}${ports[port] ?? port}`);
}

function api(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  return httpJson(method, `http://${controlPlane.apiAddress}/api/v1${path}`, body);
}

test.each(SCENARIOS)('%s: copies to the shadow alone, marked, and otherwise what the primary got', async (scenario) => {
  const { port } = envoys.get(scenario)!;
  for (const { recorder } of [shop, v1, v2]) recorder.clear();
  const headers = { ...EMPLOYEE, 'x-forwarded-for': '10.1.2.3', 'x-shadow-id': 'forged' };
  for (const path of ['/', '/api/orders/1']) expect((await sendRaw(port, { path, headers })).status).toBe(200);
  const got = ({ recorder }: Upstream, path = '/api/orders/1') =>
    recorder.all.filter(({ parts }) => parts.path === path);
  await eventually(() => got(v2).length === 1);
  const [[original], [copy]] = [got(v1), got(v2)];
  expect(copy!.markers).toMatchObject({
    'x-shadow': 'true',
    'x-shadow-mirror': 'orders',
    'x-shadow-segment': 'employees',
  });
  expect(copy!.markers['x-shadow-id']).not.toBe('forged');
  expect(original!.markers).toEqual({});
  expect(copy!.header('x-forwarded-for')).toBe(original!.header('x-forwarded-for'));
  expect([got(shop, '/').length, got(v2, '/').length]).toEqual([1, 0]);
});

/** Requests at all of them at once while `change` happens, and as long again. */
async function underLoad(change: () => Promise<unknown>): Promise<void> {
  const loads = [...envoys.values()].map(({ port }) =>
    startLoad({ port, connections: 2, request: () => ({ path: '/api/orders/1' }) }),
  );
  const more = async () => {
    const before = loads.map(({ sent }) => sent);
    await eventually(() => loads.every(({ sent }, index) => sent > before[index]! + 100));
  };
  await more();
  await change();
  await more();
  for (const load of loads) {
    const { failures, reconnects, sent, statuses } = await load.stop();
    expect({ failures, reconnects, statuses }).toEqual({ failures: [], reconnects: 0, statuses: { 200: sent } });
  }
}

/** Sends requests through each Envoy and waits for as many copies as are due. */
async function expectCopies(path: string, each: 0 | 10): Promise<void> {
  for (const [scenario, { port }] of envoys) {
    v2.recorder.clear();
    for (let index = 0; index < 10; index++) expect((await sendRaw(port, { path })).status).toBe(200);
    await eventually(() => v2.recorder.count === each, { what: `${each} copies by ${scenario}` });
  }
}

test('a change of shares, routes and filter takes effect at all of them without a failed request', async () => {
  const change = { sample: '100%', match: { path: '/api' }, segments: { employees: '50%' } };
  await underLoad(async () => {
    const { applied } = await api('PATCH', '/mirrors/orders?wait=20s', change);
    expect(applied).toMatchObject({ acked: SCENARIOS.length, of: SCENARIOS.length });
  });
  // What was copied meanwhile has arrived.
  await eventually(async () => {
    const before = v2.recorder.count;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return v2.recorder.count === before;
  });
  await expectCopies('/api/elsewhere', 10);
});

/** What `shadowplane envoy check` says. */
async function check(envoy: SupervisedEnvoy) {
  const { policy } = parsePolicyFile(await scenarioFile('shadowplane.yaml'), 'shadowplane.yaml');
  const xdsAddress = { host: '127.0.0.1', port: 1 };
  return checkDump(
    await envoy.admin.configDump(),
    buildFragment(policy, { xdsAddress, variant: 'ads-delta' }).fragment,
  );
}

interface Listed {
  readonly node: string;
  readonly setup: object;
  readonly problems: ReadonlyArray<{ readonly code: string; readonly remedy: string }>;
}
const listed = async () => (await api('GET', '/envoys')).items as Listed[];

test('none of them lacks anything; one that does is shown with what it lacks and what to do', async () => {
  const bootstrap = parse(await scenarioFile('routes-only/envoy.yaml'));
  bootstrap.node.id = 'edge-broken';
  bootstrap.layered_runtime = { layers: [] };
  const { listeners, clusters } = bootstrap.static_resources;
  const manager = listeners[0].filter_chains[0].filters[0].typed_config;
  manager.http_filters = manager.http_filters.filter(({ name }: { name: string }) => !name.startsWith('shadowplane'));
  const named = (name: string) => clusters.find((cluster: { name: string }) => cluster.name === name);
  named('shop').name = 'shop_by_another_name';
  const copies = named('orders/candidate/order-v2');
  for (const part of ['circuit_breakers', 'typed_extension_protocol_options']) delete copies[part];
  for (const { envoy } of envoys.values()) expect(await check(envoy)).toEqual([]);
  const broken = await superviseEnvoy({
    path: (await locateEnvoy()).path,
    bootstrap,
    listener: 'edge',
    concurrency: 1,
  });
  try {
    const codes = await eventually(async () => {
      const problems = (await listed()).find(({ node }) => node === 'edge-broken')?.problems ?? [];
      return problems.length >= 5 && problems.map(({ code }) => code).sort();
    });
    expect(codes).toEqual([
      'cluster-missing',
      'copies-filter-missing',
      'filter-missing',
      'isolation-missing',
      'runtime-layer-missing',
    ]);
    expect((await check(broken)).map(({ where, message }) => `${where}: ${message.split(/ |:/)[0]}`)).toEqual([
      'orders/candidate/order-v2: max_requests',
      'orders/candidate/order-v2: max_stream_duration',
      ...Array(3).fill('orders/candidate/order-v2: http_filters'),
      'layered_runtime: there',
      'listener with stat_prefix edge: http_filters',
    ]);
    const others = (await listed()).filter(({ node }) => node !== 'edge-broken');
    expect(others.flatMap(({ problems }) => problems)).toEqual([]);
    expect(others.find(({ node }) => node === 'edge-own')!.setup).toEqual({ listener: 'own', streams: 'delta' });
    const shown = await runShadowplane(['get', 'envoys'], env());
    expect(shown).toContain('edge-broken: runtime-layer-missing: ');
  } finally {
    await broken.stop({ force: true });
  }
  await eventually(async () => !(await listed()).some(({ node }) => node === 'edge-broken'));
});

test('users are led to no cluster that one of them does not have', async () => {
  const rollout = { canary: ['100%'], step: { atLeast: '0s', pairs: 0 }, gates: {} };
  await api('PATCH', '/mirrors/orders?wait=20s', { rollout });
  const statistics = /^cluster\.orders\/users\/order-v2\.membership_total$/;
  const has = [...envoys].map(async ([scenario, { envoy }]) => [
    scenario,
    (await envoy.admin.stats(statistics.source)).size,
  ]);
  expect(Object.fromEntries(await Promise.all(has))).toEqual(
    Object.fromEntries(SCENARIOS.map((scenario) => [scenario, scenario === 'routes-only' ? 0 : 1])),
  );
  await expect(api('POST', '/mirrors/orders/rollout/start?wait=20s')).rejects.toThrow('edge-own has no cluster');
  for (const { port } of envoys.values()) expect((await sendRaw(port, { path: '/api/orders/1' })).status).toBe(200);
});

const env = () => ({ SHADOWPLANE_API: `http://${controlPlane.apiAddress}` });

test('uninstall: refused while an Envoy is away; then all are without copies, and serve on without a control plane', async () => {
  const refused = await runShadowplane(['uninstall', '--json'], env()).catch((error) => error);
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stderr).error).toMatchObject({
    code: 'UNINSTALL_REFUSED',
    message: expect.stringContaining('--without edge-broken'),
  });
  await expectCopies('/api/orders/1', 10);

  let answer: { applied: object; envoys: ReadonlyArray<{ verified: boolean }>; routeConfig: string };
  await underLoad(async () => {
    answer = JSON.parse(await runShadowplane(['uninstall', '--without', 'edge-broken', '--json'], env()));
    v2.recorder.clear();
  });
  expect(answer!.applied).toMatchObject({ acked: SCENARIOS.length, of: SCENARIOS.length });
  expect(answer!.envoys.map(({ verified }) => verified)).toEqual(SCENARIOS.map(() => true));
  expect(v2.recorder.started).toBe(0);
  await expectCopies('/api/orders/1', 0);
  const { entries } = JSON.parse(
    await (await fetch(`http://${envoys.get('routes-only')!.envoy.admin.address}/runtime`)).text(),
  );
  expect(entries['shadowplane.orders.sample'].final_value).toContain('0');

  await underLoad(() => controlPlane.close());
  await expectCopies('/api/orders/1', 0);
  expect(v2.recorder.started).toBe(0);

  // What is left to be written by hand is a configuration that Envoy takes and that leads where the routes did.
  const own = parse(await scenarioFile('routes-only/own.yaml'));
  own.static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config = parse(
    answer!.routeConfig,
  ).route_config;
  const plain = await superviseEnvoy({
    path: (await locateEnvoy()).path,
    bootstrap: own,
    listener: 'edge',
    concurrency: 1,
  });
  cleanup.defer(() => plain.stop({ force: true }));
  for (const upstream of [v1, shop]) upstream.recorder.clear();
  const port = Number(plain.listenerAddress!.split(':').at(-1));
  for (const path of ['/', '/api/orders/1']) expect((await sendRaw(port, { path })).status).toBe(200);
  expect([v1.recorder.count, shop.recorder.count]).toEqual([1, 1]);
});
