import { expect, test } from 'vitest';
import { parseWrk, wrkArguments } from './wrk.ts';

const OUTPUT = `Running 2s test @ http://127.0.0.1:4000/api/orders/1
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.75ms    3.47ms  51.78ms   96.50%
    Req/Sec    20.12k     1.89k   23.18k    75.00%
  40211 requests in 2.01s, 10.93MB read
Requests/sec:  20043.11
Transfer/sec:      5.45MB
`;

test('reads the number of answered requests', () => {
  expect(parseWrk(OUTPUT)).toBe(40_211);
});

test.each(['  Non-2xx or 3xx responses: 3', '  Socket errors: connect 0, read 1, write 0, timeout 0'])(
  'a run with failures is no measurement: %s',
  (line) => {
    expect(() => parseWrk(OUTPUT.replace('Requests/sec', `${line}\nRequests/sec`))).toThrow(line.trim());
  },
);

test('output without a count is refused', () => {
  expect(() => parseWrk('unable to connect to 127.0.0.1:4000 Connection refused')).toThrow('did not say');
});

test('the request is sent as the variant describes it', () => {
  const request = { path: '/api/orders/1', headers: [['x-region', 'eu-west-1']] as const };
  const load = { core: 1, url: 'http://127.0.0.1:4000', request, connections: 32, seconds: 2 };
  expect(wrkArguments(load)).toEqual(
    '-t1 -c32 -d2s --timeout 10s -H'.split(' ').concat('x-region: eu-west-1', 'http://127.0.0.1:4000/api/orders/1'),
  );
});
