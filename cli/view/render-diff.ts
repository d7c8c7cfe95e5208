import type { DifferenceItem, VerdictReport } from '../../compare/report/index.ts';
import { count, share } from '../output/numbers.ts';
import { printable, type Style } from '../output/style.ts';
import { fit, renderTable } from '../output/table.ts';
import type { DiffAnswer } from './diff-answer.ts';
import { whyNothing } from './nothing-compared.ts';
import { renderCoverage } from './render-coverage.ts';
import { renderSlower } from './render-slower.ts';
import { verdictText } from './verdict-text.ts';
import { wrap } from './wrap.ts';

export interface RenderDiffOptions {
  readonly style: Style;
  readonly width: number;
}

const INDENT = '  ';
/** Further fixed differences are a number. */
const MAX_LINES = 5;

/** The verdict on a mirror and what differs, worst first; readable without colours and at 80 columns. */
export function renderDiff(answer: DiffAnswer, options: RenderDiffOptions): string[] {
  const { verdict, differences } = answer;
  const decided = differences.items.filter((item) => item.verdict === 'different');
  const seen = differences.items.filter((item) => item.verdict === 'seen');
  const rest = differences.items.filter((item) => item.verdict === 'noise' || item.verdict === 'ignored');
  const more = differences.total - differences.items.length;
  const examples = answer.examples ?? new Map();
  if (answer.why) return [...headLines(verdict, options), ...reasons(whyNothing(verdict, answer.why), options)];
  return [
    ...headLines(verdict, options),
    ...strataTable(verdict, options),
    ...section('Different', decided, examples, options),
    ...section('Seen, not certain yet', seen, examples, options),
    ...section('Noise, and what rules ignore', rest, examples, options),
    ...(more > 0 ? ['', `${INDENT}${count(more)} more differences: --limit ${differences.total}`] : []),
    ...noiseLine(answer, rest.length > 0, options),
    ...renderSlower(answer.latency?.items ?? [], options),
    ...epochLines(answer, options),
    ...renderCoverage(answer.endpoints.items, options),
    ...beforeControlLines(verdict, options),
    ...verdict.notes.flatMap((note) => ['', ...wrap(note, options.width)]),
  ];
}

function reasons(lines: readonly string[], { width }: RenderDiffOptions): string[] {
  return lines.length === 0 ? [] : ['', ...lines.flatMap((line) => wrap(line, width))];
}

/** What is taken for noise is hidden, and without a control only guessed: a reader has to know that it is there. */
function noiseLine({ verdict, endpoints }: DiffAnswer, shown: boolean, { style, width }: RenderDiffOptions): string[] {
  const hidden = endpoints.items.reduce((sum, { fields }) => sum + fields.noise, 0);
  if (shown || hidden === 0) return [];
  const guessed = verdict.control === 'none' ? ', by their looks' : '';
  const fields = hidden === 1 ? '1 more field is' : `${count(hidden)} more fields are`;
  return ['', ...wrap(`${fields} taken for noise${guessed}: --noise shows them`, width).map(style.dim)];
}

/** A control that was added in the middle of an epoch decides only where it has answered more pairs than there were before. */
function beforeControlLines({ mirror, control, strata }: VerdictReport, { width }: RenderDiffOptions): string[] {
  const without = strata.filter(({ noise, compared }) => noise === null && compared > 0);
  if (control !== 'some' || without.length === 0) return [];
  const who = without.map(({ segment }) => segment ?? 'everyone else').join(', ');
  return [
    '',
    ...wrap(
      `Of ${who} most pairs are from before the control answered, so they are still judged without it. A new epoch begins with it: on the page, or POST /api/v1/mirrors/${mirror}/epoch.`,
      width,
    ),
  ];
}

function headLines(verdict: VerdictReport, { style, width }: RenderDiffOptions): string[] {
  const { mirrored, compared, comparedInAll, lost, epoch, version, mismatch } = verdict;
  const build = version === null ? '' : ` (${printable(version)})`;
  const lostTotal = Object.values(lost).reduce((sum, part) => sum + part, 0);
  const causes = Object.entries(lost)
    .filter(([, part]) => part > 0)
    .map(([cause, part]) => `${cause.replaceAll('_', ' ')} ${count(part)}`);
  // Envoys tell once a second what they have copied, so answers may be ahead of that.
  const mirroredText = mirrored === null ? '' : `mirrored ${count(Math.max(mirrored, comparedInAll + lostTotal))}, `;
  return [
    `${style.bold(printable(verdict.mirror))}  ${verdictText(verdict.verdict, style)}  ${style.dim(`epoch ${epoch}${build}`)}`,
    `${INDENT}${mirroredText}compared ${count(comparedInAll)}, ${count(compared)} of them in this epoch`,
    ...(lostTotal > 0 ? wrap(`not compared ${count(lostTotal)}: ${causes.join(', ')}`, width) : []),
    ...(compared > 0
      ? [`${INDENT}mismatch ${share(mismatch.rate)} (${share(mismatch.low)} to ${share(mismatch.high)})`]
      : []),
    ...(verdict.verdict === 'not-enough-data' && verdict.missing
      ? [`${INDENT}${count(verdict.missing)} more pairs are needed to say "same"`]
      : []),
  ];
}

