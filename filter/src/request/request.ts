import { Bytes, getHeader, HeaderMap, View } from '../../proxy-wasm/assembly/index';
import { findCookie } from './cookies';
import { pathEnd } from './path';
import { findQueryParameter } from './query';
import { Subject, SubjectKind, Subjects } from './subject';

/**
 * The request that is being decided on. One object serves all requests: every value is fetched when it is first asked
 * for and remembered until `begin`, so a header costs one host call however many conditions look at it.
 */
export class Request {
  /** `:path` with its query. */
  private readonly target: Subject;
  private readonly cookieHeader: Subject;
  private readonly method: Subject;
  private readonly path: View = new View();
  private number: u32 = 0;

  constructor(subjects: Subjects) {
    this.target = subjects.intern(SubjectKind.Header, Bytes.of(':path'));
    this.cookieHeader = subjects.intern(SubjectKind.Header, Bytes.of('cookie'));
    this.method = subjects.intern(SubjectKind.Header, Bytes.of(':method'));
  }

  /** Starts the next request. False when it has no path (a CONNECT without one). */
  begin(): bool {
    this.number++;
    // 0 is what a Subject that was never fetched carries.
    if (this.number == 0) this.number = 1;
    if (!this.fetch(this.target)) return false;
    this.path.set(this.target.value.address, pathEnd(this.target.value));
    return true;
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

  /** `fetch`, which is inlined and so cannot be used by what it calls. */
  private fetchCookieHeader(): bool {
    const header = this.cookieHeader;
    return header.fetched == this.number ? header.present : this.fetchNow(header);
  }

  private read(subject: Subject): bool {
    switch (subject.kind) {
      case SubjectKind.Header:
        return getHeader(HeaderMap.RequestHeaders, subject.name, subject.value);
      case SubjectKind.Cookie:
        return this.fetchCookieHeader() && findCookie(this.cookieHeader.value, subject.name, subject.value);
      case SubjectKind.Query:
        return findQueryParameter(this.target.value, subject.name, subject.value);
      default:
        subject.value.set(this.path.address, this.path.length);
        return true;
    }
  }
}
