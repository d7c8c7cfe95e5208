import type { DifferenceVerdict, VerdictReport } from '../api/index.ts';

type Outcome = VerdictReport['verdict'];

/** A sign, a colour and a word: none of them is needed to read the others. */
const OUTCOMES: Readonly<Record<Outcome, readonly [sign: string, word: string]>> = {
  same: ['=', 'same'],
  different: ['≠', 'different'],
  'not-enough-data': ['…', 'not enough data'],
};

export function VerdictBadge({ verdict, large = false }: { verdict: Outcome; large?: boolean }) {
  const [sign, word] = OUTCOMES[verdict];
  return (
    <span class={`badge is-${verdict}${large ? ' is-large' : ''}`}>
      <span class="badge-sign" aria-hidden="true">
        {sign}
      </span>
      {word}
    </span>
  );
}

const LEVELS: Readonly<Record<DifferenceVerdict, readonly [sign: string, title: string]>> = {
  different: ['≠', 'Beyond noise; it decides the verdict'],
  seen: ['~', 'Seen, but not certain yet; it does not decide'],
  noise: ['∿', 'The control differs here as well, or the values look volatile'],
  ignored: ['–', 'A rule says that it does not count'],
};

export function LevelBadge({ level }: { level: DifferenceVerdict }) {
  const [sign, title] = LEVELS[level];
  return (
    <span class={`badge is-${level}`} title={title}>
      <span class="badge-sign" aria-hidden="true">
        {sign}
      </span>
      {level}
    </span>
  );
}
