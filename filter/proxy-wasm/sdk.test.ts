import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimulatedHost, type SimulatedPlugin } from '../simulated-host/index.ts';
import { compileModule } from './compile.ts';

const modules = { example: 'example/assembly/index.ts', test: 'test-module/assembly/index.ts' };
const paths = { example: '', test: '' };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'as-proxy-wasm-'));
  for (const name of ['example', 'test'] as const) {
    paths[name] = join(folder, `${name}.wasm`);
    await writeFile(paths[name], await compileModule(fileURLToPath(new URL(modules[name], import.meta.url))));
  }
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the example does what its README says', async () => {
  const host = await SimulatedHost.load(paths.example);
  const plugin = host.startPlugin('');
  const hello = plugin.request([
    [':method', 'GET'],
    [':path', '/hello'],
  ]);
  const other = plugin.request([
    [':method', 'POST'],
    [':path', '/other'],
  ]);
  other.responseHeaders([[':status', '200']]);
  expect(host.messages('info')).toEqual(['hello: configured']);
  expect(hello.localResponse).toMatchObject({ status: 200, details: 'hello', body: 'Hello from WebAssembly\n' });
  expect(other.localResponse).toBeUndefined();
  expect(other.headerMaps.get('responseHeaders')!.get('x-served-by')?.toString()).toBe('hello-example');
  expect(host.metric('hello.get')).toBe(1);
  expect(host.metric('hello.other')).toBe(1);
});

test('a module that does not compile fails with the messages of the compiler', async () => {
  const broken = join(folder, 'broken.ts');
  await writeFile(broken, 'export function f(): i32 { return "x"; }');
  await expect(compileModule(broken)).rejects.toThrow('TS2322');
});

