import { expect, it } from 'vitest';
import { pictureOf } from './lanes.ts';
import { PLAN, viewAt } from './testing.ts';

const laneOf = (view: Parameters<typeof pictureOf>[0], name: string) =>
  pictureOf(view)
    .lanes.find((lane) => lane.name === name)!
    .cells.map((cell) => cell.share);

it('has a lane for copies and for each audience, which keeps what it has reached', () => {
  const view = viewAt(5);
  expect(pictureOf(view).lanes.map(({ name }) => name)).toEqual(['copies', 'employees', 'beta', 'everyone']);
  expect(laneOf(view, 'copies')).toEqual([0.01, 0.05, 0.25, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  expect(laneOf(view, 'employees')).toEqual([0, 0, 0, 0, 0.1, 1, 1, 1, 1, 1, 1, 1, 1]);
  const labelled = pictureOf(view).lanes[1]!.cells.flatMap(({ isNew }, index) => (isNew ? [index] : []));
  expect(labelled).toEqual([4, 5]);
});

it('groups steps by whose share rises', () => {
  expect(pictureOf(viewAt(0)).groups).toEqual([
    { name: 'copies only', from: 0, length: 4 },
    { name: 'users: employees', from: 4, length: 2 },
    { name: 'users: beta', from: 6, length: 2 },
    { name: 'users: everyone', from: 8, length: 5 },
  ]);
});

it('has no lane for copies where the plan leaves them as they are', () => {
  const steps = viewAt(0)
    .steps.slice(4)
    .map((step) => ({
      ...step,
      weights: { ...step.weights, copies: 'as-configured' as const },
    }));
  expect(pictureOf(viewAt(0, { steps })).lanes.map(({ name }) => name)).toEqual(['employees', 'beta', 'everyone']);
});

it('marks what is behind, where it is, where it was stopped, and where a person begins', () => {
  const marks = (...[step, more]: Parameters<typeof viewAt>) =>
    pictureOf(viewAt(step, more))
      .columns.map(({ mark }) => mark[0])
      .join('');
  expect(marks(5)).toBe('pppppcaaaaaaa');
  expect(marks(5, { status: 'rolled-back' })).toBe('pppppsaaaaaaa');
  expect(marks(12, { status: 'passed' })).toBe('ppppppppppppp');
  expect(marks(-1, { status: 'ready', step: null })).toBe('aaaaaaaaaaaaa');
  const waiting = pictureOf(viewAt(3)).columns.flatMap(({ needsPerson }, index) => (needsPerson ? [index] : []));
  expect(waiting).toEqual([4]);
  expect(pictureOf(viewAt(3, { plan: { ...PLAN, approve: [] } })).columns.some((one) => one.needsPerson)).toBe(false);
});

it('says when a step began, this time and not the last', () => {
  const event = (at: string, kind: string, step: string) => ({
    ...{ at, kind, step, by: 'ann', status: 'running' as const, why: '' },
    weights: viewAt(0).weights,
  });
  const events = [
    event('2026-01-04T08:00:00.000Z', 'start', 'mirror 1%'),
    event('2026-01-04T09:00:00.000Z', 'step', 'mirror 5%'),
    event('2026-01-05T12:00:00.000Z', 'start', 'mirror 1%'),
    event('2026-01-05T12:10:00.000Z', 'step', 'mirror 5%'),
  ];
  expect(
    pictureOf(viewAt(1, { events }))
      .columns.map(({ beganAt }) => beganAt)
      .slice(0, 3),
  ).toEqual(['2026-01-05T12:00:00.000Z', '2026-01-05T12:10:00.000Z', null]);
});
