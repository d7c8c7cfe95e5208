import { ALL, type PerMillion, parsePercent } from './percent.ts';
import { invalid } from './problems.ts';
import { FIELD_PATH_HINT, isFieldPath } from './rule-effects.ts';

/** Scalars of `compare` with a syntax of their own. */

const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** Of nothing `same` could ever be said with certainty, and half of all is no margin any more. */
export function parseMargin(value: unknown): PerMillion {
  const margin = parsePercent(value);
  if (margin === 0 || margin > ALL / 2) throw invalid(`${shown(value)} is out of range: 0.0001% to 50%`);
  return margin;
}

export function parseFieldPath(value: unknown): string {
  if (typeof value === 'string' && value.length <= 1_000 && isFieldPath(value)) return value;
  const hint = typeof value === 'string' && /^[\w.]+$/.test(value) ? suggestion(value) : '';
  throw invalid(`${shown(value)} ${FIELD_PATH_HINT}${hint}`);
}

export function parseJsonPointer(value: unknown): string {
  if (typeof value === 'string' && value.startsWith('/')) return value;
  const hint = typeof value === 'string' && /^[\w.$]+$/.test(value) ? suggestion(value) : '';
  throw invalid(`${shown(value)} is no JSON Pointer; it begins with /${hint}`);
}

/** `$.customer.email`, `customer.email` and `email` as a JSON Pointer. */
function suggestion(path: string): string {
  const segments = path.split('.').filter((segment) => segment !== '' && segment !== '$');
  return segments.length > 0 ? `; did you mean ${JSON.stringify(`/${segments.join('/')}`)}?` : '';
}

const METHOD_AND_PATH = /^([A-Za-z]+) +(\/\S*)$/;

/** `GET /api/orders/{id}`, as endpoints are named. */
export function parseEndpoint(value: unknown): string {
  const match = typeof value === 'string' ? METHOD_AND_PATH.exec(value) : null;
  if (!match) throw invalid(`${shown(value)} is no endpoint; write method and path such as GET /api/orders/{id}`);
  return `${match[1]!.toUpperCase()} ${match[2]}`;
}

/** The same, or a path alone for every method. */
export function parseEndpointTemplate(value: unknown): string {
  const path = typeof value === 'string' ? (METHOD_AND_PATH.exec(value)?.[2] ?? value) : '';
  if (!/^\/\S*$/.test(path)) {
    throw invalid(`${shown(value)} is no path template; write it such as /api/orders/{id} or GET /api/orders/{id}`);
  }
  if (/[?#]/.test(path)) throw invalid(`${shown(value)}: a path template has no query and no fragment`);
  const wrong = path.split('/').find((segment) => /^[:*]|^[^{]+\{|\}[^}]+$/.test(segment));
  if (wrong !== undefined) {
    const name = wrong.replace(/[^\w-]/g, '') || 'id';
    throw invalid(`${shown(value)}: a parameter is a whole segment in braces; did you mean {${name}}?`);
  }
  return value as string;
}

export function parseDateOrTime(value: unknown): number {
  const ms = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(`${shown(value)} is no date or time such as 2030-01-31 or 2030-01-31T12:00:00Z`);
  return ms;
}

/** A number above 0, at most `highest`. */
export function positiveUpTo(highest: number): (value: unknown) => number {
  const range = highest === Number.POSITIVE_INFINITY ? '' : `, at most ${highest}`;
  return (value) => {
    if (typeof value === 'number' && value > 0 && value <= highest && Number.isFinite(value)) return value;
    throw invalid(`${shown(value)} must be a number above 0${range}`);
  };
}
