import { isDeepStrictEqual } from 'node:util';
import type { EnvoyJson } from './policy/model.ts';
import type { Resources } from './resources/index.ts';

/**
 * Remembers the resources of the last policy and hands out the same objects where nothing has changed. What encodes them
 * remembers by object, so a changed share costs one small message and not every cluster and two copies of the filter.
 */
export class UnchangedResources {
  #known = new Map<string, EnvoyJson>();

  reuse(resources: Resources): readonly EnvoyJson[] {
    const known = new Map<string, EnvoyJson>();
    for (const resource of Object.values(resources).flat()) {
      const key = `${resource['@type']} ${resource.name ?? resource.cluster_name}`;
      const before = this.#known.get(key);
      known.set(key, before !== undefined && isDeepStrictEqual(before, resource) ? before : resource);
    }
    this.#known = known;
    return [...known.values()];
  }
}
