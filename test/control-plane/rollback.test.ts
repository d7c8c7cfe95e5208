/**
 * Going back, as Envoys see it: from every status of a rollout, right after a restart of a control plane that was killed, and
 * with many Envoys, nobody is on the candidate any more within a second of the decision. And the next process serves what the
 * killed one had, from its first answer on.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ensureFilter } from '../../filter/index.ts';
import { messageType } from '../../protos/index.ts';
import { sampleRoute, usersKey } from '../../xds-server/resources/names.ts';
import { CLUSTER, RUNTIME } from '../../xds-server/xds/index.ts';
import { TestingClient, type TestingStream } from '../../xds-server/xds/server/testing-client.ts';
import { eventually } from '../support/index.ts';
import { type RunningControlPlane, startControlPlaneProgram } from './program.ts';

const POLICY = `
services: { v1: { address: "127.0.0.1:1" }, v2: { address: "127.0.0.1:2" } }
segments: { staff: { header: x-staff, present: true } }
mirrors:
  orders:
    match: { path: /api/orders }
    primary: v1
    shadow: v2
    sample: 5%
    segments: { staff: 100% }
    sticky: { cookie: user }
    rollout: { mirror: [100%], canary: { everyone: [25%, 100%] } }
`;
const ENVOYS = 50;
/** The promise, from the decision to the last acknowledgement. */
const WITHIN_MS = 1_000;
const USERS = usersKey(sampleRoute('orders'), 'v2');

let directory: string;
let filter: string;
let controlPlane: RunningControlPlane;
let client: TestingClient;
let envoys: Envoy[];

beforeAll(async () => {
  filter = await ensureFilter('filter.wasm');
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-rollback-'));
  writeFileSync(join(directory, 'policy.yaml'), POLICY);
  await begin();
});
afterEach(async () => {
  await call('POST', '/abort').catch(() => {});
});
afterAll(async () => {
  client?.close();
  await controlPlane?.close();
  rmSync(directory, { recursive: true, force: true });
});

async function begin(): Promise<void> {
  controlPlane = await startControlPlaneProgram(filter, {
    dataDir: join(directory, 'data'),
    policyFile: join(directory, 'policy.yaml'),
  });
  client = new TestingClient(controlPlane.xdsPort);
  envoys = Array.from({ length: ENVOYS }, (_, index) => new Envoy(client, `edge-${index}`));
  await eventually(() => envoys.every(({ share }) => share !== undefined), { what: 'the first shares of all' });
}

async function killAndBegin(): Promise<void> {
  await controlPlane.kill();
  client.close();
  await begin();
}

/** Acknowledges whatever it is sent, and knows the share of users that it has. */
class Envoy {
  /** Shares in the order in which they came. */
  readonly shares: number[] = [];
  share: number | undefined;

  constructor(of: TestingClient, node: string) {
    const stream = of.stream('delta', node);
    stream.send({ type_url: CLUSTER, resource_names_subscribe: ['*'] });
    stream.send({ type_url: RUNTIME, resource_names_subscribe: ['shadowplane'] });
    void this.#answer(stream);
  }

  async #answer(stream: TestingStream): Promise<void> {
    for (;;) {
      const response = await stream.next();
      const [resource] = response.resources as unknown as Array<{ resource: { value: Uint8Array } }>;
      if (response.type_url === RUNTIME && resource) {
        const type = messageType('envoy.service.runtime.v3.Runtime');
        const { layer } = type.toObject(type.decode(resource.resource.value)) as { layer: Struct };
        this.share = layer.fields[USERS]?.structValue?.fields.numerator?.numberValue ?? 0;
        this.shares.push(this.share);
      }
      stream.ack(response);
    }
  }
}

interface Struct {
  readonly fields: Readonly<Record<string, { structValue?: Struct; numberValue?: number }>>;
}

interface View {
  readonly status: string;
  readonly step: number | null;
  readonly applied?: { readonly acked: number; readonly of: number; readonly tookMs: number };
}

async function call(method: 'GET' | 'POST', action = '', query = ''): Promise<View> {
  const answer = await fetch(`${controlPlane.apiUrl}/api/v1/mirrors/orders/rollout${action}${query}`, { method });
  const body = (await answer.json()) as View & { detail?: string };
  if (!answer.ok) throw new Error(`${action}: ${body.detail}`);
  return body;
}

/** @param actions after `start` */
async function bring(...actions: string[]): Promise<void> {
  for (const action of ['start', ...actions]) {
    const { applied } = await call('POST', `/${action}`, '?wait=30s');
    expect(applied, action).toMatchObject({ acked: ENVOYS, of: ENVOYS });
  }
}

async function everybodyHas(share: number): Promise<void> {
  await eventually(() => envoys.every((envoy) => envoy.share === share), { what: `${share} at every Envoy` });
}

it.each<[status: string, actions: string[], share: number]>([
  ['running', ['promote'], 250_000],
  ['running', ['promote', 'promote'], 1_000_000],
  ['paused', ['promote', 'pause'], 250_000],
  ['passed', ['promote', 'promote', 'promote'], 1_000_000],
])('from %s after %j', async (status, actions, share) => {
  await bring(...actions);
  await everybodyHas(share);
  expect((await call('GET')).status).toBe(status);
  const startedAt = performance.now();
  const { applied } = await call('POST', '/rollback');
  const tookMs = performance.now() - startedAt;
  expect(envoys.map((envoy) => envoy.share)).toEqual(Array(ENVOYS).fill(0));
  expect(applied).toMatchObject({ acked: ENVOYS, of: ENVOYS });
  expect(tookMs).toBeLessThan(WITHIN_MS);
  process.stderr.write(
    `rollback from ${status}: ${applied!.tookMs} ms to ${ENVOYS} Envoys, answered in ${tookMs.toFixed(0)} ms\n`,
  );
});

it('right after a restart of a control plane that was killed, which serves what it had from its first answer', async () => {
  await bring('promote');
  await everybodyHas(250_000);
  await killAndBegin();
  expect(await call('GET')).toMatchObject({ status: 'running', step: 1 });
  const { applied } = await call('POST', '/rollback');
  expect(applied).toMatchObject({ acked: ENVOYS, of: ENVOYS });
  expect(applied!.tookMs).toBeLessThan(WITHIN_MS);
  expect(envoys.map(({ shares }) => shares)).toEqual(Array(ENVOYS).fill([250_000, 0]));

  await killAndBegin();
  expect((await call('GET')).status).toBe('rolled-back');
  expect(envoys.map(({ shares }) => shares)).toEqual(Array(ENVOYS).fill([0]));
});
