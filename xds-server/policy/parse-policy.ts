import type { InputProblem } from '../../errors/index.ts';
import { checkReferences } from './check-references.ts';
import { type Shape, ShapeChecker } from './check-shape.ts';
import { DEFAULTS } from './defaults.ts';
import type { Condition, EnvoyExtras, Mirror, Policy, Service } from './model.ts';
import type { Checked } from './partial.ts';
import { Findings, invalid, type Locate, summary, toInputProblems } from './problems.ts';
import { readCondition } from './read-condition.ts';
import { readEgress } from './read-egress.ts';
import { readListen, readListener } from './read-listener.ts';
import { readMirrors } from './read-mirrors.ts';
import { readServices } from './read-services.ts';
import { DEFINITIONS, type PolicyDocument, PolicySchema } from './schema.ts';

export interface ParsedPolicy {
  readonly policy: Policy;
  /** Doubtful but not wrong; the policy works. */
  readonly warnings: readonly InputProblem[];
}

/** A share called so would be read as the share of everyone else, or end a path in Envoy's runtime layer. */
const RESERVED_SEGMENTS = ['sample', 'numerator', 'denominator'];

/**
 * Turns a document into the policy that the control plane works with. It is all or nothing: a document with problems is
 * refused with every one of them. The same document always gives an equal policy.
 *
 * @throws ShadowplaneError POLICY_INVALID with `problems`.
 */
export function parsePolicy(document: unknown): ParsedPolicy {
  return parseLocated(document, () => ({}));
}

/** `parsePolicy` for a document whose text is at hand: problems carry the positions that `locate` finds. */
export function parseLocated(document: unknown, locate: Locate, filename?: string): ParsedPolicy {
  const findings = new Findings();
  const policy = readPolicy(document, findings);
  if (findings.problems.length > 0) {
    const problems = toInputProblems(findings.problems, locate);
    throw invalid(summary(problems, filename), problems);
  }
  return { policy, warnings: toInputProblems(findings.warnings, locate) };
}

function readPolicy(document: unknown, findings: Findings): Policy {
  const shape = new ShapeChecker(findings, DEFINITIONS as Readonly<Record<string, Shape>>);
  const checked = (shape.check(PolicySchema as Shape, document) ?? {}) as Checked<PolicyDocument>;
  const segments = readSegments(checked, findings);
  const services = readServices(checked, findings);
  const mirrors = readMirrors(checked, segments, findings);
  checkReferences(checked, services, mirrors, findings);
  const mirroring = checked.mirroring ?? DEFAULTS.mirroring;
  if (mirroring === 'off') findings.warning(['mirroring'], 'is off: nothing is mirrored until it is on');
  return {
    listen: readListen(checked),
    listener: readListener(checked, findings),
    ...(checked.default !== undefined && { default: checked.default }),
    services,
    mirrors: mostSpecificFirst(mirrors).map((mirror) => withClusters(mirror, services)),
    mirroring,
    egress: readEgress(checked, findings),
    envoy: readEnvoyExtras(checked),
  };
}

/** Those that serve users. */
function withClusters(mirror: Mirror, services: readonly Service[]): Mirror {
  const clusterOf = (service: string) => services.find(({ name }) => name === service)?.cluster;
  const primaryCluster = clusterOf(mirror.primary);
  const shadowCluster = mirror.rollout && clusterOf(mirror.shadow);
  if (primaryCluster === undefined && shadowCluster === undefined) return mirror;
  return {
    ...mirror,
    ...(primaryCluster !== undefined && { primaryCluster }),
    ...(shadowCluster !== undefined && { shadowCluster }),
  };
}

function readSegments(document: Checked<PolicyDocument>, findings: Findings): Map<string, Condition> {
  const segments = new Map<string, Condition>();
  for (const [name, condition] of Object.entries(document.segments ?? {})) {
    const path = ['segments', name];
    if (RESERVED_SEGMENTS.includes(name)) {
      findings.problem(path, `${JSON.stringify(name)} is reserved; choose another name`, 'key');
    }
    segments.set(name, readCondition(condition!, path, findings));
  }
  return segments;
}

/** Mirrors for hosts before mirrors for every host, exact hosts before wildcards, longer paths first, else as written. */
function mostSpecificFirst(mirrors: readonly Mirror[]): Mirror[] {
  return mirrors.toSorted((a, b) => hostRank(b) - hostRank(a) || b.path.length - a.path.length);
}

/** A mirror with a wildcard among its hosts ranks as its widest one. */
function hostRank({ hosts }: Mirror): number {
  if (hosts.length === 0) return 0;
  const wildcards = hosts.filter((host) => host.startsWith('*.'));
  return wildcards.length === 0 ? 1_000 : Math.min(...wildcards.map((host) => host.length));
}

function readEnvoyExtras({ envoy }: Checked<PolicyDocument>): EnvoyExtras {
  return {
    httpFilters: { before: envoy?.httpFilters?.before ?? [], after: envoy?.httpFilters?.after ?? [] },
    clusters: envoy?.clusters ?? [],
    listeners: envoy?.listeners ?? [],
    routes: envoy?.routes ?? [],
    merge: {
      services: (envoy?.merge?.services ?? {}) as EnvoyExtras['merge']['services'],
      httpConnectionManager: envoy?.merge?.httpConnectionManager ?? {},
      listener: envoy?.merge?.listener ?? {},
    },
  };
}
