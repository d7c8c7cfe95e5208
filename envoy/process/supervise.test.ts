import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { backoffMs, type EnvoyEvent } from './events.ts';
import { createSandbox, type FakeBootstrap, fakeRunningEnvoy, type Sandbox } from './fake-envoy.fixture.ts';
import { type SupervisedEnvoy, type SuperviseEnvoyOptions, superviseEnvoy } from './supervise.ts';

let sandbox: Sandbox;
let path: string;
let events: EnvoyEvent[];
let running: SupervisedEnvoy | undefined;

beforeEach(() => {
  sandbox = createSandbox();
  vi.stubEnv('TMPDIR', sandbox.dir);
  path = fakeRunningEnvoy(sandbox);
  events = [];
  running = undefined;
});
afterEach(async () => {
  await running?.stop({ force: true });
  vi.unstubAllEnvs();
  sandbox.remove();
});

async function supervise(bootstrap: FakeBootstrap = {}, options: Partial<SuperviseEnvoyOptions> = {}) {
  running = await superviseEnvoy({ path, bootstrap, onEvent: (event) => events.push(event), ...options });
  return running;
}

const ps = (column: string, pid: number) =>
  spawnSync('ps', ['-o', `${column}=`, '-p', `${pid}`], { encoding: 'utf8' }).stdout.trim();
/** A zombie has ended; it only waits for its parent to notice. */
const isRunning = (pid: number) => !/^(Z.*)?$/.test(ps('stat', pid));
/** Bounded, and long enough for a busy machine. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });
const logged = () => events.flatMap((event) => (event.type === 'log' ? [event.line.message] : []));
const runDirs = () => readdirSync(sandbox.dir).filter((name) => name.startsWith('shadowplane-envoy-'));

it('waits for the listener, passes on output and warnings, and stops without leaving anything', async () => {
  const output: string[] = [];
  const envoy = await supervise({}, { listener: 'main', onOutput: (line) => output.push(line) });
  expect(envoy.listenerAddress).toBe('127.0.0.1:10000');
  expect(await envoy.admin.ready()).toBe(true);
  await eventually(() => expect(output).toEqual(['started']));
  expect(runDirs()).toHaveLength(1);
  await envoy.stop();
  expect(isRunning(envoy.pid)).toBe(false);
  expect(runDirs()).toEqual([]);
  expect(logged()).toEqual(['unusual setting']);
});

it('starts it again when it dies, and says so', async () => {
  const envoy = await supervise();
  const first = envoy.pid;
  process.kill(first, 'SIGKILL');
  await eventually(() => expect(envoy.restarts).toBe(1));
  expect(envoy.pid).not.toBe(first);
  expect(await envoy.admin.ready()).toBe(true);
  expect(events).toContainEqual({ type: 'died', exitCode: 137, restartInMs: 250 });
  expect(events.at(-1)).toEqual({ type: 'restarted', pid: envoy.pid });
});

it('gives up on the first start, with the words of Envoy', async () => {
  await expect(supervise({ exitCode: 3 })).rejects.toMatchObject({
    code: 'ENVOY_FAILED',
    message: expect.stringMatching(/exited with code 3\n.*unusual setting\n.*no such cluster/),
  });
  expect(runDirs()).toEqual([]);
});

it('gives up the start when told to, and says how far it came', async () => {
  const giveUpWhenAsked = (what: string) => {
    const givingUp = new AbortController();
    const onEvent = (event: EnvoyEvent) => {
      if (event.type === 'log' && event.line.message === `asked for ${what}`) givingUp.abort();
    };
    return { onEvent, signal: givingUp.signal };
  };
  await expect(supervise({ neverReady: true, talkative: true }, giveUpWhenAsked('/ready'))).rejects.toThrow(
    /not received its first configuration in time/,
  );
  const otherListener = { ...giveUpWhenAsked('/listeners'), listener: 'other' };
  await expect(supervise({ talkative: true }, otherListener)).rejects.toThrow(/listener "other" did not open in time/);
  expect(runDirs()).toEqual([]);
});

it('gives up when the start takes too long', async () => {
  await expect(supervise({ neverReady: true }, { startTimeoutMs: 300 })).rejects.toMatchObject({
    code: 'ENVOY_FAILED',
  });
  expect(runDirs()).toEqual([]);
});

it('waits for requests under way before it stops', async () => {
  const envoy = await supervise({ active: [2, 1, 1] });
  await envoy.stop();
  expect(events).toContainEqual({ type: 'draining', requests: 2 });
});

it('kills one that takes no notice of SIGTERM, after the grace', async () => {
  const envoy = await supervise({ stubborn: true }, { graceMs: 300 });
  await envoy.stop();
  expect(isRunning(envoy.pid)).toBe(false);
});

it('kills at once when forced', async () => {
  const envoy = await supervise(
    { stubborn: true, active: Array(10_000).fill(1) },
    { graceMs: 60_000, drainMs: 60_000 },
  );
  const stopping = envoy.stop();
  await eventually(() => expect(events.at(-1)).toMatchObject({ type: 'draining' }));
  await Promise.all([stopping, envoy.stop({ force: true })]);
  expect(isRunning(envoy.pid)).toBe(false);
});

it('leaves no Envoy behind when the wrapper around it is killed', async () => {
  const envoy = await supervise({ stubborn: true }, { graceMs: 60_000 });
  const pid = envoy.pid;
  expect(isRunning(pid)).toBe(true);
  process.kill(Number(ps('ppid', pid)), 'SIGKILL');
  await eventually(() => expect(isRunning(pid)).toBe(false));
  await eventually(() => expect(envoy.restarts).toBe(1));
});

it('waits longer after every failure in a row, half a minute at most', () => {
  expect([0, 1, 2, 3, 7, 20].map(backoffMs)).toEqual([250, 500, 1_000, 2_000, 30_000, 30_000]);
});
