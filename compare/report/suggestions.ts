/**
 * Rules that would spare a reader what looks like noise, as `GET /mirrors/{name}/rules/suggestions` gives them: fields that
 * differ in nearly every pair and look like an id, a hash or a counter, or in most and look like a time. Suggested, never
 * applied.
 *
 * With a control a field has to differ there too: what the candidate alone does differently is a finding, however it looks.
 */
import { compileRules, formatOf, type Rule, type ValueFormat } from '../diff/index.ts';
import type { Looks } from '../judge/index.ts';
import { IgnoredFields } from './ignored.ts';
import type { CellInput, EpochInput, FieldInput } from './inputs.ts';
import { diffSample, type SampleInput } from './sample.ts';

export interface RuleSuggestion {
  readonly rule: {
    readonly effect: 'format' | 'ignore';
    readonly path: string;
    /** Absent: at all endpoints, because the field looks like that wherever it is. */
    readonly endpoint?: string;
    readonly format?: ValueFormat;
  };
  readonly why: string;
  /** Pairs in which it would hide a difference. */
  readonly hides: { readonly pairs: number; readonly of: number };
}

export interface VolatileField {
  readonly endpoint: string;
  readonly path: string;
  readonly pairs: number;
  readonly differing: number;
  readonly isControlled: boolean;
  readonly looks: Looks | undefined;
}

const LEAST_PAIRS = 20;
const NEARLY_ALL = 0.9;
/** Of a time, which two answers share when they are given within the same second or millisecond. */
const MOST = 0.5;
/** Without a control: nearly each answer of the primary carries another value. */
const LEAST_DISTINCT = { time: 0.5, other: 0.8 } as const;

/** Fields that differ in most pairs, by the control too where there is one, and that no rule is about. */
export function volatileFields({ cells }: EpochInput, rules: readonly Rule[], nowMs: number): VolatileField[] {
  const ignored = new IgnoredFields(rules, nowMs);
  const found = new Map<string, VolatileField>();
  for (const cell of cells) {
    for (const field of cell.fields) {
      if (field.kind !== 'value' || ignored.ruleFor(cell.endpoint, field.path)) continue;
      if (rules.some(({ path, endpoint = cell.endpoint }) => path === field.path && endpoint === cell.endpoint))
        continue;
      const known = found.get(nameOf(cell, field));
      const { candidateOnly, both } = field.counts;
      // What the control does differently as well; without one all of it.
      const differing = cell.controlled ? both : candidateOnly;
      found.set(nameOf(cell, field), {
        endpoint: cell.endpoint,
        path: field.path,
        pairs: (known?.pairs ?? 0) + cell.pairs,
        differing: (known?.differing ?? 0) + differing,
        isControlled: cell.controlled || (known?.isControlled ?? false),
        looks: field.looks ?? known?.looks,
      });
    }
  }
  return [...found.values()].filter(
    ({ pairs, differing, isControlled, looks }) =>
      pairs >= LEAST_PAIRS &&
      differing > pairs * MOST &&
      (isControlled || (looks !== undefined && looks.distinctShare >= leastDistinct(looks))),
  );
}

function leastDistinct({ format }: Looks): number {
  return format === 'time' ? LEAST_DISTINCT.time : LEAST_DISTINCT.other;
}

function nameOf({ endpoint }: CellInput, { path }: FieldInput): string {
  return JSON.stringify([endpoint, path]);
}

/** @param samplesOf examples of a field, to see what its values look like on either side. */
export function suggestRules(
  fields: readonly VolatileField[],
  samplesOf: (field: VolatileField) => readonly SampleInput[],
): RuleSuggestion[] {
  const suggestions = fields.flatMap((field) => suggest(field, samplesOf(field)));
  const byRule = new Map<string, RuleSuggestion[]>();
  for (const suggestion of suggestions) {
    const { endpoint, ...rule } = suggestion.rule;
    const key = JSON.stringify(rule);
    byRule.set(key, [...(byRule.get(key) ?? []), suggestion]);
  }
  return [...byRule.values()]
    .flatMap((alike) => (alike.length > 1 ? [everywhere(alike)] : alike))
    .sort((one, other) => other.hides.pairs - one.hides.pairs || (one.rule.path < other.rule.path ? -1 : 1));
}

