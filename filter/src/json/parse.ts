import { Bytes, View } from '../../proxy-wasm/assembly/index';
import { JsonKind, JsonValue } from './value';

/** Deeper documents are refused, so that the parser's own recursion is bounded. */
const MAX_DEPTH: i32 = 64;

/** Keys of one object: comparing each with all before it stays cheap. */
const MAX_KEYS: i32 = 100;

const LARGEST_EXACT: f64 = 9007199254740991;

/**
 * Reads one JSON document from UTF-8 bytes. Strict: nothing behind the document, no comments, no key twice. On anything
 * else `value` is null and `problem` says what and at which byte.
 */
export class JsonParser {
  value: JsonValue | null = null;
  problem: string = '';
  private at: i32 = 0;

  constructor(private readonly source: View) {
    const value = this.parseValue(0);
    if (value !== null && this.peek() == 0 && this.at >= this.source.length) this.value = value;
    else this.fail('something follows the document');
  }

  private fail(what: string): JsonValue | null {
    if (this.problem.length == 0) this.problem = `${what} at byte ${this.at.toString()}`;
    return null;
  }

  private skipSpace(): void {
    while (this.at < this.source.length) {
      const byte = this.source.at(this.at);
      if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return;
      this.at++;
    }
  }

  /** The next byte that is no space, not consumed; 0 at the end. */
  private peek(): u8 {
    this.skipSpace();
    return this.source.at(this.at);
  }

  private parseValue(depth: i32): JsonValue | null {
    if (depth > MAX_DEPTH) return this.fail(`nested deeper than ${MAX_DEPTH.toString()} levels`);
    const byte = this.peek();
    if (byte == 0x7b) return this.parseObject(depth);
    if (byte == 0x5b) return this.parseList(depth);
    if (byte == 0x22) return this.parseText();
    if (byte == 0x2d || isDigit(byte)) return this.parseNumber();
    if (this.takeWord('true')) return booleanValue(true);
    if (this.takeWord('false')) return booleanValue(false);
    if (this.takeWord('null')) return new JsonValue(JsonKind.Null);
    return this.fail(this.at < this.source.length ? 'unexpected character' : 'unexpected end');
  }

  private takeWord(word: string): bool {
    for (let i = 0; i < word.length; i++) {
      if (<i32>this.source.at(this.at + i) != word.charCodeAt(i)) return false;
    }
    this.at += word.length;
    return true;
  }

  private parseObject(depth: i32): JsonValue | null {
    const object = new JsonValue(JsonKind.Object);
    this.at++;
    if (this.peek() == 0x7d) {
      this.at++;
      return object;
    }
    while (true) {
      if (this.peek() != 0x22) return this.fail('a key is expected');
      const key = this.parseText();
      if (key === null) return null;
      if (object.keys.length >= MAX_KEYS) return this.fail(`an object has more than ${MAX_KEYS.toString()} keys`);
      for (let i = 0; i < object.keys.length; i++) {
        if (object.keys[i].equals(key.text)) return this.fail(`the key ${key.text.toString()} stands twice`);
      }
      if (this.peek() != 0x3a) return this.fail('a colon is expected');
      this.at++;
      const value = this.parseValue(depth + 1);
      if (value === null) return null;
      object.keys.push(key.text);
      object.items.push(value);
      const byte = this.peek();
      this.at++;
      if (byte == 0x7d) return object;
      if (byte != 0x2c) {
        this.at--;
        return this.fail('a comma or } is expected');
      }
    }
  }

  private parseList(depth: i32): JsonValue | null {
    const list = new JsonValue(JsonKind.List);
    this.at++;
    if (this.peek() == 0x5d) {
      this.at++;
      return list;
    }
    while (true) {
      const value = this.parseValue(depth + 1);
      if (value === null) return null;
      list.items.push(value);
      const byte = this.peek();
      this.at++;
      if (byte == 0x5d) return list;
      if (byte != 0x2c) {
        this.at--;
        return this.fail('a comma or ] is expected');
      }
    }
  }

