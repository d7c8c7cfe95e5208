import { useState } from 'preact/hooks';
import { type DifferenceItem, type EndpointItem, type Items, pathOf, type RuleView } from '../../api/index.ts';
import { count, DataTable, Empty, Ready, VerdictBadge, ViewSettings } from '../../parts/index.ts';
import { goTo, hrefTo, place, sinceOf, useApi } from '../../state/index.ts';
import { NO_DRAFT, RuleDialog, type RuleDraft } from '../rules/index.ts';
import type { ScreenProps } from '../screen.ts';
import { FieldTable } from './field-table.tsx';
import { fieldTree } from './field-tree.ts';

interface Differences extends Items<DifferenceItem> {
  readonly total: number;
}

const MOST_FIELDS = 2_000;

/** Where in its answers an endpoint differs. */
export function Fields({ mirror: { name } }: ScreenProps) {
  const { endpoint, epoch } = place.value;
  const endpoints = useApi<Items<EndpointItem>>(pathOf(['mirrors', name, 'endpoints'], { epoch }), {
    topics: ['comparison', 'rules'],
  });
  return (
    <>
      <ViewSettings range="which differences are listed" noise />
      <section class="panel flowing">
        <div class="panel-head">
          <h1>Fields</h1>
          {endpoint !== undefined && <EndpointPicker items={endpoints.data?.items ?? []} />}
        </div>
        <Ready loaded={endpoints} what="endpoints">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nothing has been compared yet">
                <p>Fields show here as soon as the first mirrored request has been answered by both services.</p>
              </Empty>
            ) : endpoint === undefined ? (
              <ChooseEndpoint items={items} />
            ) : (
              <FieldsOf
                key={endpoint}
                mirror={name}
                endpoint={endpoint}
                endpoints={items.map((item) => item.endpoint)}
              />
            )
          }
        </Ready>
      </section>
    </>
  );
}

function EndpointPicker({ items }: { items: readonly EndpointItem[] }) {
  const { endpoint = '' } = place.value;
  const names = items.map((item) => item.endpoint);
  return (
    <label class="field">
      <span>endpoint</span>
      <select value={endpoint} onChange={({ currentTarget: { value } }) => goTo({ endpoint: value })}>
        {(names.includes(endpoint) ? names : [endpoint, ...names]).map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

function ChooseEndpoint({ items }: { items: readonly EndpointItem[] }) {
  return (
    <>
      <p class="lead">Of which endpoint?</p>
      <DataTable
        caption="Endpoints"
        rows={items}
        keyOf={({ endpoint }) => endpoint}
        link={{ column: 'endpoint', href: ({ endpoint }) => hrefTo({ endpoint }) }}
        columns={[
          { id: 'endpoint', title: 'endpoint', cell: ({ endpoint }) => <code>{endpoint}</code> },
          { id: 'verdict', title: 'verdict', cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
          {
            id: 'differing',
            title: 'differing',
            align: 'right',
            cell: ({ differing, compared }) => `${count(differing)} of ${count(compared)}`,
          },
        ]}
      />
    </>
  );
}

interface FieldsOfProps {
  readonly mirror: string;
  readonly endpoint: string;
  readonly endpoints: readonly string[];
}

function FieldsOf({ mirror, endpoint, endpoints }: FieldsOfProps) {
  const { epoch, noise, range } = place.value;
  const [draft, setDraft] = useState<RuleDraft>();
  const differences = useApi<Differences>(
    pathOf(['mirrors', mirror, 'differences'], {
      epoch,
      endpoint,
      noise: 'include',
      limit: MOST_FIELDS,
      since: sinceOf(range, Date.now()),
    }),
    { topics: ['comparison', 'rules'] },
  );
  const rules = useApi<Items<RuleView>>(pathOf(['mirrors', mirror, 'rules']), { topics: ['rules', 'policy'] });
  return (
    <>
      <Ready loaded={differences} what="fields">
        {({ items, total }) => {
          // What is ignored stays, so that its switch can be found again.
          const shown = items.filter(({ verdict }) => noise || verdict !== 'noise');
          const hidden = items.length - shown.length;
          return (
            <>
              {shown.length === 0 ? (
                <Empty title={`No field of ${endpoint} differs beyond noise`}>
                  {hidden > 0 && <NoiseHint hidden={hidden} />}
                </Empty>
              ) : (
                <>
                  <FieldTable
                    mirror={mirror}
                    endpoint={endpoint}
                    tree={fieldTree(shown)}
                    rules={rules.data?.items ?? []}
                    onIgnore={(path) => setDraft({ ...NO_DRAFT, path, endpoint })}
                  />
                  {hidden > 0 && <NoiseHint hidden={hidden} />}
                </>
              )}
              {total > items.length && (
                <p class="quiet">
                  Only the first {count(items.length)} of {count(total)} differences are in this tree.
                </p>
              )}
            </>
          );
        }}
      </Ready>
      {draft && (
        <RuleDialog mirror={mirror} initial={draft} endpoints={endpoints} onClose={() => setDraft(undefined)} />
      )}
    </>
  );
}

function NoiseHint({ hidden }: { hidden: number }) {
  return (
    <p class="quiet tree-note">
      {hidden === 1 ? 'One field is' : `${count(hidden)} fields are`} left out as noise.{' '}
      <button type="button" class="link-button" onClick={() => goTo({ noise: true }, { replace: true })}>
        Show noise
      </button>
    </p>
  );
}
