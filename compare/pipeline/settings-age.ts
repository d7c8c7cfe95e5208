import type { ComparedMirror } from './pipeline.ts';

/** Which settings answers were compared by: what was compared by others than those of now is no answer to those of now. */
export class SettingsAge {
  #now = 0;
  /** By mirror, since which of the settings answers are compared as they are now. */
  readonly #alikeSince = new Map<string, number>();

  /** The settings that are in force, as a number that grows. */
  get now(): number {
    return this.#now;
  }

  /** @returns the mirrors whose answers are compared in another way from now on, new ones included */
  follow(before: ReadonlyMap<string, ComparedMirror>, after: ReadonlyMap<string, ComparedMirror>): string[] {
    this.#now += 1;
    for (const mirror of this.#alikeSince.keys()) if (!after.has(mirror)) this.#alikeSince.delete(mirror);
    const changed = [...after].filter(([name, mirror]) => {
      const known = before.get(name);
      return known !== mirror && textOfSettings(known) !== textOfSettings(mirror);
    });
    for (const [name] of changed) this.#alikeSince.set(name, this.#now);
    return changed.map(([name]) => name);
  }

  isAlike(mirror: string, settings: number): boolean {
    return settings >= (this.#alikeSince.get(mirror) ?? 0);
  }
}

/** What says how answers are compared. */
function textOfSettings(mirror: ComparedMirror | undefined): string {
  if (!mirror) return '';
  const { control, hasRollout, copyTimeoutMs, rules, versionHeader, headers, alsoCompareHeaders } = mirror;
  return JSON.stringify([control, hasRollout, copyTimeoutMs, rules, versionHeader, headers, alsoCompareHeaders]);
}
