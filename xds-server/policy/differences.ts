import type { PolicyDocument } from './schema.ts';

/**
 * What differs between two documents, place by place, for people and machines to read. Equal documents have none; what is
 * secret by its name is never shown, only that it differs.
 */
export interface Difference {
  /** Dotted, with indices, as problems name places: `mirrors.orders.segments.beta`. */
  readonly path: string;
  /** Absent: it was not there. */
  readonly before?: unknown;
  /** Absent: it is not there any more. */
  readonly after?: unknown;
}

const HIDDEN = '(hidden)';
/** Headers, cookies and keys of raw Envoy configuration that carry credentials. */
const SECRET = /secret|passw|token|credential|authorization|cookie$|private.?key$|api.?key|inline.?(string|bytes)$/i;
/** What a segment condition compares with is as secret as the header or cookie that it reads. */
const READ_FROM = ['header', 'cookie', 'query'];
const COMPARED_WITH = ['equals', 'prefix', 'suffix', 'contains', 'oneOf'];

export function differences(before: PolicyDocument, after: PolicyDocument): Difference[] {
  const [had, has] = [withSections(before), withSections(after)];
  return differencesAt('', withoutSecrets(had), withoutSecrets(has), had, has);
}

/** The first mirror is a mirror that was added, as the second is, and not a section that was. */
function withSections(document: PolicyDocument): PolicyDocument {
  return { services: {}, segments: {}, mirrors: {}, ...document };
}

/** Those at this entry (`mirrors.orders`) and below it. */
export function differencesWithin(entry: string, all: readonly Difference[]): Difference[] {
  return all.filter(({ path }) => path === entry || path.startsWith(`${entry}.`));
}

/** @param shownBefore what may be shown of `before`; likewise for `after` */
function differencesAt(
  path: string,
  shownBefore: unknown,
  shownAfter: unknown,
  before: unknown,
  after: unknown,
): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const hidden = shownBefore === HIDDEN || shownAfter === HIDDEN;
  if (!hidden && isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    // The order of a mirror's segments decides, so a changed order is a difference of the whole.
    if (sameOrder(before, after)) {
      const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
      return [...keys].flatMap((key) =>
        differencesAt(
          path === '' ? key : `${path}.${key}`,
          (shownBefore as Container)[key],
          (shownAfter as Container)[key],
          before[key],
          after[key],
        ),
      );
    }
  }
  return [
    {
      path,
      ...(before !== undefined && { before: shownBefore }),
      ...(after !== undefined && { after: shownAfter }),
    },
  ];
}

type Container = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function sameOrder(before: Container, after: Container): boolean {
  const common = (of: Container, other: Container) => Object.keys(of).filter((key) => Object.hasOwn(other, key));
  return common(before, after).join('\n') === common(after, before).join('\n');
}

/** `credentials: strip` of a mirror says what becomes of them and is none. */
const NO_SECRETS: readonly string[] = ['credentials'];

function withoutSecrets(value: unknown, key = ''): unknown {
  // A list or an object under such a key names places, such as the paths to redact; what it holds is judged by itself.
  if (SECRET.test(key) && !NO_SECRETS.includes(key) && (typeof value === 'string' || typeof value === 'number'))
    return HIDDEN;
  if (Array.isArray(value)) return value.map((element) => withoutSecrets(element));
  if (!isContainer(value)) return value;
  const readsSecret = READ_FROM.some((source) => typeof value[source] === 'string' && SECRET.test(value[source]));
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [
      name,
      readsSecret && COMPARED_WITH.includes(name) ? HIDDEN : withoutSecrets(child, isSource(name) ? '' : name),
    ]),
  );
}

/** `header: authorization` names a header and holds no value of it. */
function isSource(name: string): boolean {
  return READ_FROM.includes(name);
}
