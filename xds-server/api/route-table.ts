/** Which methods an address knows, so that a wrong method is told apart from a wrong address. */
export class RouteTable {
  readonly #routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  add(url: string, method: string | string[]): void {
    const known = this.#routes.get(url);
    const route = known ?? { pattern: toPattern(url), methods: new Set<string>() };
    for (const one of [method].flat()) route.methods.add(one);
    this.#routes.set(url, route);
  }

  /** Empty when there is nothing at this path. */
  methodsOf(path: string): string[] {
    const matching = [...this.#routes.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => [...methods]))].sort();
  }

  /** Every address with its methods, as `GET /api/v1/mirrors/{name}`. */
  list(): string[] {
    return [...this.#routes].flatMap(([url, { methods }]) =>
      [...methods].map((method) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`),
    );
  }
}

function toPattern(url: string): RegExp {
  const escaped = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+')}$`);
}
