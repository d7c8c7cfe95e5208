import { type BytesLike, toBytes } from './bytes.ts';

/** A header map as Envoy has it: names lower case, repeated names kept apart. */
export class HeaderList {
  private entries: Array<readonly [name: string, value: Buffer]>;

  constructor(entries: Iterable<readonly [string, BytesLike]> = []) {
    this.entries = [...entries].map(([name, value]) => [name.toLowerCase(), toBytes(value)]);
  }

  /** The first of that name, which is all that a module gets to see of a repeated header. */
  get(name: string): Buffer | undefined {
    return this.entries.find((entry) => entry[0] === name.toLowerCase())?.[1];
  }

  add(name: string, value: BytesLike): void {
    this.entries.push([name.toLowerCase(), toBytes(value)]);
  }

  remove(name: string): void {
    this.entries = this.entries.filter((entry) => entry[0] !== name.toLowerCase());
  }

  replace(name: string, value: BytesLike): void {
    this.remove(name);
    this.add(name, value);
  }

  toArray(): Array<[string, string]> {
    return this.entries.map(([name, value]) => [name, value.toString('utf8')]);
  }

  get byteLength(): number {
    return this.entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + value.length, 0);
  }

  /** The ABI's form: count, sizes, then names and values, each with a zero byte behind it. */
  encode(): Buffer {
    const sizes = Buffer.alloc(4 + this.entries.length * 8);
    sizes.writeUInt32LE(this.entries.length, 0);
    const data: Buffer[] = [sizes];
    this.entries.forEach(([name, value], index) => {
      sizes.writeUInt32LE(Buffer.byteLength(name), 4 + index * 8);
      sizes.writeUInt32LE(value.length, 8 + index * 8);
      data.push(Buffer.from(name), Buffer.from([0]), value, Buffer.from([0]));
    });
    return Buffer.concat(data);
  }

  static decode(encoded: Buffer): HeaderList {
    const list = new HeaderList();
    if (encoded.length < 4) return list;
    const count = encoded.readUInt32LE(0);
    let at = 4 + count * 8;
    for (let index = 0; index < count; index++) {
      const nameSize = encoded.readUInt32LE(4 + index * 8);
      const valueSize = encoded.readUInt32LE(8 + index * 8);
      const name = encoded.toString('utf8', at, at + nameSize);
      list.add(name, encoded.subarray(at + nameSize + 1, at + nameSize + 1 + valueSize));
      at += nameSize + valueSize + 2;
    }
    return list;
  }
}
