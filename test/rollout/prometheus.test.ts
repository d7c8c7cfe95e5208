/** What a real Prometheus answers, beside the fakes of xds-server/rollouts/checks. Without one on PATH it is skipped. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ExternalCheck } from '../../rollout/index.ts';
import { ExternalChecks } from '../../xds-server/rollouts/checks/index.ts';
import { eventually } from '../support/index.ts';

const isThere = spawnSync('prometheus', ['--version']).status === 0;
if (!isThere) process.stderr.write('there is no prometheus on PATH: its answers are not tested\n');

let server: ChildProcess;
let folder: string;
let url: string;
let checks: ExternalChecks | undefined;

beforeAll(async () => {
  if (!isThere) return;
  folder = mkdtempSync(join(tmpdir(), 'shadowplane-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, '{}');
  const listen = '--web.listen-address=127.0.0.1:0';
  server = spawn('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, listen]);
  let log = '';
  server.stderr!.on('data', (chunk) => {
    log += chunk;
  });
  await eventually(() => log.includes('ready to receive'));
  url = `http://${/Listening on" address=(\S+)/.exec(log)?.[1]}`;
});

afterEach(() => checks?.close());

afterAll(async () => {
  if (!isThere) return;
  const gone = new Promise((resolve) => server.once('close', resolve));
  server.kill('SIGKILL');
  await gone;
  rmSync(folder, { recursive: true });
});

test.skipIf(!isThere).each([
  ['vector(3)', 'pass', 'has 3, where at most 3 is allowed'],
  ['scalar(vector(2.5))', 'pass', 'has 2.5, where at most 3 is allowed'],
  ['vector(1e3)', 'fail', 'has 1000, where at most 3 is allowed'],
  ['vector(1) / vector(0)', 'fail', 'has Infinity, where at most 3 is allowed'],
  ['vector(0) / vector(0)', 'not-enough-data', 'has no number for the query (NaN)'],
  ['nobody_counts_this', 'not-enough-data', 'has no value for the query'],
  [
    'vector(1) or label_replace(vector(2), "a", "b", "", "")',
    'not-enough-data',
    'has 2 values for the query; one is needed, such as their sum',
  ],
  ['"text"', 'not-enough-data', 'answered a string, not one value'],
  ['vector(1)[1m:1s]', 'not-enough-data', 'answered a matrix, not one value'],
  ['sum(', 'not-enough-data', expect.stringContaining('answered 400: ')],
] as const)('%s: %s', async (query, outcome, why) => {
  const limits = { intervalMs: 3_600_000, timeoutMs: 20_000, failures: 1 };
  const check: ExternalCheck = { kind: 'prometheus', name: 'a', url, query, atMost: 3, ...limits };
  const about = { mirror: 'a', step: 'b', phase: 'mirror', status: 'running' } as const;
  checks = new ExternalChecks();
  checks.follow([check], { ...about, weights: { copies: 'as-configured', users: {} } }, 'one');
  await expect.poll(() => checks!.list()[0]!.at).not.toBeNull();
  const [{ outcome: said, why: words }] = checks.list() as [ReturnType<ExternalChecks['list']>[number]];
  expect({ said, words: words.replace(/^\S+ /, '') }).toEqual({ said: outcome, words: why });
});
