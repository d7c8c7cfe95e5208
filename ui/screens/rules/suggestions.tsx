import { type Items, mayChange, pathOf, type RuleSuggestion } from '../../api/index.ts';
import { count, plural } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';
import { describeEffect, describePath, type RuleDraft, toDraft } from './rule-draft.ts';

/** What looks harmless to the comparison. Nothing here is applied unasked. */
export function Suggestions({ mirror, onReview }: { mirror: string; onReview: (draft: RuleDraft) => void }) {
  const { data } = useApi<Items<RuleSuggestion>>(pathOf(['mirrors', mirror, 'rules', 'suggestions']), {
    topics: ['comparison', 'rules'],
  });
  if (!data || data.items.length === 0) return null;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Suggested</h2>
        <p class="quiet">Fields that look like noise. None of these holds until somebody applies it.</p>
      </div>
      <ul class="suggestions">
        {data.items.map(({ rule, why, hides }) => (
          <li key={JSON.stringify(rule)}>
            <div>
              <p>
                <span class="rule-effect">{describeEffect(rule)}</span> <code>{describePath(rule.path)}</code>{' '}
                <span class="quiet">{rule.endpoint ?? 'all endpoints'}</span>
              </p>
              <p class="quiet">
                {why}
                {hides.of > 0 && ` · hides it in ${count(hides.pairs)} of ${plural(hides.of, 'pair')}`}
              </p>
            </div>
            {mayChange.value && (
              <button type="button" onClick={() => onReview({ ...toDraft(rule), reason: why })}>
                Review…
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
