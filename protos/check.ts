import protobuf from 'protobufjs';
import protojson from 'protobufjs/ext/protojson.js';
import { type InputProblem, nearest } from '../errors/index.ts';
import { keepFullName } from './reflection.ts';
import type { ProtoTree } from './tree.ts';
import { messageNameOf, TYPE_URL_PREFIX } from './type-url.ts';

/**
 * Checks ProtoJSON against a message type and returns it in one canonical shape: fields by their proto name, entries of
 * maps and structs sorted, nulls dropped. Equal content therefore encodes to equal bytes, on every machine. Everything
 * wrong is reported with its path, not only the first.
 */
export function checkMessage(
  tree: ProtoTree,
  type: protobuf.Type,
  json: unknown,
): { json: unknown; problems: InputProblem[] } {
  const problems: InputProblem[] = [];
  const checked = new Checker(tree, problems).message(type, json, '');
  return { json: checked, problems };
}

class Checker {
  readonly #tree: ProtoTree;
  readonly #problems: InputProblem[];

  constructor(tree: ProtoTree, problems: InputProblem[]) {
    this.#tree = tree;
    this.#problems = problems;
  }

  message(type: protobuf.Type, json: unknown, path: string): unknown {
    keepFullName(type);
    if (type.fullName === '.google.protobuf.Any') return this.#any(json, path);
    if (type.fullName.startsWith('.google.protobuf.') && type.name !== 'Empty')
      return this.#wellKnown(type, json, path);
    if (!isObject(json)) return this.#problem(path, `must be an object (${type.name}), not ${show(json)}`);

    const out: Record<string, unknown> = {};
    const chosen = new Map<protobuf.OneOf, string>();
    for (const [key, value] of Object.entries(json)) {
      const field = fieldsOf(type).get(key);
      if (!field) {
        this.#unknownField(type, key, path);
        continue;
      }
      if (value === null && !acceptsNull(field)) continue;
      const at = join(path, key);
      if (Object.hasOwn(out, field.name)) this.#problem(at, `is given twice, as ${field.name} and ${field.jsonName}`);
      const other = field.partOf && chosen.get(field.partOf);
      if (other) this.#problem(at, `excludes ${other}: only one of them may be set`);
      if (field.partOf) chosen.set(field.partOf, key);
      out[field.name] = this.#field(field, value, at);
    }
    return out;
  }

  #field(field: protobuf.Field, value: unknown, path: string): unknown {
    if (field instanceof protobuf.MapField) {
      if (!isObject(value)) return this.#problem(path, `must be an object (a map), not ${show(value)}`);
      return mapSorted(value, (entry, key) => this.#single(field, entry, join(path, key)));
    }
    if (!field.repeated) return this.#single(field, value, path);
    if (!Array.isArray(value)) return this.#problem(path, `must be a list, not ${show(value)}`);
    return value.map((entry, index) => this.#single(field, entry, join(path, String(index))));
  }

  #single(field: protobuf.Field, value: unknown, path: string): unknown {
    const type = field.resolvedType;
    if (type instanceof protobuf.Type) return this.message(type, value, path);
    if (type instanceof protobuf.Enum && typeof value === 'string' && !Object.hasOwn(type.values, value)) {
      const guess = nearest(value, Object.keys(type.values));
      const known = guess ? `did you mean ${guess}?` : `one of ${Object.keys(type.values).join(', ')}`;
      return this.#problem(path, `${show(value)} is no ${type.name}; ${known}`);
    }
    // The field on its own, as its message would hold it.
    const asList = field.repeated ? [value] : value;
    const asMap = field instanceof protobuf.MapField ? { [path.slice(path.lastIndexOf('.') + 1)]: value } : asList;
    this.#convert(field.parent as protobuf.Type, { [field.name]: asMap }, value, path);
    return value;
  }

  #wellKnown(type: protobuf.Type, json: unknown, path: string): unknown {
    this.#convert(type, json, json, path);
    return sortDeep(json);
  }

  #convert(type: protobuf.Type, json: unknown, value: unknown, path: string): void {
    try {
      protojson.fromJson(type, json);
    } catch (error) {
      const what = (error as Error).message.replace(/^[\w.]+: /, '').replace(/: .*$/s, '');
      this.#problem(path, `${show(value)}: ${what}`);
    }
  }

  #any(json: unknown, path: string): unknown {
    if (!isObject(json)) return this.#problem(path, `must be an object with "@type", not ${show(json)}`);
    const { '@type': typeUrl, ...body } = json;
    if (typeof typeUrl !== 'string') {
      return this.#problem(
        path,
        `lacks "@type", such as "${TYPE_URL_PREFIX}envoy.extensions.filters.http.router.v3.Router"`,
      );
    }
    const type = this.#tree.findMessage(messageNameOf(typeUrl) ?? '');
    if (!type) return this.#problem(join(path, '@type'), unknownType(this.#tree, typeUrl));
    if (isCustomJson(type)) return { '@type': typeUrl, value: this.message(type, body.value, join(path, 'value')) };
    return { '@type': typeUrl, ...(this.message(type, body, path) as object) };
  }

  #unknownField(type: protobuf.Type, key: string, path: string): void {
    const guess = nearest(key, fieldsOf(type).keys());
    this.#problem(join(path, key), `is no field of ${type.name}${guess ? `; did you mean ${guess}?` : ''}`);
  }

  #problem(path: string, message: string): undefined {
    this.#problems.push({ path, message });
    return undefined;
  }
}

/** What to say about a type that does not exist, with the nearest one of the same package. */
export function unknownType(tree: ProtoTree, typeUrl: string): string {
  const name = messageNameOf(typeUrl);
  if (name === undefined) return `${show(typeUrl)} must start with ${TYPE_URL_PREFIX}`;
  const lastDot = name.lastIndexOf('.');
  const scope = tree.root.lookup(name.slice(0, lastDot));
  const siblings = scope instanceof protobuf.Namespace ? scope.nestedArray : [];
  const messages = siblings.filter((sibling) => sibling instanceof protobuf.Type).map((sibling) => sibling.name);
  const guess = nearest(name.slice(lastDot + 1), messages) ?? (messages.length === 1 ? messages[0] : undefined);
  return `Envoy 1.40 has no ${name}${guess ? `; did you mean ${name.slice(0, lastDot)}.${guess}?` : ''}`;
}

/** Types whose JSON inside an Any stands under `value`. */
export function isCustomJson(type: protobuf.Type): boolean {
  return type.fullName.startsWith('.google.protobuf.') && type.name !== 'Empty';
}

const fieldIndex = new WeakMap<protobuf.Type, Map<string, protobuf.Field>>();

/** Fields by both names that ProtoJSON accepts; the proto name comes first, so that suggestions prefer it. */
function fieldsOf(type: protobuf.Type): Map<string, protobuf.Field> {
  let index = fieldIndex.get(type);
  if (!index) {
    const fields = type.fieldsArray.map((field) => field.resolve());
    index = new Map([
      ...fields.map((field) => [field.name, field] as const),
      ...fields.map((field) => [field.jsonName, field] as const),
    ]);
    fieldIndex.set(type, index);
  }
  return index;
}

function acceptsNull(field: protobuf.Field): boolean {
  return field.resolvedType?.fullName === '.google.protobuf.Value';
}

function sortDeep(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sortDeep);
  return isObject(json) ? mapSorted(json, sortDeep) : json;
}

function mapSorted(
  object: Record<string, unknown>,
  of: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  const keys = Object.keys(object).sort();
  return Object.fromEntries(keys.map((key) => [key, of(object[key], key)]));
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

const MAX_SHOWN = 60;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
