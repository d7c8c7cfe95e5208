import { ShadowplaneError } from '../../errors/index.ts';

/** Reads query parameters; what is wrong or unknown is refused by its name. */
export class Query {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(query: unknown, known: readonly string[]) {
    this.#values = query as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(this.#values)) {
      if (!known.includes(key)) throw refused(key, `there is no such parameter; known: ${known.join(', ') || 'none'}`);
    }
  }

  text(key: string): string | undefined {
    const value = this.#values[key];
    if (value === undefined || typeof value === 'string') return value;
    throw refused(key, 'stands here twice');
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    const value = this.text(key);
    if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
    throw refused(key, `must be ${allowed.join(' or ')}`);
  }

  integer(key: string, minimum: number, maximum: number): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= minimum && number <= maximum) return number;
    throw refused(key, `must be a whole number between ${minimum} and ${maximum}`);
  }

  /** Milliseconds since 1970. */
  time(key: string): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const ms = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    throw refused(key, 'must be a date or time such as 2030-01-31 or 2030-01-31T12:00:00Z');
  }
}

export function refused(path: string, message: string): ShadowplaneError {
  return new ShadowplaneError('REQUEST_INVALID', `${path}: ${message}`, { problems: [{ path, message }] });
}
