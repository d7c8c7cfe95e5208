/** A rule as it is being written, and what the API takes of it. */
import type { RuleView } from '../../api/index.ts';

export type Effect = RuleView['effect'];

export interface RuleDraft {
  readonly effect: Effect;
  readonly path: string;
  /** Empty: all endpoints. */
  readonly endpoint: string;
  readonly absolute: string;
  /** In percent. */
  readonly relative: string;
  readonly format: string;
  readonly key: string;
  readonly reason: string;
  /** A day, `2030-01-31`; empty: never. */
  readonly expiresOn: string;
}

export const NO_DRAFT: RuleDraft = {
  effect: 'ignore',
  path: '',
  endpoint: '',
  absolute: '',
  relative: '',
  format: 'timestamp',
  key: '/id',
  reason: '',
  expiresOn: '',
};

export const EFFECTS: Readonly<Record<Effect, readonly [name: string, means: string]>> = {
  ignore: ['ignore', 'Nothing here or below counts.'],
  tolerance: ['tolerance', 'Numbers count as equal when they are close.'],
  format: ['format', 'Values count as equal when both have this form.'],
  unordered: ['any order', 'The order of this array means nothing.'],
  keyed: ['keyed', 'Elements of this array belong together by a key.'],
  nullEqualsMissing: ['null is missing', 'null and an absent key are the same.'],
};

export const FORMATS = ['timestamp', 'date', 'uuid', 'ulid', 'hash', 'number', 'string'] as const;

/** What `POST rules` takes. Only what the effect has is sent. */
export function toInput(draft: RuleDraft): Readonly<Record<string, unknown>> {
  const { effect, path, endpoint, reason, expiresOn } = draft;
  return {
    effect,
    path: path.trim(),
    reason: reason.trim(),
    ...(endpoint !== '' && { endpoint }),
    ...(expiresOn !== '' && { expiresAt: expiresOn }),
    ...detailsOf(draft),
  };
}

function detailsOf({ effect, absolute, relative, format, key }: RuleDraft): Readonly<Record<string, unknown>> {
  if (effect === 'format') return { format };
  if (effect === 'keyed') return { key: key.trim() };
  if (effect !== 'tolerance') return {};
  return {
    ...(absolute.trim() !== '' && { absolute: Number(absolute) }),
    ...(relative.trim() !== '' && { relative: Number(relative) / 100 }),
  };
}

/** A draft of what someone or something suggests. */
export function toDraft(rule: Partial<RuleView>): RuleDraft {
  const { effect = 'ignore', path = '', endpoint = '', reason = '', expiresAt } = rule;
  const details = rule as { absolute?: number; relative?: number; format?: string; key?: string };
  return {
    ...NO_DRAFT,
    effect,
    path,
    endpoint,
    reason,
    expiresOn: expiresAt ? expiresAt.slice(0, 10) : '',
    ...(details.absolute !== undefined && { absolute: String(details.absolute) }),
    ...(details.relative !== undefined && { relative: String(details.relative * 100) }),
    ...(details.format !== undefined && { format: details.format }),
    ...(details.key !== undefined && { key: details.key }),
  };
}

/** `tolerance ±0.01`, `format uuid` */
export function describeEffect(rule: Partial<RuleView>): string {
  const [name] = EFFECTS[rule.effect ?? 'ignore'];
  const { absolute, relative, format, key } = rule as {
    absolute?: number;
    relative?: number;
    format?: string;
    key?: string;
  };
  const near = [absolute !== undefined && `±${absolute}`, relative !== undefined && `±${relative * 100}%`].filter(
    Boolean,
  );
  return [name, near.join(' or '), format ?? '', key === undefined ? '' : `by ${key}`].filter(Boolean).join(' ');
}

/** A way to write a path that people know from elsewhere: the body is not just an empty text. */
export function describePath(path: string): string {
  return path === '' ? 'the whole body' : path;
}
