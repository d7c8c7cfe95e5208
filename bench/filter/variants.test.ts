import { expect, test } from 'vitest';
import { backendBootstrap, measuredBootstrap } from './bootstrap.ts';
import { BASELINE, PLAIN, PLAIN_AGAIN, VARIANTS, type Variant } from './variants.ts';

const MODULES = { empty: 'empty.wasm', filter: 'filter.wasm' };

function size({ request }: Variant): number {
  return [request.path, ...request.headers.flat()].join('').length;
}

test('requests of all variants are equally long, so that only the decision about them differs', () => {
  expect(new Set(VARIANTS.map(size)).size).toBe(1);
});

test('names are unique and each variant expects a route that it has', () => {
  expect(new Set(VARIANTS.map(({ name }) => name)).size).toBe(VARIANTS.length);
  for (const { table, expectedRoute } of VARIANTS) {
    expect(JSON.stringify(table)).toContain(`"stat_prefix":"${expectedRoute}"`);
  }
});

test('the A/A pair and the baseline differ in nothing but what they are about', () => {
  const [plain, again, empty] = [PLAIN, PLAIN_AGAIN, BASELINE].map((name) => VARIANTS.find((v) => v.name === name)!);
  const { name: _name, label: _label, ...same } = plain!;
  expect(again).toMatchObject(same);
  expect(empty).toMatchObject({ ...same, filter: 'empty' });
});

test('only the copying variant sends copies', () => {
  for (const { table, mirrored } of VARIANTS) {
    expect(JSON.stringify(table).includes('request_mirror_policies')).toBe(mirrored);
  }
});

test('every variant has a listener on a port of its own choosing, with its module and its configuration', () => {
  const bootstrap = JSON.stringify(measuredBootstrap(VARIANTS, MODULES, 4000));
  const { static_resources } = JSON.parse(bootstrap);
  expect(static_resources.listeners.map(({ name }: { name: string }) => name)).toEqual(
    VARIANTS.map(({ name }) => name),
  );
  const filters = new Map<string, { config: { configuration: { value: string }; vm_config: unknown } }>(
    static_resources.listeners.map((listener: ListenerJson) => [
      listener.name,
      listener.filter_chains[0].filters[0].typed_config.http_filters[0]?.typed_config,
    ]),
  );
  const module = (name: string) => JSON.stringify(filters.get(name)?.config.vm_config);
  expect(module('empty')).toContain('empty.wasm');
  expect(module('third')).toContain('filter.wasm');
  expect(JSON.parse(filters.get('third')!.config.configuration.value)).toEqual(
    VARIANTS.find(({ name }) => name === 'third')!.filter,
  );
  expect([...bootstrap.matchAll(/"port_value":(\d+)/g)].map(([, port]) => port)).toEqual([
    '0',
    ...VARIANTS.map(() => '0'),
    '4000',
    '4000',
  ]);
  expect(JSON.stringify(backendBootstrap())).toContain('direct_response');
});

interface ListenerJson {
  readonly name: string;
  readonly filter_chains: [{ filters: [{ typed_config: { http_filters: [{ typed_config: never }] } }] }];
}
