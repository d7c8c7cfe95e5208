import { isIP } from 'node:net';
import type { Address } from './model.ts';
import { invalid } from './problems.ts';

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/;
/** DNS labels; an underscore is allowed because container platforms name services so. */
const DNS_NAME =
  /^(?=.{1,253}$)[a-zA-Z0-9_](?:[a-zA-Z0-9_-]*[a-zA-Z0-9_])?(?:\.[a-zA-Z0-9_](?:[a-zA-Z0-9_-]*[a-zA-Z0-9_])?)*\.?$/;

/**
 * Reads `order-v1:8080`, `10.0.0.7:8080`, `[::1]:8080`.
 *
 * @throws ShadowplaneError POLICY_INVALID with the part that is wrong.
 */
export function parseAddress(value: unknown, lowestPort = 1): Address {
  const match = typeof value === 'string' ? HOST_AND_PORT.exec(value) : null;
  if (!match) {
    const hint = typeof value === 'string' && /^https?:/.test(value) ? ' (without http://)' : '';
    throw invalid(`${JSON.stringify(value)} is not an address; write host:port${hint}, such as order-v1:8080`);
  }
  const [, v6, name, portText] = match;
  const port = Number(portText);
  if (port < lowestPort || port > 65_535) throw invalid(`${port} is no port; ports are ${lowestPort} to 65535`);
  if (v6 !== undefined) {
    if (v6.includes('%')) {
      throw invalid(`${JSON.stringify(v6)} names a network interface, of which the machine of Envoy may have no such`);
    }
    if (isIP(v6) !== 6) throw invalid(`${JSON.stringify(v6)} is not an IPv6 address`);
    return { host: v6, port };
  }
  const looksNumeric = /^[\d.]+$/.test(name!);
  if (looksNumeric ? isIP(name!) !== 4 : !DNS_NAME.test(name!)) {
    throw invalid(`${JSON.stringify(name)} is neither an IP address nor a DNS name`);
  }
  return { host: name!, port };
}

/** A name that TLS asks for and verifies. */
export function parseServerName(value: unknown): string {
  if (typeof value === 'string' && isIP(value) === 0 && DNS_NAME.test(value)) return value;
  throw invalid(`${JSON.stringify(value)} is not a DNS name, such as order.example`);
}

/** The address of a listener; port 0 lets the system pick one. */
export function parseListenAddress(value: unknown): Address {
  return parseAddress(value, 0);
}

export function formatAddress({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach what listens at `host`. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
