/** Which places of a body a list of differences is about. Their paths are folded: `*` stands for any index or id. */
export interface AtPath {
  readonly kind: string;
  readonly path: string;
}

interface Branch {
  readonly children: Map<string, Branch>;
  kinds: string[] | undefined;
}

/** They say something about the array itself. */
const OF_ITSELF = new Set(['length', 'order']);
const NONE: readonly string[] = [];

export class FoldedPaths {
  readonly #root: Branch = { children: new Map(), kinds: undefined };
  readonly #saysOfArrays: boolean;

  constructor(differences: readonly AtPath[]) {
    this.#saysOfArrays = differences.some(({ kind }) => OF_ITSELF.has(kind));
    for (const { kind, path } of differences) {
      if (path !== '' && !path.startsWith('/')) continue;
      let branch = this.#root;
      for (const segment of segmentsOf(path)) {
        let next = branch.children.get(segment);
        if (!next) {
          next = { children: new Map(), kinds: undefined };
          branch.children.set(segment, next);
        }
        branch = next;
      }
      branch.kinds ??= [];
      if (!branch.kinds.includes(kind)) branch.kinds.push(kind);
    }
  }

  /** Kinds of the differences that are exactly there. */
  at(path: readonly string[]): readonly string[] {
    return this.#branchesAt(path).flatMap(({ kinds }) => kinds ?? []);
  }

  /** Those that an array has although what is in it may be equal. */
  ofItself(path: readonly string[]): readonly string[] {
    return this.#saysOfArrays ? this.at(path).filter((kind) => OF_ITSELF.has(kind)) : NONE;
  }

  /** Whether one of them is there or above, so that it covers what is there. */
  covers(path: readonly string[]): boolean {
    for (let length = 0; length <= path.length; length += 1) {
      const kinds = this.at(path.slice(0, length));
      if (kinds.some((kind) => length === path.length || kind !== 'length')) return true;
    }
    return false;
  }

  #branchesAt(path: readonly string[]): Branch[] {
    let branches = [this.#root];
    for (const segment of path) {
      branches = branches.flatMap(({ children }) => [segment, '*'].flatMap((name) => children.get(name) ?? []));
      if (branches.length === 0) break;
    }
    return branches;
  }
}

function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerOf(segments: readonly string[]): string {
  return segments.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
