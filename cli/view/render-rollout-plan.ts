import type { RolloutPlan } from '../../rollout/index.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { count, rate } from '../output/numbers.ts';
import { printable, type Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import { copiesText, usersText } from './render-rollout.ts';
import type { Pace, RolloutForecast } from './rollout-forecast.ts';
import { durationText } from './rollout-text.ts';

/** Every step that a start would go through, what it takes at least, and what that means at today's rate. */
export function renderRolloutPlan(
  { mirror, plan, steps }: RolloutView,
  forecast: RolloutForecast,
  pace: Pace | undefined,
  { style, width }: { readonly style: Style; readonly width: number },
): string[] {
  const right = 'right' as const;
  const columns = [
    { title: '#', align: right },
    { title: 'step' },
    { title: 'copies', align: right },
    { title: 'users on the candidate' },
    { title: 'pairs/s', align: right },
    { title: 'about', align: right },
  ];
  const rows = forecast.steps.map(({ step, pairsPerSecond, expectedMs }, index) => [
    String(index + 1),
    printable(step.name),
    copiesText(step.weights.copies),
    usersText(step.weights.users),
    pairsPerSecond === null ? '?' : rate(pairsPerSecond),
    expectedMs === null ? '?' : durationText(expectedMs),
  ]);
  const many = `${steps.length} step${steps.length === 1 ? '' : 's'}`;
  return [
    `${style.bold(printable(mirror))}: a start would go through ${many}; nothing was started`,
    ...renderTable(columns, rows, { style, width, indent: '  ' }),
    `  ${totalText(forecast, pace)}`,
    ...(plan ? notesOn(plan, forecast) : []).map((note) => `  ${note}`),
  ];
}

function totalText({ leastMs, expectedMs }: RolloutForecast, pace: Pace | undefined): string {
  const least = `at least ${durationText(leastMs)} in all`;
  if (!pace || pace.pairsPerSecond === 0) return `${least}; how long pairs take is not known: none was compared lately`;
  const from = `${rate(pace.pairsPerSecond)} pairs a second in the last ${pace.minutes} min`;
  return expectedMs === null
    ? `${least}; from ${from} no more can be said`
    : `${least}, about ${durationText(expectedMs)} at today's rate (${from}), if nothing differs`;
}

function notesOn(
  { step, gates, checks, approve, onFailure }: RolloutPlan,
  { cleanPairs, slowest }: RolloutForecast,
): string[] {
  const names = [...Object.keys(gates), ...checks.map(({ name }) => name)];
  const back = onFailure === 'rollback' ? 'takes everyone back' : 'pauses the rollout';
  return [
    `each step takes at least ${durationText(step.atLeastMs)}${step.pairs > 0 ? ` and ${count(step.pairs)} pairs` : ''}`,
    ...(cleanPairs > 0
      ? [`the gate "differences" takes ${count(cleanPairs)} pairs without a difference in each group that has traffic`]
      : []),
    ...(slowest
      ? [
          `slowest is ${printable(slowest.group)}: ${rate(slowest.pairsPerSecond)} pairs a second, ${durationText(slowest.ms)} a step`,
        ]
      : []),
    ...(approve.length > 0 ? [`a person has to begin: ${approve.join(', ')}`] : []),
    names.length > 0 ? `what fails ${back}: ${names.map(printable).join(', ')}` : 'nothing is asked but time and pairs',
  ];
}
