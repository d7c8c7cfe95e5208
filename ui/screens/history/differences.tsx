import type { RevisionItem } from '../../api/index.ts';

type Difference = RevisionItem['differences'][number];

/** What differs, place by place, in the words of the command line: `sample: 5% → 20%`. */
export function Differences({ items, mirror }: { items: readonly Difference[]; mirror: string }) {
  return (
    <ul class="changes">
      {items.map((difference) => (
        <li key={difference.path}>
          <code class="change-path">{placeOf(difference.path, mirror)}</code> <Change {...difference} />
        </li>
      ))}
    </ul>
  );
}

function Change({ before, after }: Difference) {
  if (before === undefined) {
    return (
      <>
        added <Value value={after} />
      </>
    );
  }
  if (after === undefined) {
    return (
      <>
        removed <Value value={before} />
      </>
    );
  }
  return (
    <>
      <Value value={before} /> <span aria-hidden="true">→</span>
      <span class="hidden">becomes</span> <Value value={after} />
    </>
  );
}

const MOST_CHARACTERS = 160;

function Value({ value }: { value: unknown }) {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const isLong = text.length > MOST_CHARACTERS;
  return <code {...(isLong && { title: text })}>{isLong ? `${text.slice(0, MOST_CHARACTERS)}…` : text}</code>;
}

/** Within its own history a mirror need not be named again and again. */
function placeOf(path: string, mirror: string): string {
  const own = `mirrors.${mirror}`;
  if (path === own) return 'the mirror';
  return path.startsWith(`${own}.`) ? path.slice(own.length + 1) : path;
}
