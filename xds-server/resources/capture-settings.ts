import type { Mirror } from '../policy/model.ts';
import { CAPTURE } from './capture.ts';
import type { FilterCapture } from './filter-config.ts';
import { GUARD_HEADER } from './names.ts';

/**
 * What Envoy keeps of requests and answers: there is one capture for all mirrors, so each setting is the most that any of
 * them asks for. The comparison leaves out of each mirror's what only others have asked for. Whether a guard shows itself is
 * always looked at.
 */
export function captureSettings(mirrors: readonly Mirror[]): FilterCapture {
  if (mirrors.length === 0) return CAPTURE;
  const asked = mirrors.map(({ compare }) => compare.capture);
  const all = asked.some(({ headers }) => headers === undefined);
  return {
    ...CAPTURE,
    maxBodyBytes: Math.max(...asked.map(({ maxBodyBytes }) => maxBodyBytes)),
    requestHeaders: union(asked.map(({ requestHeaders }) => requestHeaders)),
    ...(!all && { headers: union([...asked.map(({ headers = [] }) => headers), [GUARD_HEADER]]) }),
  };
}

/** Sorted, so that the order of mirrors changes nothing at Envoy. */
function union(lists: ReadonlyArray<readonly string[]>): string[] {
  return [...new Set(lists.flat())].sort();
}
