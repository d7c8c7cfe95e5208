import type { Policy } from '../../xds-server/policy/model.ts';
import type { MirrorServices } from './run-again.ts';

/** Where the requests of a mirror go by this policy; undefined when it has no such mirror. */
export function servicesOf(policy: Policy, name: string): MirrorServices | undefined {
  const mirror = policy.mirrors.find((one) => one.name === name);
  if (!mirror) return undefined;
  const service = (wanted: string | undefined) => policy.services.find((one) => one.name === wanted);
  const primary = service(mirror.primary);
  const candidate = service(mirror.shadow);
  const control = service(mirror.control);
  if (!primary || !candidate) return undefined;
  const { maxBodyBytes } = mirror.compare.capture;
  return { primary, candidate, ...(control && { control }), headers: mirror.headers, maxBodyBytes };
}
