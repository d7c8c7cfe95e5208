import { parseArgs } from 'node:util';

export interface Options {
  readonly minutes: number;
  /** Requests a second; `auto`: what keeps this machine at about 70% of its CPU. */
  readonly rate: number | 'auto';
  /** Of the requests that are in no segment: `100%` copies them all. */
  readonly sample: string;
  readonly seed: number;
  /** Writes REPORT.md and memory.svg. */
  readonly report: boolean;
}

export const USAGE = `npm run soak -- [--minutes 10] [--rate auto|REQUESTS_PER_SECOND] [--sample 100%] [--seed 1] [--report]`;

/** @throws Error that says what is wrong */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      rate: { type: 'string', default: 'auto' },
      sample: { type: 'string', default: '100%' },
      seed: { type: 'string', default: '1' },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    minutes: positive('minutes', values.minutes),
    rate: values.rate === 'auto' ? 'auto' : positive('rate', values.rate),
    sample: values.sample,
    seed: positive('seed', values.seed),
    report: values.report,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} ${text}: it must be a number above 0`);
}
