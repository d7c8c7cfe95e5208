/**
 * Users who give up, by a real Envoy, without any comparison: on both services alike they stop nothing; on the candidate
 * alone they take everybody back. Who waits, and who reads a stream, is no failure.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { parseAddress } from '../../xds-server/policy/index.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { startControlPlaneProcess } from '../support/control-plane-process.ts';
import { Cleanup, eventually, httpJson, startHttp1Upstream } from '../support/index.ts';
import type { Answering } from '../support/upstream.ts';

const ANY_PORT = '127.0.0.1:0';
const OPEN = 20;
const TIRED_AFTER_MS = 100;
/** Long enough for a busy machine, so that none is given up that would be answered. */
const PATIENCE_MS = 10_000;

test('who gives up on the candidate takes everybody back; who gives up on both, or waits, does not', async () => {
  const cleanup = new Cleanup();
  try {
    let hangs = false;
    let asked = 0;
    const answer = (name: string) => {
      return ({ request, send, stream }: Answering) => {
        const { path } = request.parts;
        if (path === '/poll' || path === '/tired') return;
        if (path === '/stream') {
          stream({ headers: { 'content-type': 'text/event-stream' } }).data('data: 1\n\n');
          return;
        }
        asked += 1;
        if (name === 'v2' && hangs && asked % 5 === 0) return;
        send({ headers: { 'x-app-version': name }, body: name });
      };
    };
    const start = async (name: string) => cleanup.add(await startHttp1Upstream({ name, answer: answer(name) }));
    const [v1, v2] = [await start('v1'), await start('v2')];
    const dataDir = await mkdtemp(join(tmpdir(), 'shadowplane-test-'));
    cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
    const policyFile = join(dataDir, 'shadowplane.yaml');
    const rollout = { canary: ['50%'], step: { atLeast: '1h', pairs: 0 }, gates: { errors: { atMost: '+4%' } } };
    await writeFile(
      policyFile,
      JSON.stringify({
        listen: ANY_PORT,
        services: { v1: { address: v1.address }, v2: { address: v2.address } },
        mirrors: { all: { match: { path: '/' }, primary: 'v1', shadow: 'v2', rollout } },
      }),
    );
    const controlPlane = await startControlPlaneProcess({
      policyFile,
      dataDir,
      xdsListen: ANY_PORT,
      apiListen: ANY_PORT,
    });
    cleanup.defer(() => controlPlane.kill());
    const envoy = await superviseEnvoy({
      path: (await locateEnvoy({ install: true })).path,
      bootstrap: buildBootstrap({
        xdsAddress: parseAddress(controlPlane.xdsAddress),
        adminAddress: { host: '127.0.0.1', port: 0 },
        nodeId: 'test',
      }),
      listener: 'shadowplane',
      concurrency: 2,
    });
    cleanup.defer(() => envoy.stop({ force: true }));
    const api = `http://${controlPlane.apiAddress}/api/v1/mirrors/all/rollout`;
    const view = async () => (await httpJson('GET', api)) as unknown as RolloutView;
    await httpJson('POST', `${api}/start?wait=30s`);

    const end = new AbortController();
    let gaveUp = 0;
    let answered = 0;
    const ask = async (path: string, signal: AbortSignal) => {
      const response = await fetch(`http://${envoy.listenerAddress}${path}`, { signal });
      await response.text();
    };
    const waiting = ['/poll', '/stream'].flatMap((path) => Array.from({ length: OPEN }, () => ask(path, end.signal)));
    const users = Array.from({ length: 16 }, async (_, user) => {
      for (let request = user; !end.signal.aborted; request += 1) {
        const path = request % 12 === 0 ? '/tired' : '/orders';
        const waitsMs = hangs || path === '/tired' ? TIRED_AFTER_MS : PATIENCE_MS;
        await ask(path, AbortSignal.any([end.signal, AbortSignal.timeout(waitsMs)])).then(
          () => {
            answered += 1;
          },
          () => {
            gaveUp += 1;
          },
        );
      }
    });
    cleanup.defer(async () => {
      end.abort();
      await Promise.allSettled([...waiting, ...users]);
    });

    const failedBy = ({ users: [all] }: RolloutView) => [all?.primary.failed ?? 0, all?.candidate.failed ?? 0] as const;
    const fair = await eventually(
      async () => {
        const now = await view();
        const [ofPrimary, ofCandidate] = failedBy(now);
        if (ofPrimary > 40 && ofCandidate > 40) return now;
        throw new Error(`${ofPrimary} and ${ofCandidate} of ${gaveUp}`);
      },
      { what: 'users have given up on both', timeoutMs: 90_000 },
    );
    expect(fair).toMatchObject({ status: 'running', gates: [{ gate: 'errors' }] });
    expect(fair.waitingFor.join()).toContain('the comparison does not answer');
    // None but them: neither those who wait nor those who read.
    const [ofPrimary, ofCandidate] = failedBy(fair);
    expect(ofPrimary + ofCandidate).toBeLessThanOrEqual(gaveUp);
    expect(answered).toBeGreaterThan(400);

    hangs = true;
    const back = await eventually(
      async () => {
        const now = await view();
        if (now.status !== 'running') return now;
        throw new Error(now.waitingFor.join());
      },
      { what: 'it is taken back', timeoutMs: 90_000 },
    );
    expect(back.status).toBe('rolled-back');
    expect(back.why).toMatch(/^gate "errors" in sample: .* of its requests were never answered\)$/);
  } finally {
    await cleanup.run();
  }
});
