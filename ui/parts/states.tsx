/** What stands where there is nothing to show: why, and what to do next. */
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/index.ts';
import type { Loaded } from '../state/index.ts';

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <p class="state-title">{title}</p>
      {children && <div class="state-next">{children}</div>}
    </div>
  );
}

/** Takes the room of what is coming, and says so only when it takes long. */
export function Loading({ what }: { what: string }) {
  return (
    <div class="state is-loading" role="status">
      <p>Loading {what}</p>
    </div>
  );
}

const NEXT: Readonly<Record<string, string>> = {
  UNREACHABLE: 'Look at the terminal that runs it. This page goes on by itself as soon as it answers again.',
  MIRROR_NOT_FOUND: 'Choose another mirror above, or add this one to the policy.',
  HOST_REFUSED: 'Open this page as localhost or 127.0.0.1.',
  STORE_FAILED: 'The log of the control plane says why. Counting goes on in memory.',
};

export function Failed({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  const next = NEXT[error.code];
  return (
    <div class="state is-failed" role="alert">
      <p class="state-title">{error.message}</p>
      {error.errors.map(({ path, message }) => (
        <p key={path}>
          <code>{path}</code> {message}
        </p>
      ))}
      <p class="state-next">
        {next} <span class="quiet">{error.code}</span>{' '}
        {onRetry && (
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        )}
      </p>
    </div>
  );
}

export interface ReadyProps<T> {
  readonly loaded: Loaded<T>;
  /** `endpoints`; completes "Loading ...". */
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}

/**
 * The answer when there is one, with a line above it when it could not be refreshed (that nothing answers at all is said
 * once, at the top of the page); else why there is none. A route that
 * this control plane does not have means that it runs without a comparison.
 */
export function Ready<T>({ loaded: { data, error, reload }, what, children }: ReadyProps<T>) {
  if (data !== undefined) {
    return (
      <>
        {error && error.code !== 'UNREACHABLE' && (
          <p class="stale" role="status">
            Not refreshed: {error.message}
          </p>
        )}
        {children(data)}
      </>
    );
  }
  if (!error) return <Loading what={what} />;
  if (error.code === 'NOT_FOUND' && error.message.startsWith('There is nothing at'))
    return <NoComparison what={what} />;
  return <Failed error={error} onRetry={reload} />;
}

function NoComparison({ what }: { what: string }) {
  return (
    <Empty title={`This control plane has no ${what}`}>
      <p>
        It compares no answers: it was started with <code>--no-compare</code>, or it is older than this page. Start it
        again without that, and this fills by itself.
      </p>
    </Empty>
  );
}
