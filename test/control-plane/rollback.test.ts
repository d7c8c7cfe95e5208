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
import { TestingClient } from '../../xds-server/xds/server/testing-client.ts';
import { eventually } from '../support/index.ts';
import { type RunningControlPlane, startControlPlaneProgram } from './program.ts';
import { USERS_POLICY, UsersEnvoy } from './users-envoy.ts';

const ENVOYS = 50;
/** The promise, from the decision to the last acknowledgement. */
const WITHIN_MS = 1_000;

let directory: string;
let filter: string;
let controlPlane: RunningControlPlane;
let client: TestingClient;
let envoys: UsersEnvoy[];

beforeAll(async () => {
  filter = await ensureFilter('filter.wasm');
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-rollback-'));
  writeFileSync(join(directory, 'policy.yaml'), USERS_POLICY);
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
  envoys = Array.from({ length: ENVOYS }, (_, index) => new UsersEnvoy(client, `edge-${index}`));
  await eventually(() => envoys.every(({ share }) => share !== undefined), { what: 'the first shares of all' });
}

async function killAndBegin(): Promise<void> {
  await controlPlane.kill();
  client.close();
  await begin();
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
