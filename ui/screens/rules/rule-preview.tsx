import { useEffect, useState } from 'preact/hooks';
import { ApiError, pathOf, type RulePreview, sendJson } from '../../api/index.ts';
import { count, percent, plural, VerdictBadge } from '../../parts/index.ts';
import { describePath, type RuleDraft, toInput } from './rule-draft.ts';

export interface Previewed {
  readonly preview: RulePreview | undefined;
  readonly error: ApiError | undefined;
  /** The newest draft has no answer yet. */
  readonly isAsking: boolean;
}

const PAUSE_MS = 300;

/** What the draft would hide, asked once the writer pauses. The reason does not matter yet, so it may still be missing. */
export function usePreview(mirror: string, draft: RuleDraft): Previewed {
  const [state, setState] = useState<Previewed>({ preview: undefined, error: undefined, isAsking: true });
  const { reason, ...rest } = toInput(draft);
  const asked = JSON.stringify(rest);
  useEffect(() => {
    let isOver = false;
    setState((before) => ({ ...before, isAsking: true }));
    const timer = setTimeout(async () => {
      try {
        const path = pathOf(['mirrors', mirror, 'rules', 'preview']);
        const preview = await sendJson<RulePreview>('POST', path, JSON.parse(asked));
        if (!isOver) setState({ preview, error: undefined, isAsking: false });
      } catch (caught) {
        const error = caught instanceof ApiError ? caught : new ApiError(String(caught), 'UNKNOWN', 0);
        if (!isOver) setState({ preview: undefined, error, isAsking: false });
      }
    }, PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [mirror, asked]);
  return state;
}

const MOST_FIELDS = 6;

export function PreviewView({ previewed: { preview, error, isAsking } }: { previewed: Previewed }) {
  return (
    <section class={`preview${isAsking ? ' is-asking' : ''}`} aria-live="polite" aria-busy={isAsking}>
      <h3>What it would hide</h3>
      {error ? (
        <p class="quiet">{error.errors.length > 0 ? 'Shown as soon as the rule is complete.' : error.message}</p>
      ) : preview ? (
        <Hidden preview={preview} />
      ) : (
        <p class="quiet">Asking…</p>
      )}
    </section>
  );
}

function Hidden({ preview: { basis, hides, verdict, samples } }: { preview: RulePreview }) {
  const total = hides.reduce((sum, { hidden }) => sum + hidden, 0);
  return (
    <>
      {verdict && (
        <p class="preview-verdict">
          The verdict {verdict.without === verdict.with ? 'stays' : 'goes from'}{' '}
          <VerdictBadge verdict={verdict.without} />
          {verdict.without !== verdict.with && (
            <>
              {' '}
              to <VerdictBadge verdict={verdict.with} />
            </>
          )}
        </p>
      )}
      {total === 0 ? (
        <p class="quiet">
          Nothing that was seen so far.{' '}
          {basis === 'samples' && `${plural(samples ?? 0, 'kept sample')} compared again.`}
        </p>
      ) : (
        <table class="table preview-fields">
          <caption class="hidden">Differences that the rule would hide</caption>
          <thead>
            <tr>
              <th scope="col">field</th>
              <th scope="col">kind</th>
              <th scope="col" class="is-right">
                {basis === 'counts' ? 'differences hidden' : `hidden in ${plural(samples ?? 0, 'kept sample')}`}
              </th>
            </tr>
          </thead>
          <tbody>
            {hides.slice(0, MOST_FIELDS).map(({ endpoint, path, kind, hidden, of }) => (
              <tr key={`${endpoint} ${path} ${kind}`}>
                <td data-label="field">
                  <span>
                    <code>{describePath(path)}</code> <span class="quiet">{endpoint}</span>
                  </span>
                </td>
                <td data-label="kind">{kind}</td>
                <td data-label="hidden" class="is-right">
                  <span>
                    {count(hidden)} of {count(of)} <span class="quiet">{percent(hidden / Math.max(of, 1))}</span>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hides.length > MOST_FIELDS && <p class="quiet">and {plural(hides.length - MOST_FIELDS, 'further field')}</p>}
      {basis === 'samples' && total > 0 && (
        <p class="quiet">Counts do not know values, so this is what became of the samples that were kept.</p>
      )}
    </>
  );
}
