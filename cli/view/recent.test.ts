import { expect, it } from 'vitest';
import { PLAIN } from '../output/style.ts';
import { readMirrored, recentLine } from './recent.ts';

const MIRRORS = [
  {
    name: 'orders',
    revision: 1,
    paused: false,
    match: { path: '/api/orders' },
    primary: 'order-v1',
    shadow: 'order-v2',
    control: 'order-v1-twin',
    segments: { employees: '100%' },
    sample: '5%',
  },
];
const ENTRY = { method: 'POST', path: '/api/orders', status: 201, mirror: 'orders' };

it('says to whom a request was copied and why', () => {
  const bySegment = recentLine({ ...ENTRY, reason: 'segment', segment: 'employees' }, MIRRORS, PLAIN);
  expect(bySegment).toBe('POST   /api/orders          201  employees 100%  -> order-v2 + order-v1-twin');
  const bySample = recentLine({ ...ENTRY, reason: 'sample', path: '/api/orders/1042/cancellation' }, MIRRORS, PLAIN);
  expect(bySample).toBe('POST   /api/orders/1042/ca\u2026 201  sample 5%       -> order-v2 + order-v1-twin');
});

it('copes with a mirror that is gone, and lets no request steer the terminal', () => {
  const line = recentLine({ ...ENTRY, mirror: 'gone', path: '/\u001b[2J' }, MIRRORS, PLAIN);
  expect(line).toContain('-> ?');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
  expect(line).not.toMatch(/\u001b/);
});

it('takes mirrored requests out of the access log and nothing else', () => {
  expect(readMirrored(JSON.stringify(ENTRY))).toEqual(ENTRY);
  expect(readMirrored(JSON.stringify({ ...ENTRY, mirror: undefined }))).toBeUndefined();
  expect(readMirrored('{"method":"GET","mirror"')).toBeUndefined();
  expect(readMirrored('starting')).toBeUndefined();
});
