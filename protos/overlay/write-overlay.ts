import type protobuf from 'protobufjs';
import { declared } from '../reflection.ts';
import { SECTION } from '../sources.ts';
import type { EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor } from './descriptors-in-binary.ts';

/**
 * Writes what a newer Envoy knows and the loaded tree does not, as .proto text: a section a file, holding only the new
 * messages, enums and fields. A message that exists in the tree is repeated with its new members alone.
 *
 * @param files descriptors of the newer Envoy
 * @param existing the tree without any overlay, with all its files loaded
 */
export function writeOverlay(files: readonly FileDescriptor[], existing: protobuf.Root): string {
  const fileOfType = new Map(files.flatMap((file) => typeNames(file).map((name) => [name, file.name] as const)));
  return files
    .filter((file) => WANTED.test(file.name) && !UNWANTED.test(file.name))
    .map((file) => writeFile(file, existing, fileOfType))
    .filter((text) => text !== '')
    .join('\n');
}

const WANTED = /^(envoy|xds|udpa|cel\/expr|opentelemetry\/proto\/common)\//;
/** Annotations steer code generators, services are no resources, and v2 is a protocol that Envoy no longer speaks. */
const UNWANTED = /\/annotations\/|\/v2(alpha)?\/|^envoy\/admin\/|^envoy\/service\/(?!discovery|runtime|extension)/;
const REPEATED = 3;
const MESSAGE = 11;
const ENUM = 14;
const SCALARS: Record<number, string> = {
  1: 'double',
  2: 'float',
  3: 'int64',
  4: 'uint64',
  5: 'int32',
  6: 'fixed64',
  7: 'fixed32',
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'uint32',
  15: 'sfixed32',
  16: 'sfixed64',
  17: 'sint32',
  18: 'sint64',
};

function writeFile(file: FileDescriptor, existing: protobuf.Root, fileOfType: ReadonlyMap<string, string>): string {
  const used = new Set<string>();
  const body = [
    ...file.messageType.flatMap((message) => writeMessage(message, `${file.package}.${message.name}`, existing, used)),
    ...file.enumType.flatMap((type) => writeEnum(type, `${file.package}.${type.name}`, existing)),
  ];
  if (body.length === 0) return '';
  const imports = [...used].map((type) => fileOfType.get(type)!).filter((name) => name !== file.name);
  const lines = [...new Set(imports)].sort().map((name) => `import "${name}";`);
  return [`${SECTION}${file.name}`, 'syntax = "proto3";', `package ${file.package};`, ...lines, ...body, ''].join('\n');
}

function writeMessage(
  message: MessageDescriptor,
  fullName: string,
  existing: protobuf.Root,
  used: Set<string>,
): string[] {
  const known = declared(existing, fullName) as protobuf.Type | undefined;
  const fields = message.field.filter((field) => !known?.fieldsById[field.number]);
  const plain = fields.filter((field) => oneofOf(message, field) === undefined);
  const body = [
    ...message.nestedType
      .filter((nested) => !nested.options?.mapEntry)
      .flatMap((nested) => writeMessage(nested, `${fullName}.${nested.name}`, existing, used)),
    ...message.enumType.flatMap((type) => writeEnum(type, `${fullName}.${type.name}`, existing)),
    ...plain.map((field) => writeField(message, field, used)),
    ...message.oneofDecl.flatMap(({ name }) => {
      const members = fields.filter((field) => oneofOf(message, field) === name);
      if (members.length === 0) return [];
      return [`oneof ${name} {`, ...indent(members.map((field) => writeField(message, field, used))), '}'];
    }),
  ];
  if (known && body.length === 0) return [];
  return body.length === 0 ? [`message ${message.name} {}`] : [`message ${message.name} {`, ...indent(body), '}'];
}

function writeField(message: MessageDescriptor, field: FieldDescriptor, used: Set<string>): string {
  const tail = `${field.name} = ${field.number};`;
  const entry = message.nestedType.find(
    (nested) => nested.options?.mapEntry && field.typeName?.endsWith(`.${nested.name}`),
  );
  if (entry) {
    const [key, value] = entry.field;
    return `map<${typeOf(key!, used)}, ${typeOf(value!, used)}> ${tail}`;
  }
  const label = field.label === REPEATED ? 'repeated ' : field.proto3Optional ? 'optional ' : '';
  return `${label}${typeOf(field, used)} ${tail}`;
}

function writeEnum(type: EnumDescriptor, fullName: string, existing: protobuf.Root): string[] {
  const known = declared(existing, fullName) as protobuf.Enum | undefined;
  const values = type.value.filter(({ name }) => known?.values[name] === undefined);
  if (values.length === 0) return [];
  return [`enum ${type.name} {`, ...indent(values.map(({ name, number }) => `${name} = ${number};`)), '}'];
}

function typeOf(field: FieldDescriptor, used: Set<string>): string {
  if (field.type !== MESSAGE && field.type !== ENUM) return SCALARS[field.type]!;
  const name = field.typeName!.slice(1);
  used.add(name);
  return name;
}

function oneofOf(message: MessageDescriptor, field: FieldDescriptor): string | undefined {
  if (field.proto3Optional || !Object.hasOwn(field, 'oneofIndex')) return undefined;
  return message.oneofDecl[field.oneofIndex!]?.name;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function typeNames(file: FileDescriptor): string[] {
  const names: string[] = [];
  const walk = (message: MessageDescriptor, fullName: string) => {
    names.push(fullName, ...message.enumType.map((type) => `${fullName}.${type.name}`));
    for (const nested of message.nestedType) walk(nested, `${fullName}.${nested.name}`);
  };
  for (const message of file.messageType) walk(message, `${file.package}.${message.name}`);
  return [...names, ...file.enumType.map((type) => `${file.package}.${type.name}`)];
}
