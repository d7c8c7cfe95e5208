/**
 * Documents that look right, made from the schema itself, for tests: what the schema gains is tried from then on. Names that
 * are referred to exist; all else is anything that the schema allows, with a leaning towards bounds and odd spellings.
 */
import fc from 'fast-check';
import { arbitraryRollout } from './arbitrary-rollout.ts';
import type { Shape } from './check-shape.ts';
import type { FormatName } from './formats.ts';
import { DEFINITIONS, PolicySchema } from './schema.ts';

/** Files that Envoy can read, because a policy cannot know whether it can. */
export interface ReadableFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly caFile: string;
  /** Where an access log may be written. */
  readonly logFile: string;
}

/** Most are policies; the others break a rule that no schema tells. */
export function arbitraryDocument(files: ReadableFiles): fc.Arbitrary<Record<string, unknown>> {
  const fixed: Readonly<Record<string, string>> = { ...files, file: files.logFile };
  const made = new Schemas(fixed);
  const names = fc.tuple(uniqueNames(3, 5), uniqueNames(0, 3));
  return names.chain(([services, segments]) => made.document(services, segments));
}

class Schemas {
  readonly #fixed: Readonly<Record<string, string>>;

  constructor(fixed: Readonly<Record<string, string>>) {
    this.#fixed = fixed;
  }

  document(services: readonly string[], segments: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
    const { services: ofServices, segments: ofSegments, mirrors: ofMirrors, ...others } = PolicySchema.properties;
    const service = this.#service(entryOf(ofServices as Shape));
    const mirror = this.#mirror(entryOf(ofMirrors as Shape), services, segments);
    const { default: _, markers: __, ...plain } = others as Record<string, Shape>;
    return fc
      .record({
        rest: this.#object({ properties: plain }),
        services: fc.tuple(...services.map(() => service)),
        segments: fc.tuple(...segments.map(() => this.of(entryOf(ofSegments as Shape)))),
        mirrors: fc.dictionary(NAME, mirror, { maxKeys: 4 }),
        default: fc.option(fc.constantFrom(...services), { nil: undefined }),
      })
      .map(({ rest, ...drawn }) => ({
        ...rest,
        ...(drawn.default === undefined ? {} : { default: drawn.default }),
        services: Object.fromEntries(services.map((name, at) => [name, drawn.services[at]])),
        segments: Object.fromEntries(segments.map((name, at) => [name, drawn.segments[at]])),
        mirrors: drawn.mirrors,
      }));
  }

  /** Anything of this shape. */
  of(shape: Shape, key = ''): fc.Arbitrary<unknown> {
    if (shape.$ref?.endsWith('/Condition')) return this.#condition(3);
    if (shape.anyOf) return fc.oneof(...shape.anyOf.map((variant) => this.of(variant, key)));
    if (shape.enum) return fc.constantFrom(...shape.enum);
    if ('const' in shape) return fc.constant(shape.const);
    if (shape.format) return FORMATS[shape.format as FormatName];
    if (Object.hasOwn(this.#fixed, key)) return fc.constant(this.#fixed[key]);
    if (shape.type === 'array') return this.#list(shape, key);
    if (shape.type === 'object') return this.#object(shape);
    return scalar(shape);
  }

  #list({ items = {}, minItems = 0 }: Shape, key: string): fc.Arbitrary<unknown[]> {
    return fc.array(this.of(items, key), { minLength: minItems, maxLength: minItems + 2 });
  }

  #object({ properties: all = {}, patternProperties, required = [] }: Shape): fc.Arbitrary<Record<string, unknown>> {
    const properties = Object.fromEntries(Object.entries(all).filter(([key]) => !LEFT_OUT.includes(key)));
    const needed = [...required, ...NEEDED_TOGETHER.filter((key) => Object.hasOwn(properties, key))];
    const [pattern, entry] = Object.entries(patternProperties ?? {})[0] ?? [];
    if (entry) return fc.dictionary(pattern === '^.*$' ? HEADER_NAME : NAME, this.of(entry), { maxKeys: 3 });
    const parts = Object.fromEntries(Object.entries(properties).map(([key, shape]) => [key, this.of(shape, key)]));
    return fc.record(parts, { requiredKeys: needed });
  }

