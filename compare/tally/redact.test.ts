import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHalf } from '../ingest/index.ts';
import { encodeHalf, type HalfFields, halfFields, header, SIDE } from '../ingest/testing.ts';
import { type Redaction, redactSample } from './redact.ts';
import { parsePathPattern, REDACTED, redactJson } from './redact-json.ts';
import { aSample } from './testing.ts';

const json = (text: string, ...paths: string[]): string => redactJson(text, paths.map(parsePathPattern));

describe('JSON', () => {
  it.each<[string, string[], string]>([
    ['{"a":1,"b":{"a":2}}', ['/a'], '{"a":"[redacted]","b":{"a":2}}'],
    ['{"a":1,"b":{"a":2}}', ['/**/a'], '{"a":"[redacted]","b":{"a":"[redacted]"}}'],
    ['[{"card":"1"},{"card":[1,{"x":2}]}, 7]', ['/*/card'], '[{"card":"[redacted]"},{"card":"[redacted]"}, 7]'],
    ['[1, 2, 3]', ['/1'], '[1, "[redacted]", 3]'],
    ['{"a":{"b":{"c":1}},"d":2}', ['/a'], '{"a":"[redacted]","d":2}'],
    ['{"e\\u006dail":"x","total":1.50}', ['/email'], '{"e\\u006dail":"[redacted]","total":1.50}'],
    ['{"a/b":"x","c~d":"y"}', ['/a~1b', '/c~0d'], '{"a/b":"[redacted]","c~d":"[redacted]"}'],
    ['{"a":"with \\" quote, and }"}', ['/b'], '{"a":"with \\" quote, and }"}'],
    ['"s3cret"', [''], '"[redacted]"'],
    ['{}', ['/a'], '{}'],
  ])('%s without %j', (text, paths, expected) => expect(json(text, ...paths)).toBe(expected));

  it.each([
    ['{"a":{"b":"s3c', '{"a":"[redacted]"[redacted]'],
    ['{"a":"s3c', '{"a":[redacted]'],
    ['{"x":1,"a":[1,2', '{"x":1,"a":"[redacted]"'],
  ])('cut in the middle of what is hidden: %s', (text, expected) => expect(json(text, '/a')).toBe(expected));

  it.each([
    '{"x":1} }s3cret',
    '{"x":1]"s3cret"',
    '{x:"s3cret"}',
    '{"x":1,,"s3cret":1}',
    '{"x" "y":"s3cret"}',
    '1 "s3cret"',
    "{'a':'s3cret'}",
    '{"\\x":"s3cret"}',
  ])('what is no JSON is left out: %s', (text) => expect(json(text, '/a')).not.toContain('s3cret'));

  it('takes a string of millions of escapes', () => {
    const text = `{"a":"${'\\n\\"'.repeat(2_000_000)}","b":"s3cret"}`;
    expect(json(text, '/b')).toBe(`${text.slice(0, -'"s3cret"}'.length)}"[redacted]"}`);
  });

  it('leaves out what is nested without end, at once', () => {
    const open = json('['.repeat(1_000_000), '/**/a/**/b/**/c');
    expect(open).toMatch(/^\[{1000}\[redacted\]$/);
    const deep = json(`${'{"a":'.repeat(900)}{"c":"s3cret"}${'}'.repeat(900)}`, '/**/a/**/a/**/a/**/c');
    expect(deep).toContain('{"c":"[redacted]"}');
  });

  const segment = fc.constantFrom('a', 'b', '*', '**');
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 5 }, fc.constant(1), tie('object'), tie('object')),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any')),
  })).any;
  it('hides what a path names, and nothing else', () => {
    fc.assert(
      fc.property(value, fc.array(fc.array(segment, { maxLength: 5 }), { maxLength: 3 }), (given, patterns) => {
        const hide = (it: unknown, path: readonly string[]): unknown => {
          if (patterns.some((pattern) => isNamed(pattern, path))) return REDACTED;
          if (typeof it !== 'object' || it === null) return it;
          return Object.fromEntries(Object.entries(it).map(([key, below]) => [key, hide(below, [...path, key])]));
        };
        expect(JSON.parse(redactJson(JSON.stringify(given), patterns))).toEqual(hide(given, []));
      }),
    );
  });

  it('leaves any other JSON as it is, and shows nothing of what is hidden', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (text, spaces) => {
        const pretty = JSON.stringify(JSON.parse(text), undefined, spaces);
        expect(json(pretty, '/no such key')).toBe(pretty);
        const hidden = json(`{"keep":${pretty},"hide":${pretty}}`, '/hide');
        expect(JSON.parse(hidden)).toEqual({ keep: JSON.parse(pretty), hide: REDACTED });
      }),
    );
  });
});

