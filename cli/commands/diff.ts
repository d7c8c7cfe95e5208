import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { ComparedSampleView, EpochComparison, VerdictReport } from '../../compare/report/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, jsonOption } from '../options.ts';
import { type DiffAnswer, exitCodeOf } from '../view/diff-answer.ts';
import { exampleOf } from '../view/diff-example.ts';
import { toJunit } from '../view/junit.ts';
import type { WhyNothing } from '../view/nothing-compared.ts';
import { renderDiff } from '../view/render-diff.ts';
import { withoutComparison } from '../without-comparison.ts';

interface DiffOptions {
  readonly api: string;
  readonly json?: boolean;
  readonly junit?: string;
  readonly noise?: boolean;
  readonly epoch?: number;
  readonly limit: number;
}

const DEFAULT_LIMIT = 20;
/** JUnit and JSON are for programs, which want all of it. */
const PROGRAM_LIMIT = 10_000;
const MAX_EPOCH = 999_999_999;
/** Each is a request of its own. */
const MAX_EXAMPLES = 20;

interface ServiceAddresses {
  readonly address?: string;
  readonly addresses?: readonly string[];
}

/** The verdict on a mirror and its ranked differences; the exit code is the verdict, so that a pipeline can wait for it. */
export function diffCommand(context: Context): Command {
  const command = new Command('diff')
    .description('does the candidate behave like the primary? verdict and ranked differences')
    .argument('<name>', 'name of the mirror')
    .addOption(new Option('--noise', 'show noise and what rules ignore, too'))
    .addOption(
      new Option('--epoch <number>', 'an earlier deployment of the candidate; default: the current one').argParser(
        wholeNumber('--epoch', MAX_EPOCH),
      ),
    )
    .addOption(
      new Option('--limit <number>', 'differences to show')
        .default(DEFAULT_LIMIT)
        .argParser(wholeNumber('--limit', PROGRAM_LIMIT)),
    )
    .addOption(new Option('--junit <file>', 'write JUnit XML for CI systems; "-" prints it instead of the table'));
  addOptions(command, ...apiOptions(), jsonOption()).action(async (name: string, options: DiffOptions) => {
    if (options.json && options.junit === '-') {
      throw new ShadowplaneError('USAGE', '--json and --junit - both print to standard output; give --junit a file');
    }
    const api = createApiClient(options, context.env);
    const answer = await ask(api, name, options);
    if (options.junit === '-') context.stdout.write(toJunit(answer));
    else if (options.junit !== undefined) await save(options.junit, toJunit(answer));
    if (options.json) context.printJson(answer);
    else if (options.junit !== '-') {
      const items = answer.differences.items.slice(0, options.limit);
      const { style, width } = context;
      const shown = { ...answer, differences: { ...answer.differences, items } };
      const more = await forTheTerminal(api, name, shown);
      context.print(...renderDiff({ ...shown, ...more }, { style, width }));
    }
    process.exitCode = exitCodeOf(answer);
  });
  addExamples(
    command,
    'diff orders',
    'diff orders --noise --limit 50',
    'diff orders --json | jq ".differences.items[0]"',
    'diff orders --junit shadowplane.xml',
  );
  return command.addHelpText(
    'after',
    '\nExit codes: 0 same, 3 different, 4 not enough data, 1 the control plane does not answer, 2 wrong usage.',
  );
}

async function ask(api: ApiClient, name: string, options: DiffOptions): Promise<DiffAnswer> {
  const path = `/mirrors/${encodeURIComponent(name)}`;
  // A deployment in between must not mix two epochs into one answer.
  const asked = options.epoch === undefined ? '' : `?epoch=${options.epoch}`;
  const verdict = await api.get<VerdictReport>(`${path}/verdict${asked}`).catch(withoutComparison);
  const epoch = verdict.epoch > 0 ? [`epoch=${verdict.epoch}`] : [];
  const limit = options.json || options.junit !== undefined ? PROGRAM_LIMIT : options.limit;
  const [differences, endpoints, sinceLastEpoch, latency] = await Promise.all([
    api.get<DiffAnswer['differences']>(
      `${path}/differences${queryOf([...epoch, ...(options.noise ? ['noise=include'] : []), `limit=${limit}`])}`,
    ),
    api.get<DiffAnswer['endpoints']>(`${path}/endpoints${queryOf(epoch)}`),
    verdict.epoch > 1 ? epochComparison(api, path, verdict.epoch) : undefined,
    verdict.epoch > 0 ? orNothing(api.get<DiffAnswer['latency']>(`${path}/latency${queryOf(epoch)}`)) : undefined,
  ]);
  return { verdict, differences, endpoints, sinceLastEpoch, latency };
}

/** What a person wants to see and a program can ask for itself: an example of each difference, or why there is none. */
async function forTheTerminal(
  api: ApiClient,
  name: string,
  { verdict, differences }: DiffAnswer,
): Promise<Pick<DiffAnswer, 'examples' | 'why'>> {
  const path = `/mirrors/${encodeURIComponent(name)}`;
  if (verdict.comparedInAll === 0) {
    const why = await orNothing(askWhy(api, path));
    return why ? { why } : {};
  }
  const examples = await Promise.all(
    differences.items.slice(0, MAX_EXAMPLES).map(async (item): Promise<ReadonlyArray<[number, string]>> => {
      if (item.sampleId === null) return [];
      const id = encodeURIComponent(item.sampleId);
      const sample = await orNothing(api.get<ComparedSampleView>(`${path}/samples/${id}?view=differences`));
      const example = sample && exampleOf(item, sample);
      return example === undefined ? [] : [[item.rank, example]];
    }),
  );
  return { examples: new Map(examples.flat()) };
}

async function askWhy(api: ApiClient, path: string): Promise<WhyNothing> {
  const [health, mirror, { config }] = await Promise.all([
    api.get<WhyNothing['health']>(`${path}/health`),
    api.get<WhyNothing['mirror']>(path),
    api.get<{ readonly config: { readonly services?: Readonly<Record<string, ServiceAddresses>> } }>('/config'),
  ]);
  const { address, addresses = [] } = config.services?.[mirror.shadow] ?? {};
  return { health, mirror, addresses: [...(address === undefined ? [] : [address]), ...addresses] };
}

/** What makes an answer better and is not needed: a sample may be forgotten, an older control plane may not know the address. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ShadowplaneError && error.code !== 'API_UNREACHABLE') return undefined;
    throw error;
  }
}

/** The epoch before may have been forgotten; that is no failure. */
async function epochComparison(api: ApiClient, path: string, to: number): Promise<EpochComparison | undefined> {
  try {
    return await api.get<EpochComparison>(`${path}/epochs/compare?to=${to}`);
  } catch (error) {
    if (error instanceof ShadowplaneError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

function queryOf(parts: readonly string[]): string {
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

async function save(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ShadowplaneError('USAGE', `--junit ${file} cannot be written: ${reason}`, { cause });
  }
}

function wholeNumber(flag: string, maximum: number): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= maximum) return Number(text);
    throw new ShadowplaneError('USAGE', `${flag} ${text}: write a whole number from 1 to ${maximum}`);
  };
}
