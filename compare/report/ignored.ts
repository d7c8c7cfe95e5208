import { type CompiledRules, compileRules, type Rule } from '../diff/index.ts';
import { withoutDrift } from '../drift/index.ts';

export type IgnoreRule = Extract<Rule, { effect: 'ignore' }>;

/**
 * Which rule says that nothing at a field counts. The diff asks the same of every answer that comes after the rule; this is
 * for what was counted before it.
 */
export class IgnoredFields {
  readonly #rules: readonly Rule[];
  readonly #nowMs: number;
  readonly #compiled = new Map<string, CompiledRules>();

  constructor(rules: readonly Rule[], nowMs: number) {
    this.#rules = rules.filter(({ effect }) => effect === 'ignore');
    this.#nowMs = nowMs;
  }

  /** @param path folded, as differences are grouped. */
  ruleFor(endpoint: string, path: string): IgnoreRule | undefined {
    if (this.#rules.length === 0) return undefined;
    const compiled = this.#compiled.get(endpoint) ?? compileRules(this.#rules, endpoint, this.#nowMs);
    this.#compiled.set(endpoint, compiled);
    if (path !== '' && !path.startsWith('/')) return compiled.outside(withoutDrift(path)).ignore;
    let position = compiled.body;
    for (const segment of path.split('/').slice(1)) {
      if (!position || position.here.ignore) break;
      position = position.step(segment.replaceAll('~1', '/').replaceAll('~0', '~'));
    }
    return position?.here.ignore;
  }
}
