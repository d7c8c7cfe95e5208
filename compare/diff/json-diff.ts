/**
 * The structural comparison of two JSON values. Any input ends: each body is walked once, finding moved elements has an
 * effort of its own, and what lies deeper than `MAX_DEPTH` is compared as a whole.
 */
import { type ArrayPlan, planKeyed, planOrdered, planUnordered } from './array-plan.ts';
import { type DifferenceKind, type Excerpt, Findings, type Place } from './difference.ts';
import { harmlessBy } from './harmless.ts';
import { Effort, jsonEqual } from './json-equal.ts';
import { ExactNumber, type Json, type JsonObject, typeName } from './json-value.ts';
import type { PathSegment } from './path.ts';
import type { CompiledRules, RulePosition, RulesHere } from './rule-matcher.ts';

const MAX_DEPTH = 512;
/** About half a second. */
export const EFFORT = 10_000_000;

export function diffJson(primary: Json, candidate: Json, rules: CompiledRules, findings: Findings): void {
  new JsonWalk(findings, new Effort(EFFORT)).compare(primary, candidate, rules.body, 0);
}

/** What stands at one place in both bodies is compared by `compare`; `enter` and `leave` say where that is. */
export class JsonWalk {
  private readonly findings: Findings;
  private readonly effort: Effort;
  private readonly place: Place = { primary: [], candidate: [], depth: 0, moved: 0 };

  constructor(findings: Findings, effort: Effort) {
    this.findings = findings;
    this.effort = effort;
  }

  compare(primary: Json, candidate: Json, position: RulePosition | undefined, depth: number): void {
    const rules = position?.here;
    if (rules?.ignore) {
      if (!jsonEqual(primary, candidate)) this.findings.hide(rules.ignore.id);
      return;
    }
    if (!bothContainers(primary, candidate)) this.compareScalars(primary, candidate, rules);
    else if (depth >= MAX_DEPTH) this.compareAsWholes(primary, candidate, rules);
    else if (Array.isArray(primary)) this.compareArrays(primary, candidate as Json[], position, depth);
    else this.compareObjects(primary as JsonObject, candidate as JsonObject, position, depth);
  }

  private compareAsWholes(primary: Json, candidate: Json, rules: RulesHere | undefined): void {
    if (isNumber(primary) || isNumber(candidate)) this.compareScalars(primary, candidate, rules);
    else if (!jsonEqual(primary, candidate)) this.found('value', primary, candidate);
  }

  private compareScalars(primary: Json, candidate: Json, rules: RulesHere | undefined): void {
    if (primary === candidate) return;
    if (primary instanceof ExactNumber && candidate instanceof ExactNumber && primary.key === candidate.key) return;
    const harmless = rules && harmlessBy(rules, primary, candidate);
    if (harmless) this.findings.hide(harmless.id);
    else this.found(typeName(primary) === typeName(candidate) ? 'value' : 'type', primary, candidate);
  }

  /** Numbers among them have no keys. */
  private compareObjects(
    primary: JsonObject,
    candidate: JsonObject,
    position: RulePosition | undefined,
    depth: number,
  ): void {
    let keysOfCandidate = 0;
    for (const _ in candidate) keysOfCandidate++;
    if (keysOfCandidate === 0 && isNumber(candidate)) {
      this.compareScalars(primary, candidate, position?.here);
      return;
    }
    let hasKeys = false;
    for (const key in primary) {
      hasKeys = true;
      const one = primary[key]!;
      const other = candidate[key]!;
      if (one === other) {
        keysOfCandidate--;
        continue;
      }
      const next = position?.step(key);
      this.enter(key, key);
      if (has(candidate, key, other)) {
        keysOfCandidate--;
        this.compare(one, other, next, depth + 1);
      } else this.absent('missing', one, next);
      this.leave();
    }
    if (!hasKeys && isNumber(primary)) {
      this.compareScalars(primary, candidate, position?.here);
      return;
    }
    if (keysOfCandidate === 0) return;
    for (const key in candidate) {
      if (has(primary, key, primary[key])) continue;
      this.enter(key, key);
      this.absent('extra', candidate[key]!, position?.step(key));
      this.leave();
    }
  }

