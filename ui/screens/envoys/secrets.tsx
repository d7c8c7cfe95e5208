import type { SecretView } from '../../api/index.ts';
import { ago, plural, useNow } from '../../parts/index.ts';

const DAY_MS = 86_400_000;
/** Time to renew one, for who does it by hand. */
const SOON_DAYS = 14;

/** Certificates that Envoys are served: until when, and what is wrong with their files. Never what they hold. */
export function Secrets({ items }: { items: readonly SecretView[] }) {
  const nowMs = useNow();
  return (
    <section class="panel flowing" aria-labelledby="secrets-title">
      <h2 id="secrets-title">Certificates</h2>
      <table class="table">
        <caption class="hidden">Secrets that Envoys are served</caption>
        <thead>
          <tr>
            <th scope="col">secret</th>
            <th scope="col">for</th>
            <th scope="col">until</th>
            <th scope="col">used by</th>
            <th scope="col">served since</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ name, certificate, authorities, usedBy, loadedAt, problem }) => {
            const shown = certificate ? [certificate] : authorities;
            const [first] = shown.map(({ notAfter }) => notAfter).sort();
            return (
              <tr key={name}>
                <td data-label="secret">
                  <code>{name}</code>
                </td>
                <td data-label="for">
                  {authorities.length > 0 && !certificate && 'authority: '}
                  {shown.map(({ names }) => names).join('; ')}
                </td>
                <td data-label="until">{first && <Until notAfter={first} nowMs={nowMs} />}</td>
                <td data-label="used by">
                  {usedBy.length === 0 ? <span class="quiet">nothing</span> : <code>{usedBy.join(', ')}</code>}
                </td>
                <td data-label="served since">
                  <span>
                    {loadedAt ? ago(loadedAt, nowMs) : 'not served'}
                    {problem !== null && <span class="is-bad"> ✗ its files now: {problem}</span>}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Until({ notAfter, nowMs }: { notAfter: string; nowMs: number }) {
  const days = Math.floor((Date.parse(notAfter) - nowMs) / DAY_MS);
  const date = notAfter.slice(0, 10);
  if (days < 0) return <span class="is-bad">✗ {date}, expired</span>;
  if (days <= SOON_DAYS) {
    return (
      <span class="is-bad">
        {date}, {days === 0 ? 'within a day' : `in ${plural(days, 'day')}`}
      </span>
    );
  }
  return <>{date}</>;
}
