/** A rollout over the API of a whole control plane, without an Envoy. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../index.ts';
import { documentOf, writtenPlan } from './testing.ts';

let directory: string;
let controlPlane: ControlPlane;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-rollout-routes-'));
  writeFileSync(join(directory, 'filter.wasm'), new Uint8Array([0, 0x61, 0x73, 0x6d]));
  writeFileSync(join(directory, 'policy.yaml'), JSON.stringify(documentOf(writtenPlan())));
  controlPlane = await startControlPlane({
    policyFile: join(directory, 'policy.yaml'),
    dataDir: join(directory, 'data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    filterWasmPath: join(directory, 'filter.wasm'),
    logger: pino({ level: 'silent' }),
  });
});
afterAll(async () => {
  await controlPlane?.close();
  rmSync(directory, { recursive: true });
});

async function call(method: string, path: string, body?: object): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`http://${controlPlane.apiAddress}/api/v1${path}`, {
    method,
    headers: { 'x-shadowplane-actor': 'ada', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
type Json = any;

const rollout = (action = '') => `/mirrors/orders/rollout${action}`;

it('is refused in words where it cannot be done', async () => {
  const code = async (method: string, path: string, body?: object) => {
    const { status, body: answer } = await call(method, path, body);
    return `${status} ${answer.code}: ${answer.detail}`;
  };
  expect(await code('GET', '/mirrors/order/rollout')).toBe(
    '404 MIRROR_NOT_FOUND: There is no mirror "order"; did you mean "orders"?',
  );
  expect(await code('POST', '/mirrors/order/rollout/rollback')).toMatch(/^404 MIRROR_NOT_FOUND/);
  expect(await code('POST', rollout('/pause'))).toBe('409 ROLLOUT_REFUSED: no rollout of orders has been started');
  expect(await code('POST', rollout('/pause'), { dryRun: true })).toMatch(
    /^400 REQUEST_INVALID: dryRun: can be asked of/,
  );
  expect(await code('POST', rollout('/start'), { dryrun: true })).toMatch(/^400 REQUEST_INVALID: dryrun: is not known/);
  expect(await code('POST', rollout('/start'), { dryRun: 1 })).toMatch(/^400 REQUEST_INVALID: dryRun: must be/);
  expect(await code('POST', rollout('/start?wait=soon'))).toMatch(/^400 REQUEST_INVALID: wait/);
  expect((await call('GET', rollout())).body).toMatchObject({ status: 'ready', step: null, startedAt: null });
});

it('goes all the way by hand, tells of it, and is as OpenAPI says', async () => {
  const aborting = new AbortController();
  const events = await fetch(`http://${controlPlane.apiAddress}/api/v1/events`, { signal: aborting.signal });
  const told = readEvents(events);
  expect((await call('POST', rollout('/start'), { dryRun: true })).body).toMatchObject({ status: 'running', step: 0 });
  expect((await call('GET', rollout())).body.status).toBe('ready');

  const { body: openApi } = await call('GET', '/openapi.json');
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const name of ['Rollout', 'RolloutAnswer']) ajv.addSchema(openApi.components.schemas[name], name);
  const isAsItSays = (name: string, body: Json) => {
    expect(ajv.validate(name, body) ? [] : ajv.errors, JSON.stringify(body)).toEqual([]);
    return body;
  };

  const begun = isAsItSays('RolloutAnswer', (await call('POST', rollout('/start?wait=5s'))).body);
  expect(begun).toMatchObject({ status: 'running', startedBy: 'ada', stored: true, applied: { acked: 0, of: 0 } });
  expect(begun.drivenBy.isThis).toBe(true);
  for (let step = 1; step <= 5; step += 1) isAsItSays('RolloutAnswer', (await call('POST', rollout('/promote'))).body);
  expect(isAsItSays('Rollout', (await call('GET', rollout())).body)).toMatchObject({
    status: 'passed',
    phase: 'finish',
  });

  const { body: preview } = await call('POST', rollout('/finish'), { dryRun: true });
  expect(preview).toMatchObject({ revision: 1, differences: expect.any(Array) });
  expect(preview.differences.map(({ path }: Json) => path)).toContain('mirrors.orders.primary');
  expect((await call('GET', rollout())).body.status).toBe('passed');

  const { body: finished } = await call('POST', rollout('/finish'));
  expect(isAsItSays('RolloutAnswer', finished)).toMatchObject({ status: 'finished' });
  expect(finished.todo).toHaveLength(2);
  expect((await call('GET', '/mirrors/orders')).body).toMatchObject({ primary: 'v2', shadow: 'v1', paused: true });
  const { items } = (await call('GET', '/revisions')).body;
  expect(items[0]).toMatchObject({ actor: 'rollout', note: 'rollout of orders finished' });

  const metrics = await (await fetch(`http://${controlPlane.apiAddress}/metrics`)).text();
  expect(metrics).toContain('shadowplane_rollout_status{mirror="orders",status="finished"} 1');
  expect(metrics).toContain('shadowplane_rollout_events_total{mirror="orders",kind="promote"} 5');
  const audit = readFileSync(join(directory, 'data/audit.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const moves = audit.filter(({ kind }) => kind === 'rollout').map(({ actor, what }) => `${what} ${actor}`);
  expect(moves).toEqual(['start ada', ...Array(5).fill('promote ada'), 'finish ada']);

  await expect.poll(() => told.filter(({ event }) => event?.kind === 'finish')).toHaveLength(1);
  expect(told.find(({ event }) => event?.kind === 'start')).toMatchObject({ mirror: 'orders', status: 'running' });
  aborting.abort();
});

/** Data of the events `rollout`, as they come. */
function readEvents(answer: Response): Json[] {
  const told: Json[] = [];
  void (async () => {
    let text = '';
    for await (const chunk of answer.body!) {
      text += Buffer.from(chunk).toString();
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const data = /^event: rollout\ndata: (.*)$/m.exec(part)?.[1];
        if (data !== undefined) told.push(JSON.parse(data));
      }
    }
  })().catch(() => {});
  return told;
}
