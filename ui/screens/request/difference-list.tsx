import { useState } from 'preact/hooks';
import { mayChange, type SampleView } from '../../api/index.ts';
import { Empty, plural } from '../../parts/index.ts';
import { hrefTo, place } from '../../state/index.ts';

const SHOWN = 8;

type Found = SampleView['differences'][number];

/** What the comparison reports of this exchange by the rules of today, noise last. */
export function DifferenceList({ sample, onIgnore }: { sample: SampleView; onIgnore: (path: string) => void }) {
  const [isWhole, setIsWhole] = useState(false);
  const { differences, noise, endpoint } = sample;
  const isNoise = ({ path }: Found) => noise?.some((other) => other.path === path) ?? false;
  const wanted = place.value.path;
  const rankOf = (found: Found) => Number(isNoise(found)) * 2 + Number(found.path !== wanted);
  const sorted = differences.toSorted((one, other) => rankOf(one) - rankOf(other));
  if (sorted.length === 0) {
    return (
      <Empty title="By the rules of today these answers are equal">
        <p>
          What differed when this was kept is ignored now. <a href={hrefTo({ screen: 'rules' })}>Rules</a> say why.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <table class="table found">
        <caption class="hidden">Differences of this exchange</caption>
        <thead>
          <tr>
            <th scope="col">differs at</th>
            <th scope="col">kind</th>
            <th scope="col">primary</th>
            <th scope="col">candidate</th>
            <th scope="col">
              <span class="hidden">ignore</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, isWhole ? undefined : SHOWN).map((found) => {
            const { kind, path, pointer, primary, candidate } = found;
            return (
              <tr
                key={`${kind} ${pointer}`}
                class={isNoise(found) ? 'is-noise' : ''}
                aria-current={path === wanted && kind === place.value.kind ? 'true' : undefined}
              >
                <td class="is-whole is-named" data-label="differs at">
                  <a class="mono" href={hrefTo({ screen: 'groups', endpoint, path, kind })} title={path}>
                    {pointer || 'body'}
                  </a>
                </td>
                <td class="is-named" data-label="kind">
                  <span>
                    {kind}
                    {isNoise(found) && (
                      <span class="quiet" title="The control differs here as well">
                        {' '}
                        ∿ noise
                      </span>
                    )}
                  </span>
                </td>
                <td data-label="primary" class="mono value is-whole">
                  {primary ?? <span class="sbs-nothing">nothing</span>}
                </td>
                <td data-label="candidate" class="mono value is-whole">
                  {candidate ?? <span class="sbs-nothing">nothing</span>}
                </td>
                <td class="is-right is-named" data-label="ignore">
                  <span>
                    {mayChange.value && (
                      <button type="button" aria-label={`Ignore ${path || 'the body'}`} onClick={() => onIgnore(path)}>
                        Ignore…
                      </button>
                    )}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {sorted.length > SHOWN && !isWhole && (
        <button type="button" class="link-button" onClick={() => setIsWhole(true)}>
          {plural(sorted.length - SHOWN, 'further difference')}
        </button>
      )}
    </>
  );
}
