import type { Mirror } from '../policy/model.ts';

/** The domains that need a virtual host of their own, each once; `*`, for all other hosts, comes last. */
export function domainsOf(mirrors: readonly Mirror[]): string[] {
  return [...new Set(mirrors.flatMap((mirror) => mirror.hosts).sort()), '*'];
}

/**
 * The mirrors that apply to everything a virtual host for `domain` receives. They keep the order of the policy, the most
 * specific first, in which the filter asks them too; so route table and filter cannot disagree.
 */
export function mirrorsOfDomain(mirrors: readonly Mirror[], domain: string): Mirror[] {
  return mirrors.filter(({ hosts }) => hosts.length === 0 || hosts.some((host) => covers(host, domain)));
}

/** `*.example` covers `shop.example` and `*.shop.example`, but not `example`. */
function covers(host: string, domain: string): boolean {
  return host === domain || (host.startsWith('*.') && domain.length >= host.length && domain.endsWith(host.slice(1)));
}
