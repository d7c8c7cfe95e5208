import { Bytes, sameBytes, View } from '../../proxy-wasm/assembly/index';

/** Where in a request a value is found. The method is the header `:method`. */
export namespace SubjectKind {
  export const Header: i32 = 0;
  export const Cookie: i32 = 1;
  export const Query: i32 = 2;
  export const Path: i32 = 3;
}

/**
 * One place in requests that conditions look at. However many conditions name it, there is one Subject, and its value is
 * looked for at most once a request: `fetched` is the number of the request that `value` and `present` belong to.
 */
export class Subject {
  fetched: u32 = 0;
  present: bool = false;
  readonly value: View = new View();
  /** Another header whose name falls into the same bucket. */
  neighbour: Subject | null = null;

  constructor(
    readonly kind: i32,
    readonly name: Bytes,
  ) {}

  /** This one or the neighbour with that name. */
  named(name: usize, length: i32): Subject | null {
    let subject: Subject | null = this;
    while (subject !== null) {
      if (subject.name.length == length && sameBytes(name, subject.name.address, length)) return subject;
      subject = subject.neighbour;
    }
    return null;
  }
}

const BUCKETS: i32 = 64;

/** The subjects of one configuration, each once; headers are found by name. */
export class Subjects {
  private readonly all: Array<Subject> = [];
  private readonly buckets: StaticArray<Subject | null> = new StaticArray<Subject | null>(BUCKETS);

  /** Header names are to be lower case; the path has an empty name. */
  intern(kind: i32, name: Bytes): Subject {
    for (let i = 0; i < this.all.length; i++) {
      const known = this.all[i];
      if (known.kind == kind && known.name.equals(name)) return known;
    }
    const made = new Subject(kind, name);
    this.all.push(made);
    if (kind == SubjectKind.Header && name.length > 0) {
      const bucket = bucketOf(name.address, name.length);
      made.neighbour = this.buckets[bucket];
      this.buckets[bucket] = made;
    }
    return made;
  }

  /** The header of that name if any condition asks for it. Most names of a request end at an empty bucket. */
  // @ts-ignore: decorator
  @inline
  header(name: usize, length: i32): Subject | null {
    if (length == 0) return null;
    // The number of a bucket is always below that of all of them.
    const subject = unchecked(this.buckets[bucketOf(name, length)]);
    return subject === null ? null : subject.named(name, length);
  }
}

/** Length and both ends tell header names apart well enough. */
// @ts-ignore: decorator
@inline
function bucketOf(address: usize, length: i32): i32 {
  const ends = <i32>load<u8>(address) * 7 + <i32>load<u8>(address + length - 1);
  return (length * 5 + ends) & (BUCKETS - 1);
}
