import type { ApiError, Written } from '../api/index.ts';
import { milliseconds, plural } from './format.ts';

/** What became of a change of the policy: what the Envoys said, or why there is none. */
export function Applied({ written, error }: { written?: Written; error?: ApiError }) {
  if (error) {
    const isRejected = error.code === 'ENVOY_REJECTED';
    return (
      <p class="applied is-failed" role="alert">
        <strong>{isRejected ? 'Envoy refused it, and it was taken back.' : 'Nothing was changed.'}</strong>{' '}
        {error.message}
      </p>
    );
  }
  if (!written) return null;
  const { revision, changed, applied } = written;
  if (changed.length === 0) return <p class="applied">It was so already, at revision {revision}.</p>;
  return (
    <p class="applied">
      <strong>Revision {revision}</strong> {applied ? inWords(applied) : 'is on its way to the Envoys.'}
    </p>
  );
}

function inWords({ acked, of, tookMs }: NonNullable<Written['applied']>): string {
  if (of === 0) return 'is stored; no Envoy is connected to take it.';
  if (acked < of) return `is in effect at ${acked} of ${plural(of, 'Envoy')}; the others have not answered yet.`;
  return `is in effect: acknowledged by ${of === 1 ? 'the Envoy' : `all ${of} Envoys`} within ${milliseconds(tookMs)}.`;
}
