/** examples/xds-server as it stands, on a real Envoy; only addresses are changed. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { Cleanup, eventually, freePort, listenOnFreePort } from '../support/index.ts';

const EXAMPLE = new URL('../../examples/xds-server/', import.meta.url);
const cleanup = new Cleanup();
let said = '';
let type: (text: string) => void;
let port: number;
let two: number;

async function backend(name: string): Promise<number> {
  const server = createServer((_, response) => response.end(name));
  cleanup.defer(() => server.close());
  cleanup.defer(() => server.closeAllConnections());
  return listenOnFreePort(server);
}

beforeAll(async () => {
  const one = await backend('one');
  two = await backend('two');
  port = await freePort();
  const xdsPort = await freePort();
  const options = ['--xds', `127.0.0.1:${xdsPort}`, '--listen', `127.0.0.1:${port}`, '--backend', `127.0.0.1:${one}`];
  const server = spawn(process.execPath, ['--import', 'tsx', new URL('index.ts', EXAMPLE).pathname, ...options]);
  cleanup.defer(() => server.kill());
  server.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  server.stderr.pipe(process.stderr);
  type = (text) => server.stdin.write(`${text}\n`);

  const text = await readFile(new URL('envoy.yaml', EXAMPLE), 'utf8');
  const bootstrap = parse(text.replace('port_value: 18000', `port_value: ${xdsPort}`).replace('9901', '0'));
  const envoy = await superviseEnvoy({ path: (await locateEnvoy()).path, bootstrap, drainMs: 0 });
  cleanup.defer(() => envoy.stop({ force: true }));
});

afterAll(() => cleanup.run());

const answer = async () => (await fetch(`http://127.0.0.1:${port}`)).text();

test('the Envoy serves what the example says, and follows', async () => {
  await eventually(async () => (await answer().catch(() => '')) === 'one');
  expect(said).toContain('example has connected');

  type(`127.0.0.1:${two}`);
  await eventually(() => said.includes(`1 of 1 send to 127.0.0.1:${two}, after `));
  await eventually(async () => (await answer()) === 'two');
});

test('a wrong address is refused in words of Envoy, and changes nothing', async () => {
  type('127.0.0.1:99999');
  await eventually(() => said.includes('example rejects: ') && said.includes('0 of 1 send to'));
  expect(said).toMatch(/example rejects: .*PortValue/s);
  expect(await answer()).toBe('two');
});
