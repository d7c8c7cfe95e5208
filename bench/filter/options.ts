import { parseArgs } from 'node:util';
import { ShadowplaneError } from '../../errors/index.ts';

/** What the command line of this benchmark can change. */
export interface Options {
  /** How often every variant is measured. */
  readonly rounds: number;
  /** Fresh Envoys that the rounds are spread over. */
  readonly envoys: number;
  /** Load on one variant, at one number of connections, in one round; milliseconds. */
  readonly sliceMs: number;
  /** No further round is begun after this time. */
  readonly minutes: number;
  readonly connections: readonly number[];
  /** Names of variants; empty means all. */
  readonly variants: readonly string[];
  readonly seed: number;
  readonly envoyCore: number;
  readonly loadCore: number;
  /** Write REPORT.md and its chart beside this benchmark. */
  readonly report: boolean;
  /** Module to measure instead of the one built from `filter/`. */
  readonly filter?: string;
}

export const DEFAULTS = Object.freeze({
  rounds: 100,
  envoys: 4,
  sliceMs: 150,
  minutes: 20,
  connections: [32, 512],
  seed: 1,
  envoyCore: 0,
  loadCore: 1,
} as const);

export const USAGE = `Usage: npm run bench:filter -- [options]

CPU time that Envoy spends on a request, with and without the filter.

  --rounds N            measurements of every variant (default ${DEFAULTS.rounds})
  --envoys N            fresh Envoys that the rounds are spread over (default ${DEFAULTS.envoys})
  --slice-ms N          load on a variant at a time, milliseconds (default ${DEFAULTS.sliceMs})
  --minutes N           begin no further round after that (default ${DEFAULTS.minutes})
  --connections A,B     open connections, measured each (default ${DEFAULTS.connections.join(',')}; at most two)
  --variants A,B        only these (plain and empty are always measured)
  --filter FILE         measure this module instead of building filter/
  --seed N              order of the measurements (default ${DEFAULTS.seed})
  --envoy-core N        core of the measured Envoy (default ${DEFAULTS.envoyCore})
  --load-core N         core of the load and the backend (default ${DEFAULTS.loadCore})
  --report              write bench/filter/REPORT.md and its chart

Example: npm run bench:filter -- --rounds 3 --connections 32 --variants third`;

/** @throws ShadowplaneError USAGE naming the option. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = readArguments(args);
  if (values.help) return 'help';
  const connections = list(values.connections).map((text) => whole('--connections', text, 1, 10_000));
  if (connections.length > 2) throw usage('--connections takes at most two numbers');
  return {
    rounds: whole('--rounds', values.rounds, 1, 1000) ?? DEFAULTS.rounds,
    envoys: whole('--envoys', values.envoys, 1, 1000) ?? DEFAULTS.envoys,
    sliceMs: whole('--slice-ms', values['slice-ms'], 20, 5_000) ?? DEFAULTS.sliceMs,
    minutes: whole('--minutes', values.minutes, 1, 1000) ?? DEFAULTS.minutes,
    connections: connections.length > 0 ? connections : DEFAULTS.connections,
    variants: list(values.variants),
    seed: whole('--seed', values.seed, 0, 2 ** 32 - 1) ?? DEFAULTS.seed,
    envoyCore: whole('--envoy-core', values['envoy-core'], 0, 4095) ?? DEFAULTS.envoyCore,
    loadCore: whole('--load-core', values['load-core'], 0, 4095) ?? DEFAULTS.loadCore,
    report: values.report ?? false,
    ...(values.filter ? { filter: values.filter } : {}),
  };
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: text,
        envoys: text,
        'slice-ms': text,
        minutes: text,
        connections: text,
        variants: text,
        filter: text,
        seed: text,
        'envoy-core': text,
        'load-core': text,
        report: flag,
        help: flag,
      },
    });
  } catch (cause) {
    throw usage((cause as Error).message, cause);
  }
}

function list(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(',').map((item) => item.trim());
}

function whole(option: string, value: string, least: number, most: number): number;
function whole(option: string, value: string | undefined, least: number, most: number): number | undefined;
function whole(option: string, value: string | undefined, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    throw usage(`${option} takes whole numbers from ${least} to ${most}, not ${JSON.stringify(value)}`);
  }
  return number;
}

function usage(message: string, cause?: unknown): ShadowplaneError {
  return new ShadowplaneError('USAGE', message, { cause });
}
