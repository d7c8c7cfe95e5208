/** Where a rollout stands, in words: one sign, one word and one sentence for each status. */
import type { MirrorView, RolloutView } from '../../api/index.ts';
import { percent } from '../../parts/format.ts';

type Status = RolloutView['status'];
type Weights = RolloutView['weights'];

export interface StatusLook {
  readonly sign: string;
  readonly word: string;
  /** Class of the badge. */
  readonly tone: string;
}

export const STATUS_LOOKS: Readonly<Record<Status, StatusLook>> = {
  none: { sign: '–', word: 'no plan', tone: '' },
  ready: { sign: '○', word: 'not started', tone: '' },
  running: { sign: '▸', word: 'under way', tone: 'is-running' },
  paused: { sign: '‖', word: 'paused', tone: 'is-not-enough-data' },
  'awaiting-approval': { sign: '◆', word: 'waits for a person', tone: 'is-not-enough-data' },
  passed: { sign: '✓', word: 'every step passed', tone: 'is-same' },
  'rolled-back': { sign: '↩', word: 'rolled back', tone: 'is-different' },
  aborted: { sign: '✗', word: 'aborted', tone: '' },
  finished: { sign: '✓', word: 'finished', tone: 'is-same' },
};

const UNDER_WAY: readonly Status[] = ['running', 'paused', 'awaiting-approval', 'passed'];

export function isUnderWay({ status }: Pick<RolloutView, 'status'>): boolean {
  return UNDER_WAY.includes(status);
}

/** `canary employees 5%, step 5 of 13`; undefined before the first step. */
export function stepText({ steps, step }: Pick<RolloutView, 'steps' | 'step'>): string | undefined {
  const current = step === null ? undefined : steps[step];
  return current && `${current.name}, step ${step! + 1} of ${steps.length}`;
}

/** Where it is, and why: the one sentence that stands above all else. */
export function sentenceOf(view: Pick<RolloutView, 'status' | 'steps' | 'step' | 'why'>): string {
  const { status, steps, why } = view;
  const where = stepText(view);
  const reason = why.trim().replace(/\.$/, '');
  if (status === 'none') return 'The policy has no plan for this mirror.';
  if (status === 'ready') return `A plan of ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}, not started yet.`;
  if (status === 'running' && where !== undefined) return sentence(`${where}: ${reason}`);
  if (status === 'passed') return sentence(`every step is passed: ${reason}`);
  if (status === 'finished' || where === undefined) return sentence(reason);
  const begins: Partial<Record<Status, string>> = {
    paused: `Paused at ${where}`,
    'rolled-back': `Rolled back from ${where}`,
    aborted: `Aborted at ${where}`,
  };
  const begin = begins[status];
  return sentence(begin === undefined ? reason : `${begin}: ${reason}`);
}

function sentence(text: string): string {
  return text === '' ? '' : `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** Once it is finished the policy names the candidate as the primary; the rollout is told of by what they were. */
export function servicesOf(
  { status }: Pick<RolloutView, 'status'>,
  { primary, shadow }: Pick<MirrorView, 'primary' | 'shadow'>,
): { readonly primary: string; readonly shadow: string } {
  return status === 'finished' ? { primary: shadow, shadow: primary } : { primary, shadow };
}

/** Who is answered by whom now, in words. */
export function whoText(
  { users, copies }: Weights,
  { primary, shadow }: Pick<MirrorView, 'primary' | 'shadow'>,
): string {
  const moved = Object.entries(users).filter(([, share]) => share > 0);
  const answered =
    moved.length === 0
      ? `${primary} answers every user`
      : `${shadow} answers ${moved.map(([audience, share]) => `${percent(share / 1_000_000)} of ${audience}`).join(', ')}`;
  const copied =
    copies === 'as-configured'
      ? 'copies go as the mirror says'
      : `of segments and the sample ${percent(copies / 1_000_000)} is copied`;
  return `${answered}; ${copied}.`;
}

/** Those who are no people. */
const NO_PEOPLE: Readonly<Record<string, string>> = {
  shadowplane: 'the gates',
  page: 'this page',
  cli: 'the command line',
  api: 'the API',
  policy: 'the policy',
};

export function byWhom(name: string): string {
  return NO_PEOPLE[name] ?? name;
}
