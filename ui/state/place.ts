/**
 * Where a reader is, as an address: `/mirrors/orders/fields?endpoint=...`. Everything that a view shows follows from it, so
 * a copied address reproduces the view. Reading one never fails: what makes no sense falls back to what is usual.
 */
export const SCREENS = [
  'overview',
  'endpoints',
  'fields',
  'groups',
  'request',
  'rules',
  'latency',
  'rollout',
  'health',
  'history',
  'envoys',
] as const;
export type Screen = (typeof SCREENS)[number];

/** How far back, in minutes; `epoch` is since the candidate was deployed. */
export const RANGES = [15, 60, 360, 'epoch'] as const;
export type Range = (typeof RANGES)[number];

export interface Place {
  /** What was asked for where there is nothing. */
  readonly unknown?: string;
  /** Undefined: the list of mirrors. */
  readonly mirror: string | undefined;
  readonly screen: Screen;
  /** Undefined: the current one. */
  readonly epoch: number | undefined;
  readonly range: Range;
  /** Whether noise, and what rules ignore, is shown too. */
  readonly noise: boolean;
  /** What is selected; each screen says which of these it takes. */
  readonly endpoint: string | undefined;
  readonly path: string | undefined;
  readonly kind: string | undefined;
  readonly sample: string | undefined;
  readonly segment: string | undefined;
  /** Only differences of this level. */
  readonly level: string | undefined;
  /** Column to sort by; `-name` descends. */
  readonly sort: string | undefined;
}

const DEFAULT_RANGE: Range = 'epoch';

const TEXTS = ['endpoint', 'path', 'kind', 'sample', 'segment', 'level', 'sort'] as const;

/** @param address path and query. */
export function readPlace(address: string): Place {
  const { pathname, searchParams } = new URL(address, 'http://page');
  const [, first, mirror, screen = ''] = pathname.split('/');
  const texts = Object.fromEntries(TEXTS.map((name) => [name, searchParams.get(name) ?? undefined]));
  return {
    ...(first !== '' && first !== 'mirrors' && { unknown: pathname }),
    mirror: first === 'mirrors' && mirror ? decode(mirror) : undefined,
    screen: SCREENS.find((known) => known === screen) ?? 'overview',
    epoch: readEpoch(searchParams.get('epoch')),
    range: RANGES.find((range) => String(range) === searchParams.get('range')) ?? DEFAULT_RANGE,
    noise: searchParams.get('noise') === 'include',
    ...(texts as Record<(typeof TEXTS)[number], string | undefined>),
  };
}

export function addressOf(place: Place): string {
  if (place.mirror === undefined) return '/';
  const { mirror, screen, epoch, range, noise } = place;
  const query = new URLSearchParams();
  if (epoch !== undefined) query.set('epoch', String(epoch));
  if (range !== DEFAULT_RANGE) query.set('range', String(range));
  if (noise) query.set('noise', 'include');
  for (const name of TEXTS) {
    const value = place[name];
    if (value !== undefined) query.set(name, value);
  }
  const path = `/mirrors/${encodeURIComponent(mirror)}${screen === 'overview' ? '' : `/${screen}`}`;
  const text = readable(query.toString());
  return text === '' ? path : `${path}?${text}`;
}

/** `/` and `{}` are allowed in a query and easier to read there; a space is not. */
function readable(query: string): string {
  return query.replaceAll('%2F', '/').replaceAll('%7B', '{').replaceAll('%7D', '}').replaceAll('%3A', ':');
}

/** Going to another screen or mirror drops what was selected on this one; view settings stay. */
export function move(place: Place, change: Partial<Place>): Place {
  const leaves = 'mirror' in change || 'screen' in change;
  const cleared = leaves ? Object.fromEntries(TEXTS.map((name) => [name, undefined])) : {};
  const epoch = 'mirror' in change && change.mirror !== place.mirror ? { epoch: undefined } : {};
  return { ...place, ...cleared, ...epoch, ...change };
}

/** Start of the range for `?since=`; undefined when it is the epoch. Whole minutes, so that it does not change all the time. */
export function sinceOf(range: Range, nowMs: number): string | undefined {
  if (range === 'epoch') return undefined;
  return new Date(Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - range * MINUTE_MS).toISOString();
}

const MINUTE_MS = 60_000;

function readEpoch(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
