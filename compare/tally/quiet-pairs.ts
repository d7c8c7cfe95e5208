/**
 * Pairs in which the candidate alone differs at fields of which the control has never shown any noise, by the set of these
 * fields. Fields say nothing of how many pairs there are: two of them may differ in the same pairs or in others. And which
 * fields are quiet is known only later: one that turns noisy takes those pairs with it that differ nowhere else.
 */
export interface QuietPairs {
  /** Keys of fields; `BEYOND` stands for fields that are not counted by name. */
  readonly fields: readonly string[];
  pairs: number;
  /** Of them, those in which the control differs by itself, at other fields. */
  controlDiffers: number;
}

/** No field has an empty key. */
export const BEYOND = '';

/** One failed answer differs at all of its fields; as many as these tell it from noise. */
const MAX_FIELDS = 16;
/** Defects make a few sets. Beyond, pairs are counted as of fields that nobody knows. */
const MAX_SETS = 64;

export class QuietSets {
  readonly #sets = new Map<string, QuietPairs>();

  /**
   * @param fields at which the candidate alone differs, quiet so far; at least one.
   * @param isQuiet of any field, as it is now.
   */
  count(fields: readonly string[], controlDiffers: boolean, isQuiet: (field: string) => boolean): void {
    const kept = fields.length > MAX_FIELDS ? fields.slice(0, MAX_FIELDS) : fields;
    this.#add({ fields: kept, pairs: 1, controlDiffers: controlDiffers ? 1 : 0 }, isQuiet);
  }

  absorb(other: QuietSets, isQuiet: (field: string) => boolean): void {
    for (const set of other.#sets.values()) this.#add(set, isQuiet);
  }

  list(): QuietPairs[] {
    return [...this.#sets.values()].map((set) => ({ ...set }));
  }

  #add({ fields, pairs, controlDiffers }: QuietPairs, isQuiet: (field: string) => boolean): void {
    let set = this.#sets.get(nameOf(fields));
    if (!set && this.#sets.size >= MAX_SETS - 1) this.#prune(isQuiet);
    if (!set) {
      // The last place is for what is beyond.
      const known = this.#sets.size < MAX_SETS - 1 ? fields : [BEYOND];
      set = this.#sets.get(nameOf(known)) ?? { fields: known, pairs: 0, controlDiffers: 0 };
      this.#sets.set(nameOf(known), set);
    }
    set.pairs += pairs;
    set.controlDiffers += controlDiffers;
  }

  /** What has turned noisy as a whole counts no more. */
  #prune(isQuiet: (field: string) => boolean): void {
    for (const [name, { fields }] of this.#sets) {
      if (!fields.some((field) => field === BEYOND || isQuiet(field))) this.#sets.delete(name);
    }
  }
}

function nameOf(fields: readonly string[]): string {
  return fields.length === 1 ? fields[0]! : JSON.stringify(fields);
}
