/**
 * The command as users run it: real child processes, a real Envoy, signals. Shows that changes take effect, that Ctrl-C
 * leaves nothing behind, and that not even SIGKILL of the command does.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { locateEnvoy } from '../../envoy/index.ts';
import {
  Cleanup,
  eventually,
  freePort,
  httpJson,
  httpRequest,
  startHttp1Upstream,
  type Upstream,
} from '../support/index.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/shadowplane.js', import.meta.url));
const ANY_PORTS = ['--envoy-admin', '--xds-listen', '--api-listen', '--capture-listen'].flatMap((flag) => [
  flag,
  '127.0.0.1:0',
]);

let cleanup: Cleanup;
let dir: string;
let primary: Upstream;
let shadow: Upstream;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  cleanup = new Cleanup();
  primary = cleanup.add(await startHttp1Upstream({ name: 'v1' }));
  shadow = cleanup.add(await startHttp1Upstream({ name: 'v2' }));
  env = { ...process.env, SHADOWPLANE_ENVOY: (await locateEnvoy()).path };
});
afterAll(() => cleanup.run());

let running: Running[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'shadowplane-cli-'));
  running = [];
});
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(dir, { recursive: true, force: true });
});

/** Writes shadowplane.yaml for the two upstreams and a free port. */
async function writePolicy(sample: string): Promise<string> {
  const file = join(dir, 'shadowplane.yaml');
  writeFileSync(
    file,
    `listen: 127.0.0.1:${await freePort()}
default: v1
services:
  v1: { address: '${primary.address}' }
  v2: { address: '${shadow.address}' }
segments:
  employees: { header: x-user-group, equals: employees }
mirrors:
  orders:
    match: { path: /api/orders }
    primary: v1
    shadow: v2
    segments: { employees: 0% }
    sample: ${sample}
`,
  );
  return file;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Events of `--json`, in order. */
  readonly events: Array<Record<string, unknown>>;
  stderr(): string;
}

