import { type EgressStatus, type Items, pathOf } from '../../api/index.ts';
import { count } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';

/** Envoys tell every second; no event does. */
const EVERY_MS = 5_000;

/** What the receivers of this mirror called through their way out, and what of it was blocked; nothing where they have none. */
export function WayOut({ receivers }: { receivers: ReadonlyArray<string | undefined> }) {
  const egress = useApi<Items<EgressStatus>>(pathOf(['egress']), { topics: ['policy'], everyMs: EVERY_MS });
  const items = (egress.data?.items ?? []).filter(({ service }) => receivers.includes(service));
  if (items.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="egress-title">
      <div class="panel-head">
        <h2 id="egress-title">Way out</h2>
        <span class="quiet">calls of a shadow to others; what the policy does not list is blocked</span>
      </div>
      {items.map(({ service, allow, envoys }) => (
        <div key={service}>
          <p>
            <code>{service}</code> <span class="quiet">may call {allow.length > 0 ? allow.join(', ') : 'nobody'}</span>
          </p>
          {envoys.length === 0 && <p class="note">No Envoy tells of it: none runs, or it has called nobody yet.</p>}
          {envoys.map(({ node, connected, calls, blocked }) => (
            <p key={node}>
              <code>{node}</code> {!connected && <span class="badge is-different">silent</span>} {count(calls)} calls,{' '}
              <span class={blocked > 0 ? 'is-bad' : 'quiet'}>{count(blocked)} blocked</span>
            </p>
          ))}
        </div>
      ))}
    </section>
  );
}
