import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SampleView } from '../../api/index.ts';
import { CopyButton, Loading } from '../../parts/index.ts';
import { answersOf, type Bodies, type BodyForm, bodyRows, sizeOfBodies } from './body-rows.ts';
import { openRow } from './json-rows.ts';
import { layOutBeside } from './lay-out-beside.ts';
import { SideBySide } from './side-by-side.tsx';

const FORMS: Readonly<Record<BodyForm, string>> = {
  none: '',
  json: 'JSON, numbers as they were sent',
  text: 'text by line',
  bytes: 'bytes',
};

/** Laying out what is smaller takes no time that one notices. */
const SMALL_CHARACTERS = 150_000;

interface BodyViewProps {
  readonly sample: SampleView;
  readonly arms: readonly string[];
  readonly wanted: string | undefined;
}

export function BodyView({ sample, arms, wanted }: BodyViewProps) {
  const bodies = useBodies(sample);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Body</h2>
        {bodies && <p class="quiet">{[FORMS[bodies.form], bodies.note].filter(Boolean).join('. ')}</p>}
        {bodies && bodies.form !== 'none' && (
          <div class="toolbar">
            {answersOf(sample).map(
              ({ body }, at) =>
                body !== undefined && (
                  <CopyButton key={arms[at]} textOf={() => body} title={`The ${arms[at]}'s body, as it was sent`}>
                    Copy {arms[at]}
                  </CopyButton>
                ),
            )}
          </div>
        )}
      </div>
      {!bodies ? (
        <Loading what="bodies" />
      ) : bodies.form === 'none' ? (
        <p class="quiet">None of the answers has one.</p>
      ) : (
        <SideBySide
          caption="Bodies of the answers"
          arms={arms}
          rows={bodies.rows}
          wanted={wanted}
          onOpen={(row) => openRow(row, sample.differences, sample.noise ?? [])}
        />
      )}
    </section>
  );
}

/** Large ones are laid out beside the page, which goes on answering meanwhile. */
function useBodies(sample: SampleView): Bodies | undefined {
  const isSmall = sizeOfBodies(sample) <= SMALL_CHARACTERS;
  const small = useMemo(() => (isSmall ? bodyRows(sample) : undefined), [sample, isSmall]);
  const [large, setLarge] = useState<Bodies>();
  useEffect(() => {
    if (isSmall) return;
    setLarge(undefined);
    return layOutBeside(sample, setLarge);
  }, [sample, isSmall]);
  return small ?? large;
}
