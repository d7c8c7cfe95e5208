import { randomBytes } from 'node:crypto';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Rule } from '../diff/index.ts';
import { readRule } from './read-rule.ts';

/** A rule and where it came from. */
export type BookedRule = Rule & {
  readonly createdAtMs: number;
  /** Rules of the file are changed in the file. */
  readonly source: 'api' | 'file';
};

/** A rule as it stands in the policy; who made it may stand there too. */
export interface RuleOfFile {
  readonly author?: string;
  readonly [key: string]: unknown;
}

/** Where rules are kept; the comparison's store is one. */
export interface RuleShelf {
  rules(mirror: string): Promise<ReadonlyArray<{ readonly createdAtMs: number; readonly rule: string }>>;
  putRule(row: { mirror: string; id: string; createdAtMs: number; rule: string }): Promise<void>;
  deleteRule(mirror: string, id: string): Promise<boolean>;
}

export type RuleListener = (mirror: string, rules: readonly BookedRule[]) => void;

/** More would make reading them hopeless and matching slow. */
const MAX_RULES = 500;

/**
 * The rules of every mirror: those that people made by API or page, which are on disk once made, and those of the policy
 * file. Listeners hear of each change with all rules of the mirror. Rules that have expired stay in the list, so that
 * people see why something is back.
 */
export class RuleBook {
  readonly #shelf: RuleShelf;
  readonly #byApi = new Map<string, readonly BookedRule[]>();
  readonly #ofFile = new Map<string, readonly BookedRule[]>();
  /** As they were last taken over, to tell what has changed. */
  readonly #textOfFile = new Map<string, string>();
  readonly #listeners = new Set<RuleListener>();

  constructor(shelf: RuleShelf) {
    this.#shelf = shelf;
  }

  /** Reads what is on disk; until then there are no rules. */
  async load(mirrors: readonly string[]): Promise<void> {
    for (const mirror of mirrors) {
      const rows = await this.#shelf.rules(mirror);
      const rules = rows.map(
        ({ createdAtMs, rule }): BookedRule => ({ ...JSON.parse(rule), createdAtMs, source: 'api' }),
      );
      this.#byApi.set(mirror, rules);
      this.#tell(mirror);
    }
  }

  /** In the order in which they decide: those of the file first. */
  of(mirror: string): readonly BookedRule[] {
    return [...(this.#ofFile.get(mirror) ?? []), ...(this.#byApi.get(mirror) ?? [])];
  }

  /** Calls back on each change; returns the function that ends it. */
  onChange(listener: RuleListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws ShadowplaneError REQUEST_INVALID or STORE_FAILED; then nothing has changed. */
  async add(mirror: string, input: unknown, author: string, nowMs: number): Promise<BookedRule> {
    const rule = readRule(input, { id: `rule-${randomBytes(5).toString('hex')}`, author, nowMs });
    if (this.of(mirror).length >= MAX_RULES) {
      throw new ShadowplaneError('REQUEST_INVALID', `A mirror has at most ${MAX_RULES} rules; delete some first`);
    }
    await this.#shelf.putRule({ mirror, id: rule.id, createdAtMs: nowMs, rule: JSON.stringify(rule) });
    const booked: BookedRule = { ...rule, createdAtMs: nowMs, source: 'api' };
    this.#byApi.set(mirror, [...(this.#byApi.get(mirror) ?? []), booked]);
    this.#tell(mirror);
    return booked;
  }

  /** @throws ShadowplaneError NOT_FOUND, REQUEST_INVALID (a rule of the file) or STORE_FAILED; then nothing has changed. */
  async remove(mirror: string, id: string): Promise<void> {
    if (this.#ofFile.get(mirror)?.some((rule) => rule.id === id)) {
      throw new ShadowplaneError(
        'REQUEST_INVALID',
        `${id} stands in the policy, in compare.rules of the mirror; remove it there`,
      );
    }
    if (!(await this.#shelf.deleteRule(mirror, id))) throw new ShadowplaneError('NOT_FOUND', `There is no rule ${id}`);
    this.#byApi.set(
      mirror,
      (this.#byApi.get(mirror) ?? []).filter((rule) => rule.id !== id),
    );
    this.#tell(mirror);
  }

  /**
   * Takes over `compare.rules` of a mirror of the policy. Nobody is told when they are as they were.
   *
   * @throws ShadowplaneError REQUEST_INVALID; then the rules stay as they were.
   */
  setOfFile(mirror: string, inputs: readonly RuleOfFile[], nowMs: number): void {
    const text = JSON.stringify(inputs);
    if (text === (this.#textOfFile.get(mirror) ?? '[]')) return;
    // A rule of the file that has expired is history, no mistake.
    const rules = inputs.map(({ author = 'file', ...input }, index) => ({
      ...readRule(input, { id: `file-${index + 1}`, author, nowMs: Number.NEGATIVE_INFINITY }),
      createdAtMs: nowMs,
      source: 'file' as const,
    }));
    this.#ofFile.set(mirror, rules);
    this.#textOfFile.set(mirror, text);
    this.#tell(mirror);
  }

  #tell(mirror: string): void {
    const rules = this.of(mirror);
    for (const listener of this.#listeners) listener(mirror, rules);
  }
}
