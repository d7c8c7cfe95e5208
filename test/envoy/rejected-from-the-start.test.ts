/**
 * A configuration that parses and that Envoy rejects, met by an Envoy that has just been started: it gets the last one
 * that Envoys have had in use; where none is known, what it rejects is said, and nothing is pretended.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { startControlPlane } from '../../xds-server/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import { ApiClient } from '../support/api-client.ts';
import { runShadowplane } from '../support/control-plane-process.ts';
import { Cleanup, eventually, startHttp1Upstream, type Upstream } from '../support/index.ts';

let cleanup: Cleanup;
let directory: string;
let v1: Upstream;

beforeEach(async () => {
  cleanup = new Cleanup();
  directory = await mkdtemp(join(tmpdir(), 'shadowplane-test-'));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  v1 = cleanup.add(await startHttp1Upstream({ name: 'v1' }));
});
afterEach(() => cleanup.run());

const REJECTED = { envoy: { clusters: [{ name: 'extra', type: 'STATIC', connect_timeout: '-1s' }] } };

async function writePolicy(more: object): Promise<void> {
  const services = { v1: { address: v1.address } };
  await writeFile(
    join(directory, 'policy.yaml'),
    JSON.stringify({ listen: ANY_PORT, default: 'v1', services, ...more }),
  );
}

const ANY_PORT = '127.0.0.1:0';

async function start() {
  const controlPlane = await startControlPlane({
    policyFile: join(directory, 'policy.yaml'),
    dataDir: join(directory, 'data'),
    xdsListen: ANY_PORT,
    apiListen: ANY_PORT,
    filterWasmPath: await ensureFilter('filter.wasm'),
    logger: pino({ level: 'silent' }),
  });
  const stopped = { controlPlane: false };
  const close = async () => {
    if (!stopped.controlPlane) await controlPlane.close();
    stopped.controlPlane = true;
  };
  cleanup.defer(close);
  const { path } = await locateEnvoy({ install: true });
  /** Fulfilled once its listener takes connections. */
  const envoy = superviseEnvoy({
    path,
    bootstrap: buildBootstrap({
      xdsAddress: parseAddress(controlPlane.xdsAddress),
      adminAddress: { host: '127.0.0.1', port: 0 },
      nodeId: 'edge-1',
    }),
    listener: 'shadowplane',
    concurrency: 2,
    onEvent: () => {},
  });
  return { api: new ApiClient(`http://${controlPlane.apiAddress}`), envoy, close };
}

interface Revision {
  readonly revision: number;
  readonly actor: string;
  readonly note: string | null;
  readonly acknowledgedAt: string | null;
}

async function newest(api: ApiClient): Promise<Revision> {
  return ((await api.get('/revisions?limit=1')).items as Revision[])[0]!;
}

it('gives way to the last configuration that Envoys have had in use', async () => {
  await writePolicy({});
  const first = await start();
  const running = await first.envoy;
  await eventually(async () => (await newest(first.api)).acknowledgedAt !== null, { what: 'revision 1 in use' });
  await running.stop({ force: true });
  await first.close();

  await writePolicy(REJECTED);
  const second = await start();
  const envoy = await second.envoy;
  cleanup.defer(() => envoy.stop({ force: true }));
  await eventually(async () => (await newest(second.api)).acknowledgedAt !== null, { what: 'the rollback in use' });
  expect(await newest(second.api)).toMatchObject({
    revision: 3,
    actor: 'rollback',
    note: expect.stringMatching(/^edge-1 refused revision 2: .*positive duration/),
  });
  const { items } = await second.api.get('/envoys');
  expect(items).toMatchObject([
    {
      node: 'edge-1',
      revision: 3,
      behindSince: null,
      lastRejection: null,
      rejectedRevision: { revision: 2, type: 'CDS', message: expect.stringMatching(/positive duration/) },
    },
  ]);
  const answer = await fetch(`http://${envoy.listenerAddress}/x`);
  expect(answer.status).toBe(200);
});

it('is said where none is known to have been in use', async () => {
  await writePolicy(REJECTED);
  const { api, envoy } = await start();
  cleanup.defer(async () => (await envoy).stop({ force: true }));
  const items = async () => (await api.get('/envoys')).items as Array<Record<string, unknown>>;
  await eventually(async () => (await items())[0]?.lastRejection, { what: 'the rejection' });
  expect(await items()).toMatchObject([
    { node: 'edge-1', revision: null, behindSince: expect.any(String), rejectedRevision: { revision: 1, type: 'CDS' } },
  ]);
  const said = await runShadowplane(['status', '--envoy-admin', '127.0.0.1:1'], { SHADOWPLANE_API: api.url });
  expect(said).toMatch(/edge-1: revision 1: .*positive duration/);
  expect(await newest(api)).toMatchObject({ revision: 1, acknowledgedAt: null });
});
