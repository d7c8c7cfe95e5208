/**
 * `rollout` of a mirror as the plan that is driven, its defaults filled in. A plan that could never come to its end is
 * refused, with what would do; what works but is rarely meant is warned of.
 */
import { didYouMean } from '../../errors/index.ts';

import { type CanaryStage, EVERYONE, feasibility, type RolloutPlan } from '../../rollout/index.ts';
import { DEFAULTS } from './defaults.ts';
import type { Mirror } from './model.ts';
import type { Checked } from './partial.ts';
import { ALL, formatPercent, NONE, type PerMillion, parsePercent } from './percent.ts';
import type { Findings, Path } from './problems.ts';
import { durationOr } from './read-listener.ts';
import { readChecks, readGates } from './read-rollout-gates.ts';
import type { MirrorDocument } from './schema.ts';

type RolloutDocument = Checked<NonNullable<MirrorDocument['rollout']>>;

/** What a plan is held against. */
export type RolledMirror = Pick<Mirror, 'name' | 'segments' | 'sample' | 'sticky'>;

/** @param mirrorPath of the mirror that it stands in */
export function readRollout(
  document: Checked<MirrorDocument>['rollout'],
  mirror: RolledMirror,
  mirrorPath: Path,
  findings: Findings,
): RolloutPlan | undefined {
  if (document === undefined) return undefined;
  const path = [...mirrorPath, 'rollout'];
  const plan: RolloutPlan = {
    mirror: readShares(document.mirror, [...path, 'mirror'], findings),
    canary: readCanary(document.canary, mirror, mirrorPath, findings),
    step: {
      atLeastMs: durationOr(document.step?.atLeast, DEFAULTS.rolloutStepMs),
      pairs: document.step?.pairs ?? DEFAULTS.rolloutPairs,
    },
    gates: readGates(document.gates),
    checks: readChecks(document.gates, [...path, 'gates'], findings),
    onFailure: document.onFailure ?? DEFAULTS.rolloutOnFailure,
    approve: [...new Set(document.approve ?? [])],
  };
  if (document.mirror === undefined && document.canary === undefined && !findings.refused(path)) {
    findings.problem(path, 'has no step: give it "mirror", "canary" or both', 'key');
  }
  // What follows from a part that was refused is not worth a word.
  if (findings.refused(path) || findings.refused([...mirrorPath, 'segments'])) return plan;
  checkEnds(plan, mirror, path, findings);
  warn(plan, mirror, path, findings);
  return plan;
}

/** Each more than the one before; the first more than nobody. */
function readShares(document: readonly string[] | undefined, path: Path, findings: Findings): PerMillion[] {
  const shares = (document ?? []).map(parsePercent);
  for (const [index, share] of shares.entries()) {
    const before = shares[index - 1] ?? NONE;
    if (share > before) continue;
    const why = index === 0 ? 'is nobody; begin with more' : `is not more than the ${formatPercent(before)} before it`;
    findings.problem([...path, index], `${formatPercent(share)} ${why}`);
  }
  return shares;
}

function readCanary(
  document: RolloutDocument['canary'],
  mirror: RolledMirror,
  mirrorPath: Path,
  findings: Findings,
): CanaryStage[] {
  const path = [...mirrorPath, 'rollout', 'canary'];
  if (document === undefined) return [];
  if (isList(document)) return [{ audience: EVERYONE, shares: readShares(document, path, findings) }];
  const stages = Object.entries(document);
  if (stages.length === 0 && !findings.refused(path)) findings.problem(path, 'must not be empty');
  return stages.map(([audience, shares], index) => {
    if (audience !== EVERYONE) checkAudience(audience, mirror, mirrorPath, findings);
    else if (index < stages.length - 1) {
      const message = `"${EVERYONE}" is also who is in a segment, so it can only stand last`;
      findings.problem([...path, audience], message, 'key');
    }
    return { audience, shares: readShares(shares, [...path, audience], findings) };
  });
}

