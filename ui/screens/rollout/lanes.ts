/** The plan as a picture: a column for each step, a lane for copies and for each audience, and who rises in which columns. */
import type { RolloutView } from '../../api/index.ts';

type StepView = RolloutView['steps'][number];
type View = Pick<RolloutView, 'status' | 'steps' | 'step' | 'plan' | 'events'>;

export interface Lane {
  /** `copies`, or an audience. */
  readonly name: string;
  readonly kind: 'copies' | 'users';
  readonly cells: readonly Cell[];
}

export interface Cell {
  /** 0 to 1. */
  readonly share: number;
  /** It is another one than a step before; the others need no label. */
  readonly isNew: boolean;
}

export type Mark = 'passed' | 'current' | 'stopped' | 'ahead';

export interface Column {
  readonly name: string;
  readonly mark: Mark;
  /** A person has to begin it. */
  readonly needsPerson: boolean;
  /** When it began, this time; null: not yet, or not known any more. */
  readonly beganAt: string | null;
}

/** Columns next to each other in which the same shares rise. */
export interface Group {
  readonly name: string;
  /** Index of the first column, and how many. */
  readonly from: number;
  readonly length: number;
}

export interface Picture {
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
  readonly lanes: readonly Lane[];
}

const ALL = 1_000_000;

export function pictureOf(view: View): Picture {
  const { steps } = view;
  const audiences = [...new Set(steps.flatMap(({ weights: { users } }) => Object.keys(users)))];
  const copies = steps.map(({ weights }) => weights.copies);
  const lanes: Lane[] = audiences.map((name) => ({
    name,
    kind: 'users',
    cells: cellsOf(steps.map(({ weights }) => weights.users[name] ?? 0)),
  }));
  if (copies.some((share) => share !== 'as-configured')) {
    const shares = copies.map((share) => (share === 'as-configured' ? 0 : share));
    lanes.unshift({ name: 'copies', kind: 'copies', cells: cellsOf(shares) });
  }
  return { columns: steps.map((step, index) => columnOf(view, step, index)), groups: groupsOf(lanes, steps), lanes };
}

function cellsOf(shares: readonly number[]): Cell[] {
  return shares.map((share, index) => ({ share: share / ALL, isNew: share !== (shares[index - 1] ?? 0) }));
}

function columnOf({ status, steps, step: current, plan, events }: View, step: StepView, index: number): Column {
  const isFirstOfPhase = steps[index - 1]?.phase !== step.phase;
  return {
    name: step.name,
    mark: markOf(status, step, index, current),
    needsPerson: isFirstOfPhase && (plan?.approve.includes(step.phase) ?? false),
    beganAt: step.state === 'ahead' && index !== current ? null : beganAt(events, step.name),
  };
}

function markOf(status: View['status'], { state }: StepView, index: number, current: number | null): Mark {
  if (status === 'rolled-back' || status === 'aborted') {
    if (index === current) return 'stopped';
    return current !== null && index < current ? 'passed' : 'ahead';
  }
  return status === 'passed' || status === 'finished' ? 'passed' : state;
}

/** The events are those of this rollout and of earlier ones; the newest start is where this one begins. */
function beganAt(events: View['events'], name: string): string | null {
  const start = Math.max(
    0,
    events.findLastIndex(({ kind }) => kind === 'start'),
  );
  return events.slice(start).find(({ step }) => step === name)?.at ?? null;
}

function groupsOf(lanes: readonly Lane[], steps: readonly StepView[]): Group[] {
  const groups: Group[] = [];
  steps.forEach(({ phase }, index) => {
    const rising = lanes.filter(({ kind, cells }) => kind === 'users' && cells[index]!.isNew).map(({ name }) => name);
    const name = phase === 'mirror' ? 'copies only' : `users: ${rising.join(', ') || 'as before'}`;
    const last = groups.at(-1);
    if (last?.name === name) groups[groups.length - 1] = { ...last, length: last.length + 1 };
    else groups.push({ name, from: index, length: 1 });
  });
  return groups;
}
