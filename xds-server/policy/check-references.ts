import { didYouMean } from '../../errors/index.ts';
import { formatAddress } from './address.ts';
import { BOUNDS } from './defaults.ts';
import type { Condition, Mirror, Service } from './model.ts';
import type { Checked } from './partial.ts';
import type { Findings, Path } from './problems.ts';
import type { PolicyDocument } from './schema.ts';

/** What only the whole document shows: names that point nowhere, a service that would get its own copies, ambiguous mirrors. */
export function checkReferences(
  document: Checked<PolicyDocument>,
  services: readonly Service[],
  mirrors: readonly Mirror[],
  findings: Findings,
): void {
  const byName = new Map(services.map((service) => [service.name, service]));
  const known = Object.keys(document.services ?? {});
  // A service whose own definition was refused is still a name that exists.
  const checkService = (name: string | undefined, path: Path): void => {
    if (name === undefined || byName.has(name) || findings.refused(['services', name])) return;
    findings.problem(path, `there is no service ${JSON.stringify(name)}${didYouMean(name, known) || list(known)}`);
  };

  checkService(document.default, ['default']);
  for (const [name, mirror] of Object.entries(document.mirrors ?? {})) {
    for (const role of ['primary', 'shadow', 'control'] as const) checkService(mirror?.[role], ['mirrors', name, role]);
  }
  for (const name of Object.keys(document.envoy?.merge?.services ?? {})) {
    if (!byName.has(name)) checkService(name, ['envoy', 'merge', 'services', name]);
  }
  checkClusterNames(services, findings);
  for (const mirror of mirrors) checkRoles(mirror, byName, findings);
  checkAmbiguous(mirrors, findings);
  checkConditions(mirrors, findings);
}

/** The filter has room for so many; a segment counts once for each mirror that uses it. */
function checkConditions(mirrors: readonly Mirror[], findings: Findings): void {
  const all = mirrors.flatMap(({ segments }) => segments.map(({ when }) => when));
  const found = all.reduce((sum, condition) => sum + conditionsIn(condition), 0);
  if (found <= BOUNDS.conditions) return;
  findings.problem(
    ['segments'],
    `hold ${found} conditions, over all mirrors that use them; at most ${BOUNDS.conditions}`,
  );
}

function conditionsIn(condition: Condition): number {
  const within = 'any' in condition ? condition.any : 'all' in condition ? condition.all : [];
  const inner = 'not' in condition ? [condition.not] : within;
  return inner.reduce((sum, child) => sum + conditionsIn(child), 1);
}

function list(known: readonly string[]): string {
  return known.length === 0 ? '; the document has no services' : '';
}

/** What a copy's cluster is called, or the control plane's; no cluster of users may be. */
const OUR_CLUSTERS = /^([^/]+\/(primary|candidate|control|users|back)|default)\/|^shadowplane[-/]/;

function checkClusterNames(services: readonly Service[], findings: Findings): void {
  const owners = new Map<string, string>();
  for (const { name, cluster } of services) {
    if (cluster === undefined) continue;
    const path = ['services', name, 'cluster'];
    const owner = owners.get(cluster);
    if (OUR_CLUSTERS.test(cluster)) findings.problem(path, `${JSON.stringify(cluster)} is a name of Shadowplane's own`);
    else if (owner !== undefined) findings.problem(path, `is the cluster of service ${JSON.stringify(owner)}, too`);
    owners.set(cluster, name);
  }
}

const ROLES = ['primary', 'shadow', 'control'] as const;

function checkRoles(mirror: Mirror, services: ReadonlyMap<string, Service>, findings: Findings): void {
  const pairs = [
    ['shadow', 'primary'],
    ['control', 'primary'],
    ['control', 'shadow'],
  ] as const;
  // What the shadow answers users goes back to the primary as a copy.
  const receivers = mirror.rollout && mirror.rollout.canary.length > 0 ? ROLES : (['shadow', 'control'] as const);
  for (const role of receivers) {
    const name = mirror[role];
    const service = name === undefined ? undefined : services.get(name);
    if (service?.cluster === undefined || service.addresses.length > 0) continue;
    findings.problem(
      ['mirrors', mirror.name, role],
      `${name} has only a cluster of your Envoy; copies have one of their own, which keeps them from your users: give it address, too`,
    );
  }
  for (const [role, other] of pairs) {
    const name = mirror[role];
    if (!name || !mirror[other]) continue;
    const path = ['mirrors', mirror.name, role];
    if (name === mirror[other]) {
      findings.problem(path, `is the same service as ${other}; copies need a receiver of their own`);
      continue;
    }
    const shared = sharedAddress(services.get(name), services.get(mirror[other]!));
    if (shared) findings.warning(path, `${name} and the ${other} ${mirror[other]} have the same address ${shared}`);
  }
}

function sharedAddress(a: Service | undefined, b: Service | undefined): string | undefined {
  const addresses = new Set(a?.addresses.map(formatAddress));
  return b?.addresses.map(formatAddress).find((address) => addresses.has(address));
}

function checkAmbiguous(mirrors: readonly Mirror[], findings: Findings): void {
  const owners = new Map<string, string>();
  for (const mirror of mirrors) {
    if (findings.refused(['mirrors', mirror.name, 'match']) || mirror.path === '') continue;
    for (const host of mirror.hosts.length === 0 ? [''] : mirror.hosts) {
      const key = `${host} ${mirror.path}`;
      const owner = owners.get(key);
      if (owner !== undefined) {
        const where = host === '' ? mirror.path : `${host}${mirror.path}`;
        findings.problem(
          ['mirrors', mirror.name, 'match'],
          `${where} already belongs to mirror ${JSON.stringify(owner)}`,
        );
      } else {
        owners.set(key, mirror.name);
      }
    }
  }
}
