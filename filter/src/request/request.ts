import { Bytes, getHeaders, HeaderMap, Pairs, View } from '../../proxy-wasm/assembly/index';
import { findCookie } from './cookies';
import { pathEnd } from './path';
import { findQueryParameter } from './query';
import { Subject, SubjectKind, Subjects } from './subject';

/**
 * The request that is being decided on. One object serves all requests. The headers come in one host call, because a
 * call costs more than all the copying; what is found in them (a cookie, a parameter) is looked for when it is first
 * asked for, and remembered until the next `begin`.
 */
export class Request {
  /** `:path` with its query. */
  private readonly target: Subject;
  private readonly cookieHeader: Subject;
  private readonly method: Subject;
  private readonly path: View = new View();
  private readonly encoded: View = new View();
  private readonly pairs: Pairs = new Pairs();
  private number: u32 = 0;

  constructor(private readonly subjects: Subjects) {
    this.target = subjects.intern(SubjectKind.Header, Bytes.of(':path'));
    this.cookieHeader = subjects.intern(SubjectKind.Header, Bytes.of('cookie'));
    this.method = subjects.intern(SubjectKind.Header, Bytes.of(':method'));
  }

  /** Starts the next request. False when it has no path (a CONNECT without one) or is too large to look at. */
  begin(): bool {
    this.number++;
    // 0 is what a Subject that was never fetched carries.
    if (this.number == 0) this.number = 1;
    if (!getHeaders(HeaderMap.RequestHeaders, this.encoded)) return false;
    this.readHeaders();
    const target = this.target;
    if (!this.fetch(target)) return false;
    this.path.set(target.value.address, pathEnd(target.value));
    return true;
  }

  /** All headers, encoded, in this callback. */
  get headers(): View {
    return this.encoded;
  }

  /** Of a repeated header the first counts. */
  private readHeaders(): void {
    const pairs = this.pairs;
    const number = this.number;
    pairs.start(this.encoded);
    while (pairs.advance()) {
      const subject = this.subjects.header(pairs.nameAddress, pairs.nameLength);
      if (subject === null || subject.fetched == number) continue;
      subject.fetched = number;
      subject.present = true;
      pairs.takeValue(subject.value);
    }
  }

  /** The path without query and fragment. */
  get pathOnly(): View {
    return this.path;
  }

  /** The method as sent; empty when there is none. */
  get methodName(): View {
    this.fetch(this.method);
    return this.method.value;
  }

  /** Makes `subject.value` the value in this request; false when it has none. */
  // @ts-expect-error: decorator
  @inline
  fetch(subject: Subject): bool {
    return subject.fetched == this.number ? subject.present : this.fetchNow(subject);
  }

  private fetchNow(subject: Subject): bool {
    subject.fetched = this.number;
    subject.present = this.read(subject);
    if (!subject.present) subject.value.clear();
    return subject.present;
  }

  private read(subject: Subject): bool {
    switch (subject.kind) {
      case SubjectKind.Header:
        return false; // readHeaders has found all that there are
      case SubjectKind.Cookie:
        return (
          this.cookieHeader.fetched == this.number &&
          this.cookieHeader.present &&
          findCookie(this.cookieHeader.value, subject.name, subject.value)
        );
      case SubjectKind.Query:
        return findQueryParameter(this.target.value, subject.name, subject.value);
      default:
        subject.value.set(this.path.address, this.path.length);
        return true;
    }
  }
}
