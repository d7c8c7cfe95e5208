import type { EnvoyJson } from '../policy/model.ts';

/** A ProtoJSON message that names its own type, as Envoy wants it wherever the type is open (`Any`). */
export function typed(messageType: string, fields: EnvoyJson = {}): EnvoyJson {
  return { '@type': `type.googleapis.com/${messageType}`, ...fields };
}

/** Milliseconds as ProtoJSON writes a duration: 1500 -> `1.5s`. */
export function duration(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}

/** A resource that Envoy fetches over the aggregated stream on which this configuration itself arrived. */
export const OVER_ADS: EnvoyJson = { ads: {}, resource_api_version: 'V3' };

export function socketAddress(host: string, port: number): EnvoyJson {
  return { socket_address: { address: host, port_value: port } };
}
