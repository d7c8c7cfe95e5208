/** Headers or trailers side by side, by name. */
import type { SampleView } from '../../api/index.ts';
import { answersOf } from './body-rows.ts';
import { rowState } from './json-rows.ts';
import type { Row } from './rows.ts';

export function headerRows(sample: SampleView, part: 'header' | 'trailer'): Row[] {
  const lists = answersOf(sample).map((answer) => (part === 'header' ? answer.headers : answer.trailers));
  const names = [...new Set(lists.flatMap((list) => list.map(([name]) => name)))].sort();
  const rows = names.map((name): Row => {
    const texts = lists.map((list) => {
      const values = list.flatMap(([own, value]) => (own === name ? [value] : []));
      return values.length === 0 ? undefined : values.join('\n');
    });
    const path = `${part}:${name.toLowerCase()}`;
    const kinds = sample.differences.filter((difference) => difference.pointer === path).map(({ kind }) => kind);
    return {
      path: [],
      cells: texts.map((text) => (text === undefined ? undefined : { depth: 0, label: name, text })),
      state: rowState({
        candidateDiffers: texts[1] !== texts[0],
        controlDiffers: texts.length > 2 && texts[2] !== texts[0],
        isReported: () => kinds.length > 0,
        isNoise: () => sample.noise?.some((difference) => difference.pointer === path) ?? false,
      }),
      kinds,
    };
  });
  // What matters first; the rest folds.
  return rows.sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
}

const ORDER: ReadonlyArray<Row['state']> = ['different', 'noise', 'harmless', 'equal'];
