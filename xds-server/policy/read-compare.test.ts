import { describe, expect, it } from 'vitest';
import type { ShadowplaneError } from '../../errors/index.ts';
import { parsePolicy } from './parse-policy.ts';
import { ordersDocument } from './testing.ts';

const withCompare = (compare: unknown): unknown => {
  const document = ordersDocument();
  return { ...document, mirrors: { orders: { ...document.mirrors.orders, compare } } };
};
const read = (compare: unknown) => parsePolicy(withCompare(compare)).policy.mirrors[0]!.compare;

function refusalOf(compare: unknown): string {
  try {
    parsePolicy(withCompare(compare));
  } catch (error) {
    return (error as ShadowplaneError).problems
      .map(({ path, message }) => `${path.replace('mirrors.orders.compare.', '')}: ${message}`)
      .join('\n');
  }
  return '';
}

const rule = { effect: 'ignore', path: '/at', reason: 'a clock' };

describe('compare of a mirror', () => {
  it('has defaults without a word', () => {
    expect(read(undefined)).toMatchObject({
      marginRate: 0.005,
      versionHeader: 'x-app-version',
      endpoints: [],
      rules: [],
      redact: { headers: [], paths: [], query: [], bodies: false },
      capture: { maxBodyBytes: 65_536 },
      retention: { maxEpochs: 1_000, maxSampledEpochs: 20, maxSampleBytes: 268_435_456 },
    });
    expect(read(undefined).capture).not.toHaveProperty('headers');
  });

  it('is read with units, and header names in lower case', () => {
    const settings = read({
      margin: '0.1%',
      versionHeader: 'X-Release',
      endpoints: ['get /api/orders/{id}', '/api/orders'],
      openapi: 'orders.yaml',
      weights: [{ path: '/total', endpoint: 'get /api/orders/{id}', weight: 10 }],
      rules: [{ ...rule, author: 'ann', expiresAt: '2031-01-31' }],
      alsoCompareHeaders: ['Date'],
      redact: { headers: ['X-Api-Key'], paths: ['/customer/email'], query: ['token'], bodies: true },
      capture: { maxBodyBytes: '128KiB', requestHeaders: ['Accept'], headers: ['Location'] },
      retention: { epochs: 10, sampledEpochs: 2, sampleBytes: '1MiB' },
    });
    expect(settings).toEqual({
      marginRate: 0.001,
      versionHeader: 'x-release',
      endpoints: ['get /api/orders/{id}', '/api/orders'],
      openapi: 'orders.yaml',
      weights: [{ path: '/total', endpoint: 'GET /api/orders/{id}', weight: 10 }],
      rules: [{ ...rule, author: 'ann', expiresAt: '2031-01-31' }],
      alsoCompareHeaders: ['date'],
      redact: { headers: ['x-api-key'], paths: ['/customer/email'], query: ['token'], bodies: true },
      capture: {
        maxBodyBytes: 131_072,
        requestHeaders: ['accept'],
        headers: ['location', 'content-encoding', 'content-type', 'grpc-message', 'grpc-status', 'x-release'],
      },
      retention: { maxEpochs: 10, maxSampledEpochs: 2, maxSampleBytes: 1_048_576 },
    });
  });

  it.each([
    [{ margn: '1%' }, /^margn: there is no key "margn" here; did you mean "margin"\?$/],
    [{ margin: 0.5 }, /^margin: 0\.5 is not a percentage; did you mean 0\.5% or 50%\?$/],
    [{ margin: '0%' }, /^margin: .*0\.0001% to 50%$/],
    [{ versionHeader: 'x app' }, /^versionHeader: "x app" is not a header name$/],
    [{ endpoints: ['api/orders'] }, /^endpoints\.0: .*such as \/api\/orders\/\{id\}/],
    [{ endpoints: ['/api/orders/:id'] }, /^endpoints\.0: .*did you mean \{id\}\?$/],
    [{ endpoints: ['/api/orders/x{id}'] }, /^endpoints\.0: .*a whole segment in braces/],
    [{ endpoints: ['/api?x=1'] }, /^endpoints\.0: .*no query/],
    [{ weights: [{ path: '/total' }] }, /^weights\.0: "weight" is missing$/],
    [{ weights: [{ path: '/total', weight: 0 }] }, /^weights\.0\.weight: 0 must be a number above 0, at most 1000$/],
    [{ weights: [{ path: 'total', weight: 1 }] }, /^weights\.0\.path: .*did you mean "\/total"\?$/],
    [{ rules: [{ ...rule, effect: 'ingore' }] }, /^rules\.0\.effect: .*did you mean "ignore"\?$/],
    [{ rules: [{ ...rule, path: '$.items.price' }] }, /^rules\.0\.path: .*header:NAME/],
    [{ rules: [{ effect: 'ignore', path: '/at' }] }, /^rules\.0: "reason" is missing$/],
    [{ rules: [{ ...rule, reason: ' ' }] }, /^rules\.0\.reason: must not be empty$/],
    [{ rules: [{ ...rule, endpoint: '/api/orders' }] }, /^rules\.0\.endpoint: .*GET \/api\/orders\/\{id\}$/],
    [{ rules: [{ ...rule, expiresAt: 'soon' }] }, /^rules\.0\.expiresAt: .*2030-01-31/],
    [{ rules: [rule, { ...rule, key: '/sku' }] }, /^rules\.1\.key: belongs to effect keyed, not to ignore$/],
    [{ rules: [{ ...rule, effect: 'keyed' }] }, /^rules\.0: "key" is missing$/],
    [{ rules: [{ ...rule, effect: 'keyed', key: 'sku' }] }, /^rules\.0\.key: .*did you mean "\/sku"\?$/],
    [{ rules: [{ ...rule, effect: 'format' }] }, /^rules\.0: "format" is missing$/],
    [{ rules: [{ ...rule, effect: 'format', format: 'time' }] }, /^rules\.0\.format: must be timestamp or date/],
    [{ rules: [{ ...rule, effect: 'tolerance' }] }, /^rules\.0: "absolute" or "relative" is missing/],
    [{ rules: [{ ...rule, effect: 'tolerance', absolute: '1' }] }, /^rules\.0\.absolute: "1" must be a number/],
    [{ redact: { paths: ['customer.email'] } }, /^redact\.paths\.0: .*did you mean "\/customer\/email"\?$/],
    [{ redact: { header: ['x'] } }, /^redact\.header: .*did you mean "headers"\?$/],
    [{ capture: { maxBodyBytes: '1MiB' } }, /^capture\.maxBodyBytes: .*0 to 512KiB$/],
    [{ capture: { requestHeaders: ['Cookie'] } }, /^capture\.requestHeaders\.0: Cookie carries credentials/],
    [{ retention: { epochs: 0 } }, /^retention\.epochs: must be between 1 and 100000, not 0$/],
    [{ retention: { sampleBytes: '20 apples' } }, /^retention\.sampleBytes: .*such as 8MiB/],
  ])('%j is refused with its place and what would be right', (compare, message) => {
    expect(refusalOf(compare)).toMatch(message);
  });
});
