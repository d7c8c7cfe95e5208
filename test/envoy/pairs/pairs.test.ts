/**
 * What is found is what is different: pairs of services with known differences behind a real Envoy, with a control and
 * without one. Each known difference is reported at its endpoint, path and kind, and nothing else is.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DifferenceItem } from '../../../compare/report/index.ts';
import { Cleanup, eventually, runLoad, startWholeStack, type WholeStack } from '../../support/index.ts';
import { accounts } from './accounts.ts';
import { documents } from './documents.ts';
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

interface Outcome {
  readonly verdict: { verdict: string; comparedInAll: number; lost: Record<string, number> };
  readonly items: readonly DifferenceItem[];
}

async function outcomeOf({ name, endpoints }: Pair, { prefix, suffix }: (typeof WAYS)[number]): Promise<Outcome> {
  await runLoad({
    port: stack.port,
    connections: 8,
    total: REQUESTS * endpoints.length,
    request: (at) => {
      const index = Math.floor(at / endpoints.length);
      return { path: `${prefix}/${name}${endpoints[at % endpoints.length]!.path(index)}?n=${index}` };
    },
  });
  const mirror = `/mirrors/${name}${suffix}`;
  const verdict = await eventually(
    async () => {
      const now = (await stack.api.get(`${mirror}/verdict`)) as unknown as Outcome['verdict'];
      return now.comparedInAll === REQUESTS * endpoints.length ? now : undefined;
    },
    { what: 'all copies to be compared' },
  );
  const { items } = (await stack.api.get(`${mirror}/differences?noise=include&limit=1000`)) as unknown as Outcome;
  return { verdict: verdict!, items };
}

describe.each(WAYS)('$way', (way) => {
  test.each(PAIRS)('$name', async (pair) => {
    const { verdict, items } = await outcomeOf(pair, way);
    const name = (endpoint: string, { kind, path }: Known) => `${endpoint.replace(way.prefix, '')} ${kind} ${path}`;
    const known = pair.endpoints.flatMap(({ endpoint, known }) =>
      known.map((one) => [name(endpoint, one), (!way.control && one.alone) || 'different']),
    );
    const found = items.map((item) => [name(item.endpoint, item as Known), item.verdict]);
    expect(found.filter(([, level]) => level !== 'noise').toSorted()).toEqual(
      known.filter(([, level]) => level !== 'noise').toSorted(),
    );
    expect(found).toEqual(expect.arrayContaining(known));
    expect(verdict).toMatchObject({ verdict: 'different', lost: {} });
  });
});
