import { Bytes } from '../../proxy-wasm/assembly/index';
import { JsonKind, JsonValue } from '../json/value';

/** The first problem found in a configuration; later ones are usually its consequences. */
export class Problem {
  message: string = '';

  get found(): bool {
    return this.message.length > 0;
  }

  report(path: string, what: string): void {
    if (!this.found) this.message = path.length > 0 ? `${path}: ${what}` : what;
  }
}

/** A request is compared with one after the other. */
const MAX_MIRRORS: i32 = 1000;

const NOTHING = new JsonValue(JsonKind.Null);

/**
 * A JSON value with its path in the document, read with checks: each method either returns what the configuration says
 * or reports a problem that names the field and returns a harmless default.
 */
export class Field {
  constructor(
    readonly value: JsonValue,
    readonly path: string,
    readonly problem: Problem,
    readonly exists: bool = true,
  ) {}

  fail(what: string): void {
    this.problem.report(this.path, what);
  }

  /** True when the value is of the kind; a missing or different one is reported. */
  private expect(kind: i32, name: string): bool {
    if (!this.exists) this.fail('is missing');
    else if (this.value.kind != kind) this.fail(`must be ${name}, not ${this.value.kindName}`);
    else return true;
    return false;
  }

  /** The field of this object; it may be missing. */
  get(key: string): Field {
    const path = this.path.length > 0 ? `${this.path}.${key}` : key;
    if (this.value.kind == JsonKind.Object) {
      const bytes = Bytes.of(key);
      for (let i = 0; i < this.value.keys.length; i++) {
        if (this.value.keys[i].equals(bytes)) return new Field(this.value.items[i], path, this.problem);
      }
    }
    return new Field(NOTHING, path, this.problem, false);
  }

  has(key: string): bool {
    return this.get(key).exists;
  }

  /** Checks that this is an object without other keys than these. */
  object(known: string[]): bool {
    if (!this.expect(JsonKind.Object, 'an object')) return false;
    for (let i = 0; i < this.value.keys.length; i++) {
      const key = this.value.keys[i].toString();
      if (!known.includes(key)) {
        this.get(key).fail(`is not known here; known are ${known.join(', ')}`);
        return false;
      }
    }
    return true;
  }

  /** The elements of this list. */
  list(): Field[] {
    const fields: Field[] = [];
    if (!this.expect(JsonKind.List, 'a list')) return fields;
    for (let i = 0; i < this.value.items.length; i++) {
      fields.push(new Field(this.value.items[i], `${this.path}[${i.toString()}]`, this.problem));
    }
    return fields;
  }

  /** The elements of a list of mirrors. */
  mirrors(): Field[] {
    const fields = this.list();
    if (fields.length <= MAX_MIRRORS) return fields;
    this.fail(`there are more than ${MAX_MIRRORS.toString()}`);
    return [];
  }

  text(): Bytes {
    this.expect(JsonKind.Text, 'a string');
    return this.value.text;
  }

  nonEmptyText(): Bytes {
    if (this.expect(JsonKind.Text, 'a string') && this.value.text.length == 0) this.fail('must not be empty');
    return this.value.text;
  }

  boolean(): bool {
    this.expect(JsonKind.Boolean, 'true or false');
    return this.value.boolean;
  }

  /** A whole number from 0 to `largest`. */
  count(largest: f64): i64 {
    if (!this.expect(JsonKind.Number, 'a number')) return 0;
    const number = this.value.number;
    if (this.value.integer && number >= 0 && number <= largest) return <i64>number;
    this.fail(`must be a whole number from 0 to ${(<i64>largest).toString()}`);
    return 0;
  }

  /** A name as it may appear in statistics: `[a-z]([-a-z0-9]*[a-z0-9])?`. */
  name(): Bytes {
    const text = this.nonEmptyText();
    if (!isName(text)) this.fail('must be lower case letters, digits and inner dashes, starting with a letter');
    return text;
  }
}

const MAX_NAME_BYTES: i32 = 128;

function isName(text: Bytes): bool {
  if (text.length == 0 || text.length > MAX_NAME_BYTES) return false;
  for (let i = 0; i < text.length; i++) {
    const byte = load<u8>(text.address + i);
    const letter = byte >= 0x61 && byte <= 0x7a;
    const digit = byte >= 0x30 && byte <= 0x39;
    const inner = i > 0 && i < text.length - 1;
    if (!letter && !(digit && i > 0) && !(byte == 0x2d && inner)) return false;
  }
  return true;
}
