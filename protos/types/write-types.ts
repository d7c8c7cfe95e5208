import protobuf from 'protobufjs';
import { type ProtoTree, packageOf } from '../tree.ts';

/**
 * Writes TypeScript interfaces, in ProtoJSON shape with proto field names, for the given messages and all that they
 * refer to. Messages that travel inside an Any have to be named among the roots themselves.
 */
export function writeTypes(tree: ProtoTree, roots: readonly string[]): string {
  const reachable = new Map<string, protobuf.Type | protobuf.Enum>();
  const visit = (type: protobuf.Type | protobuf.Enum) => {
    if (WELL_KNOWN[type.fullName] || reachable.has(type.fullName)) return;
    reachable.set(type.fullName, type);
    if (type instanceof protobuf.Type) for (const field of type.fieldsArray) visitField(field);
  };
  const visitField = (field: protobuf.Field) => {
    const { resolvedType } = field.resolve();
    if (resolvedType) visit(resolvedType);
  };
  for (const root of roots) visit(tree.find(root)!);

  const names = shortNames([...reachable.keys()]);
  const sorted = [...reachable.values()].sort((a, b) => (a.fullName < b.fullName ? -1 : 1));
  const declarations = sorted.map((type) =>
    type instanceof protobuf.Enum ? writeEnum(type, names) : writeMessage(type, names),
  );
  const byFullName = [...roots].sort().map((root) => `  readonly '${root}': ${names.get(`.${root}`)};`);
  return [messagesInterface(byFullName), ...declarations].join('\n');
}

function messagesInterface(members: readonly string[]): string {
  const comment = '/** By full name: what may be packed into an Any with its shape checked. */';
  return `${comment}\nexport interface Messages {\n${members.join('\n')}\n}\n`;
}

type Names = ReadonlyMap<string, string>;

const WELL_KNOWN: Record<string, string> = {
  '.google.protobuf.Any': 'AnyJson',
  '.google.protobuf.Struct': 'Record<string, unknown>',
  '.google.protobuf.Value': 'unknown',
  '.google.protobuf.ListValue': 'unknown[]',
  '.google.protobuf.Empty': 'Record<string, never>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a TypeScript type.
  '.google.protobuf.Duration': '`${number}s`',
  '.google.protobuf.Timestamp': 'string',
  '.google.protobuf.FieldMask': 'string',
  '.google.protobuf.DoubleValue': 'number',
  '.google.protobuf.FloatValue': 'number',
  '.google.protobuf.Int64Value': 'number | string',
  '.google.protobuf.UInt64Value': 'number | string',
  '.google.protobuf.Int32Value': 'number',
  '.google.protobuf.UInt32Value': 'number',
  '.google.protobuf.BoolValue': 'boolean',
  '.google.protobuf.StringValue': 'string',
  '.google.protobuf.BytesValue': 'string',
};

function writeMessage(type: protobuf.Type, names: Names): string {
  const fields = type.fieldsArray.map((field) => `  readonly ${field.name}?: ${fieldType(field, names)};`);
  const head = `/** \`${type.fullName.slice(1)}\` */\nexport interface ${names.get(type.fullName)}`;
  return fields.length > 0 ? `${head} {\n${fields.join('\n')}\n}\n` : `${head} {}\n`;
}

function writeEnum(type: protobuf.Enum, names: Names): string {
  const values = Object.keys(type.values).map((name) => `'${name}'`);
  return `/** \`${type.fullName.slice(1)}\` */\nexport type ${names.get(type.fullName)} = ${values.join(' | ')};\n`;
}

function fieldType(field: protobuf.Field, names: Names): string {
  const single = singleType(field, names);
  if (field instanceof protobuf.MapField) return `Readonly<Record<string, ${single}>>`;
  return field.repeated ? `ReadonlyArray<${single}>` : single;
}

function singleType(field: protobuf.Field, names: Names): string {
  const type = field.resolvedType;
  if (type) return WELL_KNOWN[type.fullName] ?? names.get(type.fullName)!;
  if (field.type === 'bool') return 'boolean';
  if (field.type === 'string' || field.type === 'bytes') return 'string';
  return field.type.endsWith('64') ? 'number | string' : 'number';
}

/**
 * `RouteAction_HashPolicy` for a nested message; where two packages share a name, both get as much of their package in
 * front as tells them apart: `CoreHttpProtocolOptions`. Types of xds.* always say so: `XdsStringMatcher`.
 */
function shortNames(fullNames: readonly string[]): Names {
  const names = new Map<string, string>();
  let open = [...fullNames];
  for (let packageParts = 0; open.length > 0; packageParts++) {
    const groups = new Map<string, string[]>();
    for (const fullName of open) {
      const name = shortName(fullName.slice(1), packageParts);
      groups.set(name, [...(groups.get(name) ?? []), fullName]);
    }
    open = [];
    for (const [name, members] of groups) {
      if (members.length === 1) names.set(members[0]!, name);
      else open.push(...members);
    }
  }
  return names;
}

function shortName(fullName: string, packageParts: number): string {
  const scope = packageOf(fullName);
  const parts = scope.split('.').filter((part) => !/^v\d/.test(part));
  const prefix = packageParts === 0 ? [] : parts.slice(-packageParts);
  if (parts[0] === 'xds') prefix.unshift('xds');
  const words = prefix.flatMap((part) => part.split('_'));
  const message = fullName.slice(scope.length + 1).replaceAll('.', '_');
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('') + message;
}
