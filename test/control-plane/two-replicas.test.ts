/**
 * Two control planes on one PostgreSQL, each with Envoys of its own: users are taken off the candidate within a second at the
 * Envoys of both, whichever is asked, and when the one that drives is killed the other goes on.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres, startPostgres, type TestPostgres } from '../../compare/store/testing-postgres.ts';
import { ensureFilter } from '../../filter/index.ts';
import { TestingClient } from '../../xds-server/xds/server/testing-client.ts';
import { eventually } from '../support/index.ts';
import { type RunningControlPlane, startControlPlaneProgram } from './program.ts';
import { USERS_POLICY, UsersEnvoy } from './users-envoy.ts';

/** The promise, from the decision to the last Envoy. */
const WITHIN_MS = 1_000;
const binaries = findPostgres();
if (!binaries) process.stderr.write('skipped: there is no initdb here\n');

describe.skipIf(!binaries)('two control planes', () => {
  let directory: string;
  let postgres: TestPostgres;
  let one: Replica;
  let two: Replica;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'shadowplane-replicas-'));
    writeFileSync(join(directory, 'policy.yaml'), USERS_POLICY);
    postgres = await startPostgres(binaries!);
    one = await begin('one');
    two = await begin('two');
  });
  afterAll(async () => {
    for (const replica of [one, two]) {
      replica?.client.close();
      await replica?.controlPlane.close();
    }
    await postgres?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function begin(name: string): Promise<Replica> {
    const controlPlane = await startControlPlaneProgram(await ensureFilter('filter.wasm'), {
      dataDir: join(directory, name),
      policyFile: join(directory, 'policy.yaml'),
      storeUrl: postgres.url,
    });
    const client = new TestingClient(controlPlane.xdsPort);
    const envoy = new UsersEnvoy(client, `edge-${name}`);
    await eventually(() => envoy.share !== undefined, { what: 'the first share' });
    return { controlPlane, client, envoy };
  }

  async function ask({ controlPlane }: Replica, action: string): Promise<void> {
    const answer = await fetch(`${controlPlane.apiUrl}/api/v1/mirrors/orders/rollout/${action}`, { method: 'POST' });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
  }

  const bothHave = (share: number) =>
    eventually(() => [one, two].every(({ envoy }) => envoy.share === share), { what: `${share} at both` });

  it('move and take back users together, whichever is asked, and one goes on when the other is killed', async () => {
    for (const [mover, taker] of [
      [one, two],
      [two, two],
      [one, one],
    ] as const) {
      await ask(mover, 'start');
      await ask(mover, 'promote');
      await bothHave(250_000);
      const startedAt = performance.now();
      await ask(taker, 'rollback');
      await bothHave(0);
      expect(performance.now() - startedAt).toBeLessThan(WITHIN_MS);
    }
    await ask(one, 'start');
    await ask(one, 'promote');
    await bothHave(250_000);
    await one.controlPlane.kill();
    await eventually(async () => {
      const answer = await fetch(`${two.controlPlane.apiUrl}/api/v1/mirrors/orders/rollout`);
      return ((await answer.json()) as { drivenBy: { isThis: boolean } }).drivenBy.isThis;
    });
    expect(two.envoy.shares.slice(-1)).toEqual([250_000]);
    await ask(two, 'promote');
    await eventually(() => two.envoy.share === 1_000_000, { what: 'the next step' });
  });
});

interface Replica {
  readonly controlPlane: RunningControlPlane;
  readonly client: TestingClient;
  readonly envoy: UsersEnvoy;
}
