import type protobuf from 'protobufjs';
import protojson from 'protobufjs/ext/protojson.js';
import { ShadowplaneError } from '../errors/index.ts';
import { checkMessage, isCustomJson, unknownType } from './check.ts';
import { messageToJson } from './to-json.ts';
import { envoyTree } from './tree.ts';
import { messageNameOf, typeUrlOf } from './type-url.ts';

/** A message in the wire format, with the URL of its type: what `google.protobuf.Any` holds. */
export interface EncodedAny {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/**
 * Encodes a resource as Envoy's documentation writes it: `{"@type": "type.googleapis.com/...", ...}`. Equal content
 * gives equal bytes, whatever the order of keys, so the bytes can be hashed into a version.
 *
 * @throws ShadowplaneError ENVOY_RESOURCE_INVALID with every problem, each with its path and the nearest right name
 */
export function encodeAny(json: object): EncodedAny {
  const { '@type': typeUrl, ...body } = json as { '@type'?: unknown; value?: unknown };
  if (typeof typeUrl !== 'string') throw invalid('A resource', [{ path: '', message: 'lacks "@type"' }]);
  const name = messageNameOf(typeUrl);
  const type = name === undefined ? undefined : envoyTree().findMessage(name);
  if (!type) throw invalid('A resource', [{ path: '@type', message: unknownType(envoyTree(), typeUrl) }]);
  return { typeUrl, value: encode(type, isCustomJson(type) ? body.value : body) };
}

/**
 * Encodes ProtoJSON as the named message.
 *
 * @throws ShadowplaneError ENVOY_RESOURCE_INVALID as `encodeAny` does
 */
export function encodeMessage(fullName: string, json: object): Uint8Array {
  return encode(messageType(fullName), json);
}

/** The ProtoJSON of a message, with field names as Envoy's documentation writes them (with_underscores). */
export function decodeMessageToJson(fullName: string, bytes: Uint8Array): unknown {
  const type = messageType(fullName);
  return messageToJson(envoyTree(), type, type.decode(bytes));
}

/** The reverse of `encodeAny`. */
export function decodeAnyToJson(any: EncodedAny): { '@type': string; [field: string]: unknown } {
  const body = decodeMessageToJson(messageNameOf(any.typeUrl) ?? any.typeUrl, any.value);
  return { '@type': any.typeUrl, ...(body as object) };
}

export function messageExists(typeUrl: string): boolean {
  const name = messageNameOf(typeUrl);
  return name !== undefined && envoyTree().findMessage(name) !== undefined;
}

/**
 * The reflected type, for code that encodes and decodes without the detour over JSON.
 *
 * @throws ShadowplaneError ENVOY_RESOURCE_INVALID when Envoy has no such message
 */
export function messageType(fullName: string): protobuf.Type {
  const type = envoyTree().findMessage(fullName);
  if (type) return type;
  throw invalid('A message', [{ path: '', message: unknownType(envoyTree(), typeUrlOf(fullName)) }]);
}

function encode(type: protobuf.Type, json: unknown): Uint8Array {
  const checked = checkMessage(envoyTree(), type, json);
  if (checked.problems.length > 0) throw invalid(labelOf(type, json), checked.problems);
  return type.encode(protojson.fromJson(type, checked.json)).finish();
}

function labelOf(type: protobuf.Type, json: unknown): string {
  const name = (json as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? `${type.name} ${JSON.stringify(name)}` : type.name;
}

function invalid(what: string, problems: Array<{ path: string; message: string }>): ShadowplaneError {
  const lines = problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`));
  return new ShadowplaneError('ENVOY_RESOURCE_INVALID', `${what} is not valid: ${lines.join('; ')}`, { problems });
}
