/** CPU time per pair, each engine on the same pairs in every round, in an order drawn anew. */
import { median, type Random, shuffled } from '../../support/index.ts';
import { type Change, makePair, type Size } from './corpus.ts';
import type { Engine } from './engines.ts';

export const MODES = ['parsed', 'bytes'] as const;
export type Mode = (typeof MODES)[number];

export interface Cell {
  readonly size: Size;
  readonly change: Change;
  readonly mode: Mode;
  /** Median over the rounds, by engine. */
  readonly microseconds: ReadonlyMap<string, number>;
  /** Differences reported over all pairs of the cell, by engine. */
  readonly differences: ReadonlyMap<string, number>;
}

/** Different pairs of a cell, so that no engine sees one pair only. */
const PAIRS: Record<Size, number> = { '1 KB': 50, '32 KB': 10, '2 MB': 2 };
/** One engine, one round. */
const TARGET_MICROSECONDS = 30_000;
/** Until the compiler has come to rest, and its threads no longer count: what compares in a service has run for long. */
const WARM_UP_MICROSECONDS = 300_000;

/** @param firstSeed Of the pairs. */
export function measureCells(
  size: Size,
  change: Change,
  engines: readonly Engine[],
  rounds: number,
  firstSeed: number,
  random: Random,
): Cell[] {
  const texts = Array.from({ length: PAIRS[size] }, (_, index) => makePair(size, change, firstSeed + index));
  const bytes = texts.map(({ primary, candidate }) => [Buffer.from(primary), Buffer.from(candidate)] as const);
  const parsed = texts.map(({ primary, candidate }) => [JSON.parse(primary), JSON.parse(candidate)] as const);
  const differences = new Map(
    engines.map(({ name, count }) => [name, parsed.reduce((sum, [one, other]) => sum + count(one, other), 0)]),
  );
  return MODES.map((mode) => {
    const runAll = (engine: Engine) => {
      if (mode === 'parsed') for (const [one, other] of parsed) engine.fromParsed(one, other);
      else for (const [one, other] of bytes) engine.fromBytes(one, other);
    };
    const repeats = new Map(engines.map((engine) => [engine, warmUp(() => runAll(engine))]));
    const times = new Map<string, number[]>(engines.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const engine of shuffled(engines, random)) {
        const often = repeats.get(engine)!;
        const spent = cpuMicroseconds(() => {
          for (let repeat = 0; repeat < often; repeat++) runAll(engine);
        });
        times.get(engine.name)!.push(spent / often / texts.length);
      }
    }
    const microseconds = new Map([...times].map(([name, values]) => [name, median(values)]));
    return { size, change, mode, microseconds, differences };
  });
}

/** @returns how often to repeat, to be long enough for the clock. */
function warmUp(run: () => void): number {
  let runs = 0;
  let spent = 0;
  for (; spent < WARM_UP_MICROSECONDS; runs++) spent += cpuMicroseconds(run);
  return Math.max(1, Math.round((TARGET_MICROSECONDS * runs) / spent));
}

/** User and system, all threads: what an engine leaves to the garbage collector is its own. */
function cpuMicroseconds(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
