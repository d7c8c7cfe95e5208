import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { ShadowplaneError } from '../../errors/index.ts';
import { isLoopbackHost } from '../policy/index.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Where the API listens, and the names it is reached under; `hosts` absent: beyond loopback any. */
export interface Reachable {
  readonly onLoopback: boolean;
  readonly hosts?: readonly string[] | undefined;
}

/**
 * Keeps web pages of others away. On loopback the Host header must name this machine, or a page could reach us under its own
 * name (DNS rebinding); beyond, it must be one of the names that are listed, if there is a list. And no page of another origin may change anything: browsers
 * send simple cross-site requests without asking.
 *
 * @throws ShadowplaneError HOST_REFUSED or ORIGIN_REFUSED
 */
export function guardAgainstPages(request: FastifyRequest, { onLoopback, hosts }: Reachable): void {
  const { host = '', origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (!isOurs(hostnameOf(host), { onLoopback, hosts })) {
    const why = onLoopback ? 'listens on loopback' : 'is called otherwise';
    throw new ShadowplaneError('HOST_REFUSED', `This API ${why} and does not answer as ${JSON.stringify(host)}`);
  }
  if (SAFE_METHODS.includes(request.method)) return;
  const foreignOrigin = origin !== undefined && origin.replace(/^[a-z]+:\/\//, '') !== host;
  if (foreignOrigin || site === 'cross-site' || site === 'same-site') {
    throw new ShadowplaneError('ORIGIN_REFUSED', 'A web page of another origin may not change anything here');
  }
}

/** A page that rebinds a name comes with that name, never with an IP address. */
function isOurs(name: string, { onLoopback, hosts }: Reachable): boolean {
  if (isLoopbackHost(name) || hosts?.includes(name)) return true;
  return !onLoopback && (hosts === undefined || isIP(name) !== 0);
}

/** Without port, and without the brackets of an IPv6 address. */
function hostnameOf(hostHeader: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(hostHeader.toLowerCase());
  return match?.[1] ?? match?.[2] ?? '';
}
