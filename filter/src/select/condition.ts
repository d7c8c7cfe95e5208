import { Bytes } from '../../proxy-wasm/assembly/index';
import { Request } from '../request/request';
import { Subject } from '../request/subject';
import { CelExpression } from './cel';
import { TextSet } from './text-set';

/** What a condition does. */
export namespace Operator {
  export const Equals: i32 = 0;
  export const Prefix: i32 = 1;
  export const Suffix: i32 = 2;
  export const Contains: i32 = 3;
  export const OneOf: i32 = 4;
  export const Present: i32 = 5;
  export const Absent: i32 = 6;
  export const Any: i32 = 7;
  export const All: i32 = 8;
  export const Not: i32 = 9;
  export const Cel: i32 = 10;
}

/**
 * One condition, checked when the configuration was read: its fields fit its operator and its depth is bounded. A value
 * that is missing matches nothing but `present: false`.
 */
export class Condition {
  subject: Subject | null = null;
  text: Bytes | null = null;
  texts: TextSet | null = null;
  children: StaticArray<Condition> = [];
  cel: CelExpression | null = null;

  constructor(readonly operator: i32) {}

  matches(request: Request): bool {
    const operator = this.operator;
    if (operator >= Operator.Any) return this.matchesCombined(request);
    const subject = this.subject;
    if (subject === null) return false;
    if (!request.fetch(subject)) return operator == Operator.Absent;
    const text = this.text;
    if (text !== null) {
      if (operator == Operator.Equals) return subject.value.equals(text);
      if (operator == Operator.Prefix) return subject.value.startsWith(text);
      if (operator == Operator.Suffix) return subject.value.endsWith(text);
      return subject.value.contains(text);
    }
    const texts = this.texts;
    return texts !== null ? texts.has(subject.value) : operator == Operator.Present;
  }

  private matchesCombined(request: Request): bool {
    const cel = this.cel;
    if (cel !== null) return cel.isTrue();
    const children = this.children;
    const operator = this.operator;
    for (let i = 0; i < children.length; i++) {
      const matched = children[i].matches(request);
      if (operator == Operator.Not) return !matched;
      if (matched == (operator == Operator.Any)) return matched;
    }
    return operator == Operator.All;
  }
}
