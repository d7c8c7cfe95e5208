import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { selfSigned } from '../test/envoy/certificate.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane.ts';
import { PolicyRenderer } from './policy-renderer.ts';
import { CLUSTER } from './xds/index.ts';
import { TestingClient } from './xds/server/testing-client.ts';

const POLICY = `
services: { v1: { address: "127.0.0.1:1" }, v2: { address: "127.0.0.1:2" } }
mirrors:
  orders: { match: { path: /api/orders }, primary: v1, shadow: v2, sample: 5% }
`;

let directory: string;
let policyFile: string;
let logged: string[];
let running: ControlPlane | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shadowplane-control-plane-'));
  policyFile = join(directory, 'shadowplane.yaml');
  logged = [];
  await writeFile(policyFile, POLICY);
  await writeFile(join(directory, 'filter.wasm'), new Uint8Array([0, 0x61, 0x73, 0x6d]));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await running?.close();
  running = undefined;
  await rm(directory, { recursive: true, force: true });
});

async function start(changes: Partial<ControlPlaneOptions> = {}): Promise<ControlPlane> {
  running = await startControlPlane({
    policyFile,
    dataDir: join(directory, 'data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    filterWasmPath: join(directory, 'filter.wasm'),
    logger: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    ...changes,
  });
  return running;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`http://${running!.apiAddress}/api/v1${path}`, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function sampleOf(mirror: string): Promise<unknown> {
  return (await call('GET', `/mirrors/${mirror}`)).body.sample;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('the control plane', () => {
  it('has applied the policy file when it is up, and follows it', async () => {
    await start();
    expect(await sampleOf('orders')).toBe('5%');
    await writeFile(policyFile, POLICY.replace('5%', '7%'));
    await until(async () => (await sampleOf('orders')) === '7%');
  });

  it('keeps changes of the API over a restart', async () => {
    await start();
    expect((await call('PATCH', '/mirrors/orders', { sample: '20%' })).status).toBe(200);
    await running!.close();
    await start();
    expect(await sampleOf('orders')).toBe('20%');
  });

  it.each([
    ['unusable', 'the files of the secret'],
    ['missing', 'there is no secret'],
  ])('starts again with a secret that is %s, and can be paused', async (how, problem) => {
    const secretsDir = join(directory, 'secrets');
    const { certificatePem, privateKeyPem } = selfSigned('edge');
    await mkdir(join(secretsDir, 'edge'), { recursive: true });
    await writeFile(join(secretsDir, 'edge/tls.crt'), certificatePem);
    await writeFile(join(secretsDir, 'edge/tls.key'), privateKeyPem);
    await writeFile(policyFile, `${POLICY}\nlistener: { tls: { secret: edge } }\n`);
    await start({ secretsDir });
    await running!.close();

    if (how === 'missing') await rm(join(secretsDir, 'edge'), { recursive: true });
    else await writeFile(join(secretsDir, 'edge/tls.key'), 'broken');
    await start({ secretsDir });
    expect(logged.join()).toContain(`keep what they have: listener.tls.secret: ${problem} \\"edge`);
    expect((await call('POST', '/mirrors/orders/pause')).status).toBe(200);
    const { config } = (await call('GET', '/config')).body as { config: object };
    const other = { ...config, listener: { tls: { secret: 'other' } } };
    for (const [method, path] of [
      ['PUT', '/config'],
      ['POST', '/plan'],
    ] as const) {
      const { status, body } = await call(method, path, other);
      expect([status, body], path).toMatchObject([400, { errors: [{ path: 'listener.tls.secret' }] }]);
    }
    // Also where the file changes.
    await writeFile(policyFile, `${POLICY.replace('5%', '7%')}\nlistener: { tls: { secret: edge } }\n`);
    await until(async () => (await sampleOf('orders')) === '7%');
    // Once the policy does without it, there is no way back, and a preview says so as well.
    await call('PUT', '/config', { ...config, listener: {} });
    for (const dryRun of [true, false]) {
      expect((await call('POST', '/config/undo', { to: 1, dryRun })).status).toBe(400);
    }
  });

  it('ends without a complaint while an Envoy is connected, and remembers it', async () => {
    await start();
    const client = new TestingClient(Number(running!.xdsAddress.split(':').at(-1)));
    const stream = client.stream('delta', 'edge-1');
    stream.send({ type_url: CLUSTER });
    await stream.next();
    await running!.close();
    await stream.ended;
    client.close();
    await start();
    expect((await call('GET', '/envoys')).body).toMatchObject({ gone: [{ node: 'edge-1' }] });
    expect(logged.filter((line) => JSON.parse(line).level > 40)).toEqual([]);
  });

  it('goes on when nothing can be made of what has changed outside a write', async () => {
    const secretsDir = join(directory, 'secrets');
    const roots = async () => writeFile(join(secretsDir, 'roots/ca.crt'), selfSigned('roots').certificatePem);
    await mkdir(join(secretsDir, 'roots'), { recursive: true });
    await roots();
    await start({ secretsDir });
    const rendering = vi.spyOn(PolicyRenderer.prototype, 'snapshotOf').mockImplementation(() => {
      throw new Error('out of shape');
    });
    await roots();
    await until(() => logged.some((line) => line.includes('stays as it was') && line.includes('out of shape')));
    rendering.mockRestore();
    expect((await call('PATCH', '/mirrors/orders', { sample: '9%' })).status).toBe(200);
  });

  it('answers a write that waits at once when no Envoy is connected', async () => {
    await start();
    const { body } = await call('PATCH', '/mirrors/orders?wait=5s', { sample: '20%' });
    expect(body).toMatchObject({ applied: { acked: 0, of: 0 } });
  });

  it('refuses what Envoy does not know before it is stored', async () => {
    await start();
    const envoy = { clusters: [{ name: 'x', tpye: 'STATIC' }] };
    const { status, body } = await call('PUT', '/config', { envoy });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'POLICY_INVALID', errors: [{ path: 'envoy.clusters.0.tpye' }] });
    expect((await call('GET', '/config')).body).toMatchObject({ revision: 1 });
  });

  it('does not start with a policy file that is wrong, and says where it is', async () => {
    await writeFile(policyFile, `${POLICY}\nenvoy:\n  clusters:\n    - name: x\n      tpye: STATIC\n`);
    await expect(start()).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      problems: [{ path: 'envoy.clusters.0.tpye', line: 9, column: 13 }],
    });
  });

  it('goes on with the policy it has when the file becomes wrong, and says where', async () => {
    await start();
    await writeFile(policyFile, POLICY.replace('shadow: v2', 'shadow: v3'));
    await until(() => logged.some((line) => /shadowplane\.yaml:4:\d+: mirrors\.orders\.shadow/.test(line)));
    expect(await sampleOf('orders')).toBe('5%');
    await writeFile(policyFile, POLICY);
    await until(() => logged.some((line) => line.includes('the policy file is right again')));
  });

  it('leaves nothing running when an address is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(start({ apiListen: `127.0.0.1:${port}` })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    await expect(start({ xdsListen: `127.0.0.1:${port}` })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    other.close();
    await start();
  });

  it('says that the filter is missing', async () => {
    await expect(start({ filterWasmPath: join(directory, 'none.wasm') })).rejects.toMatchObject({
      code: 'FILTER_NOT_BUILT',
    });
  });
});
