import { IgnoredFields } from './ignored.ts';

export interface FieldWeight {
  /** As in a rule: this field and all below it. */
  readonly path: string;
  readonly endpoint?: string;
  readonly weight: number;
}

/** What a field means to the business: the first entry that fits decides, 1 where none does. */
export function fieldWeights(weights: readonly FieldWeight[]): (endpoint: string, path: string) => number {
  const fields = weights.map(({ path, endpoint, weight }) => {
    const place = { effect: 'ignore', id: '', reason: '', author: '', path } as const;
    return { weight, at: new IgnoredFields([{ ...place, ...(endpoint !== undefined && { endpoint }) }], 0) };
  });
  return (endpoint, path) => fields.find(({ at }) => at.ruleFor(endpoint, path))?.weight ?? 1;
}
