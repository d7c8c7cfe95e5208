/**
 * Learns path templates from the paths seen. A segment that looks like an id is one at once; a place at which too many
 * different names are seen becomes one. The state is plain data of bounded size, and the same paths in the same order always
 * give the same state.
 */
import { looksLikeId } from './looks-like-id.ts';

const PARAMETER = '{id}';
/** Stands for everything that was seen after the state was full. */
const OTHERS = '{others}';
/** Nobody gives a resource a longer name. */
const MAX_NAME_LENGTH = 100;

export interface LearningLimits {
  /** More different names than this at one place are values of one parameter. */
  readonly maxNames: number;
  /** Places that are remembered in all. */
  readonly maxPlaces: number;
  /** What lies deeper is not told apart. */
  readonly maxSegments: number;
}

export const DEFAULT_LEARNING_LIMITS: LearningLimits = { maxNames: 50, maxPlaces: 10_000, maxSegments: 24 };

/** A place in the tree of paths: what may follow it, by name. */
interface Place {
  readonly next: Map<string, Place>;
  /** Its names have become values of a parameter: `next` holds `{id}` alone. */
  folded: boolean;
}

export interface LearnedPaths {
  readonly limits: LearningLimits;
  readonly root: Place;
  places: number;
}

export function newLearnedPaths(limits: LearningLimits = DEFAULT_LEARNING_LIMITS): LearnedPaths {
  return { limits, root: newPlace(), places: 0 };
}

export interface Learned {
  readonly template: string;
  /** This path was one name too many somewhere: `currentTemplate` tells what earlier templates are called now. */
  readonly folded: boolean;
}

export function learnPath(state: LearnedPaths, segments: readonly string[]): Learned {
  const { maxNames, maxPlaces, maxSegments } = state.limits;
  const names: string[] = [];
  let place = state.root;
  let folded = false;
  for (const segment of segments.slice(0, maxSegments)) {
    const isId = place.folded || segment.length > MAX_NAME_LENGTH || looksLikeId(segment);
    let name = isId ? PARAMETER : segment;
    let next = place.next.get(name);
    if (!next && name !== PARAMETER && literalNames(place) >= maxNames) {
      fold(state, place);
      folded = true;
      name = PARAMETER;
      next = place.next.get(name);
    }
    if (!next) {
      if (state.places >= maxPlaces) {
        names.push(OTHERS);
        break;
      }
      next = newPlace();
      place.next.set(withoutItsPath(name), next);
      state.places++;
    }
    names.push(name);
    place = next;
  }
  if (segments.length > maxSegments) names.push(OTHERS);
  return { template: `/${names.join('/')}`, folded };
}

/** What a template learnt earlier is called now. */
export function currentTemplate(state: LearnedPaths, template: string): string {
  let place: Place | undefined = state.root;
  const names = template.split('/').filter((name) => name !== '');
  const current = names.map((given) => {
    const name: string = place?.folded && given !== OTHERS ? PARAMETER : given;
    place = place?.next.get(name);
    return name;
  });
  return `/${current.join('/')}`;
}

/** A part of a text keeps all of it in memory, and a path may come with any query. */
function withoutItsPath(name: string): string {
  return Buffer.from(name).toString();
}

function literalNames(place: Place): number {
  return place.next.size - (place.next.has(PARAMETER) ? 1 : 0);
}

/** All that follows any of the names follows the parameter. */
function fold(state: LearnedPaths, place: Place): void {
  const branches = [...place.next.values()];
  place.next.clear();
  place.folded = true;
  state.places -= branches.length - 1;
  place.next.set(PARAMETER, merge(state, branches));
}

function merge(state: LearnedPaths, places: readonly Place[]): Place {
  const merged = newPlace();
  merged.folded = places.some((place) => place.folded);
  const byName = new Map<string, Place[]>();
  for (const place of places) {
    for (const [given, next] of place.next) {
      const name = merged.folded ? PARAMETER : given;
      byName.set(name, [...(byName.get(name) ?? []), next]);
    }
  }
  for (const [name, branches] of byName) {
    state.places -= branches.length - 1;
    merged.next.set(name, merge(state, branches));
  }
  if (!merged.folded && literalNames(merged) > state.limits.maxNames) fold(state, merged);
  return merged;
}

function newPlace(): Place {
  return { next: new Map(), folded: false };
}
