/** Which things a write has made or changed, by their paths: what a later request asks for under the same path. */
import { looksLikeId } from '../endpoint/index.ts';
import type { HeaderList } from '../exchange.ts';

export interface Write {
  readonly method: string;
  /** As requested. */
  readonly path: string;
  /** Of the primary. */
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** An id stands near the beginning of an answer to a POST. */
const MAX_SEARCHED_BYTES = 8_192;
const MAX_IDS = 8;
const ID =
  /"(?:id|uuid|guid|key|code|slug|number|ref|[a-z]\w*(?:Id|_id|Uuid|Key|Code|Number))"\s*:\s*(?:"([^"\\]{1,128})"|(\d{1,20}))/gi;

export interface Made {
  readonly created: readonly string[];
  /** There before, as far as this write tells, but not the same any more. */
  readonly changed: readonly string[];
}

const NOTHING: Made = { created: [], changed: [] };

/** Nothing where the method promises to change nothing, or where the write failed. A DELETE leaves nothing to ask for. */
export function madeBy({ method, path, status, headers, body }: Write): Made {
  if (status < 200 || status >= 400) return NOTHING;
  const own = plainPath(path);
  if (method === 'PUT' || method === 'PATCH') {
    return status === 201 ? { created: [own], changed: [] } : { created: [], changed: [own] };
  }
  if (method !== 'POST') return NOTHING;
  const changed = changedBy(own);
  const location = status < 300 ? headers.findLast(([name]) => name === 'location')?.[1] : undefined;
  // Other answers to a POST may name ids of things that were there before: a search, for instance.
  if (status !== 201 && status !== 202 && location === undefined) return { created: [], changed };
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, MAX_SEARCHED_BYTES)).toString('latin1');
  const ids = [...text.matchAll(ID)].slice(0, MAX_IDS).map(([, quoted, number]) => quoted ?? number!);
  return { created: [...(location ? [locationPath(location, own)] : []), ...ids.map((id) => `${own}/${id}`)], changed };
}

/** `POST /orders/7/items` changes `/orders/7`. */
function changedBy(path: string): string[] {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return [path, parent].filter((one) => looksLikeId(one.slice(one.lastIndexOf('/') + 1)));
}

function locationPath(location: string, base: string): string {
  try {
    return plainPath(new URL(location, `http://service${base}`).pathname);
  } catch {
    return plainPath(location);
  }
}

/** Without query, fragment and a slash at the end. */
export function plainPath(path: string): string {
  const end = path.search(/[?#]/);
  return (end < 0 ? path : path.slice(0, end)).replace(/\/+$/, '');
}