  compareArrays(primary: Json[], candidate: Json[], position: RulePosition | undefined, depth: number): void {
    const rule = position?.here.array;
    if (rule === undefined && primary.length === 1 && candidate.length === 1) {
      this.compareElements(primary, 0, candidate, 0, position, depth);
      return;
    }
    let plan: ArrayPlan;
    if (rule === undefined) plan = planOrdered(primary, candidate, this.effort);
    else if (rule.effect === 'keyed') plan = planKeyed(primary, candidate, rule.key, this.effort);
    else {
      plan = planUnordered(primary, candidate, this.effort, (one, other) =>
        isHarmless(one, other, position?.step(0), this.effort),
      );
    }
    if (primary.length !== candidate.length) this.found('length', primary.length, candidate.length);
    if (plan.moved && rule) this.findings.hide(rule.id);
    else if (plan.moved) this.found('order', plan.moved[0], plan.moved[1]);
    for (const [index, partner] of plan.pairs) {
      this.compareElements(primary, index, candidate, partner, position, depth);
    }
    for (const index of plan.missing) this.element('missing', index, primary, position);
    for (const index of plan.extra) this.element('extra', index, candidate, position);
  }

  private compareElements(
    primary: Json[],
    index: number,
    candidate: Json[],
    partner: number,
    position: RulePosition | undefined,
    depth: number,
  ): void {
    this.enter(index, partner);
    this.compare(primary[index]!, candidate[partner]!, position?.step(index), depth + 1);
    this.leave();
  }

  private element(kind: 'missing' | 'extra', index: number, array: Json[], position: RulePosition | undefined): void {
    this.enter(index, index);
    this.absent(kind, array[index]!, position?.step(index));
    this.leave();
  }

  absent(kind: 'missing' | 'extra', value: Json | Excerpt, position: RulePosition | undefined): void {
    const rule = position?.here.ignore ?? (value === null ? position?.here.nullEqualsMissing : undefined);
    if (rule) this.findings.hide(rule.id);
    else if (kind === 'missing') this.found(kind, value, undefined);
    else this.found(kind, undefined, value);
  }

  found(kind: DifferenceKind, primary: Json | Excerpt | undefined, candidate: Json | Excerpt | undefined): void {
    this.findings.addJson(kind, this.place, primary, candidate);
  }

  enter(primary: PathSegment, candidate: PathSegment): void {
    const { place } = this;
    place.primary[place.depth] = primary;
    place.candidate[place.depth] = candidate;
    place.depth++;
    if (primary !== candidate) place.moved++;
  }

  leave(): void {
    const { place } = this;
    place.depth--;
    if (place.primary[place.depth] !== place.candidate[place.depth]) place.moved--;
  }
}

/** Two arrays, or two objects, as far as numbers that are kept exactly are objects too. */
function bothContainers(primary: Json, candidate: Json): boolean {
  if (typeof primary !== 'object' || typeof candidate !== 'object' || primary === null || candidate === null)
    return false;
  return Array.isArray(primary) === Array.isArray(candidate);
}

function isNumber(value: Json): boolean {
  return value instanceof ExactNumber;
}

/** @param value What reading the key gave: undefined is no JSON, and what objects inherit is a function or `__proto__`. */
function has(object: JsonObject, key: string, value: unknown): boolean {
  if (value === undefined) return false;
  return (typeof value !== 'function' && key !== '__proto__') || Object.hasOwn(object, key);
}

/** Whether two elements differ in nothing that counts under the rules. */
function isHarmless(primary: Json, candidate: Json, position: RulePosition | undefined, effort: Effort): boolean {
  if (position === undefined || effort.exhausted) return false;
  const findings = new Findings({ total: 0, perPath: 0 });
  new JsonWalk(findings, effort).compare(primary, candidate, position, 0);
  return findings.count === 0;
}
