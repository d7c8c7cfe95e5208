import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ShadowplaneError } from '../../errors/index.ts';
import { fromEntries, toEntries } from './entries.ts';
import { parsePolicy } from './parse-policy.ts';
import { parsePolicyFile } from './parse-policy-file.ts';
import { PolicySchema } from './schema.ts';
import { ordersDocument } from './testing.ts';

const validateSchema = new Ajv2020({ strict: false, validateFormats: false }).compile(PolicySchema);

function isAccepted(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof ShadowplaneError && error.code === 'POLICY_INVALID' && error.problems.length > 0) return false;
    throw error;
  }
}

/** Keys of every level of the document, so that random documents get past the first one. */
const KEYS = [
  'listen',
  'listener',
  'services',
  'segments',
  'mirrors',
  'envoy',
  'orders',
  'order-v1',
  'address',
  'match',
  'path',
  'primary',
  'shadow',
  'sample',
  'headers',
  'set',
  'any',
  'not',
  'cel',
  'header',
  'equals',
  'tls',
  'limits',
  '__proto__',
  'constructor',
  'toString',
  '',
];
const VALUES = ['order-v1', 'order-v1:80', '5%', '/api', '5s', 'strip', 'off', 8, 1.5, true, false, null, '', {}, []];

const anyDocument = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    fc.constantFrom(...VALUES),
    tie('map'),
    tie('list'),
    fc.anything(),
  ),
  map: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  list: fc.array(tie('value'), { maxLength: 4 }),
})).map;

const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/).filter((text) => text !== 'default');
const duration = fc
  .tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('ms', 's'))
  .map(([n, unit]) => `${n}${unit}`);
const percent = fc.integer({ min: 0, max: 1_000_000 }).map((perMillion) => `${perMillion / 10_000}%`);
const test = fc.oneof(
  fc.record({ equals: fc.string() }),
  fc.record({ prefix: fc.string({ minLength: 1 }) }),
  fc.record({ oneOf: fc.array(fc.string(), { minLength: 1, maxLength: 3 }) }),
  fc.record({ present: fc.boolean() }),
);
const subject = fc.constantFrom({ header: 'X-A' }, { cookie: 'c' }, { query: 'q' }, { path: true }, { method: true });
const condition = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(subject, test).map(([a, b]) => ({ ...a, ...b })),
    fc.record({ any: fc.array(tie('any'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ not: tie('any') }),
    fc.constant({ cel: 'true' }),
  ),
})).any;

const validDocument = fc
  .tuple(
    fc.record({ markers: fc.constantFrom('strip', 'trust'), trustedHops: fc.nat(9) }, { requiredKeys: [] }),
    fc.dictionary(name, condition, { maxKeys: 3 }),
    fc.record({ protocol: fc.constantFrom('http1', 'http2'), connectTimeout: duration }, { requiredKeys: [] }),
    fc.record(
      {
        sample: percent,
        paused: fc.boolean(),
        sideEffects: fc.constantFrom('none', 'guarded'),
        limits: fc.record({ timeout: duration }),
      },
      { requiredKeys: [] },
    ),
    percent,
  )
  .map(([listener, segments, service, mirror, share]) => ({
    listener,
    segments,
    services: { a: { address: 'a:1', ...service }, b: { addresses: ['b:1', '[::1]:2'] } },
    mirrors: {
      one: {
        match: { path: '/one' },
        primary: 'a',
        shadow: 'b',
        segments: Object.fromEntries(Object.keys(segments).map((segment) => [segment, share])),
        ...mirror,
      },
    },
  }));

it('answers every document with a policy or with problems, and agrees with the JSON Schema on what has the wrong shape', () => {
  fc.assert(
    fc.property(anyDocument, (document) => {
      const accepted = isAccepted(() => parsePolicy(document));
      // A key without a value (undefined) is no key, as in JSON.
      if (accepted) expect(validateSchema(JSON.parse(JSON.stringify(document)))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

it('does not crash when one place of a good document holds anything', () => {
  const places = pathsOf(ordersDocument());
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.anything(), (path, value) => {
      isAccepted(() => parsePolicy(replaced(ordersDocument(), path, value)));
    }),
    { numRuns: 1_000 },
  );
});

it('answers every text with a policy or with problems', () => {
  const lines = stringify(ordersDocument()).split('\n');
  const text = fc.oneof(
    fc.string(),
    fc.shuffledSubarray(lines).map((some) => some.join('\n')),
  );
  fc.assert(
    fc.property(text, (written) => void isAccepted(() => parsePolicyFile(written, 'f'))),
    { numRuns: 500 },
  );
});

it('reads an accepted document the same from data, YAML, JSON and its entries', () => {
  fc.assert(
    fc.property(validDocument, (document) => {
      const { policy } = parsePolicy(document);
      expect(validateSchema(document)).toBe(true);
      expect(parsePolicyFile(stringify(document), 'f').policy).toEqual(policy);
      expect(parsePolicyFile(JSON.stringify(document), 'f').policy).toEqual(policy);
      expect(parsePolicy(fromEntries(toEntries(document as never))).policy).toEqual(policy);
    }),
    { numRuns: 300 },
  );
});

type Place = ReadonlyArray<string>;

function pathsOf(value: unknown, path: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) };
}
