import type { GateResult } from '../../rollout/index.ts';
import { formatPercent, type PerMillion } from '../../xds-server/policy/percent.ts';
import type { CheckView, RolloutView } from '../../xds-server/rollouts/view.ts';
import { count, percentOf } from '../output/numbers.ts';
import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import { deliveredText, durationText, rateText, statusText, stepText } from './rollout-text.ts';

interface RolloutScreen {
  readonly style: Style;
  readonly width: number;
  /** Newest events to show. */
  readonly events: number;
}

/** Where a rollout is, why, what it waits for, and all that it rests on. */
export function renderRollout(view: RolloutView, screen: RolloutScreen): string[] {
  const { style } = screen;
  return [
    ...headline(view, style),
    ...section(stepTable(view, screen)),
    ...section(gateTable(view.gates, screen)),
    ...section(checkLines(view.checks, screen)),
    ...section(userTable(view, screen)),
    ...section(eventLines(view, screen)),
  ];
}

/** One line: where it is and why. */
export function rolloutLine(view: RolloutView, style: Style): string {
  const where = stepText(view);
  const parts = [style.bold(printable(view.mirror)), statusText(view.status, style), ...(where === '' ? [] : [where])];
  return `${parts.join('  ')}${view.why === '' ? '' : `: ${printable(view.why)}`}`;
}

function headline(view: RolloutView, style: Style): string[] {
  const { status, plan, elapsedMs, waitingFor, delivered, drivenBy, startedAt, startedBy } = view;
  const lines = [rolloutLine(view, style)];
  if (status === 'none')
    return [...lines, `  give it one: mirrors.${printable(view.mirror)}.rollout of the configuration`];
  if (status === 'ready') return [...lines, '  begin with: shadowplane rollout start'];
  lines.push(...waitingFor.map((what, index) => `  ${index === 0 ? 'waiting:' : '        '} ${printable(what)}`));
  const isMoving = status === 'running' || status === 'paused';
  if (isMoving && plan && view.step !== null) {
    lines.push(`  ${durationText(elapsedMs)} of at least ${durationText(plan.step.atLeastMs)} in this step`);
  }
  lines.push(`  ${deliveredText(delivered)}`);
  if (startedAt !== null) {
    const driver =
      drivenBy === null
        ? ''
        : `, driven by ${printable(drivenBy.id)}${drivenBy.isThis ? '' : ', not by who answers here'}`;
    lines.push(style.dim(`  started ${timeText(startedAt)} by ${printable(startedBy ?? '')}${driver}`));
  }
  return lines;
}

const MARKS = { passed: 'passed', current: 'now', ahead: '' } as const;

/** Where it ended without coming to its end. */
const STOPPED: readonly RolloutView['status'][] = ['rolled-back', 'aborted'];

function stepTable({ steps, status }: RolloutView, { style, width }: RolloutScreen): string[] {
  if (steps.length === 0) return [];
  const columns = [
    { title: '#', align: 'right' as const },
    { title: 'step' },
    { title: 'copies', align: 'right' as const },
    { title: 'users on the candidate' },
    { title: '' },
  ];
  const rows = steps.map(({ name, weights, state }, index) => {
    const cells = [
      String(index + 1),
      printable(name),
      copiesText(weights.copies),
      usersText(weights.users),
      state === 'current' && STOPPED.includes(status) ? 'stopped here' : MARKS[state],
    ];
    return state === 'current' ? cells.map((cell) => style.bold(cell)) : cells;
  });
  return renderTable(columns, rows, { style, width, indent: '  ' });
}

export function copiesText(copies: RolloutView['weights']['copies']): string {
  return copies === 'as-configured' ? 'as set' : formatPercent(copies);
}

/** `employees 100%, everyone 10%` */
export function usersText(users: RolloutView['weights']['users']): string {
  const moved = Object.entries(users).filter(([, share]) => share > 0);
  return moved.length === 0
    ? '-'
    : moved.map(([audience, share]) => `${printable(audience)} ${formatPercent(share)}`).join(', ');
}

