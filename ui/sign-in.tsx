import { useState } from 'preact/hooks';
import { tryToken } from './api/index.ts';

/** Asks once for the token; then the page begins anew with it. */
export function SignIn() {
  const [problem, setProblem] = useState<string>();
  const onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token') ?? '').trim();
    try {
      if (await tryToken(token)) location.reload();
      else setProblem('The control plane does not know this token.');
    } catch {
      setProblem('The control plane does not answer. Is it still running?');
    }
  };
  return (
    <form class="sign-in" onSubmit={onSubmit}>
      <label class="field">
        <span>Token</span>
        {/* A name of its own keeps password managers from offering those of other services. */}
        <input type="password" name="token" autocomplete="off" spellcheck={false} required autofocus />
      </label>
      <button type="submit">Continue</button>
      {problem && (
        <p class="stale" role="alert">
          {problem}
        </p>
      )}
      <p class="quiet">
        This control plane asks who calls. Your token stays in this tab until you close it; one with the role{' '}
        <code>read</code> shows everything and changes nothing.
      </p>
    </form>
  );
}
