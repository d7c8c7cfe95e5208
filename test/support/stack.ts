import { readFile } from 'node:fs/promises';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { parsePolicy } from '../../xds-server/policy/index.ts';
import { buildBootstrap, buildResources } from '../../xds-server/resources/index.ts';
import { EnvoyAdmin } from './envoy-admin.ts';

export interface StackOptions {
  readonly envoyConcurrency?: number;
  readonly filterWasm?: Uint8Array;
  readonly policyFile?: boolean;
}
export type Stack = Awaited<ReturnType<typeof startStack>>;

export async function startStack(document: any, options: StackOptions = {}) {
  const { policy } = parsePolicy({ listen: '127.0.0.1:0', ...document }) as any;
  const filterWasm = options.filterWasm ?? (await readFile(await ensureFilter()));
  const resources: any = JSON.parse(JSON.stringify(buildResources(policy, { filterWasm })));
  const ext = new Map(resources.extensionConfigs.map((e: any) => [e.name, e.typed_config]));
  const endpoints = new Map(resources.endpoints.map((e: any) => [e.cluster_name, e]));
  const strip = (o: any) => {
    delete o['@type'];
    return o;
  };
  const walk = (node: any): any => {
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    if (node.config_discovery) return { name: node.name, typed_config: ext.get(node.name) };
    if (node.rds) {
      const { rds, ...rest } = node;
      return { ...walk(rest), route_config: strip(resources.routes[0]) };
    }
    if (node.eds_cluster_config) {
      const { eds_cluster_config, ...rest } = node;
      return { ...walk(rest), type: 'STATIC', load_assignment: strip(endpoints.get(node.name)) };
    }
    return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, walk(v)]));
  };
  const bootstrap: any = buildBootstrap({
    xdsAddress: { host: '127.0.0.1', port: 1 },
    adminAddress: { host: '127.0.0.1', port: 0 },
    nodeId: 'x',
  });
  delete bootstrap.dynamic_resources;
  bootstrap.layered_runtime.layers = [{ name: 'x', static_layer: resources.runtimes[0].layer }];
  bootstrap.static_resources = {
    listeners: resources.listeners.map((l: any) => strip(walk(l))),
    clusters: resources.clusters.map((c: any) => strip(walk(c))),
  };
  const { path, version } = await locateEnvoy();
  const envoy = await superviseEnvoy({
    path,
    bootstrap,
    concurrency: options.envoyConcurrency ?? 2,
    listener: 'shadowplane',
    onEvent: (e) => {
      if (process.env.V) console.log(e);
    },
  });
  return {
    port: Number(envoy.listenerAddress!.split(':').at(-1)),
    admin: new EnvoyAdmin(`http://${envoy.admin.address}`, () => envoy.pid),
    envoyVersion: version,
    api: undefined as any,
    shadowplane: undefined as any,
    policyFile: '',
    killControlPlane: async () => {},
    close: () => envoy.stop({ force: true }),
  };
}
