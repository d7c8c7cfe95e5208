import { type ComparedSampleView, type DifferenceItem, pathOf } from '../../api/index.ts';
import { useApi } from '../../state/index.ts';

type Found = ComparedSampleView['differences'][number];

/** What stood there in one exchange: the primary's value and the candidate's. */
export function Representative({ mirror, item: { sampleId, path, kind } }: { mirror: string; item: DifferenceItem }) {
  const { data, error } = useApi<ComparedSampleView>(
    sampleId === null ? undefined : pathOf(['mirrors', mirror, 'samples', sampleId], { view: 'differences' }),
  );
  if (sampleId === null || error) return <span class="quiet">not kept</span>;
  const found = data?.differences.find((difference) => difference.path === path && difference.kind === kind);
  if (!data) return null;
  if (!found) return <span class="quiet">ignored now</span>;
  return <Values {...found} />;
}

/** What the two numbers of such a difference are; other kinds show what stands there. */
const OF_KINDS: Readonly<Record<string, string>> = { length: 'length', order: 'first moved element' };

export function Values({ kind, primary, candidate }: Pick<Found, 'kind' | 'primary' | 'candidate'>) {
  return (
    <span class="values mono">
      {OF_KINDS[kind] && <span class="values-of quiet">{OF_KINDS[kind]}</span>}
      <span class="values-one">{shorten(primary)}</span>
      <span class="quiet" aria-hidden="true">
        →
      </span>
      <span class="hidden">candidate: </span>
      <span class="values-other">{shorten(candidate)}</span>
    </span>
  );
}

const SHOWN = 60;

function shorten(text: string | undefined) {
  if (text === undefined) return <span class="sbs-nothing">nothing</span>;
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
