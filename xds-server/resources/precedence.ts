import type { Mirror } from '../policy/model.ts';

/**
 * Which mirror a request belongs to where several fit: the most specific host first (a name before a wildcard, a longer
 * wildcard before a shorter one, any host last), then the longest path, then the order of the policy. Envoy's routes and
 * the filter's list are both made from here, so they cannot disagree.
 */
export interface RankedMirror {
  readonly mirror: Mirror;
  /** Hosts of equal rank; empty means any host. */
  readonly hosts: readonly string[];
}

const ANY_HOST_RANK = 0;
const EXACT_HOST_RANK = Number.MAX_SAFE_INTEGER;

/** Every mirror, once for each rank of its hosts, the one to ask first at the front. */
export function mirrorsByPrecedence(mirrors: readonly Mirror[]): RankedMirror[] {
  const ranked: Array<RankedMirror & { rank: number }> = [];
  for (const mirror of mirrors) {
    const byRank = new Map<number, string[]>();
    if (mirror.hosts.length === 0) byRank.set(ANY_HOST_RANK, []);
    for (const host of mirror.hosts) {
      const hosts = byRank.get(rankOf(host));
      if (hosts) hosts.push(host);
      else byRank.set(rankOf(host), [host]);
    }
    for (const [rank, hosts] of byRank) ranked.push({ mirror, hosts, rank });
  }
  ranked.sort((a, b) => b.rank - a.rank || b.mirror.path.length - a.mirror.path.length);
  return ranked.map(({ mirror, hosts }) => ({ mirror, hosts }));
}

/** The hosts that need a virtual host of their own, each once. */
export function distinctHosts(mirrors: readonly Mirror[]): string[] {
  return [...new Set(mirrors.flatMap((mirror) => mirror.hosts))].sort();
}

/** The mirrors that apply to everything a virtual host for `domain` receives, each once; `*` receives the rest. */
export function mirrorsOfHost(ranked: readonly RankedMirror[], domain: string): Mirror[] {
  return [...new Set(ranked.filter(({ hosts }) => covers(hosts, domain)).map(({ mirror }) => mirror))];
}

function covers(hosts: readonly string[], domain: string): boolean {
  return hosts.length === 0 || hosts.some((host) => host === domain || (isWildcard(host) && isBelow(domain, host)));
}

function isBelow(domain: string, wildcard: string): boolean {
  return domain.length > wildcard.length - 1 && domain.endsWith(wildcard.slice(1));
}

function rankOf(host: string): number {
  return isWildcard(host) ? host.length : EXACT_HOST_RANK;
}

function isWildcard(host: string): boolean {
  return host.startsWith('*.');
}
