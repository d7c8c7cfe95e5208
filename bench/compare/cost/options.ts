import { parseArgs } from 'node:util';
import { ShadowplaneError } from '../../../errors/index.ts';

export interface Options {
  /** How often every variant is measured. */
  readonly rounds: number;
  /** How often the comparison process is measured, after them. */
  readonly comparisons: number;
  /** Fresh Envoys that the rounds are spread over. */
  readonly envoys: number;
  /** Load on one variant in one round; milliseconds. */
  readonly sliceMs: number;
  /** No further round of the variants is begun after this time. */
  readonly minutes: number;
  readonly connections: number;
  /** Fed to the comparison process, of each kind at a time. */
  readonly pairs: number;
  /** Names of variants; empty means all. */
  readonly variants: readonly string[];
  readonly seed: number;
  readonly envoyCore: number;
  readonly loadCore: number;
  readonly report: boolean;
}

/** Name of the option, default, least and most. */
const NUMBERS = {
  rounds: [60, 1, 1000],
  comparisons: [8, 0, 1000],
  envoys: [4, 1, 1000],
  'slice-ms': [150, 20, 5_000],
  minutes: [30, 1, 1000],
  connections: [32, 1, 10_000],
  pairs: [20_000, 100, 1_000_000],
  seed: [1, 0, 2 ** 32 - 1],
  'envoy-core': [0, 0, 4095],
  'load-core': [1, 0, 4095],
} as const;
type NumberOption = keyof typeof NUMBERS;

export const USAGE = `Usage: npm run bench:cost -- [options]

CPU time of Envoy on a mirrored request, and of the comparison on a pair of answers.

  --rounds N         measurements of every variant (default ${NUMBERS.rounds[0]})
  --comparisons N    measurements of the comparison (default ${NUMBERS.comparisons[0]})
  --envoys N         fresh Envoys that the rounds are spread over (default ${NUMBERS.envoys[0]})
  --slice-ms N       load on a variant at a time, milliseconds (default ${NUMBERS['slice-ms'][0]})
  --minutes N        begin no further round after that (default ${NUMBERS.minutes[0]})
  --connections N    open connections (default ${NUMBERS.connections[0]})
  --pairs N          pairs fed to the comparison, of each kind at a time (default ${NUMBERS.pairs[0]})
  --variants A,B     only these
  --seed N           order of the measurements (default ${NUMBERS.seed[0]})
  --envoy-core N     core of the measured Envoy (default ${NUMBERS['envoy-core'][0]})
  --load-core N      core of the load and of what answers (default ${NUMBERS['load-core'][0]})
  --report           write bench/compare/cost/REPORT.md

Example: npm run bench:cost -- --rounds 5 --comparisons 2 --pairs 5000`;

/** @throws ShadowplaneError USAGE naming the option. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const values = readArguments(args);
  if (values.help) return 'help';
  const number = (option: NumberOption) => whole(option, values[option]);
  return {
    rounds: number('rounds'),
    comparisons: number('comparisons'),
    envoys: number('envoys'),
    sliceMs: number('slice-ms'),
    minutes: number('minutes'),
    connections: number('connections'),
    pairs: number('pairs'),
    variants: values.variants?.split(',').map((name) => name.trim()) ?? [],
    seed: number('seed'),
    envoyCore: number('envoy-core'),
    loadCore: number('load-core'),
    report: values.report ?? false,
  };
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const numbers = Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, text])) as Record<
    NumberOption,
    typeof text
  >;
  try {
    return parseArgs({ args: [...args], options: { ...numbers, variants: text, report: flag, help: flag } }).values;
  } catch (cause) {
    throw new ShadowplaneError('USAGE', (cause as Error).message, { cause });
  }
}

function whole(option: NumberOption, value: string | undefined): number {
  const [usual, least, most] = NUMBERS[option];
  if (value === undefined) return usual;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    const range = `whole numbers from ${least} to ${most}`;
    throw new ShadowplaneError('USAGE', `--${option} takes ${range}, not ${JSON.stringify(value)}`);
  }
  return number;
}
