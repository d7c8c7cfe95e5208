import type { Message } from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';

/**
 * The parts of `google.protobuf.FileDescriptorProto` that the overlay is made from.
 */
export interface FileDescriptor {
  readonly name: string;
  readonly package: string;
  readonly syntax: string;
  readonly messageType: readonly MessageDescriptor[];
  readonly enumType: readonly EnumDescriptor[];
}

export interface MessageDescriptor {
  readonly name: string;
  readonly field: readonly FieldDescriptor[];
  readonly nestedType: readonly MessageDescriptor[];
  readonly enumType: readonly EnumDescriptor[];
  readonly oneofDecl: ReadonlyArray<{ readonly name: string }>;
  readonly options?: { readonly mapEntry?: boolean };
}

export interface FieldDescriptor {
  readonly name: string;
  readonly number: number;
  /** 3 = repeated. */
  readonly label: number;
  readonly type: number;
  /** Fully qualified with a leading dot, for messages and enums. */
  readonly typeName?: string;
  readonly oneofIndex?: number;
  readonly proto3Optional?: boolean;
}

export interface EnumDescriptor {
  readonly name: string;
  readonly value: ReadonlyArray<{ readonly name: string; readonly number: number }>;
}

/**
 * Finds the protobuf file descriptors that a C++ program carries in its data section: what the program really speaks,
 * whatever its documentation says. A descriptor starts with field 1, the file's name, which ends in `.proto` and is
 * followed by field 2, the package.
 */
export function descriptorsInBinary(binary: Buffer): FileDescriptor[] {
  const found = new Map<string, FileDescriptor>();
  for (let at = binary.indexOf(NAME_END); at >= 0; at = binary.indexOf(NAME_END, at + 1)) {
    const nameEnd = at + '.proto'.length;
    const start = startOfName(binary, nameEnd);
    if (start === undefined) continue;
    const file = decode(binary.subarray(start, endOfDescriptor(binary, start)));
    if (file && !found.has(file.name)) found.set(file.name, file);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const NAME_END = Buffer.from('.proto\x12', 'latin1');
const NAME = /^[\w./-]+\.proto$/;
const LENGTH_DELIMITED = 2;
const VARINT = 0;
const LAST_FIELD = 14;

/** Looks backwards for the tag and length in front of a name that ends at `end`. */
function startOfName(binary: Buffer, end: number): number | undefined {
  for (let length = 8; length < 128; length++) {
    const nameStart = end - length;
    if (binary[nameStart - 1] !== length || binary[nameStart - 2] !== 0x0a) continue;
    if (NAME.test(binary.toString('latin1', nameStart, end))) return nameStart - 2;
  }
  return undefined;
}

/** Nothing says how long a descriptor is; it ends where no further field of FileDescriptorProto follows. */
function endOfDescriptor(binary: Buffer, start: number): number {
  let end = start;
  for (let at = start; ; end = at) {
    const [tag, afterTag] = varint(binary, at);
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    const isName = field === 1;
    if (field < 1 || field > LAST_FIELD || isName !== (at === start)) return end;
    const [value, afterValue] = varint(binary, afterTag);
    if (wireType === LENGTH_DELIMITED) at = afterValue + value;
    else if (wireType === VARINT) at = afterValue;
    else return end;
    if (at > binary.length) return end;
  }
}

function varint(binary: Buffer, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; shift < 5; shift++) {
    const byte = binary[at + shift] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * shift);
    if (byte < 0x80) return [value, at + shift + 1];
  }
  return [0, at];
}

function decode(bytes: Buffer): FileDescriptor | undefined {
  try {
    const message: Message = descriptor.FileDescriptorProto.decode(bytes);
    return message as unknown as FileDescriptor;
  } catch {
    // Bytes that only looked like a descriptor.
    return undefined;
  }
}
