import { Bytes, View } from '../../proxy-wasm/assembly/index';

/** Where in a request a value is found. The method is the header `:method`. */
export namespace SubjectKind {
  export const Header: i32 = 0;
  export const Cookie: i32 = 1;
  export const Query: i32 = 2;
  export const Path: i32 = 3;
}

/**
 * One place in requests that conditions look at. However many conditions name it, there is one Subject, and its value is
 * fetched at most once a request: `fetched` is the number of the request that `value` and `present` belong to.
 */
export class Subject {
  fetched: u32 = 0;
  present: bool = false;
  readonly value: View = new View();

  constructor(
    readonly kind: i32,
    readonly name: Bytes,
  ) {}
}

/** The subjects of one configuration, each once. */
export class Subjects {
  private readonly all: Array<Subject> = [];

  /** Header names are to be lower case; the path has an empty name. */
  intern(kind: i32, name: Bytes): Subject {
    for (let i = 0; i < this.all.length; i++) {
      const known = this.all[i];
      if (known.kind == kind && known.name.equals(name)) return known;
    }
    const made = new Subject(kind, name);
    this.all.push(made);
    return made;
  }
}
