import { Command, Option } from 'commander';
import { ShadowplaneError } from '../../errors/index.ts';
import type { FinishPreview, RolloutAnswer, RolloutView } from '../../xds-server/rollouts/view.ts';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, jsonOption, waitOption } from '../options.ts';
import { printable } from '../output/style.ts';
import { renderDifferences } from '../view/render-history.ts';
import { renderRollout, rolloutLine } from '../view/render-rollout.ts';
import { renderRolloutPlan } from '../view/render-rollout-plan.ts';
import { forecastRollout } from '../view/rollout-forecast.ts';
import { deliveredText, exitCodeOfRollout } from '../view/rollout-text.ts';
import { readPace } from './rollout-pace.ts';
import { watchRollout } from './rollout-watch.ts';

interface CommonOptions {
  readonly api: string;
  readonly json?: boolean;
}

interface AskOptions extends CommonOptions {
  readonly wait?: string;
  readonly dryRun?: boolean;
}

interface StatusOptions extends CommonOptions {
  readonly watch?: boolean;
  readonly events: number;
}

const ASKED = {
  start: 'begin to follow the plan of a mirror',
  pause: 'stay at this step; nobody is moved, forward or back',
  resume: 'go on after a pause',
  promote: 'go to the next step, whatever its gates say, or begin what waits for a person',
  rollback: 'take everyone back to the primary, at once',
  abort: 'the same, of a rollout that was a mistake and no failure of the candidate',
  finish: 'make the candidate the primary, after the last step has passed',
} as const;

type Asked = keyof typeof ASKED;

/** Those that can be tried without doing anything. */
const DRY: readonly Asked[] = ['start', 'finish'];

/** Moves users to the candidate, as far as the evidence allows. */
export function rolloutCommand(context: Context): Command {
  const rollout = new Command('rollout').description('move users to the candidate step by step, and back');
  rollout.addCommand(statusCommand(context));
  for (const asked of Object.keys(ASKED) as Asked[]) rollout.addCommand(askCommand(context, asked));
  return addExamples(
    rollout,
    'rollout start orders --dry-run',
    'rollout status orders --watch',
    'rollout rollback orders',
  );
}

function askCommand(context: Context, asked: Asked): Command {
  const command = new Command(asked).description(ASKED[asked]).argument('<name>', 'name of the mirror');
  if (DRY.includes(asked)) command.addOption(new Option('--dry-run', 'only show what it would do'));
  addOptions(command, waitOption(), ...apiOptions(), jsonOption());
  command.action(async (name: string, options: AskOptions) => {
    if (options.dryRun) return asked === 'start' ? dryStart(context, name, options) : dryFinish(context, name, options);
    const path = `${pathOf(name)}/${asked}${options.wait === undefined ? '' : `?wait=${encodeURIComponent(options.wait)}`}`;
    const answer = await createApiClient(options, context.env).send<RolloutAnswer>('POST', path);
    if (options.json) context.printJson(answer);
    else context.print(...describe(answer, context));
  });
  return addExamples(
    command,
    `rollout ${asked} orders`,
    ...(DRY.includes(asked) ? [`rollout ${asked} orders --dry-run`] : []),
  );
}

function describe(answer: RolloutAnswer, { style }: Context): string[] {
  const { applied, stored, todo } = answer;
  const delivered = applied
    ? `in force at ${applied.acked} of ${applied.of} Envoy${applied.of === 1 ? '' : 's'} after ${Math.round(applied.tookMs)} ms`
    : deliveredText(answer.delivered);
  return [
    rolloutLine(answer, style),
    `  ${delivered}`,
    ...(stored
      ? []
      : [style.yellow('  the store does not take it yet; it is in force, and that is tried until it works')]),
    ...todo.map((what) => `  to do by hand: ${printable(what)}`),
  ];
}

/** Every step, the least time and pairs, and how long that takes at today's rate. */
async function dryStart(context: Context, name: string, options: AskOptions): Promise<void> {
  const api = createApiClient(options, context.env);
  const view = await api.send<RolloutView>('POST', `${pathOf(name)}/start`, { dryRun: true });
  if (!view.plan) throw new ShadowplaneError('USAGE', `${name} has no plan: give it mirrors.${name}.rollout`);
  const pace = await readPace(api, name);
  const forecast = forecastRollout(view.plan, view.steps, pace);
  const { style, width } = context;
  if (options.json) context.printJson({ ...view, forecast, pace: pace ?? null });
  else context.print(...renderRolloutPlan(view, forecast, pace, { style, width }));
}

async function dryFinish(context: Context, name: string, options: AskOptions): Promise<void> {
  const api = createApiClient(options, context.env);
  const preview = await api.send<FinishPreview>('POST', `${pathOf(name)}/finish`, { dryRun: true });
  if (options.json) context.printJson(preview);
  else {
    context.print(
      `${printable(name)}: finishing would change (from revision ${preview.revision})`,
      ...renderDifferences(preview.differences),
    );
  }
}

function statusCommand(context: Context): Command {
  const command = new Command('status')
    .description('where a rollout is, why, what it waits for, and what that rests on')
    .argument('<name>', 'name of the mirror')
    .addOption(new Option('--watch', 'follow it until it is decided'))
    .addOption(new Option('--events <number>', 'newest events to show').default(5).argParser(readCount));
  addOptions(command, ...apiOptions(), jsonOption());
  command.action(async (name: string, options: StatusOptions) => {
    const api = createApiClient(options, context.env);
    const ask = () => api.get<RolloutView>(pathOf(name));
    const view = options.watch ? await watchRollout(ask, context, options) : await ask();
    process.exitCode = exitCodeOfRollout(view);
    if (options.watch) return;
    const { style, width } = context;
    if (options.json) context.printJson(view);
    else context.print(...renderRollout(view, { style, width, events: options.events }));
  });
  addExamples(
    command,
    'rollout status orders',
    'rollout status orders --watch',
    'rollout status orders --json | jq .gates',
  );
  return command.addHelpText(
    'after',
    '\nExit codes: 0 passed or finished, 3 rolled back, aborted or a gate fails, 4 not decided yet; 1 the control plane does not answer, 2 wrong usage.',
  );
}

function readCount(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 200) return Number(text);
  throw new ShadowplaneError('USAGE', `--events ${text}: write a whole number from 0 to 200`);
}

function pathOf(name: string): string {
  return `/mirrors/${encodeURIComponent(name)}/rollout`;
}
