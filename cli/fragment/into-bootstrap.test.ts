import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicyFile } from '../../xds-server/policy/index.ts';
import { buildFragment } from '../../xds-server/resources/index.ts';
import { intoBootstrap } from './into-bootstrap.ts';

const scenario = (name: string) => readFileSync(new URL(`../../envoy/${name}`, import.meta.url), 'utf8');
const OWN = scenario('routes-only/own.yaml');
const { policy } = parsePolicyFile(scenario('shadowplane.yaml'), 'shadowplane.yaml');
const fragmentFor = (variant: 'ads-delta' | 'streams-delta') =>
  buildFragment(policy, { xdsAddress: { host: '127.0.0.1', port: 18000 }, variant }).fragment;
const FRAGMENT = fragmentFor('streams-delta');

interface Listener {
  readonly name: string;
  readonly filter_chains: ReadonlyArray<{ readonly filters: ReadonlyArray<{ readonly typed_config: Manager }> }>;
}
interface Manager {
  readonly rds?: object;
  readonly route_config?: object;
  readonly http_filters: ReadonlyArray<{ readonly name: string }>;
}

const managerIn = (text: string, index = 0) =>
  (parse(text).static_resources.listeners as Listener[])[index]!.filter_chains[0]!.filters[0]!.typed_config;
const names = (list: ReadonlyArray<{ readonly name: string }>) => list.map(({ name }) => name);

describe('a fragment in a bootstrap', () => {
  it('is added to what is there, and comments stay', () => {
    const { text, json } = intoBootstrap(OWN, FRAGMENT);
    expect(text).toContain('# answers by itself, in front of everything else');
    expect(parse(text)).toEqual(json);
    const { static_resources, node, layered_runtime } = parse(text);
    expect(node).toEqual({
      id: 'edge-own',
      cluster: 'edge',
      metadata: { shadowplane: { streams: 'delta', listener: 'own' } },
    });
    expect(names(static_resources.clusters)).toEqual([
      'orders_v1',
      'shop',
      'shadowplane-xds',
      'orders/candidate/order-v2',
    ]);
    expect(names(layered_runtime.layers)).toEqual(['shadowplane']);
  });

  it('replaces routes, and puts the filter in front of the router', () => {
    const manager = managerIn(intoBootstrap(OWN, FRAGMENT).text);
    expect(manager.route_config).toBeUndefined();
    expect(manager.rds).toMatchObject({ route_config_name: 'shadowplane' });
    expect(names(manager.http_filters)).toEqual(['health', 'shadowplane.primary', 'envoy.filters.http.router']);
  });

  it('says what people have to look at', () => {
    const { hints } = intoBootstrap(OWN, FRAGMENT);
    expect(hints).toEqual([
      expect.stringMatching(/of its routes \(\/api\/orders, \/\), .* belong under envoy\.routes/),
      expect.stringMatching(/behind health/),
    ]);
    expect(intoBootstrap(OWN.replace('id: edge-own', '{}').replace(/\n {2}\{\}/, ''), FRAGMENT).hints[0]).toMatch(
      /^node\.id is needed/,
    );
  });

  it('twice is once', () => {
    const once = intoBootstrap(OWN, FRAGMENT).text;
    expect(intoBootstrap(once, FRAGMENT).text).toBe(once);
  });

  it('after the policy has changed, replaces what is ours by name', () => {
    const other = parsePolicyFile(scenario('shadowplane.yaml').replace('8082', '9999'), 'x').policy;
    const { fragment } = buildFragment(other, { xdsAddress: { host: 'cp', port: 18000 }, variant: 'streams-delta' });
    const { json } = intoBootstrap(intoBootstrap(OWN, FRAGMENT).text, fragment);
    expect(JSON.stringify(json)).toContain('"port_value":9999');
    expect(JSON.stringify(json)).not.toContain('"port_value":8082');
  });

  it('keeps what the user has decided: layers, sinks and intervals', () => {
    const own = `${OWN}stats_flush_interval: 10s\nlayered_runtime: { layers: [{ name: mine, admin_layer: {} }] }\n`;
    const { stats_flush_interval, layered_runtime } = parse(intoBootstrap(own, FRAGMENT).text);
    expect(stats_flush_interval).toBe('10s');
    expect(names(layered_runtime.layers)).toEqual(['mine', 'shadowplane']);
  });

  it('with ADS brings its configuration', () => {
    expect(parse(intoBootstrap(OWN, fragmentFor('ads-delta')).text)).toMatchObject({
      dynamic_resources: { ads_config: { api_type: 'DELTA_GRPC' } },
      node: { metadata: { shadowplane: { listener: 'own' } } },
    });
  });

  it('asks for the listener where several speak HTTP', () => {
    const document = parse(OWN);
    const [listener] = document.static_resources.listeners;
    document.static_resources.listeners.push({ ...listener, name: 'inner' });
    const text = JSON.stringify(document);
    expect(() => intoBootstrap(text, FRAGMENT)).toThrow(/--listener: edge, inner/);
    expect(() => intoBootstrap(text, FRAGMENT, 'iner')).toThrow(/no HTTP listener "iner"; there is edge, inner/);
    const merged = intoBootstrap(text, FRAGMENT, 'inner').text;
    expect([managerIn(merged, 0).rds, managerIn(merged, 1).rds]).toEqual([undefined, expect.anything()]);
  });

  it.each([
    ['[1, 2]', /no bootstrap/],
    ['{ a: ', /--into: /],
    ['static_resources: {}', /no listener in static_resources/],
  ])('refuses %s', (text, message) => {
    expect(() => intoBootstrap(text, FRAGMENT)).toThrow(message);
  });
});
