import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { ShadowplaneError } from '../../errors/index.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Keeps web pages of others away from an API without passwords. On loopback the Host header must name this machine, or a
 * page could reach us under its own name (DNS rebinding). And no page of another origin may change anything: browsers
 * send simple cross-site requests without asking.
 *
 * @throws ShadowplaneError HOST_REFUSED or ORIGIN_REFUSED
 */
export function guardAgainstPages(request: FastifyRequest, onLoopback: boolean): void {
  const { host = '', origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (onLoopback && !isLoopbackHost(hostnameOf(host))) {
    throw new ShadowplaneError(
      'HOST_REFUSED',
      `This API listens on loopback and does not answer as ${JSON.stringify(host)}`,
    );
  }
  if (SAFE_METHODS.includes(request.method)) return;
  const foreignOrigin = origin !== undefined && origin.replace(/^[a-z]+:\/\//, '') !== host;
  if (foreignOrigin || site === 'cross-site' || site === 'same-site') {
    throw new ShadowplaneError('ORIGIN_REFUSED', 'A web page of another origin may not change anything here');
  }
}

/** Whether only this machine can reach what listens at `host`. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** Without port, and without the brackets of an IPv6 address. */
function hostnameOf(hostHeader: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(hostHeader.toLowerCase());
  return match?.[1] ?? match?.[2] ?? '';
}