  /** `address` or `addresses`; TLS to IP addresses needs a name. */
  #service(shape: Shape): fc.Arbitrary<unknown> {
    const { address, addresses, tls, ...rest } = shape.properties!;
    const where = fc.oneof(
      this.of(address!).map((drawn) => ({ address: drawn })),
      this.of(addresses!).map((drawn) => ({ addresses: drawn })),
    );
    return fc
      .tuple(where, this.#object({ ...shape, properties: rest }))
      .map(([found, more]) => ({ ...more, ...found }));
  }

  /** Receivers are services of their own, and shares are of segments that exist. */
  #mirror(shape: Shape, services: readonly string[], segments: readonly string[]): fc.Arbitrary<unknown> {
    const {
      primary: _,
      shadow: __,
      control: ___,
      segments: shares,
      sticky,
      sideEffects,
      methods,
      rollout,
      ...rest
    } = shape.properties!;
    const roles = fc
      .tuple(fc.shuffledSubarray([...services], { minLength: 3, maxLength: 3 }), fc.boolean())
      .map(([[primary, shadow, control], withControl]) => ({ primary, shadow, ...(withControl && { control }) }));
    const share = this.of(entryOf(shares!));
    const subject = fc.oneof(
      ...Object.entries(sticky!.properties!).map(([key, one]) => fc.record({ [key]: this.of(one) })),
    );
    const chosen = fc.record(
      {
        segments: fc.tuple(fc.shuffledSubarray([...segments]), fc.array(share, { minLength: 3, maxLength: 3 })),
        sticky: subject,
        unsafe: fc.oneof(
          fc.record({ sideEffects: this.of(sideEffects!) }),
          fc.record({ sideEffects: fc.constantFrom('guarded', 'trusted'), methods: this.of(methods!) }),
        ),
      },
      { requiredKeys: [] },
    );
    const plain = this.#object({ properties: rest, required: ['match'] });
    return fc
      .tuple(plain, roles, chosen)
      .map(([fields, receivers, { segments: drawn, sticky: key, unsafe }]) => ({
        ...fields,
        ...receivers,
        ...(drawn && { segments: Object.fromEntries(drawn[0].map((name, at) => [name, drawn[1][at]])) }),
        ...(key && { sticky: key }),
        ...unsafe,
      }))
      .chain((mirror) => {
        const plan = arbitraryRollout(rollout!, mirror, (part) => this.of(part));
        return fc.option(plan, { nil: undefined }).map((drawn) => (drawn ? { ...mirror, rollout: drawn } : mirror));
      });
  }

  #condition(depth: number): fc.Arbitrary<unknown> {
    const { properties } = DEFINITIONS.Condition as Shape;
    const of = (key: string) => this.of(properties![key]!).map((drawn) => ({ [key]: drawn }));
    const subject = fc.oneof(...['header', 'cookie', 'query', 'path', 'method'].map(of));
    const tests = ['equals', 'prefix', 'suffix', 'contains', 'oneOf', 'present'].map(of);
    const simple = fc.tuple(subject, fc.oneof(...tests)).map(([a, b]) => ({ ...a, ...b }));
    const cel = fc.constantFrom(...CEL).map((expression) => ({ cel: expression }));
    if (depth === 0) return simple;
    const inner = this.#condition(depth - 1);
    const some = fc.array(inner, { minLength: 1, maxLength: 2 });
    return fc.oneof(
      { weight: 4, arbitrary: simple },
      { weight: 1, arbitrary: cel },
      { weight: 1, arbitrary: some.map((any) => ({ any })) },
      { weight: 1, arbitrary: some.map((all) => ({ all })) },
      { weight: 1, arbitrary: inner.map((not) => ({ not })) },
    );
  }
}

/** What the schema cannot say: a certificate has a key, and TLS to an IP address needs a name. */
const NEEDED_TOGETHER: readonly string[] = ['certificateFile', 'privateKeyFile', 'serverName'];

