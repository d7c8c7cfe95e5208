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
