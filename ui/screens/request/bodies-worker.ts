/**
 * Lays out bodies in a thread of its own. The page imports this file for its address alone; only in the thread it does
 * anything. Rows travel in parts, because taking them all at once would hold up the page as long as making them.
 */
import { type Answers, type Bodies, bodyRows } from './body-rows.ts';
import type { Row } from './rows.ts';

export const WORKER_ADDRESS = import.meta.url;

/** Some rows, or at the end what there is to say of all of them. */
export type Part = { readonly rows: readonly Row[] } | { readonly end: Omit<Bodies, 'rows'> };

const ROWS_A_PART = 1_000;

if (typeof document === 'undefined') {
  addEventListener('message', ({ data }: MessageEvent<Answers>) => {
    const { rows, ...end } = bodyRows(data);
    for (let from = 0; from < rows.length; from += ROWS_A_PART) send({ rows: rows.slice(from, from + ROWS_A_PART) });
    send({ end });
  });
}

function send(part: Part): void {
  postMessage(part);
}
