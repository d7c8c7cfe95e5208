/**
 * What is found is what is different: pairs of services with known differences behind a real Envoy, with a control and
 * without one. Each known difference is reported at its endpoint, path and kind, and nothing else is.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cleanup, runLoad, startWholeStack, type WholeStack } from '../../support/index.ts';
import { accounts } from './accounts.ts';
import { documents } from './documents.ts';
import { differences, ended } from './outcome.ts';
import { packing } from './packing.ts';
import { type Known, type Pair, startService } from './pair.ts';
import { prices } from './prices.ts';

const PAIRS = [prices, packing, documents, accounts];
/** Of each endpoint. */
const REQUESTS = 120;

const WAYS = [
  { way: 'with a control', prefix: '', suffix: '', control: true },
  { way: 'without a control', prefix: '/alone', suffix: '-alone', control: false },
] as const;

const cleanup = new Cleanup();
let stack: WholeStack;

beforeAll(async () => {
  const services: Record<string, { address: string }> = {};
  const mirrors: Record<string, object> = {};
  for (const pair of PAIRS) {
    const { name } = pair;
    for (const [role, version] of [
      ['primary', 'v1'],
      ['candidate', 'v2'],
      ['control', 'v1'],
    ] as const) {
      services[`${name}-${role}`] = { address: cleanup.add(await startService(pair, version)).address };
    }
    for (const { prefix, suffix, control } of WAYS) {
      mirrors[`${name}${suffix}`] = {
        match: { path: `${prefix}/${name}` },
        primary: `${name}-primary`,
        shadow: `${name}-candidate`,
        ...(control && { control: `${name}-control` }),
        sample: '100%',
      };
    }
  }
  stack = cleanup.add(await startWholeStack({ services, mirrors }));
}, 120_000);
afterAll(() => cleanup.run());

async function send({ name, endpoints }: Pair, prefix: string): Promise<number> {
  const total = REQUESTS * endpoints.length;
  await runLoad({
    port: stack.port,
    connections: 8,
    total,
    request: (at) => {
      const index = Math.floor(at / endpoints.length);
      return { path: `${prefix}/${name}${endpoints[at % endpoints.length]!.path(index)}?n=${index}` };
    },
  });
  return total;
}

describe.each(WAYS)('$way', (way) => {
  test.each(PAIRS)('$name', async (pair) => {
    const mirror = `${pair.name}${way.suffix}`;
    const total = await send(pair, way.prefix);
    const verdict = await ended(stack, mirror, total);
    const items = await differences(stack, mirror);
    const name = (endpoint: string, { kind, path }: Known) => `${endpoint.replace(way.prefix, '')} ${kind} ${path}`;
    const known = pair.endpoints.flatMap(({ endpoint, known }) =>
      known.map((one) => [name(endpoint, one), (!way.control && one.alone) || 'different']),
    );
    const found = items.map((item) => [name(item.endpoint, item as Known), item.verdict]);
    expect(found.filter(([, level]) => level !== 'noise').toSorted()).toEqual(
      known.filter(([, level]) => level !== 'noise').toSorted(),
    );
    expect(found).toEqual(expect.arrayContaining(known));
    expect(verdict).toMatchObject({ verdict: 'different', comparedInAll: total, lost: {} });
  });
});