describe('a sample', () => {
  const redacted = (fields: HalfFields, redaction: Redaction) => {
    const sample = aSample('e1');
    const half = (side: number) => readHalf(encodeHalf(halfFields({ ...fields, exchange_id: 'e1', side })))!;
    const joined = {
      ...sample.joined,
      request: half(SIDE.primary),
      primary: half(SIDE.primary),
      candidate: half(SIDE.candidate),
      control: half(SIDE.control),
    };
    return redactSample({ ...sample, joined }, redaction);
  };
  const bodies = ({ exchange }: ReturnType<typeof redacted>) =>
    [exchange.primary, exchange.candidate, exchange.control!].map(({ body }) => Buffer.from(body).toString());

  it('never shows credentials, in no arm', () => {
    const secret = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-own'].map((name) =>
      header(name, 's3cret'),
    );
    const sample = redacted(
      { headers: [...secret, header('etag', 'e')], trailers: secret, request_headers: secret },
      { headers: ['x-own'] },
    );
    expect(JSON.stringify(sample)).not.toContain('s3cret');
    expect(sample.exchange.candidate.headers.at(-1)).toEqual(['etag', 'e']);
  });

  it('hides values in a compressed body, which it unpacks', () => {
    const fields = {
      body: gzipSync('{"größe":1,"card":"s3cret"}'),
      headers: [header('content-encoding', 'gzip'), header('content-type', 'application/json')],
    };
    const sample = redacted(fields, { jsonPaths: ['/card'] });
    expect(bodies(sample)).toEqual(Array.from({ length: 3 }, () => '{"größe":1,"card":"[redacted]"}'));
    expect(sample.exchange.primary.headers).toEqual([['content-type', 'application/json']]);
  });

  it('hides query parameters by name, however it is written', () => {
    const sample = redacted({ path: '/o?token=s3cret&a=1&to%6Ben=s3cret' }, { queryParameters: ['token'] });
    expect(sample.exchange.path).toBe('/o?token=[redacted]&a=1&to%6Ben=[redacted]');
  });

  it('leaves out a body that cannot be unpacked, and all of them if so wanted', () => {
    const broken = {
      body: gzipSync('{"card":"s3cret"}').subarray(0, 20),
      headers: [header('content-encoding', 'gzip')],
    };
    expect(bodies(redacted(broken, { jsonPaths: ['/card'] }))[0]).toBe(REDACTED);
    expect(bodies(redacted({}, { keepBodies: false }))).toEqual(['', '', '']);
  });

  it('leaves out a body that unpacks to far more than it is, and says that it is not whole', () => {
    const bomb = { body: gzipSync('1'.repeat(8 * 2 ** 20)), headers: [header('content-encoding', 'gzip')] };
    const { exchange } = redacted(bomb, {});
    expect(exchange.primary).toMatchObject({ body: new Uint8Array(), truncated: true });
    expect(redacted(bomb, { jsonPaths: ['/card'] }).exchange.primary).toMatchObject({ truncated: true });
  });
});

function isNamed([first, ...rest]: readonly string[], path: readonly string[]): boolean {
  if (first === undefined) return path.length === 0;
  if (first === '**') return path.some((_, at) => isNamed(rest, path.slice(at))) || isNamed(rest, []);
  return path.length > 0 && (first === '*' || first === path[0]) && isNamed(rest, path.slice(1));
}
