/** The elements of two arrays on tapes, as far as finding out which belong together needs them. */
import type { Stands, UnparsedElements } from './element-identity.ts';
import type { JsonTape } from './json-tape.ts';
import { keyNames, standsAt } from './tape-nodes.ts';

export class TapeElements implements UnparsedElements {
  readonly length: number;
  readonly lengthOfCandidate: number;
  readonly names: readonly string[];
  private readonly primary: JsonTape;
  private readonly candidate: JsonTape;
  private readonly one: readonly number[];
  private readonly other: readonly number[];

  constructor(primary: JsonTape, candidate: JsonTape, one: readonly number[], other: readonly number[]) {
    this.length = one.length;
    this.lengthOfCandidate = other.length;
    this.names = keyNames(primary, one[0]!);
    this.primary = primary;
    this.candidate = candidate;
    this.one = one;
    this.other = other;
  }

  read(name: string): Stands | undefined {
    const values = standsAt(this.primary, this.one, name);
    const others = values && standsAt(this.candidate, this.other, name);
    return others && { values: values!, others };
  }
}
