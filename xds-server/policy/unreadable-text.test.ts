import { describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import { parsePolicy } from './parse-policy.ts';
import { ordersDocument } from './testing.ts';

/** What no document may say, because Envoy would reject it, or reads something else. Found by fuzzing. */

function problemsOf(document: unknown): string[] {
  try {
    parsePolicy(document);
    return [];
  } catch (error) {
    if (!(error instanceof ShadowplaneError)) throw error;
    return error.problems.map(({ path, message }) => `${path} ${message}`);
  }
}

const withService = (service: object) => ({
  ...ordersDocument(),
  services: { ...ordersDocument().services, ...service },
});

describe('refused with the place and the reason', () => {
  it.each(['\ud800', 'a\udc00', 'a\u0000b'])('half a character and NUL: %j', (text) => {
    const document = ordersDocument();
    Object.assign(document.mirrors.orders!, { headers: { set: { 'x-a': text } } });
    Object.assign(document.segments, { odd: { cookie: text, present: true } });
    expect(problemsOf(document)).toEqual([
      expect.stringMatching(/^segments\.odd\.cookie is no text/),
      expect.stringMatching(/^mirrors\.orders\.headers\.set\.x-a is no text/),
    ]);
  });

  it.each(['a'.repeat(256), 'order example', '10.0.0.1', '*.example'])(
    'a server name that is none: %j',
    (serverName) => {
      const tls = { serverName };
      expect(problemsOf(withService({ 'order-v2': { address: '10.0.0.1:1', tls } }))).toEqual(
        expect.arrayContaining([expect.stringMatching(/^services\.order-v2\.tls\.serverName .* is not a DNS name/)]),
      );
    },
  );

  it('a text to look for that the filter would refuse', () => {
    const document = ordersDocument();
    Object.assign(document.segments, { long: { not: { path: true, contains: 'ä'.repeat(129) } } });
    expect(problemsOf(document)).toEqual(['segments.long.not.contains is longer than 256 bytes']);
    Object.assign(document.segments, { long: { path: true, contains: 'ä'.repeat(128) } });
    expect(problemsOf(document)).toEqual([]);
  });

  it('more conditions than the filter has room for, over all mirrors', () => {
    const document = ordersDocument();
    const any = Array.from({ length: 200 }, () => ({ not: { path: true as const, equals: '/a' } }));
    Object.assign(document.segments, { many: { any } });
    const mirrors = (count: number) =>
      Array.from({ length: count }, (_, at) => [
        `m${at}`,
        { match: { path: `/${at}` }, primary: 'order-v1', shadow: 'order-v2', segments: { many: '1%' } },
      ]);
    expect(problemsOf({ ...document, mirrors: Object.fromEntries(mirrors(24)) })).toEqual([]);
    expect(problemsOf({ ...document, mirrors: Object.fromEntries(mirrors(25)) })).toEqual([
      'segments hold 10025 conditions, over all mirrors that use them; at most 10000',
    ]);
  });

  it('an interface in an address', () => {
    expect(problemsOf(withService({ 'order-v2': { address: '[fe80::1%eth0]:80' } }))).toEqual([
      expect.stringMatching(/^services\.order-v2\.address .*network interface/),
    ]);
  });
});

it('everything else is text, whole emojis too', () => {
  const document = ordersDocument();
  Object.assign(document.mirrors.orders!, { headers: { set: { 'x-a': '😀 ä\u00a0' } } });
  expect(problemsOf(document)).toEqual([]);
});