describe('the SDK through the simulated host', () => {
  let host: SimulatedHost;
  let plugin: SimulatedPlugin;
  beforeAll(async () => {
    host = await SimulatedHost.load(paths.test, {
      now: () => 123_456_789_012_345_678n,
      foreignFunctions: { echo: (argument) => argument },
    });
    plugin = host.startPlugin('Ünïcode', 'root-a');
  });

  /** What the module logs while it does a command. */
  function run(command: string, headers: Array<[string, string]> = []): string[] {
    host.logs.length = 0;
    plugin.request([['do', command], ...headers]);
    return host.messages('info');
  }

  test('configuration and properties', async () => {
    expect(host.messages('info')[0]).toBe('configured root-a Ünïcode');
    expect(plugin.tickPeriodMs).toBe(250);
    expect(host.startPlugin('refuse').accepted).toBe(false);
  });

  test('header maps: add, replace, remove, size, walk', () => {
    const stream = plugin.request([
      ['do', 'headers'],
      ['replaced', 'old'],
      ['removed', 'x'],
    ]);
    expect(stream.headerMaps.get('requestHeaders')!.toArray()).toEqual([
      ['do', 'headers'],
      ['added', '1'],
      ['replaced', 'new'],
    ]);
    expect(host.messages('info').at(-1)).toBe('bytes 26');
    const repeated: Array<[string, string]> = [
      ['a', ''],
      ['a', 'ü'],
    ];
    expect(run('pairs', repeated)).toEqual(['do=pairs', 'a=', 'a=ü']);
  });

  test('a header map that is cut off is a shorter map', () => {
    expect(run('broken-pairs')).toEqual(['pairs 1', 'pairs 2', 'next false']);
  });

  test('shared data with compare and swap', () => {
    expect(run('shared')).toEqual(['before false', 'after true one', 'unchanged 0', 'stale 8']);
    expect(host.sharedData.get('key')?.value.toString()).toBe('two');
  });

  test('shared queues', () => {
    run('queue');
    host.call('proxy_on_queue_ready', plugin.contextId, 1);
    expect(host.messages('info')).toEqual(['item first', 'item second']);
  });

  test('metrics are defined once by name', () => {
    expect(run('metrics')).toEqual(['metrics 3 7']);
    expect(run('metrics')).toEqual(['metrics 6 7']);
    expect(host.metrics.map((metric) => metric.name)).toEqual(['test.counter', 'test.gauge']);
  });

  test('foreign functions with binary arguments', () => {
    expect(run('foreign')).toEqual(['echo 0 1 0', 'none 1 0']);
  });

  test('views compare bytes', () => {
    expect(run('views')).toEqual(['views true']);
  });

  test('filter state and route cache', () => {
    const stream = plugin.request([['do', 'state']]);
    expect(Object.fromEntries(stream.filterState)).toEqual({ 'wasm.made.here': 'by me' });
    expect(stream.routeCacheClears).toBe(1);
  });

  test('time', () => {
    expect(run('time')).toEqual(['time 123456789012345678']);
  });

  test('bodies: hold, read, change, continue', () => {
    const stream = plugin.stream();
    expect(stream.requestBody('abc', false)).toBe(1);
    host.logs.length = 0;
    expect(stream.requestBody('abcdef', true)).toBe(0);
    expect(host.messages('info')).toEqual(['body 7 bcd']);
    expect(stream.buffers.get('requestBody')?.toString()).toBe('dobcdef');
    expect(stream.continued).toEqual(['request']);
  });

  test('a stream is handed over to another object, which copies a body to memory of its own', () => {
    const stream = plugin.request([['do', 'hand-over']], false);
    expect(host.messages('info').at(-1)).toBe('handed over true');
    host.logs.length = 0;
    stream.requestBody('abcdef', true);
    expect(host.messages('info')).toEqual([`${stream.contextId} copied bcd`, 'copied 4 0']);
    stream.end();
  });

  test('HTTP calls and their answers, one of them failed', () => {
    plugin.tick();
    const call = host.httpCalls.at(-1)!;
    expect(call).toMatchObject({ cluster: 'collector', timeoutMs: 1000, rootContextId: plugin.contextId });
    expect(call.headers).toEqual([
      [':method', 'POST'],
      [':path', '/batch'],
      [':authority', 'collector'],
    ]);
    expect(call.body.toString()).toMatch(/^tick \d+$/);
    host.logs.length = 0;
    plugin.answerHttpCall(call.token, [[':status', '202']], 'thanks');
    plugin.answerHttpCall(99);
    expect(host.messages('info')).toEqual([`answer ${call.token} 202 thanks`, 'answer 99 failed ']);
  });

  test('the log level is asked for once a tick and respected', () => {
    host.logs.length = 0;
    plugin.tick();
    expect(host.messages('debug')).toEqual([]);
    host.logLevel = 'debug';
    host.hostCalls.clear();
    plugin.tick();
    expect(host.messages('debug').length).toBe(1);
    expect(host.hostCalls.get('proxy_get_log_level')).toBe(1);
    host.logLevel = 'warn';
    plugin.tick();
    host.hostCalls.clear();
    run('time');
    expect(host.hostCalls.get('proxy_log')).toBeUndefined();
    host.logLevel = 'info';
    plugin.tick();
  });

  test('a failed check says why in the log and traps', async () => {
    const doomed = await SimulatedHost.load(paths.test);
    const failing = doomed.startPlugin('');
    expect(() => failing.request([['do', 'fail']])).toThrow('unreachable');
    expect(doomed.messages('critical')).toEqual([expect.stringMatching(/^on purpose \(.*index\.ts:\d+:\d+\)$/)]);
  });

  test('many root contexts, and streams that end in any order', () => {
    const other = host.startPlugin('second', 'root-b');
    const streams = Array.from({ length: 5000 }, (_, index) => (index % 2 ? plugin : other).stream());
    host.logs.length = 0;
    for (const stream of streams.toSorted((a, b) => ((a.contextId * 7919) % 5003) - ((b.contextId * 7919) % 5003))) {
      expect(stream.requestHeaders([['do', 'stop']])).toBe(1);
      stream.end();
      expect(stream.requestHeaders([['do', 'stop']])).toBe(0);
    }
    expect(host.messages('info').filter((line) => line === 'gone').length).toBe(5000);
    expect(host.messages('info').filter((line) => line === 'log').length).toBe(5000);
    other.stop();
    expect(host.messages('info').slice(-2)).toEqual(['root done', 'root gone']);
    expect(run('time').length).toBe(1);
  });
});
