import type { IncomingHttpHeaders } from 'node:http';

/**
 * Tells whether a request is a copy that must not change anything: the mirror's header says so, or the whole service runs
 * as a shadow (`SHADOW_MODE=true`). The service then validates, prices and answers as always and leaves out the rest.
 */
export function isShadow(headers: IncomingHttpHeaders, environment: NodeJS.ProcessEnv): boolean {
  return headers['x-shadow'] === 'true' || environment.SHADOW_MODE === 'true';
}
