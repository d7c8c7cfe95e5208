/** What a step needs before it can be passed, and how much of that it has. */
import type { RolloutView } from '../../api/index.ts';
import { count, duration } from '../../parts/format.ts';

export interface ProgressPart {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
  readonly text: string;
}

type View = Pick<RolloutView, 'status' | 'plan' | 'step' | 'elapsedMs' | 'gates' | 'checks'>;

export function progressOf({ status, plan, step, elapsedMs, gates, checks }: View): ProgressPart[] {
  if (plan === null || step === null) return [];
  const { atLeastMs, pairs } = plan.step;
  // Time and pairs lead to a next step, and there is none.
  const isPassed = status === 'passed';
  // Whole pairs are counted where differences are judged; another gate counts requests.
  const compared = sum(gates.filter(({ gate }) => gate === 'differences').map((gate) => gate.count));
  const outcomes = [...gates, ...checks].map(({ outcome }) => outcome);
  const passed = outcomes.filter((outcome) => outcome === 'pass').length;
  return [
    ...(atLeastMs > 0 && !isPassed
      ? [
          {
            name: 'least time',
            share: Math.min(1, elapsedMs / atLeastMs),
            text: `${duration(Math.min(elapsedMs, atLeastMs))} of ${duration(atLeastMs)}`,
          },
        ]
      : []),
    ...(pairs > 0 && !isPassed && plan.gates.differences !== undefined
      ? [{ name: 'pairs', share: Math.min(1, compared / pairs), text: `${count(compared)} of ${count(pairs)}` }]
      : []),
    ...(outcomes.length > 0
      ? [{ name: 'gates', share: passed / outcomes.length, text: `${passed} of ${outcomes.length} pass` }]
      : []),
  ];
}

/** How long a gate still takes if counts go on as in this step; undefined where that cannot be said. */
export function waitMsOf(
  { count: counted, more }: Pick<RolloutView['gates'][number], 'count' | 'more'>,
  elapsedMs: number,
): number | undefined {
  return more !== null && more > 0 && counted > 0 && elapsedMs > 0 ? (more / counted) * elapsedMs : undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
