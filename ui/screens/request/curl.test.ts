import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { curlCommand } from './curl.ts';

const TARGET = { address: '127.0.0.1:8080', isHttp2: false, isTls: false };

it('sends what was captured, marked, and names what is missing', () => {
  const requestHeaders = [
    ['accept', "it's"],
    ['accept-encoding', 'gzip'],
    ['x-key', '[redacted]'],
    ['x-request-id', 'of-the-user'],
  ] as const;
  const sample = { method: 'GET', path: "/orders?q='$(id)'&page=[1-9]", requestHeaders, reason: 'sample' } as const;
  const command = curlCommand(sample, 'orders', TARGET);
  expect(command.split('\n')[0]).toBe('# redacted, put in your own: x-key');
  // What a shell makes of it.
  const shown = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${command}`], { encoding: 'utf8' });
  expect(shown.trimEnd().split('\n')).toEqual([
    '-sS',
    '-i',
    '-g',
    "http://127.0.0.1:8080/orders?q='$(id)'&page=[1-9]",
    '-H',
    "accept: it's",
    '--compressed',
    '-H',
    'x-shadow: true',
    '-H',
    'x-shadow-mirror: orders',
    '-H',
    'x-shadow-reason: sample',
  ]);
});

it('speaks as the service does, and warns of what may change something', () => {
  const sample = { method: 'POST', path: '/orders', requestHeaders: [], reason: 'sample' } as const;
  const command = curlCommand(sample, 'orders', { address: undefined, isHttp2: true, isTls: true });
  expect(command).toMatch(
    /^# the body of the request was not captured.*\ncurl -sS -i -g --http2 -X POST 'https:\/\/SERVICE:PORT\/orders'/,
  );
});
