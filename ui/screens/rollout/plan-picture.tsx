import type { RolloutView } from '../../api/index.ts';
import { clock, duration, percent, plural, useNow } from '../../parts/index.ts';
import { type Column, type Lane, type Mark, type Picture, pictureOf } from './lanes.ts';

const MARKS: Readonly<Record<Mark, readonly [sign: string, word: string]>> = {
  passed: ['✓', 'passed'],
  current: ['▸', 'now'],
  stopped: ['✗', 'stopped here'],
  ahead: ['○', 'ahead'],
};

/** Beyond, columns are too narrow for a time each. */
const MOST_WITH_TIMES = 20;

/** All steps from copies to everyone: how high each raises what, which are behind and which ahead. */
export function PlanPicture({ view }: { view: RolloutView }) {
  const { steps, plan } = view;
  if (steps.length === 0) return null;
  const picture = pictureOf(view);
  return (
    <section class="panel" aria-labelledby="plan-title">
      <div class="panel-head">
        <h2 id="plan-title">The plan</h2>
        <span class="quiet">
          {plural(steps.length, 'step')}
          {plan && `, each at least ${duration(plan.step.atLeastMs)}: at least ${leastTime(view)} in all`}
        </span>
        <Legend marks={picture.columns} />
      </div>
      <Steps picture={picture} />
    </section>
  );
}

export function Steps({ picture }: { picture: Picture }) {
  const nowMs = useNow();
  const { columns, groups, lanes } = picture;
  const hasTimes = columns.length <= MOST_WITH_TIMES && columns.some(({ beganAt }) => beganAt !== null);
  return (
    <div
      class={`plan${hasTimes ? ' has-times' : ''}`}
      style={{ '--steps': String(columns.length), '--lanes': String(lanes.length) }}
    >
      <div class="plan-names" aria-hidden="true">
        <span class="plan-name-of-steps">step</span>
        {lanes.map(({ name, kind }) => (
          <span key={name} class={`plan-lane-name is-${kind}`}>
            {name}
          </span>
        ))}
        {hasTimes && <span class="plan-time">began</span>}
      </div>
      {groups.map(({ name, from, length }) => (
        <span
          key={from}
          class="plan-group"
          aria-hidden="true"
          style={{ '--from': String(from + 2), '--to': String(from + 2 + length) }}
        >
          {name}
        </span>
      ))}
      <ol class="plan-steps">
        {columns.map((column, index) => (
          <StepColumn key={column.name} column={column} index={index} lanes={lanes} nowMs={nowMs} hasTimes={hasTimes} />
        ))}
      </ol>
    </div>
  );
}

interface StepColumnProps {
  readonly column: Column;
  readonly index: number;
  readonly lanes: readonly Lane[];
  readonly nowMs: number;
  readonly hasTimes: boolean;
}

function StepColumn({ column: { name, mark, needsPerson, beganAt }, index, lanes, nowMs, hasTimes }: StepColumnProps) {
  const [sign, word] = MARKS[mark];
  return (
    <li
      class={`plan-step is-${mark}${needsPerson ? ' needs-person' : ''}`}
      style={{ '--column': String(index + 2) }}
      aria-current={mark === 'current' ? 'step' : undefined}
      title={`${name}: ${word}${needsPerson ? '; a person has to begin it' : ''}`}
    >
      <span class="plan-sign">
        <span aria-hidden="true">
          {needsPerson && mark === 'ahead' ? '◆' : sign}
          <span class="plan-number">{index + 1}</span>
        </span>
        <span class="hidden">
          {word}
          {needsPerson && ', begun by a person'}:
        </span>
      </span>
      <span class="plan-step-name">{name}</span>
      {lanes.map(({ name: lane, kind, cells }) => {
        const { share, isNew } = cells[index]!;
        return (
          <span key={lane} class={`plan-cell is-${kind}`}>
            <span class="hidden">{lane}</span>
            <span class={`plan-share${isNew ? '' : ' is-same-as-before'}`}>{percent(share)}</span>
            <span class="plan-track" aria-hidden="true">
              {share > 0 && <span class="plan-bar" style={{ '--share': `${share * 100}%` }} />}
            </span>
          </span>
        );
      })}
      {hasTimes && <span class="plan-time">{beganAt !== null && clock(beganAt, nowMs)}</span>}
    </li>
  );
}

function Legend({ marks }: { marks: readonly Column[] }) {
  const shown = (['passed', 'current', 'stopped', 'ahead'] as const).filter((mark) =>
    marks.some((column) => column.mark === mark),
  );
  return (
    <span class="legend">
      {shown.map((mark) => (
        <span key={mark} class={`plan-key is-${mark}`}>
          <span aria-hidden="true">{MARKS[mark][0]}</span> {MARKS[mark][1]}
        </span>
      ))}
      {marks.some(({ needsPerson }) => needsPerson) && <span class="plan-key">◆ a person begins it</span>}
    </span>
  );
}

/** How long all steps take at least, if nothing but time is waited for. */
export function leastTime({ steps, plan }: Pick<RolloutView, 'steps' | 'plan'>): string {
  return longDuration(steps.length * (plan?.step.atLeastMs ?? 0));
}

/** `2 h 10 min`: sums that people plan with are not rounded to the hour. */
function longDuration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60 || minutes >= 48 * 60) return duration(ms);
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}
