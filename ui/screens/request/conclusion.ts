/** What running a request again says about its differences, in a sentence or two. */
import type { RunAgainReport } from '../../api/index.ts';

export interface Conclusion {
  readonly tone: 'different' | 'same' | 'unsure';
  readonly title: string;
  readonly detail: string;
}

const MOST_PATHS = 3;

export function conclude({ deterministic, runs, varies, notes }: RunAgainReport): Conclusion {
  const differing = runs.filter(({ differences }) => differences.length > 0).length;
  const inRuns = `${differing} of ${runs.length} runs`;
  if (deterministic && differing === runs.length) {
    return {
      tone: 'different',
      title: 'Deterministic, and different',
      detail: `The candidate differed in ${inRuns}, and no service ever differed from itself: this is behaviour, not noise.`,
    };
  }
  if (deterministic && differing === 0) {
    return {
      tone: 'same',
      title: 'Deterministic, and the same now',
      detail:
        'All services agree in every run. What was seen then depends on the time, on state, or on request headers that were not captured.',
    };
  }
  const varying = Object.entries(varies);
  if (varying.length > 0) {
    const parts = varying.map(([arm, fields]) => {
      const paths = [...new Set(fields.map(({ path }) => path || 'the body'))];
      const more = paths.length > MOST_PATHS ? ` and ${paths.length - MOST_PATHS} more` : '';
      return `the ${arm} at ${paths.slice(0, MOST_PATHS).join(', ')}${more}`;
    });
    return {
      tone: 'unsure',
      title: 'Not deterministic',
      detail: `From run to run these differ from themselves: ${parts.join('; ')}. What differs there says nothing about the candidate. It differed from the primary in ${inRuns}.`,
    };
  }
  return {
    tone: 'unsure',
    title: 'Not every service answered',
    detail: notes[0] ?? 'Nothing can be said about it.',
  };
}
