import protobuf from 'protobufjs';
import protojson from 'protobufjs/ext/protojson.js';
import { isCustomJson } from './check.ts';
import type { ProtoTree } from './tree.ts';
import { messageNameOf } from './type-url.ts';

type Message = Record<string, unknown>;

/**
 * A decoded message as ProtoJSON with proto field names. An Any of a type that the tree does not have keeps its bytes as
 * base64 under `value`, so that showing a configuration never fails on one foreign extension.
 */
export function messageToJson(tree: ProtoTree, type: protobuf.Type, decoded: object): unknown {
  const message = decoded as Message;
  if (type.fullName === '.google.protobuf.Any') return anyToJson(tree, message);
  if (isCustomJson(type)) return protojson.toJson(type, message);

  const json: Message = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(message, field.name)) continue;
    const value = message[field.resolve().name];
    const one = (entry: unknown) => singleToJson(tree, field, entry);
    if (field instanceof protobuf.MapField) {
      const entries = Object.entries(value as Message).map(([key, entry]) => [key, one(entry)] as const);
      if (entries.length > 0) json[field.name] = Object.fromEntries(entries);
    } else if (field.repeated) {
      if ((value as unknown[]).length > 0) json[field.name] = (value as unknown[]).map(one);
    } else {
      json[field.name] = one(value);
    }
  }
  return json;
}

function singleToJson(tree: ProtoTree, field: protobuf.Field, value: unknown): unknown {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) return messageToJson(tree, type, value as object);
  if (type instanceof protobuf.Enum) return type.valuesById[value as number] ?? value;
  if (field.type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  if (field.type.endsWith('64')) return String(value);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function anyToJson(tree: ProtoTree, any: Message): unknown {
  const { type_url: typeUrl = '', value = new Uint8Array() } = any as { type_url?: string; value?: Uint8Array };
  if (typeUrl === '') return {};
  const type = tree.findMessage(messageNameOf(typeUrl) ?? '');
  if (!type) return { '@type': typeUrl, value: Buffer.from(value).toString('base64') };
  const body = messageToJson(tree, type, type.decode(value));
  return isCustomJson(type) ? { '@type': typeUrl, value: body } : { '@type': typeUrl, ...(body as object) };
}
