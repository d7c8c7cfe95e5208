/** JSON bodies side by side: members by key, elements by what they are, each with what the comparison says of it. */
import { align, type Partner } from './align.ts';
import { type AtPath, FoldedPaths } from './folded-paths.ts';
import { type JsonNode, parseJsonText } from './json-text.ts';
import type { Cell, Row, RowState } from './rows.ts';

/** Primary, candidate, control. */
export type Trees = ReadonlyArray<JsonNode | undefined>;

/** @param isLarge leaves what is the same in all of them as one row each, whose own rows are made when they are asked for. */
export function jsonRows(
  trees: Trees,
  differences: readonly AtPath[],
  noise: readonly AtPath[],
  isLarge = false,
): Row[] {
  const builder = new Builder(trees.length, new FoldedPaths(differences), new FoldedPaths(noise), isLarge);
  builder.add(trees, undefined, [], 0);
  return builder.rows;
}

/** The rows that a collapsed one stands for; made when they are asked for, because of large bodies few are. */
export function openRow(
  { path, cells, collapsed }: Row,
  differences: readonly AtPath[],
  noise: readonly AtPath[],
): readonly Row[] {
  const node = collapsed === undefined ? undefined : parseJsonText(collapsed);
  if (!node) return [];
  const { depth = 0, label } = cells[0] ?? {};
  const builder = new Builder(cells.length, new FoldedPaths(differences), new FoldedPaths(noise), false);
  builder.add(
    cells.map(() => node),
    label,
    path,
    depth,
  );
  return builder.rows;
}

class Builder {
  readonly rows: Row[] = [];
  readonly #columns: number;
  readonly #different: FoldedPaths;
  readonly #noise: FoldedPaths;
  readonly #isLarge: boolean;

  constructor(columns: number, different: FoldedPaths, noise: FoldedPaths, isLarge: boolean) {
    this.#isLarge = isLarge;
    this.#columns = columns;
    this.#different = different;
    this.#noise = noise;
  }

  add(nodes: Trees, label: string | undefined, path: readonly string[], depth: number): void {
    const type = nodes.find((node) => node)?.type;
    if (nodes.some((node) => node && node.type !== type)) this.#apart(nodes, label, path, depth);
    else if (type === 'scalar') this.#push(nodes, ofScalar, label, path, depth);
    else if (nodes.every((node) => !node || isEmpty(node))) this.#push(nodes, ofEmpty, label, path, depth);
    else if (this.#isLarge && depth > 0 && areSame(nodes)) this.#collapsed(nodes, label, path, depth);
    else if (type === 'array') {
      this.#push(nodes, () => '[', label, path, depth);
      this.#elements(nodes, path, depth + 1);
      this.#close(nodes, ']', path, depth);
    } else {
      this.#push(nodes, () => '{', label, path, depth);
      this.#members(nodes, path, depth + 1);
      this.#close(nodes, '}', path, depth);
    }
  }

  #members(nodes: Trees, path: readonly string[], depth: number): void {
    const maps = nodes.map((node) => node?.type === 'object' && new Map(node.members.map((one) => [one.key, one])));
    const keys = new Set(maps.flatMap((map) => (map ? [...map.keys()] : [])));
    for (const key of keys) {
      const members = maps.map((map) => (map ? map.get(key) : undefined));
      const label = members.find((member) => member)?.keyText;
      this.add(
        members.map((member) => member?.value),
        label,
        [...path, key],
        depth,
      );
    }
  }