/** Starts a command that runs for long, with `--json`. */
function start(...argv: string[]): Running {
  const child = spawn(process.execPath, [LAUNCHER, ...argv, '--json'], {
    env,
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const events: Array<Record<string, unknown>> = [];
  let out = '';
  let err = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (out + text).split('\n');
    out = lines.pop() ?? '';
    for (const line of lines) events.push(JSON.parse(line));
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const started = { child, ended, events, stderr: () => err };
  running.push(started);
  return started;
}

async function eventOf(run: Running, type: string): Promise<Record<string, unknown>> {
  let end: unknown;
  run.ended.then((result) => {
    end = result;
  });
  return eventually(
    () => {
      const found = run.events.find(({ event }) => event === type);
      if (!found && end) throw new Error(`ended ${JSON.stringify(end)} without "${type}": ${run.stderr()}`);
      return found;
    },
    { timeoutMs: 60_000, what: `the event "${type}"; standard error: ${run.stderr()}` },
  ) as Promise<Record<string, unknown>>;
}

/** Runs a command to its end. */
function shadowplane(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, ...argv], {
    env,
    cwd: dir,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

function ps(column: string, pid: number): string {
  return spawnSync('ps', ['-ww', '-o', `${column}=`, '-p', `${pid}`], { encoding: 'utf8' }).stdout.trim();
}

/** A zombie has ended; it only waits for its parent to notice. */
function isRunning(pid: number): boolean {
  return !/^(Z.*)?$/.test(ps('stat', pid));
}

async function copiesOf(requests: number, url: string, headers: Record<string, string> = {}): Promise<number> {
  shadow.recorder.clear();
  for (let i = 0; i < requests; i++) {
    const answer = await fetch(`${url}/api/orders/${i}`, { headers });
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
  }
  return shadow.recorder.count;
}

describe('up', () => {
  it('mirrors, follows changes by command and by file, shows them, and stops at Ctrl-C without leaving a process', async () => {
    const file = await writePolicy('0%');
    const up = start('up', '-f', file, ...ANY_PORTS);
    const ready = await eventOf(up, 'ready');
    const url = `http://${ready.listen}`;
    const api = ['--api', String(ready.api)];
    expect(await copiesOf(20, url)).toBe(0);

    const set = shadowplane(
      'mirror',
      'set',
      'orders',
      '--sample',
      '100%',
      '--segment',
      'employees=100%',
      '--wait',
      '30s',
      ...api,
    );
    expect(set).toMatchObject({ code: 0, err: '' });
    expect(set.out).toMatch(
      /^orders: employees 100%, everyone else 100% \(revision \d+, in force at 1 of 1 Envoy after \d+ ms\)\n$/,
    );
    await eventually(async () => (await copiesOf(1, url)) === 1, { what: 'the first copy' });
    shadow.recorder.clear();
    await copiesOf(20, url, { 'x-user-group': 'employees' });
    await eventually(() => shadow.recorder.count === 20, { what: 'all copies' });

    const status = shadowplane('status', '--json', ...api, '--envoy-admin', String(ready.envoyAdmin));
    // Twenty pairs are too few for a verdict.
    expect(status.code).toBe(4);
    expect(JSON.parse(status.out)).toMatchObject({
      counted: true,
      verdicts: [{ mirror: 'orders', verdict: 'not-enough-data' }],
      envoys: [{ version: '1.40.0', lastRejection: null }],
      mirrors: [{ name: 'orders', groups: [{ segment: 'employees', share: '100%', seen: 20, copied: 20 }, {}] }],
    });
    const traffic = await eventually(() => up.events.findLast(({ event }) => event === 'traffic'));
    expect(traffic).toMatchObject({ mirrors: [{ name: 'orders', receivers: [{ service: 'v2', errors: 0 }] }] });

    expect(shadowplane('mirror', 'pause', 'orders', '--wait', '30s', ...api).code).toBe(0);
    await eventually(async () => (await copiesOf(5, url)) === 0, { what: 'no more copies' });
    expect(shadowplane('mirror', 'resume', 'orders', '--wait', '30s', ...api).code).toBe(0);
    await eventually(async () => (await copiesOf(5, url)) === 5, { what: 'copies again' });

    const edited = readFileSync(file, 'utf8').replace('sample: 0%', 'sample: 0.0001%');
    writeFileSync(file, edited);
    await eventually(async () => (await copiesOf(5, url)) === 0, { what: 'the saved file in force' });

    up.child.kill('SIGINT');
    expect(await up.ended).toEqual({ code: 0, signal: null });
    expect(up.events.at(-1)).toEqual({ event: 'stopped' });
    expect(isRunning(Number(ready.envoyPid))).toBe(false);
    await expect(httpRequest('GET', url)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('takes Envoy with it when it is killed with SIGKILL', async () => {
    const up = start('up', '-f', await writePolicy('0%'), ...ANY_PORTS);
    const ready = await eventOf(up, 'ready');
    const pid = Number(ready.envoyPid);
    const runDir = dirname(/--config-path (\S+)/.exec(ps('args', pid))![1]!);
    expect([isRunning(pid), existsSync(runDir)]).toEqual([true, true]);
    up.child.kill('SIGKILL');
    await up.ended;
    await eventually(() => !isRunning(pid) && !existsSync(runDir), { what: 'the end of Envoy and of its files' });
  });

  it('starts Envoy again when it dies, and goes on mirroring', async () => {
    const up = start('up', '-f', await writePolicy('100%'), ...ANY_PORTS);
    const ready = await eventOf(up, 'ready');
    process.kill(Number(ready.envoyPid), 'SIGKILL');
    await eventually(() => /serves again/.test(up.stderr()), { what: 'the restart' });
    await eventually(async () => (await copiesOf(3, `http://${ready.listen}`)) === 3, {
      what: 'copies after the restart',
    });
  });

  it('says which flag to use when a port is taken', async () => {
    const taken = new URL(`http://${primary.address}`).host;
    const { code, err } = shadowplane('up', '-f', await writePolicy('0%'), ...ANY_PORTS, '--api-listen', taken);
    expect(code).toBe(1);
    expect(err).toBe(`error: ${taken} is taken by another process; choose another with --api-listen HOST:PORT\n`);
  });

  it('points at the line of a mistake and starts nothing', async () => {
    const file = await writePolicy('500%');
    const { code, err, out } = shadowplane('up', '-f', file, ...ANY_PORTS);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(new RegExp(`^${file}:14:13 mirrors\\.orders\\.sample: .*more than 100%`));
  });
});

describe('serve', () => {
  it('serves an API, takes a file over by apply, and ends at SIGTERM', async () => {
    const file = await writePolicy('5%');
    const serve = start('serve', '-f', file, ...ANY_PORTS.slice(2));
    const ready = await eventOf(serve, 'ready');
    const api = ['--api', String(ready.api)];
    expect(await httpJson('GET', `${ready.api}/api/v1/mirrors`)).toMatchObject({
      items: [{ name: 'orders', sample: '5%' }],
    });
    const other = join(dir, 'other.yaml');
    writeFileSync(other, shadowplane('get', 'config', ...api).out.replace('5%', '7%'));
    expect(shadowplane('apply', '-f', other, ...api)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/is applied/),
    });
    expect(shadowplane('get', 'mirrors', ...api).out).toMatch(/everyone else +7%/);
    expect(shadowplane('get', 'envoys', ...api).out).toBe('No Envoy is connected.\n');
    serve.child.kill('SIGTERM');
    expect(await serve.ended).toEqual({ code: 0, signal: null });
  });
});

describe('validate', () => {
  it('answers by exit code', async () => {
    const file = await writePolicy('5%');
    expect(shadowplane('validate', '-f', file)).toMatchObject({ code: 0, err: '' });
    writeFileSync(
      file,
      'mirrors:\n  orders: { match: { path: /a }, primary: v1, shadow: v2 }\nservices: { v2: { address: "a:1" } }\n',
    );
    const { code, err } = shadowplane('validate', '-f', file);
    expect(code).toBe(2);
    expect(err).toMatch(/shadowplane\.yaml:2:\d+ mirrors\.orders\.primary: .*"v1"/);
  });
});

describe('demo', () => {
  it('runs anywhere: free ports, no terminal, ends by itself', async () => {
    const demo = start('demo', '--duration', '6s', '--rate', '50', ...ANY_PORTS, '--envoy-listen', '127.0.0.1:0');
    const ready = await eventOf(demo, 'ready');
    expect(ready.services).toHaveLength(3);
    expect(await demo.ended).toEqual({ code: 0, signal: null });
    const last = demo.events.findLast(({ event }) => event === 'traffic');
    const [mirror] = last!.mirrors as Array<{
      groups: Array<{ copied: number }>;
      receivers: Array<{ copies: number }>;
    }>;
    expect(mirror!.groups.some(({ copied }) => copied > 0)).toBe(true);
    expect(mirror!.receivers.every(({ copies }) => copies > 0)).toBe(true);
    expect(last!.traffic).toMatchObject({ failed: 0 });
    expect(demo.events.flatMap(({ recent }) => recent ?? [])).toContainEqual(
      expect.objectContaining({ mirror: 'orders', reason: 'segment', segment: 'employees' }),
    );
    expect(isRunning(Number(ready.envoyPid))).toBe(false);
  });
});
