import { useState } from 'preact/hooks';
import { type EndpointItem, type Items, mayChange, pathOf, type RuleView } from '../../api/index.ts';
import { Empty, Ready } from '../../parts/index.ts';
import { place, useApi } from '../../state/index.ts';
import type { ScreenProps } from '../screen.ts';
import { RuleDialog } from './rule-dialog.tsx';
import { NO_DRAFT, type RuleDraft } from './rule-draft.ts';
import { RuleList } from './rule-list.tsx';
import { Suggestions } from './suggestions.tsx';

/** What is declared harmless, by whom and why; what might be; and the way to add or take back. */
export function Rules({ mirror: { name } }: ScreenProps) {
  const rules = useApi<Items<RuleView>>(pathOf(['mirrors', name, 'rules']), { topics: ['rules', 'policy'] });
  const endpoints = useApi<Items<EndpointItem>>(pathOf(['mirrors', name, 'endpoints']));
  const { path, endpoint = '' } = place.value;
  const [draft, setDraft] = useState<RuleDraft | undefined>(
    path === undefined || !mayChange.value ? undefined : { ...NO_DRAFT, path, endpoint },
  );
  return (
    <>
      <section class="panel flowing">
        <div class="panel-head">
          <h1>Rules</h1>
          {mayChange.value && (
            <button type="button" onClick={() => setDraft({ ...NO_DRAFT, path: '/' })}>
              Add a rule…
            </button>
          )}
        </div>
        <Ready loaded={rules} what="rules">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="There are no rules: every difference counts">
                <p>
                  What the control copy explains needs none. For what is left and harmless, switch a field to ignored
                  under Fields, or add a rule here; you see what it hides before it holds.
                </p>
              </Empty>
            ) : (
              <RuleList mirror={name} rules={items} />
            )
          }
        </Ready>
      </section>
      <Suggestions mirror={name} onReview={setDraft} />
      {draft && (
        <RuleDialog
          mirror={name}
          initial={draft}
          endpoints={endpoints.data?.items.map((item) => item.endpoint) ?? []}
          onClose={() => setDraft(undefined)}
        />
      )}
    </>
  );
}
