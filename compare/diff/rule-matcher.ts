/**
 * Rules made ready for the walk: one step a path segment, whatever the number of rules. Where several rules meet, the one
 * that stands first decides.
 */
import { pointerSegments } from './path.ts';
import type { Rule, RuleEffect } from './rule.ts';

export type RuleOf<E extends RuleEffect['effect']> = Extract<Rule, { effect: E }>;

/** The rules that match exactly here, by effect. */
export interface RulesHere {
  readonly ignore?: RuleOf<'ignore'>;
  readonly tolerance?: RuleOf<'tolerance'>;
  readonly format?: RuleOf<'format'>;
  readonly array?: RuleOf<'unordered'> | RuleOf<'keyed'>;
  readonly nullEqualsMissing?: RuleOf<'nullEqualsMissing'>;
}

export interface CompiledRules {
  /** At the root of a JSON body; undefined when no rule can match in there. */
  readonly body: RulePosition | undefined;
  /** For `:status`, `header:NAME` and the like; their names in lower case. */
  outside(name: string): RulesHere;
}

const NO_RULES: RulesHere = Object.freeze({});

export const noRules: CompiledRules = { body: undefined, outside: () => NO_RULES };

/**
 * @param endpoint Rules for other endpoints are left out.
 * @param nowMs Rules that have expired by then are left out.
 */
export function compileRules(rules: readonly Rule[], endpoint: string, nowMs: number): CompiledRules {
  const valid = rules.filter(
    (rule) => (rule.endpoint ?? endpoint) === endpoint && (rule.expiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs,
  );
  if (valid.length === 0) return noRules;
  const outside = valid.filter(({ path }) => path !== '' && !path.startsWith('/'));
  const patterns = valid
    .filter(({ path }) => path === '' || path.startsWith('/'))
    .map((rule) => ({ rule, segments: pointerSegments(rule.path) }));
  return {
    body: patterns.length > 0 ? new RulePosition(patterns.map((pattern) => ({ ...pattern, at: 0 }))) : undefined,
    outside: (name) => here(outside.filter(({ path }) => matchesName(path, name))),
  };
}

/** A pattern, and how much of it has matched on the way here. */
interface Progress {
  readonly rule: Rule;
  readonly segments: readonly string[];
  readonly at: number;
}

/** Keys can be any text, so what is remembered of them is limited; beyond it a step is computed anew. */
const MAX_REMEMBERED_STEPS = 256;

/** A place in a body, as the rules see it. Steps are remembered, so a walk over many alike elements computes each once. */
export class RulePosition {
  readonly here: RulesHere;
  private readonly progress: readonly Progress[];
  private readonly steps = new Map<string, RulePosition | undefined>();
  private indexStep: RulePosition | undefined | null = null;
  private readonly namesIndex: boolean;

  constructor(progress: readonly Progress[]) {
    this.progress = progress.flatMap(withEmptyRest);
    this.here = here(this.progress.filter(({ at, segments }) => at === segments.length).map(({ rule }) => rule));
    this.namesIndex = this.progress.some(({ at, segments }) => /^\d+$/.test(segments[at] ?? ''));
  }

  /** @returns undefined when no rule can match there or below. */
  step(segment: string | number): RulePosition | undefined {
    if (typeof segment === 'number' && !this.namesIndex) {
      if (this.indexStep === null) this.indexStep = this.compute('0');
      return this.indexStep;
    }
    const name = String(segment);
    const known = this.steps.get(name);
    if (known !== undefined || this.steps.has(name)) return known;
    const next = this.compute(name);
    if (this.steps.size < MAX_REMEMBERED_STEPS) this.steps.set(name, next);
    return next;
  }

  private compute(name: string): RulePosition | undefined {
    const next = this.progress.flatMap((progress) => {
      const wanted = progress.segments[progress.at];
      if (wanted === '**') return [progress];
      return wanted === '*' || wanted === name ? [{ ...progress, at: progress.at + 1 }] : [];
    });
    return next.length > 0 ? new RulePosition(next) : undefined;
  }
}

/** Whether a rule matches exactly here. */
export function hasRules(position: RulePosition): boolean {
  return position.here !== NO_RULES;
}

/** `**` may also stand for nothing. */
function withEmptyRest(progress: Progress): Progress[] {
  const all = [progress];
  for (let at = progress.at; progress.segments[at] === '**'; at++) all.push({ ...progress, at: at + 1 });
  return all;
}

function here(rules: readonly Rule[]): RulesHere {
  if (rules.length === 0) return NO_RULES;
  const found: { -readonly [name in keyof RulesHere]: RulesHere[name] } = {};
  for (const rule of rules) {
    if (rule.effect === 'ignore') found.ignore ??= rule;
    else if (rule.effect === 'tolerance') found.tolerance ??= rule;
    else if (rule.effect === 'format') found.format ??= rule;
    else if (rule.effect === 'nullEqualsMissing') found.nullEqualsMissing ??= rule;
    else found.array ??= rule;
  }
  return found;
}

function matchesName(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase();
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}
