import type { Mirror, Policy, Service } from '../policy/model.ts';
import { movesUsers } from '../resources/index.ts';

/** `primary`: in a rollout it gets copies of what the candidate answered. */
export type ReceiverRole = 'candidate' | 'control' | 'primary';

/** What has to be known of a service before it gets copies of unsafe requests. */
export type Need = 'proof' | 'trusted' | 'nothing';

/** A service that gets copies, once for each role and need that it has. */
export interface Receiver {
  readonly service: string;
  readonly role: ReceiverRole;
  readonly need: Need;
  readonly mirrors: readonly string[];
}

/** RFC 9110's safe methods that are mirrored; everything else may change something. */
const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

export function isSafe(method: string): boolean {
  return SAFE.includes(method);
}

function needOf({ methods, sideEffects }: Mirror): Need {
  if (methods.every(isSafe)) return 'nothing';
  return sideEffects === 'trusted' ? 'trusted' : 'proof';
}

/** In the order of the mirrors, the candidate first. */
export function receiversOf(policy: Policy): Receiver[] {
  const receivers = new Map<string, Receiver & { readonly mirrors: string[] }>();
  for (const mirror of policy.mirrors) {
    for (const { service, role } of rolesOf(mirror)) {
      const need = needOf(mirror);
      const key = `${service} ${role} ${need}`;
      const receiver = receivers.get(key) ?? { service, role, need, mirrors: [] };
      receiver.mirrors.push(mirror.name);
      receivers.set(key, receiver);
    }
  }
  return [...receivers.values()];
}

/** The services that have to prove their guard, each once. */
export function servicesToProve(policy: Policy): Service[] {
  const names = new Set(receiversOf(policy).flatMap(({ need, service }) => (need === 'proof' ? [service] : [])));
  return policy.services.filter(({ name }) => names.has(name));
}

/**
 * The policy as Envoys may have it: a mirror whose candidate and control have not both proven their guard copies safe
 * requests only, and so does what goes back to a primary that has not. The same policy where nothing changes by that.
 */
export function withoutUnproven(policy: Policy, isProven: (service: string) => boolean): Policy {
  const mirrors = policy.mirrors.map((mirror) => withBackMethods(withMethods(mirror, isProven), isProven));
  return mirrors.every((mirror, index) => mirror === policy.mirrors[index]) ? policy : { ...policy, mirrors };
}

function withMethods(mirror: Mirror, isProven: (service: string) => boolean): Mirror {
  const isHeldBack =
    needOf(mirror) === 'proof' &&
    !rolesOf(mirror).every(({ service, role }) => role === 'primary' || isProven(service));
  return isHeldBack ? { ...mirror, methods: mirror.methods.filter(isSafe) } : mirror;
}

/** Nothing is said where only safe methods are copied: these go back anyway. */
function withBackMethods(mirror: Mirror, isProven: (service: string) => boolean): Mirror {
  const need = needOf(mirror);
  if (need === 'nothing' || !movesUsers(mirror)) return mirror;
  return need === 'trusted' || isProven(mirror.primary) ? { ...mirror, backMethods: mirror.methods } : mirror;
}

function rolesOf(mirror: Mirror): Array<{ readonly service: string; readonly role: ReceiverRole }> {
  const { primary, shadow, control } = mirror;
  return [
    { service: shadow, role: 'candidate' },
    ...(control === undefined ? [] : [{ service: control, role: 'control' } as const]),
    ...(movesUsers(mirror) ? [{ service: primary, role: 'primary' } as const] : []),
  ];
}