function checkAudience(audience: string, { name, segments }: RolledMirror, mirrorPath: Path, findings: Findings): void {
  const known = segments.map((segment) => segment.name);
  const wasRefused =
    findings.refused([...mirrorPath, 'segments', audience]) || findings.refused(['segments', audience]);
  if (known.includes(audience) || wasRefused) return;
  const hint = didYouMean(audience, [...known, EVERYONE]);
  const others = `; it has ${[...known, EVERYONE].join(', ')}`;
  findings.problem(
    [...mirrorPath, 'rollout', 'canary', audience],
    `${JSON.stringify(audience)} is no segment of mirror ${JSON.stringify(name)}${hint || others}`,
    'key',
  );
}

/** Steps that would wait for ever. */
function checkEnds(plan: RolloutPlan, mirror: RolledMirror, path: Path, findings: Findings): void {
  const { segments, sample } = mirror;
  const { differences, latencyP99 } = plan.gates;
  if (segments.some(({ name }) => name === EVERYONE)) {
    findings.problem(path, `a segment is called "${EVERYONE}", which is all users of a rollout; rename it`, 'key');
  }
  const isCopied = plan.mirror.length > 0 || sample > 0 || segments.some(({ share }) => share > 0);
  if (!isCopied && plan.step.pairs > 0) {
    const message = `no pair ever comes, because the mirror copies nothing: give it "sample", give the rollout "mirror", or ask for 0 pairs`;
    findings.problem([...path, 'step', 'pairs'], message);
    return;
  }
  for (const { path: at, message } of feasibility(plan, segments.length + 1)) {
    findings.problem([...path, ...at.split('/').slice(1)], message);
  }
  if (!differences && !latencyP99) return;
  const [gate, audiences] = [differences ? 'differences' : 'latencyP99', plan.canary.map(({ audience }) => audience)];
  for (const { name, share } of segments) {
    const by = [name, EVERYONE].find((audience) => audiences.includes(audience));
    if (share > 0 || by === undefined) continue;
    const message = `moves segment ${JSON.stringify(name)}, of which 0% is copied: the gate "${gate}" would wait for it for ever; give the segment a share`;
    findings.problem(placeOf(plan, by, path), message, 'key');
  }
  if (audiences.includes(EVERYONE) && plan.mirror.length === 0 && sample === NONE) {
    const message = `moves who is in no segment, of whom 0% is copied: the gate "${gate}" would wait for them for ever; give the mirror "sample"`;
    findings.problem(placeOf(plan, EVERYONE, path), message, 'key');
  }
}

/** A canary of everyone alone may be written without the name. */
function placeOf({ canary }: RolloutPlan, audience: string, path: Path): Path {
  const isAlone = canary.length === 1 && audience === EVERYONE;
  return [...path, 'canary', ...(isAlone ? [] : [audience])];
}

function warn(plan: RolloutPlan, { sticky }: RolledMirror, path: Path, findings: Findings): void {
  const { mirror, canary, gates, approve } = plan;
  if (canary.length > 0 && mirror.length === 0 && gates.differences) {
    const message = `moves users before any copy was compared; "mirror" gathers evidence first`;
    findings.warning([...path, 'canary'], message, 'key');
  }
  if (!sticky && canary.some(({ shares }) => shares.some((share) => share < ALL))) {
    const message = `a user's requests are rolled one by one, so that both services answer the same user; "sticky" of the mirror keeps a user on one side`;
    findings.warning([...path, 'canary'], message, 'key');
  }
  if (Object.keys(gates).length === 0) {
    const what = plan.checks.length > 0 ? 'what others say' : 'nothing but time and pairs';
    findings.warning([...path, 'gates'], `no gate looks at the answers: ${what} decides`, 'key');
  }
  if (canary.length > 0 && !gates.errors && Object.keys(gates).length > 0) {
    const message = `no gate looks at failures of users: a request that the shadow does not answer makes no pair; add "errors"`;
    findings.warning([...path, 'gates'], message, 'key');
  }
  if (approve.includes('canary') && canary.length === 0) {
    findings.warning([...path, 'approve'], 'names "canary", which this plan does not have');
  }
  if (approve.includes('mirror') && mirror.length === 0) {
    findings.warning([...path, 'approve'], 'names "mirror", which this plan does not have');
  }
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
