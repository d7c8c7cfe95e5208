/**
 * Path templates that a person has given, in a configuration or an OpenAPI document. The one that is literal furthest to the
 * left wins, as OpenAPI asks.
 */

export interface Templates {
  /** @returns `/api/orders/{id}` as it was given; undefined when none matches. */
  match(method: string, segments: readonly string[]): string | undefined;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | undefined;
  /** By method; `*` stands for all. */
  readonly templates: Map<string, string>;
}

/** @param texts `/api/orders/{id}` for all methods, or `GET /api/orders/{id}` for one. */
export function compileTemplates(texts: readonly string[]): Templates {
  const root = newNode();
  for (const text of texts) {
    const [, method = '*', path = text] = /^([A-Za-z]+)\s+(\/.*)$/.exec(text.trim()) ?? [undefined, '*', text.trim()];
    let node = root;
    for (const segment of pathSegments(path)) {
      if (isParameter(segment)) node = node.parameter ??= newNode();
      else {
        const next = node.literals.get(segment) ?? newNode();
        node.literals.set(segment, next);
        node = next;
      }
    }
    if (!node.templates.has(method.toUpperCase())) node.templates.set(method.toUpperCase(), path);
  }
  return { match: (method, segments) => find(root, method.toUpperCase(), segments, 0) };
}

function find(node: Node, method: string, segments: readonly string[], at: number): string | undefined {
  if (at === segments.length) return node.templates.get(method) ?? node.templates.get('*');
  const literal = node.literals.get(segments[at]!);
  const byLiteral = literal && find(literal, method, segments, at + 1);
  return byLiteral ?? (node.parameter && find(node.parameter, method, segments, at + 1));
}

function newNode(): Node {
  return { literals: new Map(), parameter: undefined, templates: new Map() };
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{') && segment.endsWith('}');
}

/** Without query and fragment; empty segments (`//`, a slash at the end) do not count. */
export function pathSegments(path: string): string[] {
  const end = path.search(/[?#]/);
  return (end < 0 ? path : path.slice(0, end)).split('/').filter((segment) => segment !== '');
}
