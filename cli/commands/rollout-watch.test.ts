import { describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { contextForTest } from '../testing.ts';
import { eventAt, viewAt } from '../view/rollout-testing.ts';
import { watchRollout } from './rollout-watch.ts';

const START = viewAt(0, { events: [eventAt(0)] });
const COURSE: readonly RolloutView[] = [
  START,
  { ...START, elapsedMs: 250_000 },
  viewAt(1, { events: [eventAt(0), eventAt(1)] }),
  viewAt(1, {
    status: 'rolled-back',
    why: 'it failed',
    events: [eventAt(0), eventAt(1), eventAt(2, { kind: 'failed' })],
  }),
];
const AWAY = new ShadowplaneError('API_UNREACHABLE', 'nothing answers');

/** Answers one after the other; asking beyond the last is a mistake. */
async function watch(answers: ReadonlyArray<RolloutView | Error>, options: { json?: boolean; isTty?: boolean } = {}) {
  const left = [...answers];
  const { context, out, err } = contextForTest();
  Object.assign(context.stdout, { isTTY: options.isTty, columns: 100, rows: 40 });
  const ask = async () => {
    const next = left.shift()!;
    if (next instanceof Error) throw next;
    return next;
  };
  const last = await watchRollout(ask, context, { json: options.json === true, events: 5, intervalMs: 1 });
  expect(left).toEqual([]);
  return { last, out: out.join(''), err: err.join('') };
}

describe('watching', () => {
  it('tells each thing once, and ends with what was decided', async () => {
    const { last, out } = await watch(COURSE);
    expect(last).toBe(COURSE.at(-1));
    expect(out.split('\n')).toEqual([
      'orders  running  mirror 25% (step 1 of 5): started',
      'orders  running  mirror 100% (step 2 of 5): mirror 25% passed',
      '  12:00:01Z shadowplane: step, mirror 100%: mirror 25% passed',
      'orders  rolled back  mirror 100% (step 2 of 5): it failed',
      '  12:00:02Z shadowplane: failed, mirror 100%: mirror 25% passed',
      '',
    ]);
  });

  it('is an object a line for programs, each time something is different', async () => {
    const { out } = await watch([START, START, ...COURSE], { json: true });
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(COURSE);
  });

  it('redraws a terminal and leaves the last picture on it', async () => {
    const { out } = await watch(COURSE, { isTty: true });
    expect(out).toContain('\u001b[?25l');
    expect(out.endsWith('\u001b[?25h')).toBe(true);
    expect(out.split('\u001b[J').at(-1)).toContain('rolled back');
  });

  it('waits for a control plane that is restarted, and says so once', async () => {
    const { out, err } = await watch([START, AWAY, AWAY, { ...START, status: 'passed' }]);
    expect(err).toBe('the control plane does not answer; what is in force stays\n');
    expect(out).toMatch(/passed/);
  });

  it.each([
    ['that was never there', [AWAY]],
    ['that answers with a fault', [START, new ShadowplaneError('MIRROR_NOT_FOUND', 'gone')]],
  ])('does not wait for one %s', async (_, answers) => {
    await expect(watch(answers)).rejects.toThrow(ShadowplaneError);
  });
});
