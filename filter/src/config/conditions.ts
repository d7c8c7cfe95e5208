import { Bytes } from '../../proxy-wasm/assembly/index';
import { JsonKind } from '../json/value';
import { Subject, SubjectKind, Subjects } from '../request/subject';
import { CelExpression } from '../select/cel';
import { Condition, Operator } from '../select/condition';
import { TextSet } from '../select/text-set';
import { Field } from './reader';

/** Deeper conditions are refused: matching recurses as deep as they are nested. */
const MAX_DEPTH: i32 = 16;

/** Conditions in one configuration, all mirrors together. */
const MAX_CONDITIONS: i32 = 10_000;

/** Searching a hostile header for a long text costs header times text. */
const MAX_CONTAINS_BYTES: i32 = 256;

const SUBJECTS: string[] = ['header', 'cookie', 'query', 'path', 'method'];
const TESTS: string[] = ['equals', 'prefix', 'suffix', 'contains', 'oneOf', 'present'];
const COMBINATIONS: string[] = ['any', 'all', 'not', 'cel'];
const KNOWN: string[] = SUBJECTS.concat(TESTS).concat(COMBINATIONS);

/** Turns the conditions of one configuration into what requests are matched with. */
export class ConditionReader {
  readonly expressions: Array<CelExpression> = [];
  private count: i32 = 0;

  constructor(private readonly subjects: Subjects) {}

  /** On a problem, which is then reported, the result is not to be used. */
  read(field: Field, depth: i32 = 0): Condition {
    const nothing = new Condition(Operator.Any);
    if (!field.object(KNOWN)) return nothing;
    if (depth >= MAX_DEPTH) {
      field.fail(`conditions are nested deeper than ${MAX_DEPTH.toString()} levels`);
      return nothing;
    }
    if (++this.count > MAX_CONDITIONS) {
      field.fail(`there are more than ${MAX_CONDITIONS.toString()} conditions`);
      return nothing;
    }
    const combination = only(field, COMBINATIONS);
    if (combination.length > 0) {
      if (field.value.keys.length > 1) field.fail(`${combination} stands alone in a condition`);
      return this.readCombination(field.get(combination), combination, depth);
    }
    return this.readTest(field);
  }

  private readCombination(field: Field, name: string, depth: i32): Condition {
    if (name == 'cel') return this.readCel(field);
    const condition = new Condition(name == 'any' ? Operator.Any : name == 'all' ? Operator.All : Operator.Not);
    const children: Condition[] = [];
    if (name == 'not') {
      children.push(this.read(field, depth + 1));
    } else {
      const elements = field.list();
      if (elements.length == 0) field.fail('must not be empty');
      for (let i = 0; i < elements.length; i++) children.push(this.read(elements[i], depth + 1));
    }
    condition.children = StaticArray.fromArray(children);
    return condition;
  }

  private readCel(field: Field): Condition {
    const condition = new Condition(Operator.Cel);
    const source = field.nonEmptyText();
    if (field.problem.found) return condition;
    const expression = CelExpression.compile(source);
    if (expression === null) field.fail('is not a CEL expression that Envoy can use; its log says why');
    else this.expressions.push(expression);
    condition.cel = expression;
    return condition;
  }

  private readTest(field: Field): Condition {
    const subject = this.readSubject(field);
    const test = only(field, TESTS);
    if (test.length == 0) {
      field.fail(`needs one of ${TESTS.join(', ')}`);
      return new Condition(Operator.Any);
    }
    const argument = field.get(test);
    const condition = new Condition(operatorOf(test, argument));
    condition.subject = subject;
    if (test == 'present') return condition;
    if (test == 'oneOf') {
      const elements = argument.list();
      if (elements.length == 0) argument.fail('must not be empty');
      const texts: Bytes[] = [];
      for (let i = 0; i < elements.length; i++) texts.push(elements[i].text());
      condition.texts = new TextSet(texts);
      return condition;
    }
    condition.text = test == 'equals' ? argument.text() : argument.nonEmptyText();
    if (test == 'contains' && argument.value.text.length > MAX_CONTAINS_BYTES) {
      argument.fail(`must not be longer than ${MAX_CONTAINS_BYTES.toString()} bytes`);
    }
    return condition;
  }

  /** Reads `header: NAME` and its like; other keys of the object are not looked at. */
  readSubject(field: Field): Subject {
    const name = only(field, SUBJECTS);
    if (name.length == 0) {
      field.fail(`needs one of ${SUBJECTS.concat(COMBINATIONS).join(', ')}`);
      return this.subjects.intern(SubjectKind.Path, Bytes.of(''));
    }
    const argument = field.get(name);
    if (name == 'path' || name == 'method') {
      if (!argument.boolean()) argument.fail('must be true');
      return name == 'path'
        ? this.subjects.intern(SubjectKind.Path, Bytes.of(''))
        : this.subjects.intern(SubjectKind.Header, Bytes.of(':method'));
    }
    const text = argument.nonEmptyText();
    if (name == 'cookie') return this.subjects.intern(SubjectKind.Cookie, text);
    if (name == 'query') return this.subjects.intern(SubjectKind.Query, text);
    if (!isHeaderName(text)) argument.fail('is not a header name');
    return this.subjects.intern(SubjectKind.Header, text.toLowerCase());
  }

  /** Reads a `sticky` object. */
  readStickySubject(field: Field): Subject {
    field.object(SUBJECTS);
    return this.readSubject(field);
  }
}

/** The one of `names` that the object has, empty if none; several are reported. */
function only(field: Field, names: string[]): string {
  let found = '';
  for (let i = 0; i < names.length; i++) {
    if (!field.has(names[i])) continue;
    if (found.length > 0) field.fail(`has both ${found} and ${names[i]}`);
    found = names[i];
  }
  return found;
}

function operatorOf(test: string, argument: Field): i32 {
  if (test == 'equals') return Operator.Equals;
  if (test == 'prefix') return Operator.Prefix;
  if (test == 'suffix') return Operator.Suffix;
  if (test == 'contains') return Operator.Contains;
  if (test == 'oneOf') return Operator.OneOf;
  return argument.boolean() ? Operator.Present : Operator.Absent;
}

/** A token of RFC 9110, or one of HTTP/2's pseudo headers. */
function isHeaderName(name: Bytes): bool {
  for (let i = 0; i < name.length; i++) {
    const byte = load<u8>(name.address + i);
    if (byte == 0x3a && i == 0 && name.length > 1) continue;
    const allowed =
      (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) || isTokenMark(byte);
    if (!allowed) return false;
  }
  return true;
}

function isTokenMark(byte: u8): bool {
  switch (byte) {
    case 0x21:
    case 0x23:
    case 0x24:
    case 0x25:
    case 0x26:
    case 0x27:
    case 0x2a:
    case 0x2b:
    case 0x2d:
    case 0x2e:
    case 0x5e:
    case 0x5f:
    case 0x60:
    case 0x7c:
    case 0x7e:
      return true;
    default:
      return false;
  }
}
