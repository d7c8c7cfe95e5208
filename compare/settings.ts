import type { Mirror } from '../xds-server/policy/model.ts';
import type { Rule } from './diff/index.ts';
import type { ComparedMirror } from './pipeline/index.ts';

/** What `compare` of a mirror says, as the pipeline takes it. */
export function comparedMirror(
  { control, compare, sideEffects, rollout, limits }: Mirror,
  rules: readonly Rule[],
  openApiTemplates: readonly string[],
): ComparedMirror {
  const { versionHeader, alsoCompareHeaders, endpoints, redact, capture } = compare;
  const { headers } = capture;
  return {
    control: control !== undefined,
    showsGuard: sideEffects === 'guarded',
    hasRollout: rollout !== undefined,
    copyTimeoutMs: limits.timeoutMs,
    rules,
    versionHeader,
    alsoCompareHeaders,
    ...(headers && { headers }),
    templates: [...endpoints, ...openApiTemplates],
    redaction: {
      headers: redact.headers,
      jsonPaths: redact.paths,
      queryParameters: redact.query,
      keepBodies: !redact.bodies,
      keptRequestHeaders: capture.requestHeaders,
      ...(headers && { keptHeaders: headers }),
    },
  };
}

/** What the counts for gates are of: another service, or another way to compare, makes them mean something else. */
export function gateSettings({ rollout, primary, shadow, control, compare, limits }: Mirror) {
  if (rollout === undefined) return undefined;
  const { versionHeader, alsoCompareHeaders, capture } = compare;
  const parts = [primary, shadow, control, versionHeader, alsoCompareHeaders, capture.headers, limits.timeoutMs];
  return { hasControl: control !== undefined, text: JSON.stringify(parts) };
}