  #elements(nodes: Trees, path: readonly string[], depth: number): void {
    const [primary = [], ...others] = nodes.map((node) => (node?.type === 'array' ? node.elements : undefined));
    const mayMove = !this.#different.at(path).includes('order');
    const partners = others.map((elements) => (elements ? alignElements(primary, elements, mayMove) : []));
    for (const indices of merge(primary.length, partners)) {
      const at = indices.find((index) => index !== undefined);
      const elements = [primary, ...others].map((list, column) => list?.[indices[column] ?? -1]);
      this.add(elements, undefined, [...path, String(at)], depth);
    }
  }

  #collapsed(nodes: Trees, label: string | undefined, path: readonly string[], depth: number): void {
    const text = nodes[0]?.type === 'array' ? '[…]' : '{…}';
    const cell = { depth, ...(label !== undefined && { label }), text };
    const collapsed = nodes[0]?.text ?? '';
    this.rows.push({ path, cells: nodes.map(() => cell), state: 'equal', kinds: NONE, collapsed });
  }

  /** They have nothing in common: each as it is, from the same line on. */
  #apart(nodes: Trees, label: string | undefined, path: readonly string[], depth: number): void {
    const columns = nodes.map((node) => {
      const alone = new Builder(1, this.#different, this.#noise, false);
      if (node) alone.add([node], label, path, depth);
      return alone.rows;
    });
    const height = Math.max(...columns.map((rows) => rows.length));
    for (let at = 0; at < height; at += 1) {
      const cells = columns.map((rows) => rows[at]?.cells[0]);
      const own = columns.find((rows) => rows[at])?.[at]?.path ?? path;
      this.#pushCells(cells, own, at === 0);
    }
  }

  #push(
    nodes: Trees,
    textOf: (node: JsonNode) => string,
    label: string | undefined,
    path: readonly string[],
    depth: number,
  ): void {
    const cells = nodes.map((node) => node && { depth, ...(label !== undefined && { label }), text: textOf(node) });
    this.#pushCells(cells, path, true);
  }

  #close(nodes: Trees, mark: string, path: readonly string[], depth: number): void {
    const cells = nodes.map(
      (node) => node && { depth, text: node.type !== 'scalar' && node.isCut ? '… the rest was not captured' : mark },
    );
    this.#pushCells(cells, path, false);
  }

  #pushCells(cells: ReadonlyArray<Cell | undefined>, path: readonly string[], isFirstOfItsPath: boolean): void {
    if (this.#columns === 1) {
      this.rows.push({ path, cells, state: 'equal', kinds: NONE });
      return;
    }
    const [primary, candidate, control] = cells;
    const ofItself = isFirstOfItsPath ? this.#different.ofItself(path) : NONE;
    const candidateDiffers = differ(primary, candidate) || ofItself.length > 0;
    const state = rowState({
      candidateDiffers,
      controlDiffers: this.#columns > 2 && differ(primary, control),
      isReported: () => this.#different.covers(path),
      isNoise: () => this.#noise.covers(path),
    });
    this.rows.push({
      path,
      cells,
      state,
      kinds: candidateDiffers && isFirstOfItsPath ? this.#different.at(path) : NONE,
    });
  }
}

const NONE: readonly string[] = [];

export function rowState(row: {
  readonly candidateDiffers: boolean;
  readonly controlDiffers: boolean;
  readonly isReported: () => boolean;
  readonly isNoise: () => boolean;
}): RowState {
  if (!row.candidateDiffers) return row.controlDiffers ? 'noise' : 'equal';
  if (!row.isReported()) return 'harmless';
  return row.isNoise() ? 'noise' : 'different';
}

function ofScalar(node: JsonNode): string {
  return node.type === 'scalar' ? node.text : '';
}

function ofEmpty({ type }: JsonNode): string {
  return type === 'array' ? '[]' : '{}';
}

function areSame([primary, ...others]: Trees): boolean {
  return primary !== undefined && others.every((node) => node?.text === primary.text);
}

function isEmpty(node: JsonNode): boolean {
  if (node.type === 'array') return node.elements.length === 0 && !node.isCut;
  return node.type === 'object' && node.members.length === 0 && !node.isCut;
}

/** For each row the index in each column: the primary's in their order, and what only others have where it stands there. */
export function merge(length: number, others: ReadonlyArray<readonly Partner[]>): Array<Array<number | undefined>> {
  const beside = others.map(
    (partners) => new Map(partners.flatMap(([one, other]) => (one === undefined ? [] : [[one, other]]))),
  );
  const extras = others.map((partners) => {
    const before = new Map<number, number[]>();
    let next = 0;
    for (const [one, other] of partners) {
      if (one !== undefined) next = one + 1;
      else if (other !== undefined) addTo(before, next, other);
    }
    return before;
  });
  const rows: Array<Array<number | undefined>> = [];
  for (let at = 0; at <= length; at += 1) {
    for (const [column, before] of extras.entries()) {
      for (const index of before.get(at) ?? []) {
        rows.push([undefined, ...others.map((_, other) => (other === column ? index : undefined))]);
      }
    }
    if (at < length) rows.push([at, ...beside.map((partners) => partners.get(at))]);
  }
  return rows;
}

