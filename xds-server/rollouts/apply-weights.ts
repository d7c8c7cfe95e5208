/** What rollouts that are under way make of a policy: shares of copies and of users. Pure. */
import { weightsOf } from '../../rollout/index.ts';
import type { Mirror, Policy } from '../policy/index.ts';
import type { Run } from './run.ts';

/** The same object where nothing is moved. */
export function applyWeights(policy: Policy, runOf: (mirror: string) => Run | undefined): Policy {
  const mirrors = policy.mirrors.map((mirror) => {
    const run = runOf(mirror.name);
    return run ? applyRun(mirror, run) : mirror;
  });
  return mirrors.every((mirror, index) => mirror === policy.mirrors[index]) ? policy : { ...policy, mirrors };
}

/** What was decided of two services holds for no others: who changes them in the document moves nobody to the new ones. */
export function isAbout({ primary, shadow, rollout }: Mirror, run: Run): boolean {
  return rollout !== undefined && primary === run.primary && shadow === run.shadow;
}

/** The policy has the candidate as its primary, as finishing leaves it. */
export function isFinishedIn({ primary, shadow }: Mirror, run: Run): boolean {
  return primary === run.shadow && shadow === run.primary;
}

function applyRun(mirror: Mirror, run: Run): Mirror {
  const { copies, users } = weightsOf(run.plan, run.state);
  if (run.finish !== undefined && isFinishedIn(mirror, run)) {
    // Envoys that still have the routes of before go on sending users to the candidate, which is the primary by now. With a
    // plan for the way back they would be shares of the old version.
    return mirror.rollout === undefined ? { ...mirror, users } : mirror;
  }
  if (!isAbout(mirror, run)) return mirror;
  const isMoved = Object.keys(users).length > 0;
  if (copies === 'as-configured') return isMoved ? { ...mirror, users } : mirror;
  // Of whom the mirror copies nothing, nothing is copied by a rollout either: that is somebody's decision, not a beginning.
  const segments = mirror.segments.map((segment) => (segment.share > 0 ? { ...segment, share: copies } : segment));
  return { ...mirror, segments, sample: copies, ...(isMoved && { users }) };
}