/**
 * What a document cannot know to be right: raw configuration of Envoy, secrets and clusters that are elsewhere. And addresses
 * that further listeners bind to; and rules and weights, which belong to the comparison and have many ways to contradict themselves.
 */
const LEFT_OUT: readonly string[] = ['envoy', 'caSecret', 'secret', 'cluster', 'egress', 'rules', 'weights'];

function entryOf(record: Shape): Shape {
  return Object.values(record.patternProperties!)[0]!;
}

const letters = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'az09-'), minLength, maxLength });
const NAME = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/) },
  { weight: 1, arbitrary: letters(61, 61).map((middle) => `a${middle}z`) },
  { weight: 1, arbitrary: fc.constantFrom('constructor', 'a--b', 'segment', 'primary', 'wasm', 'any') },
);
const HEADER_NAME = fc.oneof(
  fc.stringMatching(/^[a-zA-Z][-a-zA-Z0-9]{0,12}$/),
  fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,6}$/),
);

function uniqueNames(minLength: number, maxLength: number): fc.Arbitrary<string[]> {
  return fc.uniqueArray(NAME, { minLength, maxLength });
}

/** Anything a text may hold, and now and then as long as it may be. */
function text({ minLength = 0, maxLength = 4_096 }: Pick<Shape, 'minLength' | 'maxLength'> = {}): fc.Arbitrary<string> {
  const unit = fc.constantFrom('grapheme-ascii', 'grapheme', 'binary') as fc.Arbitrary<'grapheme'>;
  return fc.oneof(
    {
      weight: 100,
      arbitrary: unit.chain((kind) => fc.string({ unit: kind, minLength, maxLength: Math.min(maxLength, 20) })),
    },
    { weight: 20, arbitrary: fc.constantFrom('%', '%%', '%REQ(x)%', '"\\', '\n', '{{', '😀') },
    { weight: 1, arbitrary: fc.constantFrom('\ud800', '\u0000') },
    { weight: 10, arbitrary: fc.constantFrom('%', 'ä').map((unit) => unit.repeat(maxLength)) },
  );
}

function scalar(shape: Shape): fc.Arbitrary<unknown> {
  if (shape.type === 'boolean') return fc.boolean();
  if (shape.type === 'string') return text(shape);
  const { minimum: min = 0, maximum: max = 1e9 } = shape;
  if (shape.type === 'integer') return fc.integer({ min, max });
  if (shape.type === 'number') return fc.double({ min, max, noNaN: true, minExcluded: min === 0 });
  throw new Error(`no arbitrary for ${JSON.stringify(shape)}`);
}

/** Envoy knows the functions in them; which it has is not ours to tell. */
const CEL = [
  'true',
  "request.method == 'GET' || request.path.startsWith('/a')",
  "int(request.headers['x-items']) > 2",
  "request.headers['a'] in ['x', \"y\"] && !(size(request.path) < 3u)",
  "request.path.matches('^/[a-z]+$') ? 1.5e3 > 2.0 : 'ä' != r'\\d'",
];

const quantity = (units: readonly string[], max: number) =>
  fc
    .tuple(fc.oneof(fc.integer({ min: 1, max }), fc.constantFrom(1, max)), fc.constantFrom(...units))
    .map(([n, unit]) => `${n}${unit}`);
