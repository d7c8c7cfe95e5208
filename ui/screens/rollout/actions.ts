/**
 * What can be asked of a rollout in each status, and why not where it cannot. A courtesy of the page: the control plane
 * decides, and a test holds this against what it would refuse (rollout/decide.ts).
 */
import type { RolloutView } from '../../api/index.ts';
import { isUnderWay } from './status.ts';

export type Action = 'start' | 'promote' | 'pause' | 'resume' | 'finish' | 'abort' | 'rollback';

export interface ActionState {
  readonly action: Action;
  readonly label: string;
  /** Why it cannot be asked for now; undefined: it can. */
  readonly refused: string | undefined;
}

/**
 * In the order in which they stand: what leads on first, the way back last.
 *
 * @param hasPlan whether the policy has one now: it is what another start begins
 */
export function actionsOf(view: Pick<RolloutView, 'status' | 'steps'>, hasPlan: boolean): ActionState[] {
  const { status } = view;
  if (status === 'none') return [];
  if (!isUnderWay(view))
    return [button('start', status === 'ready' ? 'Start…' : 'Start again…', refusedStart(view, hasPlan))];
  const isPassed = status === 'passed';
  return [
    isPassed ? button('finish', 'Finish…') : button('promote', 'Promote…'),
    status === 'paused' ? button('resume', 'Resume') : button('pause', 'Pause'),
    ...(isPassed ? [] : [button('finish', 'Finish…', `Only when every step has passed; it is ${WORDS[status]}.`)]),
    button('abort', 'Abort…'),
    button('rollback', 'Roll back…'),
  ];
}

function button(action: Action, label: string, refused?: string): ActionState {
  return { action, label, refused };
}

function refusedStart({ steps }: Pick<RolloutView, 'steps'>, hasPlan: boolean): string | undefined {
  if (!hasPlan) return 'The policy has no plan for this mirror any more.';
  return steps.length === 0 ? 'The plan has no step: give "mirror" or "canary" at least one share.' : undefined;
}

const WORDS: Partial<Record<RolloutView['status'], string>> = {
  running: 'under way',
  paused: 'paused',
  'awaiting-approval': 'waiting for a person',
};
