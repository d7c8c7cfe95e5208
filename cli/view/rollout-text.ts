/** Rollouts in words and exit codes, as several commands say them. */
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { printable, type Style } from '../output/style.ts';

type Status = RolloutView['status'];

const WORDS: Readonly<Record<Status, string>> = {
  none: 'has no plan',
  ready: 'not started',
  running: 'running',
  paused: 'paused',
  'awaiting-approval': 'waits for a person',
  passed: 'passed',
  'rolled-back': 'rolled back',
  aborted: 'aborted',
  finished: 'finished',
};

export function statusText(status: Status, style: Style): string {
  const word = WORDS[status];
  if (status === 'passed' || status === 'finished') return style.green(word);
  if (status === 'rolled-back' || status === 'aborted') return style.red(word);
  return status === 'running' ? style.cyan(word) : style.yellow(word);
}

/** `canary 10% (step 6 of 9)`; nothing before the first. */
export function stepText({ step, steps }: Pick<RolloutView, 'step' | 'steps'>): string {
  const current = step === null ? undefined : steps[step];
  return current === undefined ? '' : `${printable(current.name)} (step ${step! + 1} of ${steps.length})`;
}

/** As `diff` has it: 0 the evidence was enough, 3 it went wrong, 4 it is not decided yet. */
export function exitCodeOfRollout({ status, gates, checks }: Pick<RolloutView, 'status' | 'gates' | 'checks'>): number {
  if (status === 'rolled-back' || status === 'aborted') return 3;
  // Also in a pause that a gate has brought about.
  if ([...gates, ...checks].some(({ outcome }) => outcome === 'fail') && status !== 'finished') return 3;
  return status === 'passed' || status === 'finished' ? 0 : 4;
}

/** Nothing will happen by itself any more but going back. */
export function isDecided({ status }: Pick<RolloutView, 'status'>): boolean {
  return ['passed', 'rolled-back', 'aborted', 'finished', 'none', 'ready'].includes(status);
}

/** Who has the weights. */
export function deliveredText({ acked, of, waitingFor }: RolloutView['delivered']): string {
  if (of === 0) return 'no Envoy is connected';
  const who = `${acked} of ${of} Envoy${of === 1 ? ' has' : 's have'} these weights`;
  return waitingFor === null ? who : `${who}: ${printable(waitingFor)}`;
}

/** `12 s`, `4 min`, `3 h`, `2 d`; rounded up. */
export function durationText(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.ceil(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.ceil(seconds / 3_600)} h`;
  return `${Math.ceil(seconds / 86_400)} d`;
}

/** Two digits that tell something: `0.021%`, `3.1%`, `0%`. */
export function rateText(rate: number): string {
  const percent = rate * 100;
  if (Math.abs(percent) < 0.00005) return '0%';
  return `${Number(Math.abs(percent) >= 100 ? percent.toFixed(0) : percent.toPrecision(2))}%`;
}
