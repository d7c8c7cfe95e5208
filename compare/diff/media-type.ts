/** Content types: what a body is to be compared as, and when two of them mean the same. */

export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly essence: string;
  /** Names in lower case, values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g;

/** Services send few different ones. Bounded, because a service could send any. */
const MAX_REMEMBERED = 200;
const remembered = new Map<string, MediaType | undefined>();

/** @returns undefined when there is none worth the name. */
export function parseMediaType(value: string | undefined): MediaType | undefined {
  if (value === undefined) return undefined;
  if (remembered.has(value)) return remembered.get(value);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const type = readMediaType(value);
  remembered.set(value, type);
  return type;
}

function readMediaType(value: string): MediaType | undefined {
  const end = value.indexOf(';');
  const essence = (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
  if (!essence.includes('/')) return undefined;
  const parameters = new Map<string, string>();
  if (end >= 0) {
    for (const [, name, quoted, plain] of value.slice(end).matchAll(PARAMETER)) {
      parameters.set(name!.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
    }
  }
  return { essence, parameters };
}

export type BodyForm = 'json' | 'text' | 'grpc' | 'bytes' | 'unknown';

const TEXT = new Set([
  'application/csv',
  'application/javascript',
  'application/json-seq',
  'application/jsonl',
  'application/ndjson',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
  'application/x-yaml',
  'application/xml',
  'application/yaml',
]);

export function bodyForm(type: MediaType | undefined): BodyForm {
  if (type === undefined) return 'unknown';
  const { essence } = type;
  if (essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json')) return 'json';
  if (essence === 'application/grpc' || essence.startsWith('application/grpc+')) return 'grpc';
  // Services that forget the type often send JSON under one of these.
  if (essence === 'text/plain' || essence === 'application/octet-stream') return 'unknown';
  if (essence.startsWith('text/') || essence.endsWith('+xml') || TEXT.has(essence)) return 'text';
  return 'bytes';
}

/**
 * One text for all spellings of a content type. The charset of JSON means nothing (RFC 8259), the boundary of multipart is
 * drawn at random.
 */
export function canonicalMediaType(value: string): string {
  const type = parseMediaType(value);
  if (!type) return value.trim().toLowerCase();
  const isJson = bodyForm(type) === 'json';
  const parameters = [...type.parameters]
    .filter(([name]) => name !== 'boundary' && !(isJson && name === 'charset'))
    .map(([name, text]) => `;${name}=${name === 'charset' ? text.toLowerCase().replace(/^utf8$/, 'utf-8') : text}`);
  return type.essence + parameters.sort().join('');
}
