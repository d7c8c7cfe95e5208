/**
 * Reads protobuf's wire format from bytes of which nothing is trusted: whatever they hold, it either returns a value or
 * throws WireError, never reads outside of its range and never loops without moving forward.
 */
export class WireError extends Error {
  override name = 'WireError';
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export class WireReader {
  readonly #buffer: Buffer;
  #at: number;
  /** Of the message that is being read, which may be inside of another. */
  #end: number;
  /** Everything as latin1: one call and slices of it cost less than a call for each string. */
  #text: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = 0;
    this.#end = bytes.length;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The next field's number and wire type, as `number << 3 | type`. */
  tag(): number {
    const tag = this.varint();
    if (tag < 8 || tag > 0xffff_ffff) throw new WireError(`no field has the tag ${tag}`);
    return tag;
  }

  /** A varint of up to 64 bits; exact up to 2^53, which is all that counts, sizes and times need. */
  varint(): number {
    const buffer = this.#buffer;
    let byte = this.#byte(buffer);
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let factor = 0x80;
    for (let length = 2; length <= 10; length += 1) {
      byte = this.#byte(buffer);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    throw new WireError('a varint is longer than ten bytes');
  }

  bool(): boolean {
    return this.varint() !== 0;
  }

  /** All 64 bits, as 16 hexadecimal digits. */
  fixed64Hex(): string {
    const at = this.#take(8);
    return this.#buffer.readBigUInt64LE(at).toString(16).padStart(16, '0');
  }

  utf8(): string {
    const length = this.varint();
    const at = this.#take(length);
    return this.#buffer.toString('utf8', at, at + length);
  }

  /** One character a byte, so that nothing is lost of what may hold any byte. */
  latin1(): string {
    const length = this.varint();
    const at = this.#take(length);
    if (this.#buffer.length > MAX_TEXT_BYTES) return this.#buffer.toString('latin1', at, at + length);
    this.#text ??= this.#buffer.toString('latin1');
    return this.#text.slice(at, at + length);
  }

  /** A view on the bytes, not a copy. */
  bytes(): Uint8Array {
    const length = this.varint();
    const at = this.#take(length);
    return this.#buffer.subarray(at, at + length);
  }

  /** Goes into the message that comes next: `done` is then its end. `leave` takes what this returns. */
  enter(): number {
    const length = this.varint();
    const outer = this.#end;
    this.#end = this.#take(length) + length;
    this.#at = this.#end - length;
    return outer;
  }

  leave(outer: number): void {
    this.#end = outer;
  }

  skip(tag: number): void {
    switch (tag & 7) {
      case WIRE.varint:
        this.varint();
        return;
      case WIRE.fixed64:
        this.#take(8);
        return;
      case WIRE.bytes:
        this.#take(this.varint());
        return;
      case WIRE.fixed32:
        this.#take(4);
        return;
      default:
        throw new WireError(`wire type ${tag & 7} is not in use`);
    }
  }

  /** Skips a message whose fields have no messages in them, once it has seen that they can be read. */
  skipMessage(): void {
    const outer = this.enter();
    while (!this.done) this.skip(this.tag());
    this.leave(outer);
  }

  #byte(buffer: Buffer): number {
    if (this.#at >= this.#end) throw new WireError('the message ends within a field');
    const byte = buffer[this.#at]!;
    this.#at += 1;
    return byte;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw new WireError('a field is longer than its message');
    this.#at = at + length;
    return at;
  }
}

const MAX_TEXT_BYTES = 16_384;