/** In place: thousands may be alike. */
function addTo<K>(lists: Map<K, number[]>, key: K, item: number): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

function alignElements(one: readonly JsonNode[], other: readonly JsonNode[], mayMove: boolean): Partner[] {
  const [keys, otherKeys] = identitiesOf(one, other) ?? textsOf(one, other) ?? [one.map(digest), other.map(digest)];
  const partners = align(keys, otherKeys);
  return mayMove ? withMoved(partners, keys, otherKeys) : partners;
}

/** Undefined where nothing is the same, perhaps because one of them is written with other spaces. */
function textsOf(
  one: readonly JsonNode[],
  other: readonly JsonNode[],
): readonly [readonly string[], readonly string[]] | undefined {
  const texts = one.map(({ text }) => text);
  const known = new Set(texts);
  return other.some(({ text }) => known.has(text)) ? [texts, other.map(({ text }) => text)] : undefined;
}

/** Elements that have left their place for another stand beside each other all the same. */
function withMoved(partners: readonly Partner[], keys: readonly string[], otherKeys: readonly string[]): Partner[] {
  const kept: Partner[] = [];
  const free: number[] = [];
  const wanted = new Map<string, number[]>();
  for (const [one, other] of partners) {
    if (one !== undefined && other !== undefined && keys[one] === otherKeys[other]) {
      kept.push([one, other]);
      continue;
    }
    if (one !== undefined) free.push(one);
    if (other !== undefined) addTo(wanted, otherKeys[other]!, other);
  }
  const rest: number[] = [];
  for (const one of free) {
    const other = wanted.get(keys[one]!)?.shift();
    if (other === undefined) rest.push(one);
    else kept.push([one, other]);
  }
  const left = [...wanted.values()].flat().sort((one, other) => one - other);
  for (const one of rest) kept.push([one, left.shift()]);
  kept.sort(([one = 0], [other = 0]) => one - other);
  return [...kept, ...left.map((other): Partner => [undefined, other])];
}

const IDENTITY = /^(?:_?id|uuid|key|sku|code|name)$/i;

/** By what elements are called, where all of them have a name of their own. */
function identitiesOf(
  one: readonly JsonNode[],
  other: readonly JsonNode[],
): readonly [readonly string[], readonly string[]] | undefined {
  const of = (elements: readonly JsonNode[]): string[] | undefined => {
    const names = elements.flatMap((node) => {
      const member =
        node.type === 'object' && node.members.find(({ key, value }) => IDENTITY.test(key) && value.type === 'scalar');
      return member && member.value.type === 'scalar' ? [`${member.key} ${member.value.text}`] : [];
    });
    return names.length === elements.length && new Set(names).size === names.length ? names : undefined;
  };
  const [names, otherNames] = [of(one), of(other)];
  if (!names || !otherNames) return undefined;
  const known = new Set(names);
  // Where names are made anew for each answer, they say nothing.
  return otherNames.some((name) => known.has(name)) ? [names, otherNames] : undefined;
}

const digests = new WeakMap<JsonNode, string>();

/** Equal for equal text; of two different ones never in practice. */
function digest(node: JsonNode): string {
  if (node.type === 'scalar') return node.text.length <= 24 ? node.text : hash(node.text);
  let known = digests.get(node);
  if (known === undefined) {
    const parts =
      node.type === 'array'
        ? node.elements.map(digest)
        : node.members.map(({ keyText, value }) => `${keyText}:${digest(value)}`);
    known = hash(`${node.type}${parts.join()}`);
    digests.set(node, known);
  }
  return known;
}

function hash(text: string): string {
  let one = 0x811c9dc5;
  let other = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x85ebca6b);
  }
  return `${(one >>> 0).toString(36)}.${(other >>> 0).toString(36)}`;
}

function differ(one: Cell | undefined, other: Cell | undefined): boolean {
  return one?.text !== other?.text || one?.label !== other?.label;
}
