import { expect, it } from 'vitest';
import { parsePolicy } from '../policy/index.ts';
import { captureSettings } from './capture-settings.ts';

function mirrorsWith(...captures: ReadonlyArray<object | undefined>) {
  const services = { v1: { address: 'v1:80' }, v2: { address: 'v2:80' } };
  const mirrors = Object.fromEntries(
    captures.map((capture, index) => [
      `m${index}`,
      {
        match: { path: `/${index}` },
        primary: 'v1',
        shadow: 'v2',
        sample: '5%',
        ...(capture && { compare: { capture } }),
      },
    ]),
  );
  return parsePolicy({ services, mirrors }).policy.mirrors;
}

it('is the most that any mirror asks for', () => {
  const settings = captureSettings(
    mirrorsWith(
      { maxBodyBytes: '1KiB', headers: ['location'], requestHeaders: ['x-tenant'] },
      { maxBodyBytes: '100KiB', headers: ['etag'], requestHeaders: [] },
    ),
  );
  expect(settings.maxBodyBytes).toBe(102_400);
  expect(settings.requestHeaders).toEqual(['x-tenant']);
  expect(settings.headers).toEqual(expect.arrayContaining(['etag', 'location', 'content-type', 'x-shadow-guard']));
});

it('has all headers of answers where one mirror wants all', () => {
  expect(captureSettings(mirrorsWith({ headers: ['location'] }, undefined))).not.toHaveProperty('headers');
});

it('does not depend on the order of the mirrors', () => {
  const [one, other] = mirrorsWith({ requestHeaders: ['b', 'a'] }, { requestHeaders: ['c'] });
  expect(captureSettings([one!, other!])).toEqual(captureSettings([other!, one!]));
});
