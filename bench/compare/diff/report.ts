/** The figures as Markdown. */
import { type Machine, machineLines, table } from '../../support/index.ts';
import { CHANGES, SIZES, type Size } from './corpus.ts';
import { OURS } from './engines.ts';
import { type Cell, MODES, type Mode } from './measure.ts';

export interface Facts {
  readonly machine: Machine;
  readonly rounds: number;
  readonly seed: number;
  readonly day: string;
  /** Name and version of each engine that is not ours. */
  readonly peers: readonly string[];
}

const GOAL = 3;

const TITLES: Record<Mode, string> = {
  parsed: 'Two parsed bodies in, differences out',
  bytes: 'Bytes in, differences out (parsing included; ours compares whole answers, with status and headers)',
};

export function figures(cells: readonly Cell[]): string {
  return MODES.map((mode) => `## ${TITLES[mode]}\n\n${mixTable(cells, mode)}\n\n${cellTable(cells, mode)}`).join(
    '\n\n',
  );
}

/** Pairs per second over as many pairs of each change: the sum of their times counts. */
function mixTable(cells: readonly Cell[], mode: Mode): string {
  const names = engineNames(cells);
  const rows = sizes().map((size) => {
    const pairsPerSecond = names.map((name) => 1e6 / meanMicroseconds(cells, mode, size, name));
    const times = ratio(cells, mode, size);
    return [size, ...pairsPerSecond.map(rounded), `${times.toFixed(1)} x`, times >= GOAL ? 'met' : 'missed'];
  });
  const titles = [...names.map((name) => `${name}, pairs/s`), 'ours to the faster peer', `aim ${GOAL} x`];
  return table([{ title: 'all changes alike' }, ...titles.map(right)], rows);
}

function cellTable(cells: readonly Cell[], mode: Mode): string {
  const names = engineNames(cells);
  const rows = cells
    .filter((cell) => cell.mode === mode)
    .map(({ size, change, microseconds }) => {
      const ours = microseconds.get(OURS)!;
      const fastest = Math.min(...peers(names).map((name) => microseconds.get(name)!));
      const times = names.map((name) => rounded(microseconds.get(name)!));
      return [size, change, ...times, `${(fastest / ours).toFixed(1)} x`];
    });
  const titles = [...names.map((name) => `${name}, µs CPU a pair`), 'ours to the faster peer'];
  return table([{ title: 'body' }, { title: 'change' }, ...titles.map(right)], rows);
}

function differencesTable(cells: readonly Cell[]): string {
  const names = engineNames(cells);
  const rows = cells
    .filter(({ mode, size }) => mode === 'parsed' && size === '32 KB')
    .map(({ change, differences }) => [change, ...names.map((name) => String(differences.get(name)))]);
  return table([{ title: 'change' }, ...names.map(right)], rows);
}

export function markdownReport(cells: readonly Cell[], facts: Facts): string {
  const changes = Object.entries(CHANGES).map(([name, meaning]) => `- ${name}: ${meaning}`);
  return `# Comparing two bodies

Measured on ${facts.day} by \`npm run bench:diff -- --report\`: medians of ${facts.rounds} rounds, seed ${facts.seed}. In each round every
engine takes the same pairs, in an order drawn anew; counted is CPU time, the garbage collector's included.

${figures(cells)}

Of bytes, ours notes where the values stand and makes only those that differ; the peers' \`JSON.parse\` makes all. It keeps
numbers exact (64-bit ids, 0.1 against 0.1000001), which they do not. Of parsed values, all engines return places and values;
ours makes texts of them (JSON Pointers, previews) only when they are read, which the second part includes.

## What is reported for it

Differences over the ten pairs of 32 KB. Ours names an inserted or moved element as one; jsondiffpatch, told which fields are
ids, likewise; microdiff compares arrays by position.

${differencesTable(cells)}

## Setting

${machineLines(facts.machine).join('\n')}
- Peers: ${facts.peers.join(', ')}

${changes.join('\n')}
`;
}

function ratio(cells: readonly Cell[], mode: Mode, size: Size): number {
  const times = peers(engineNames(cells)).map((name) => meanMicroseconds(cells, mode, size, name));
  return Math.min(...times) / meanMicroseconds(cells, mode, size, OURS);
}

function meanMicroseconds(cells: readonly Cell[], mode: Mode, size: Size, name: string): number {
  const times = cells
    .filter((cell) => cell.mode === mode && cell.size === size)
    .map((cell) => cell.microseconds.get(name)!);
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

function engineNames(cells: readonly Cell[]): string[] {
  return [...cells[0]!.microseconds.keys()];
}

function peers(names: readonly string[]): string[] {
  return names.filter((name) => name !== OURS);
}

function sizes(): Size[] {
  return Object.keys(SIZES) as Size[];
}

function right(title: string): { title: string; align: 'right' } {
  return { title, align: 'right' };
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
