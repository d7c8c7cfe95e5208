import { printable } from '../output/style.ts';

const INDENT = '  ';

/** A sentence as indented lines, no line wider than `width` unless a word is. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = INDENT;
  for (const word of printable(text).split(' ')) {
    if (line.length + word.length > width && line !== INDENT) {
      lines.push(line.trimEnd());
      line = INDENT;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
