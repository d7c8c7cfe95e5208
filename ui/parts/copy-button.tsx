import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const SHOWN_MS = 2_000;

/** Copies a text and says so; where the browser allows no copying, it shows the text to be copied by hand. */
export function CopyButton({
  textOf,
  title,
  children,
}: {
  textOf: () => string;
  title?: string;
  children: ComponentChildren;
}) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state !== 'copied') return;
    const timer = setTimeout(() => setState('idle'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(textOf());
      setState('copied');
    } catch {
      setState('refused');
    }
  };
  return (
    <>
      <button type="button" title={title} onClick={() => void copy()}>
        {state === 'copied' ? 'Copied' : children}
      </button>
      <span class="hidden" role="status">
        {state === 'copied' ? 'Copied' : ''}
      </span>
      {state === 'refused' && (
        <textarea
          class="copy-by-hand mono"
          readOnly
          rows={4}
          value={textOf()}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </>
  );
}