const duration = fc.oneof(
  quantity(['ms'], 86_400_000),
  quantity(['s'], 86_400),
  fc.constantFrom('1.5m', '24h', '0.001s'),
);
const smallSize = fc.oneof(fc.integer({ min: 0, max: 65_536 }), quantity(['KiB', 'kB'], 512), fc.constant(0));
const size = fc.oneof(smallSize, quantity(['MiB'], 64));
const path = fc.oneof(
  fc.stringMatching(/^(\/[A-Za-z0-9._~!$&'()+,;=:@-]{1,5}){1,3}\/?$/),
  fc.constantFrom('/', '/a', '/%20', '/a%2Fb', '/a*b', '/..a', `/${'a'.repeat(4_000)}`),
);
const percent = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }).map((perMillion) => `${perMillion / 10_000}%`),
  fc.constantFrom('0%', '100%', '0.0001%', '99.9999 %'),
);
/** Addresses of this machine that no other program listens on. */
const loopback = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 255 })).map(([b, c]) => `127.1.${b}.${c}`),
  fc.constantFrom('[::1]', '[::ffff:127.1.0.1]', '[0:0:0:0:0:0:0:1]', '127.255.255.254'),
);
const dnsName = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_-]{0,6}[a-z0-9](\.invalid){0,1}\.?$/),
  fc.constantFrom('A.Invalid', `${'a'.repeat(64)}.invalid`, `${'a.'.repeat(125)}a`, '0x7f.invalid', '_tcp._x'),
);
const port = fc.oneof(fc.integer({ min: 1, max: 1023 }), fc.constant(65_535));
const host = fc.oneof(
  fc.stringMatching(/^(\*\.)?[a-z0-9_]{1,5}(\.[a-zA-Z0-9_]([a-z0-9_-]{0,4}[a-z0-9])?){0,2}$/),
  fc.constantFrom('shop.example', '*.shop.example', '*.example', 'SHOP.example', '10.0.0.1', `*.${'a.'.repeat(120)}a`),
);
const fieldPath = fc.oneof(path, fc.constantFrom(':status', 'header:X-A', '/items/*/price', '/**/id'));
const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((at) => at.toISOString());

/** By what `format` reads. */
const FORMATS: Readonly<Record<FormatName, fc.Arbitrary<unknown>>> = {
  percent,
  margin: fc.integer({ min: 1, max: 500_000 }).map((perMillion) => `${perMillion / 10_000}%`),
  confidence: fc.constantFrom('50%', '95%', '99.9999%'),
  'http-url': fc.constantFrom('http://checks.invalid', 'https://[::1]:9090/a?b=%20', 'HTTP://A.invalid:1/'),
  duration,
  'check-interval': fc.constantFrom('100ms', '1.5m', '24h'),
  'step-time': fc.oneof(duration, fc.constantFrom('0s', '720h')),
  'duration-or-none': fc.oneof(duration, fc.constantFrom('0', '0s')),
  'body-size': size,
  'byte-rate': fc.oneof(fc.integer({ min: 1, max: 65_536 }), quantity(['KiB', 'MiB'], 64)),
  'memory-size': fc.oneof(fc.integer({ min: 1, max: 65_536 }), quantity(['MiB', 'GiB'], 512)),
  increase: fc.oneof(
    fc.integer({ min: 1, max: 1_000 }).map((n) => `+${n}%`),
    fc.constant('+0.5%'),
  ),
  'egress-host': host,
  'capture-size': smallSize,
  'sample-size': size,
  'field-path': fieldPath,
  'json-pointer': fc.constantFrom('/a', '/a/*/b', '/**/id', '/'),
  endpoint: path.map((at) => `GET ${at}`),
  'endpoint-template': fc.constantFrom('/a/{id}', 'GET /a/{id}/b', '/'),
  'date-or-time': day,
  'positive-number': fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
  weight: fc.double({ min: 1e-9, max: 1_000, noNaN: true }),
  address: fc.tuple(fc.oneof(loopback, dnsName), port).map(([at, number]) => `${at}:${number}`),
  'listen-address': fc.constantFrom('127.0.0.1:0', '[::1]:0', 'localhost:0', '127.1.0.9:0'),
  'server-name': fc.oneof(dnsName, fc.constantFrom('order.example', `${'a'.repeat(250)}.b`)),
  'header-name': HEADER_NAME,
  'header-value': text(),
  'mirror-path': path,
  'host-pattern': host,
  method: fc.constantFrom('GET', 'head', 'POST', 'PURGE', "M'X", 'OPTIONS'),
  'request-path': fc.stringMatching(/^\/[\x21-\x7e]{0,9}$/),
  upgrade: fc.constantFrom('websocket', 'WebSocket', 'connect-udp', 'h2c', 'a/b.c-d', 'CONNECT', 'connect'),
};