function strataTable({ strata }: VerdictReport, { style, width }: RenderDiffOptions): string[] {
  if (strata.length === 0) return [];
  const rows = strata.map(({ segment, verdict, compared, mismatch, missing }) => [
    printable(segment ?? 'everyone else'),
    verdictText(verdict, style),
    count(compared),
    share(mismatch.rate),
    `${share(mismatch.low)}-${share(mismatch.high)}`,
    missing === 0 ? '' : missing === null ? 'differs' : count(missing),
  ]);
  const columns = [
    { title: 'who' },
    { title: 'verdict' },
    { title: 'compared', align: 'right' },
    { title: 'mismatch', align: 'right' },
    { title: 'between', align: 'right' },
    { title: 'missing', align: 'right' },
  ] as const;
  return ['', ...renderTable(columns, rows, { style, width, indent: INDENT })];
}

/** Two or three lines each: where in the answer, of which endpoint, and what was answered to one request. */
function section(
  title: string,
  items: readonly DifferenceItem[],
  examples: NonNullable<DiffAnswer['examples']>,
  { style, width }: RenderDiffOptions,
): string[] {
  if (items.length === 0) return [];
  const columns = [
    { title: '#', align: 'right' },
    { title: 'what' },
    { title: 'kind' },
    { title: 'differs', align: 'right' },
    { title: 'noise', align: 'right' },
    { title: '' },
  ] as const;
  const rows = items.flatMap(({ rank, path, kind, differing, compared, noise, isNew, endpoint, ...item }) => [
    [
      String(rank),
      printable(path === '' ? '(whole body)' : path),
      printable(kind),
      `${count(differing)} of ${count(compared)}`,
      noise === null ? '-' : count(noise),
      isNew && isFinding(item)
        ? style.yellow('new')
        : item.verdict === 'ignored'
          ? 'ignored'
          : item.class === 'state'
            ? 'state'
            : '',
    ],
    ['', style.dim(printable(endpoint)), '', '', '', ''],
  ]);
  const [heading, ...lines] = renderTable(columns, rows, { style, width, indent: INDENT });
  const margin = ' '.repeat((heading ?? '').indexOf('what'));
  const withExamples = items.flatMap(({ rank }, i) => {
    const example = examples.get(rank);
    return [...lines.slice(2 * i, 2 * i + 2), ...(example === undefined ? [] : [fit(`${margin}${example}`, width)])];
  });
  return ['', style.bold(title), heading ?? '', ...withExamples];
}

/** Noise that was not there before is still noise. */
function isFinding({ verdict }: Pick<DifferenceItem, 'verdict'>): boolean {
  return verdict === 'different' || verdict === 'seen';
}

function epochLines({ sinceLastEpoch }: DiffAnswer, { style, width }: RenderDiffOptions): string[] {
  if (!sinceLastEpoch) return [];
  const { from, fixed, maybeFixed } = sinceLastEpoch;
  const build = from.version === null ? '' : ` (${printable(from.version)})`;
  const list = (title: string, items: readonly DifferenceItem[]) => {
    if (items.length === 0) return [];
    const lines = items
      .slice(0, MAX_LINES)
      .map(({ path, kind, endpoint }) => [printable(path), kind, printable(endpoint)]);
    const [, ...rows] = renderTable([{ title: '' }, { title: '' }, { title: '' }], lines, {
      style,
      width,
      indent: INDENT,
    });
    const more = items.length > MAX_LINES ? [`${INDENT}and ${count(items.length - MAX_LINES)} more`] : [];
    return ['', style.bold(title), ...rows, ...more];
  };
  return [
    ...list(`Fixed since epoch ${from.epoch}${build}`, fixed),
    ...list(`Not seen since epoch ${from.epoch}${build}, too few pairs to call it fixed`, maybeFixed),
  ];
}
