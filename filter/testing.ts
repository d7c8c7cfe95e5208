/** What the tests of this room share: the built filter in a simulated host, and configurations that are mostly default. */
import type { FilterConfig, FilterMirror, PrimaryFilterConfig } from '../xds-server/resources/filter-config.ts';
import { ensureFilter } from './index.ts';
import {
  type Headers,
  SimulatedHost,
  type SimulatedHostOptions,
  type SimulatedPlugin,
} from './simulated-host/index.ts';

export async function loadFilter(options: SimulatedHostOptions = {}): Promise<SimulatedHost> {
  return SimulatedHost.load(await ensureFilter(), options);
}

/** The module that can also capture. */
export async function loadCapturingFilter(options: SimulatedHostOptions = {}): Promise<SimulatedHost> {
  return SimulatedHost.load(await ensureFilter('filter-capture.wasm'), options);
}

export interface RunningFilter {
  readonly host: SimulatedHost;
  readonly plugin: SimulatedPlugin;
}

export async function startFilter(config: FilterConfig, options: SimulatedHostOptions = {}): Promise<RunningFilter> {
  const host = await loadFilter(options);
  const plugin = host.startPlugin(JSON.stringify(config));
  if (!plugin.accepted) throw new Error(`the filter refused its configuration: ${host.messages('error').join('; ')}`);
  return { host, plugin };
}

export function mirror(fields: Partial<FilterMirror> = {}): FilterMirror {
  return {
    name: 'orders',
    path: '/api/orders',
    methods: ['GET', 'HEAD', 'OPTIONS'],
    maxBodyBytes: 1024,
    segments: [],
    sample: {},
    ...fields,
  };
}

export function primary(...mirrors: FilterMirror[]): PrimaryFilterConfig {
  return { role: 'primary', mirrors };
}

export function headers(fields: Record<string, string> = {}): Headers {
  const {
    ':method': method = 'GET',
    ':path': path = '/api/orders',
    ':authority': authority = 'shop',
    ...rest
  } = fields;
  return [[':method', method], [':path', path], [':authority', authority], ...Object.entries(rest)];
}

/** What was written about a request: the exchange's id without its last part. */
export function decisionOf(filterState: ReadonlyMap<string, string>): string | undefined {
  return filterState.get('wasm.shadowplane.id')?.replace(/\/[0-9a-f]{36}$/, '');
}

/** The decision on a request; undefined when there is none. */
export function decide({ plugin }: RunningFilter, fields: Record<string, string> = {}): string | undefined {
  const stream = plugin.request(headers(fields));
  stream.end();
  return decisionOf(stream.filterState);
}
