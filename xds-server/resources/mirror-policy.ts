import { CREDENTIAL_HEADERS } from '../policy/credentials.ts';
import type { EnvoyJson, Mirror } from '../policy/model.ts';
import { literal, removeHeader, setHeader } from './header-mutations.ts';
import { type CopyRole, copiesCluster, EXCHANGE_ID_STATE, FORWARDED_FOR_OF_COPY, MARKERS } from './names.ts';

/** Why a request is copied: it is in a segment, or the sample of the others took it. */
export type Reason = { readonly reason: 'segment'; readonly segment: string } | { readonly reason: 'sample' };

/** Who answers the user. */
export type Answering = 'primary' | 'candidate';

/**
 * Envoy's mirror policies of one mirror route: a copy to the side that does not answer and, where the mirror has one, to the
 * control. Copies differ from the user's request by the user's own header changes and the markers, nothing else: the host keeps its
 * name, and `x-forwarded-for` is saved here for the cluster to restore (Envoy appends itself to a copy's).
 * No fraction of their own: the route was chosen by it.
 */
export function mirrorPolicies(mirror: Mirror, why: Reason, answering: Answering): EnvoyJson[] {
  const copies: Array<[CopyRole, string]> = [
    answering === 'primary' ? ['candidate', mirror.shadow] : ['primary', mirror.primary],
  ];
  if (mirror.control !== undefined) copies.push(['control', mirror.control]);
  return copies.map(([role, service]) => ({
    cluster: copiesCluster(mirror.name, role, service),
    disable_shadow_host_suffix_append: true,
    request_headers_mutations: [
      ...userChanges(mirror),
      removeHeader(FORWARDED_FOR_OF_COPY),
      setHeader(FORWARDED_FOR_OF_COPY, '%REQ(x-forwarded-for)%'),
      ...markers(mirror, why, role),
    ],
  }));
}

/** Stripped before anything is set: the copy may well carry credentials of its own. */
function userChanges({ credentials, headers }: Mirror): EnvoyJson[] {
  const stripped = credentials === 'strip' ? CREDENTIAL_HEADERS.map(removeHeader) : [];
  return [
    ...stripped,
    ...headers.remove.map(removeHeader),
    ...headers.set.map(([name, value]) => setHeader(name, literal(value))),
  ];
}

/** Written last, so that neither the client nor a user's change can stand in for them. */
function markers(mirror: Mirror, why: Reason, role: CopyRole): EnvoyJson[] {
  return [
    setHeader(MARKERS.shadow, 'true'),
    setHeader(MARKERS.mirror, mirror.name),
    setHeader(MARKERS.reason, why.reason),
    why.reason === 'segment' ? setHeader(MARKERS.segment, why.segment) : removeHeader(MARKERS.segment),
    setHeader(MARKERS.role, role),
    setHeader(MARKERS.id, `%FILTER_STATE(${EXCHANGE_ID_STATE}:PLAIN)%`),
  ];
}
