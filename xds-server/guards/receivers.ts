import type { Mirror, Policy, Service } from '../policy/model.ts';

export type ReceiverRole = 'candidate' | 'control';

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
 * The policy as Envoys may have it: a mirror whose receivers have not all proven their guard copies safe requests only.
 * The same policy where nothing is held back.
 */
export function withoutUnproven(policy: Policy, isProven: (service: string) => boolean): Policy {
  const isHeldBack = (mirror: Mirror) =>
    needOf(mirror) === 'proof' && !rolesOf(mirror).every(({ service }) => isProven(service));
  if (!policy.mirrors.some(isHeldBack)) return policy;
  return {
    ...policy,
    mirrors: policy.mirrors.map((mirror) =>
      isHeldBack(mirror) ? { ...mirror, methods: mirror.methods.filter(isSafe) } : mirror,
    ),
  };
}

function rolesOf({ shadow, control }: Mirror): Array<{ readonly service: string; readonly role: ReceiverRole }> {
  return [
    { service: shadow, role: 'candidate' },
    ...(control === undefined ? [] : [{ service: control, role: 'control' } as const]),
  ];
}
