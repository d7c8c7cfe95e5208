/**
 * From a real request to a verdict: the demo's Envoy captures, the control plane compares, and `diff` tells what the planted
 * bugs of order-v2 do from what differs innocently.
 */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { locateEnvoy } from '../../envoy/index.ts';
import { Cleanup, eventually } from '../support/index.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/shadowplane.js', import.meta.url));
const PORTS = ['--envoy-listen', '--envoy-admin', '--xds-listen', '--api-listen', '--capture-listen'].flatMap(
  (flag) => [flag, '127.0.0.1:0'],
);

interface Differences {
  readonly verdict: { readonly verdict: string; readonly compared: number };
  readonly differences: {
    readonly items: ReadonlyArray<{ readonly endpoint: string; readonly path: string; readonly verdict: string }>;
  };
}

let cleanup: Cleanup | undefined;
afterEach(() => cleanup?.run());

it('finds wrong totals and wrong shipping of order-v2, and calls neither times, ids nor the version different', async () => {
  cleanup = new Cleanup();
  const env = { ...process.env, SHADOWPLANE_ENVOY: (await locateEnvoy()).path };
  const demo = spawn(process.execPath, [LAUNCHER, 'demo', '--json', '--rate', '300', '--duration', '80s', ...PORTS], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  cleanup.add({
    close: async () => {
      demo.kill('SIGINT');
      await ended;
    },
  });
  let output = '';
  demo.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const ready = await eventually(() => output.split('\n').find((line) => line.includes('"ready"')), {
    timeoutMs: 60_000,
  });
  const { api } = JSON.parse(ready!) as { api: string };
  const diff = () => {
    const run = spawnSync(process.execPath, [LAUNCHER, 'diff', 'orders', '--json', '--api', api], { env });
    return { exitCode: run.status, text: run.stdout.toString() };
  };
  const isDifferent = (answer: Differences, path: RegExp) =>
    answer.differences.items.some((item) => item.verdict === 'different' && path.test(item.path));
  const found = await eventually(
    () => {
      const { exitCode, text } = diff();
      if (exitCode !== 3) return undefined;
      const answer = JSON.parse(text) as Differences;
      return isDifferent(answer, /total/i) && isDifferent(answer, /shipping/i) ? answer : undefined;
    },
    { timeoutMs: 70_000 },
  );
  expect(found?.verdict.verdict).toBe('different');
  expect(found?.differences.items.filter(({ path }) => /At$|trace|^\/id$|orderId|version/.test(path))).toEqual([]);
  // Both bugs change what the customer pays, which the example's weights rank above the five benign differences.
  const decided = found?.differences.items.filter(({ verdict }) => verdict === 'different') ?? [];
  const isBug = decided.map(({ path }) => path.startsWith('/totals/'));
  expect(isBug, 'bugs first').toEqual(isBug.toSorted((one, other) => Number(other) - Number(one)));
}, 180_000);