function everywhere(alike: readonly RuleSuggestion[]): RuleSuggestion {
  const [first] = alike;
  const { endpoint, ...rule } = first!.rule;
  const sum = (pick: (hides: RuleSuggestion['hides']) => number) =>
    alike.reduce((all, { hides }) => all + pick(hides), 0);
  const hides = { pairs: sum(({ pairs }) => pairs), of: sum(({ of }) => of) };
  return { rule, why: `${first!.why}, at ${alike.length} endpoints`, hides };
}

function suggest(field: VolatileField, samples: readonly SampleInput[]): RuleSuggestion[] {
  const { endpoint, path, pairs, differing, isControlled } = field;
  const values = valuesAt(field, samples);
  const look = lookOf(field, values);
  if (!look || (look.format !== 'timestamp' && differing < pairs * NEARLY_ALL)) return [];
  const differs = isControlled ? 'The control differs here as well' : 'Differs';
  return [
    {
      rule: { effect: look.format ? 'format' : 'ignore', path, endpoint, ...(look.format && { format: look.format }) },
      why: `${differs}, in ${Math.round((differing / pairs) * 100)}% of pairs, and looks like ${look.what}`,
      hides: { pairs: differing, of: pairs },
    },
  ];
}

interface Values {
  readonly primary: readonly string[];
  readonly candidate: readonly string[];
}

function valuesAt({ path }: VolatileField, samples: readonly SampleInput[]): Values {
  const inOrder = samples.toSorted((one, other) => one.exchange.atMs - other.exchange.atMs);
  const found = inOrder.flatMap(({ exchange }) =>
    diffSample(exchange, compileRules([], '', 0)).filter(
      (difference) => difference.kind === 'value' && difference.path === path,
    ),
  );
  const texts = (side: 'primary' | 'candidate') =>
    found.map((difference) => difference[side]).filter((text) => text !== undefined);
  return { primary: texts('primary'), candidate: texts('candidate') };
}

const NAMES: Readonly<Partial<Record<ValueFormat, string>>> = {
  timestamp: 'a time',
  date: 'a date',
  uuid: 'a UUID',
  ulid: 'a ULID',
  hash: 'a hash',
};
const BY_LOOKS: Readonly<Partial<Record<Looks['format'], ValueFormat>>> = {
  time: 'timestamp',
  uuid: 'uuid',
  hash: 'hash',
};

/** Undefined when it looks like nothing volatile, or when the candidate's values look like something else. */
function lookOf(
  { looks, isControlled }: VolatileField,
  { primary, candidate }: Values,
): { what: string; format?: ValueFormat } | undefined {
  const format = primary.length > 0 ? formatOf([...primary, ...candidate]) : looks && BY_LOOKS[looks.format];
  if (format) return { what: NAMES[format] ?? format, format };
  // The same field in another form is no noise.
  if (primary.length === 0 || formatOf(primary) !== undefined || formatOf(candidate) !== undefined) return undefined;
  const all = [...primary, ...candidate];
  if (all.every(isWhole) && (isControlled || (grows(primary) && grows(candidate)))) return { what: 'a counter' };
  // Without a control it might as well be a field that the candidate writes differently.
  return isControlled && all.every(isToken) ? { what: 'an id' } : undefined;
}

const LEAST_GROWING = 4;

/** Values in the order of their requests: a counter grows, a price does not. */
function grows(texts: readonly string[]): boolean {
  const numbers = texts.map((text) => Number(text.replaceAll('"', '')));
  return (
    numbers.length >= LEAST_GROWING && numbers.every((number, index) => index === 0 || number > numbers[index - 1]!)
  );
}

function isWhole(text: string): boolean {
  return /^"?\d{1,15}"?$/.test(text);
}

/** Nobody writes such words: no space in it, and digits among at least eight characters. */
function isToken(text: string): boolean {
  return /^"?(?=\S*\d)[\w+/=.:-]{8,}"?$/.test(text) && !/^"?-?\d+(?:\.\d+)?"?$/.test(text);
}