const OUTCOMES = { pass: 'pass', fail: 'fail', 'not-enough-data': 'not enough data' } as const;

function outcomeText(outcome: GateResult['outcome'], style: Style, text: string = OUTCOMES[outcome]): string {
  const paint = { pass: style.green, fail: style.red, 'not-enough-data': style.yellow }[outcome];
  return paint(text);
}

function gateTable(gates: readonly GateResult[], { style, width }: RolloutScreen): string[] {
  if (gates.length === 0) return [];
  const right = 'right' as const;
  const columns = [
    { title: 'gate' },
    { title: 'of' },
    { title: 'figure', align: right },
    { title: 'surely', align: right },
    { title: 'bound', align: right },
    { title: 'counted', align: right },
    { title: 'says' },
  ];
  const rows = gates.map(
    ({ gate, stratum, outcome, value, low, high, atMost, count: counted, more, isGrpc = false, last }) => {
      const isChange = gate !== 'differences';
      const text = (rate: number | null) =>
        rate === null ? '?' : `${isChange && rate > 0 ? '+' : ''}${rateText(rate)}`;
      const surely = low === null && high === null ? '' : `${text(low)} to ${text(high)}`;
      const lacking = outcome === 'not-enough-data' ? `${more === null ? 'many' : count(more)} more` : undefined;
      const figures = [text(value), surely, text(atMost), count(counted)];
      return [
        gate,
        `${whoText(stratum)}${isGrpc ? ', by gRPC status' : ''}${last === undefined ? '' : ', lately'}`,
        ...figures,
        outcomeText(outcome, style, lacking),
      ];
    },
  );
  return renderTable(columns, rows, { style, width, indent: '  ' });
}

/** As `diff` and `status` call them. */
function whoText(stratum: string): string {
  return stratum === 'sample' ? 'everyone else' : printable(stratum.replace(/^segment /, ''));
}

function checkLines(checks: readonly CheckView[], { style }: RolloutScreen): string[] {
  return checks.map(
    ({ name, kind, outcome, why }) =>
      `  ${kind} ${style.bold(printable(name))}: ${outcomeText(outcome, style)}: ${printable(why)}`,
  );
}

function userTable({ users, exposed }: RolloutView, { style, width }: RolloutScreen): string[] {
  const wasExposed = exposed.total.requests > 0;
  if (!wasExposed && users.every(({ candidate }) => candidate.requests === 0)) return [];
  const right = 'right' as const;
  const columns = [
    { title: 'users' },
    { title: 'moved', align: right },
    { title: 'primary', align: right },
    { title: 'failed', align: right },
    { title: 'candidate', align: right },
    { title: 'failed', align: right },
  ];
  const rows = users.map(({ stratum, share, primary, candidate }) => [
    whoText(stratum),
    formatPercent(share as PerMillion),
    count(primary.requests),
    percentOf(primary.failed, primary.requests),
    count(candidate.requests),
    percentOf(candidate.failed, candidate.requests),
  ]);
  const { total, step } = exposed;
  return [
    ...(rows.length === 0 ? [] : renderTable(columns, rows, { style, width, indent: '  ' })),
    `  answered by the candidate: ${exposureText(total)}; in this step ${exposureText(step)}`,
  ];
}

function exposureText({ requests, failed }: RolloutView['exposed']['total']): string {
  return `${count(requests)} request${requests === 1 ? '' : 's'}, ${count(failed)} failed`;
}

function eventLines({ events }: RolloutView, { events: most }: RolloutScreen): string[] {
  return most === 0 ? [] : events.slice(-most).map((event) => `  ${eventText(event)}`);
}

/** `12:04:10Z shadowplane: step, canary 5%: canary 1% passed` */
export function eventText({ at, kind, by, step, why }: RolloutView['events'][number]): string {
  const where = step === '' ? '' : `, ${printable(step)}`;
  return `${timeText(at)} ${printable(by)}: ${printable(kind)}${where}${why === '' ? '' : `: ${printable(why)}`}`;
}

/** Without the day, which `--json` has. */
function timeText(at: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(at)?.[1]?.concat('Z') ?? printable(at);
}

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}
