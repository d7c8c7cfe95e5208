/** What differs at an endpoint as a tree of fields: the status, headers and trailers as branches of their own, the body by its path. */
import type { DifferenceItem, DifferenceVerdict } from '../../api/index.ts';

export interface FieldNode {
  /** As differences and rules name it; of a branch, what a rule for all of it would name. */
  readonly path: string;
  /** The last segment, or what the branch is. */
  readonly name: string;
  readonly children: readonly FieldNode[];
  /** Exactly here. */
  readonly items: readonly DifferenceItem[];
  /** Here and below. */
  readonly totals: FieldTotals;
}

export interface FieldTotals {
  /** Pairs that differ, by kind, most first. */
  readonly kinds: ReadonlyArray<readonly [kind: string, differing: number]>;
  readonly differing: number;
  /** Null where no control has answered. */
  readonly noise: number | null;
  readonly compared: number;
  readonly pValue: number;
  readonly level: DifferenceVerdict;
}

const LEVELS: readonly DifferenceVerdict[] = ['different', 'seen', 'noise', 'ignored'];
const BRANCHES = [
  ['status', (path: string) => /^:(?:grpc-)?status$/.test(path), ':status'],
  ['headers', (path: string) => path.startsWith('header:'), 'header:*'],
  ['trailers', (path: string) => path.startsWith('trailer:'), 'trailer:*'],
  ['body', () => true, ''],
] as const;

export function fieldTree(items: readonly DifferenceItem[]): FieldNode[] {
  let left = items;
  return BRANCHES.flatMap(([name, isOf, path]) => {
    const own = left.filter((item) => isOf(item.path));
    left = left.filter((item) => !isOf(item.path));
    if (own.length === 0) return [];
    return name === 'body' ? [bodyNode(own)] : [flatNode(name, path, own)];
  });
}

/** Names below a branch; a lone status needs no branch. */
function flatNode(name: string, path: string, items: readonly DifferenceItem[]): FieldNode {
  const paths = [...new Set(items.map((item) => item.path))].sort();
  const leaves = paths.map((own) => {
    const here = items.filter((item) => item.path === own);
    return {
      path: own,
      name: own.replace(/^(?:header|trailer):|^:/, ''),
      children: [],
      items: here,
      totals: totalsOf(here),
    };
  });
  if (name === 'status' && leaves.length === 1) return leaves[0]!;
  return { path, name, children: leaves, items: [], totals: totalsOf(items) };
}

interface Growing {
  readonly items: DifferenceItem[];
  readonly children: Map<string, Growing>;
}

function bodyNode(items: readonly DifferenceItem[]): FieldNode {
  const root: Growing = { items: [], children: new Map() };
  for (const item of items) {
    let node = root;
    // `:body/*` is a line of a text.
    for (const segment of item.path
      .replace(/^:(?:body|message)/, '')
      .split('/')
      .slice(1)) {
      let next = node.children.get(segment);
      if (!next) {
        next = { items: [], children: new Map() };
        node.children.set(segment, next);
      }
      node = next;
    }
    node.items.push(item);
  }
  return finish(root, 'body', '');
}

function finish(node: Growing, name: string, path: string): FieldNode {
  const children = [...node.children]
    .map(([segment, child]) => finish(child, segment.replaceAll('~1', '/').replaceAll('~0', '~'), `${path}/${segment}`))
    .sort(byLevelAndName);
  const below = [...node.items, ...children.flatMap(itemsBelow)];
  return { path: node.items[0]?.path ?? path, name, children, items: node.items, totals: totalsOf(below) };
}

function itemsBelow({ items, children }: FieldNode): DifferenceItem[] {
  return [...items, ...children.flatMap(itemsBelow)];
}

function byLevelAndName(one: FieldNode, other: FieldNode): number {
  return (
    LEVELS.indexOf(one.totals.level) - LEVELS.indexOf(other.totals.level) ||
    other.totals.differing - one.totals.differing ||
    (one.name < other.name ? -1 : 1)
  );
}

function totalsOf(items: readonly DifferenceItem[]): FieldTotals {
  const kinds = new Map<string, number>();
  for (const { kind, differing } of items) kinds.set(kind, (kinds.get(kind) ?? 0) + differing);
  const controlled = items.filter(({ noise }) => noise !== null);
  return {
    kinds: [...kinds].sort(([, one], [, other]) => other - one),
    differing: items.reduce((sum, { differing }) => sum + differing, 0),
    noise: controlled.length === 0 ? null : controlled.reduce((sum, { noise }) => sum + (noise ?? 0), 0),
    compared: Math.max(0, ...items.map(({ compared }) => compared)),
    pValue: Math.min(1, ...items.map(({ pValue }) => pValue)),
    level: LEVELS.find((level) => items.some(({ verdict }) => verdict === level)) ?? 'noise',
  };
}

export interface VisibleNode {
  readonly node: FieldNode;
  readonly depth: number;
  readonly isOpen: boolean;
}

/** Rows from the top down, without what is below closed nodes. */
export function visibleNodes(nodes: readonly FieldNode[], closed: ReadonlySet<string>, depth = 0): VisibleNode[] {
  return nodes.flatMap((node) => {
    const isOpen = node.children.length > 0 && !closed.has(nodeKey(node));
    return [{ node, depth, isOpen }, ...(isOpen ? visibleNodes(node.children, closed, depth + 1) : [])];
  });
}

/** A body that is a lone value and the body's branch share a path, never a tree. */
export function nodeKey({ path, name }: FieldNode): string {
  return `${name} ${path}`;
}
