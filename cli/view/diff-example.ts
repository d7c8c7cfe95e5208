import type { Difference } from '../../compare/diff/index.ts';
import type { ComparedSampleView, DifferenceItem } from '../../compare/report/index.ts';
import { printable } from '../output/style.ts';

/** Of a value; whole values are on the page and in the sample. */
const MAX_VALUE_CHARS = 32;

/** `27.49 -> 27.48 at /api/quote?id=3`: what the two answered to one request; undefined where the sample does not show it any more. */
export function exampleOf(item: DifferenceItem, sample: ComparedSampleView): string | undefined {
  const found = sample.differences.find(({ path, kind }) => path === item.path && kind === item.kind);
  if (!found || (found.primary === undefined && found.candidate === undefined)) return undefined;
  return printable(`${sideOf(found, 'primary')} -> ${sideOf(found, 'candidate')} at ${sample.path}`);
}

function sideOf(difference: Difference, side: 'primary' | 'candidate'): string {
  const text = difference[side];
  if (text === undefined) return '(nothing)';
  return text.length <= MAX_VALUE_CHARS ? text : `${text.slice(0, MAX_VALUE_CHARS - 1)}\u2026`;
}
