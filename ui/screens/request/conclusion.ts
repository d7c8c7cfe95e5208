/** What running a request again says about its differences, in a sentence or two. */
import type { RunAgainReport } from '../../api/index.ts';

export interface Conclusion {
  readonly tone: 'different' | 'same' | 'unsure';
  readonly title: string;
  readonly detail: string;
}

export function conclude({ deterministic, runs, varies, notes }: RunAgainReport): Conclusion {
  const varying = new Set(Object.values(varies).flatMap((fields) => fields.map(({ path }) => path)));
  const found = runs.map(({ differences }) => new Set(differences.map(({ path }) => path)));
  const [first = new Set<string>(), ...others] = found;
  const lasting = [...first].filter((path) => !varying.has(path) && others.every((paths) => paths.has(path)));
  const inRuns = `${found.filter(({ size }) => size > 0).length} of ${runs.length} runs`;
  if (!deterministic && varying.size === 0) {
    return { tone: 'unsure', title: 'Not every service answered', detail: notes[0] ?? 'Nothing can be said about it.' };
  }
  if (lasting.length > 0) {
    const others = varying.size > 0 ? ` ${list(varying)} varies from run to run by itself and says nothing.` : '';
    return {
      tone: 'different',
      title: deterministic ? 'Deterministic, and different' : 'Reproduced',
      detail: `The candidate differed at ${list(lasting)} in every run, and no service ever differs from itself there: this is behaviour, not noise.${others}`,
    };
  }
  if (deterministic) {
    return {
      tone: 'same',
      title: 'Deterministic, and the same now',
      detail:
        'All services agree in every run. What was seen then depends on the time, on state, or on request headers that were not captured.',
    };
  }
  const arms = Object.entries(varies).map(([arm, fields]) => `the ${arm} at ${list(fields.map(({ path }) => path))}`);
  return {
    tone: 'unsure',
    title: 'Not deterministic',
    detail: `From run to run these differ from themselves: ${arms.join('; ')}. What differs there says nothing about the candidate. It differed from the primary in ${inRuns}, and nowhere else.`,
  };
}

const MOST_PATHS = 3;

function list(paths: Iterable<string>): string {
  const all = [...new Set(paths)].map((path) => path || 'the body');
  const more = all.length - MOST_PATHS;
  return more > 0 ? `${all.slice(0, MOST_PATHS).join(', ')} and ${more} more` : all.join(', ');
}
