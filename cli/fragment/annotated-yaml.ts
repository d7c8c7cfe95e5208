import { Document, isMap, isNode, isPair, isSeq, type Node } from 'yaml';
import type { FragmentNote } from '../../xds-server/resources/index.ts';

const WIDTH = 110;

/** The value as YAML, each note as a comment above what it is about. */
export function annotatedYaml(value: object, notes: readonly FragmentNote[]): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  for (const { path, text } of notes) {
    const node = nodeToComment(document, path);
    if (node) node.commentBefore = wrap(text, WIDTH - 2 * path.length);
  }
  return document.toString({ lineWidth: 0 }).trimEnd();
}

/** A comment stands above the key of a map, or above the item of a list. */
function nodeToComment(document: Document, path: FragmentNote['path']): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isSeq(parent) && typeof last === 'number') {
    const item = parent.items[last];
    return isNode(item) ? item : undefined;
  }
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isPair(item) && String(item.key) === last);
  if (!pair) return undefined;
  // A plain key is not a node yet, and only nodes carry comments.
  if (!isNode(pair.key)) pair.key = document.createNode(pair.key);
  return pair.key as Node;
}

function wrap(text: string, width: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length + word.length + 1 > width) lines.push(` ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