  private parseNumber(): JsonValue | null {
    const value = new JsonValue(JsonKind.Number);
    const negative = this.source.at(this.at) == 0x2d;
    if (negative) this.at++;
    const first = this.source.at(this.at);
    if (!isDigit(first)) return this.fail('a digit is expected');
    if (first == 0x30 && isDigit(this.source.at(this.at + 1))) return this.fail('a number must not start with 0');
    let magnitude: f64 = 0;
    while (isDigit(this.source.at(this.at))) {
      magnitude = magnitude * 10 + <f64>(this.source.at(this.at) - 0x30);
      this.at++;
    }
    value.integer = magnitude <= LARGEST_EXACT;
    if (this.source.at(this.at) == 0x2e) {
      this.at++;
      value.integer = false;
      if (!this.skipDigits()) return this.fail('a digit is expected');
    }
    if ((this.source.at(this.at) | 0x20) == 0x65) {
      this.at++;
      value.integer = false;
      const sign = this.source.at(this.at);
      if (sign == 0x2b || sign == 0x2d) this.at++;
      if (!this.skipDigits()) return this.fail('a digit is expected');
    }
    value.number = negative ? -magnitude : magnitude;
    return value;
  }

  private skipDigits(): bool {
    const start = this.at;
    while (isDigit(this.source.at(this.at))) this.at++;
    return this.at > start;
  }

  private parseText(): JsonValue | null {
    const start = ++this.at;
    while (this.at < this.source.length && this.source.at(this.at) != 0x22) {
      this.at += this.source.at(this.at) == 0x5c ? 2 : 1;
    }
    if (this.at >= this.source.length) {
      this.at = this.source.length;
      return this.fail('a string does not end');
    }
    const end = this.at;
    // Decoded text is never longer than its escaped form.
    const decoded = new ArrayBuffer(end - start);
    const base = changetype<usize>(decoded);
    let length = 0;
    this.at = start;
    while (this.at < end) {
      const byte = this.source.at(this.at);
      if (byte < 0x20) return this.fail('a control character stands in a string');
      if (byte != 0x5c) {
        store<u8>(base + length++, byte);
        this.at++;
        continue;
      }
      const code = this.parseEscape();
      if (code < 0) return this.fail('an escape is not valid');
      length += writeUtf8(base + length, code);
    }
    this.at = end + 1;
    const value = new JsonValue(JsonKind.Text);
    value.text = Bytes.copy(base, length);
    return value;
  }

  /** The code point of the escape at `at`, which is moved behind it; -1 when it is none. */
  private parseEscape(): i32 {
    const letter = this.source.at(this.at + 1);
    this.at += 2;
    switch (letter) {
      case 0x22:
      case 0x5c:
      case 0x2f:
        return letter;
      case 0x62:
        return 0x08;
      case 0x66:
        return 0x0c;
      case 0x6e:
        return 0x0a;
      case 0x72:
        return 0x0d;
      case 0x74:
        return 0x09;
      case 0x75:
        break;
      default:
        return -1;
    }
    const unit = this.parseHex4();
    if (unit < 0 || unit < 0xd800 || unit > 0xdfff) return unit;
    const paired = unit < 0xdc00 && this.source.at(this.at) == 0x5c && this.source.at(this.at + 1) == 0x75;
    if (!paired) return 0xfffd;
    const start = this.at;
    this.at += 2;
    const low = this.parseHex4();
    if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    this.at = start;
    return 0xfffd;
  }

  private parseHex4(): i32 {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const digit = hexValue(this.source.at(this.at + i));
      if (digit < 0) return -1;
      value = (value << 4) | digit;
    }
    this.at += 4;
    return value;
  }
}

function booleanValue(boolean: bool): JsonValue {
  const value = new JsonValue(JsonKind.Boolean);
  value.boolean = boolean;
  return value;
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

/** Value of a hexadecimal digit, or -1. */
export function hexValue(byte: u8): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** Writes a code point, returns how many bytes it took. */
function writeUtf8(at: usize, code: i32): i32 {
  if (code < 0x80) {
    store<u8>(at, <u8>code);
    return 1;
  }
  if (code < 0x800) {
    store<u8>(at, <u8>(0xc0 | (code >> 6)));
    store<u8>(at, <u8>(0x80 | (code & 0x3f)), 1);
    return 2;
  }
  if (code < 0x10000) {
    store<u8>(at, <u8>(0xe0 | (code >> 12)));
    store<u8>(at, <u8>(0x80 | ((code >> 6) & 0x3f)), 1);
    store<u8>(at, <u8>(0x80 | (code & 0x3f)), 2);
    return 3;
  }
  store<u8>(at, <u8>(0xf0 | (code >> 18)));
  store<u8>(at, <u8>(0x80 | ((code >> 12) & 0x3f)), 1);
  store<u8>(at, <u8>(0x80 | ((code >> 6) & 0x3f)), 2);
  store<u8>(at, <u8>(0x80 | (code & 0x3f)), 3);
  return 4;
}
