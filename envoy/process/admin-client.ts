import { ShadowplaneError } from '../../errors/index.ts';

const TIMEOUT_MS = 3_000;

export interface EnvoyAdmin {
  /** `127.0.0.1:9901` */
  readonly address: string;
  /** Counters and gauges whose name matches the (RE2) filter. Histograms are left out. */
  stats(filter: string): Promise<ReadonlyMap<string, number>>;
  prometheus(filter?: string): Promise<string>;
  configDump(): Promise<unknown>;
  serverInfo(): Promise<ServerInfo>;
  /** Name and bound address of every active listener. */
  listeners(): Promise<ReadonlyMap<string, string>>;
  /** True once Envoy has its first configuration and serves. */
  ready(): Promise<boolean>;
  /** Stops accepting connections; requests under way go on. */
  drainListeners(): Promise<void>;
}

interface ServerInfo {
  readonly version: string;
  /** `LIVE`, `DRAINING`, `PRE_INITIALIZING`, `INITIALIZING` */
  readonly state: string;
  readonly uptime_current_epoch: string;
  /** What it calls itself. */
  readonly node?: { readonly id?: string };
}

interface StatsJson {
  readonly stats: ReadonlyArray<{ readonly name?: string; readonly value?: number | string }>;
}

interface ListenersJson {
  readonly listener_statuses?: ReadonlyArray<{
    readonly name: string;
    readonly local_address: { readonly socket_address?: { readonly address: string; readonly port_value: number } };
  }>;
}

/**
 * Envoy's admin interface, as much of it as we use. Every call ends within 3 s.
 *
 * @throws ShadowplaneError ENVOY_UNREACHABLE when nothing answers at the address, or not as an Envoy would.
 */
export function createEnvoyAdmin(address: string): EnvoyAdmin {
  async function call(path: string, method: 'GET' | 'POST' = 'GET'): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`http://${address}${path}`, { method, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new ShadowplaneError('ENVOY_UNREACHABLE', `no Envoy admin interface answers at ${address}`, { cause });
    }
    return response;
  }
  async function get(path: string): Promise<Response> {
    const response = await call(path);
    if (response.ok) return response;
    throw new ShadowplaneError('ENVOY_UNREACHABLE', `${address}${path} answers ${response.status}, unlike an Envoy`);
  }
  async function getJson<T>(path: string): Promise<T> {
    const response = await get(path);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new ShadowplaneError('ENVOY_UNREACHABLE', `${address}${path} does not answer as an Envoy`, { cause });
    }
  }
  return {
    address,
    async stats(filter) {
      const { stats } = await getJson<StatsJson>(`/stats?format=json&filter=${encodeURIComponent(filter)}`);
      const numbers = new Map<string, number>();
      for (const { name, value } of stats) if (name && typeof value === 'number') numbers.set(name, value);
      return numbers;
    },
    async prometheus(filter) {
      return (await get(`/stats/prometheus${filter ? `?filter=${encodeURIComponent(filter)}` : ''}`)).text();
    },
    configDump: () => getJson('/config_dump?include_eds'),
    serverInfo: () => getJson<ServerInfo>('/server_info'),
    async listeners() {
      const { listener_statuses = [] } = await getJson<ListenersJson>('/listeners?format=json');
      return new Map(
        listener_statuses.map(({ name, local_address: { socket_address: at } }) => [
          name,
          at ? `${at.address.includes(':') ? `[${at.address}]` : at.address}:${at.port_value}` : '',
        ]),
      );
    },
    async ready() {
      const response = await call('/ready');
      await response.body?.cancel();
      return response.ok;
    },
    async drainListeners() {
      const response = await call('/drain_listeners', 'POST');
      await response.body?.cancel();
    },
  };
}
