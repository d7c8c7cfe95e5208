import { didYouMean, ShadowplaneError } from '../../errors/index.ts';
import { FORMATS } from './formats.ts';
import type { Findings, Path } from './problems.ts';

/** The part of JSON Schema that schema.ts uses. */
export interface Shape {
  readonly $ref?: string;
  readonly anyOf?: readonly Shape[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly patternProperties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: unknown;
  readonly maxProperties?: number;
  /** What to say of keys that people look for here but that belong elsewhere. */
  readonly 'x-misplaced'?: Readonly<Record<string, string>>;
}

/** Deeper than any sensible document; keeps a hostile one from exhausting the stack. */
const MAX_DEPTH = 64;
/** What Envoy's protobuf cannot carry, or ends a text early. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for
const NO_TEXT = /\p{Surrogate}|\u0000/u;
const TOO_DEEP = `is nested deeper than ${MAX_DEPTH} levels`;

/**
 * Checks a value against a schema and returns it without the parts that are wrong, each of which has been reported with
 * its path. So whatever reads the result may trust the types of what is there, but not that required parts are.
 */
export class ShapeChecker {
  readonly #findings: Findings;
  readonly #definitions: Readonly<Record<string, Shape>>;

  constructor(findings: Findings, definitions: Readonly<Record<string, Shape>>) {
    this.#findings = findings;
    this.#definitions = definitions;
  }

  check(schema: Shape, value: unknown, path: Path = []): unknown {
    if (path.length > MAX_DEPTH) return this.#refuse(path, TOO_DEEP);
    if (schema.$ref) return this.check(this.#definitions[schema.$ref.replace(/^.*\//, '')]!, value, path);
    if (value === null) return this.#refuse(path, 'is empty; give it a value or remove the key');
    if (typeof value === 'string' && NO_TEXT.test(value)) {
      return this.#refuse(path, 'is no text: it holds half of a character (an unpaired surrogate) or a NUL');
    }
    if (schema.anyOf) return this.#checkAny(schema.anyOf, value, path);
    if (schema.enum) return this.#checkEnum(schema.enum, value, path);
    if ('const' in schema) {
      return value === schema.const ? value : this.#refuse(path, `must be ${JSON.stringify(schema.const)}`);
    }
    if (schema.format) return this.#checkFormat(schema, value, path);
    if (!typesOf(schema).some((type) => hasType(type, value))) {
      return this.#refuse(path, `must be ${expected(schema)}, not ${described(value)}`);
    }
    if (Array.isArray(value)) return this.#checkArray(schema, value, path);
    if (typeof value === 'object') return this.#checkObject(schema, value as Record<string, unknown>, path);
    if (typeof value === 'string') return this.#checkString(schema, value, path);
    if (typeof value === 'number') return this.#checkNumber(schema, value, path);
    return value;
  }

  /** The variant with the value's type is meant, so its problems are the ones to report. */
  #checkAny(variants: readonly Shape[], value: unknown, path: Path): unknown {
    const meant = variants.filter((variant) => typesOf(variant).some((type) => hasType(type, value)));
    if (meant[0]) return this.check(meant[0], value, path);
    return this.#refuse(path, `must be ${variants.map(expected).join(' or ')}, not ${described(value)}`);
  }

  #checkEnum(allowed: readonly unknown[], value: unknown, path: Path): unknown {
    if (allowed.includes(value)) return value;
    const names = allowed.map(String);
    const hint = typeof value === 'string' ? didYouMean(value, names) : '';
    return this.#refuse(path, `must be ${names.join(' or ')}, not ${described(value)}${hint}`);
  }

  #checkFormat(schema: Shape, value: unknown, path: Path): unknown {
    if (typeof value === 'string' && value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) {
      return this.#refuse(path, `is longer than ${schema.maxLength} characters`);
    }
    if (typeof value === 'object') return this.#refuse(path, `must be ${expected(schema)}, not ${described(value)}`);
    try {
      FORMATS[schema.format as keyof typeof FORMATS](value);
      return value;
    } catch (error) {
      if (!(error instanceof ShadowplaneError)) throw error;
      return this.#refuse(path, error.message);
    }
  }

  #checkString(schema: Shape, value: string, path: Path): unknown {
    if (value.length < (schema.minLength ?? 0)) return this.#refuse(path, 'must not be empty');
    if (value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) {
      return this.#refuse(path, `is longer than ${schema.maxLength} characters`);
    }
    if (schema.pattern && !new RegExp(schema.pattern).test(value)) return this.#refuse(path, notAName(value));
    return value;
  }

  #checkNumber(schema: Shape, value: number, path: Path): unknown {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
    if (value >= minimum && value <= maximum) return value;
    return this.#refuse(path, `must be between ${minimum} and ${maximum}, not ${value}`);
  }

  #checkArray(schema: Shape, value: readonly unknown[], path: Path): unknown {
    if (value.length < (schema.minItems ?? 0)) return this.#refuse(path, 'must not be empty');
    if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) {
      return this.#refuse(path, `has more than ${schema.maxItems} entries`);
    }
    return value
      .map((item, index) => this.check(schema.items ?? {}, item, [...path, index]))
      .filter((item) => item !== undefined);
  }

  #checkObject(schema: Shape, value: Record<string, unknown>, path: Path): unknown {
    const entries = Object.entries(value).filter(([, child]) => child !== undefined);
    if (entries.length > (schema.maxProperties ?? Number.POSITIVE_INFINITY)) {
      return this.#refuse(path, `has more than ${schema.maxProperties} entries`);
    }
    // Free objects (Envoy's own JSON) are not ours to judge.
    if (!schema.properties && !schema.patternProperties) {
      return isWithinDepth(value, MAX_DEPTH - path.length) ? value : this.#refuse(path, TOO_DEEP);
    }
    const kept: Array<[string, unknown]> = [];
    for (const [key, child] of entries) {
      const childSchema = this.#childSchema(schema, key, [...path, key]);
      const checked = childSchema && this.check(childSchema, child, [...path, key]);
      if (checked !== undefined) kept.push([key, checked]);
    }
    for (const key of schema.required ?? []) {
      if (!Object.hasOwn(value, key) || value[key] === undefined) {
        this.#findings.problem(path, `${JSON.stringify(key)} is missing`, 'key');
      }
    }
    return Object.fromEntries(kept);
  }

  #childSchema(schema: Shape, key: string, path: Path): Shape | undefined {
    const { properties } = schema;
    if (properties) {
      if (Object.hasOwn(properties, key)) return properties[key];
      const known = Object.keys(properties);
      const hint = schema['x-misplaced']?.[key] ?? (didYouMean(key, known) || `; known here: ${known.join(', ')}`);
      this.#findings.problem(path, `there is no key ${JSON.stringify(key)} here${hint}`, 'key');
      return undefined;
    }
    const [pattern, childSchema] = Object.entries(schema.patternProperties ?? {})[0]!;
    if (new RegExp(pattern).test(key)) return childSchema;
    this.#findings.problem(path, notAName(key), 'key');
    return undefined;
  }

  #refuse(path: Path, message: string): undefined {
    this.#findings.problem(path, message);
    return undefined;
  }
}

function notAName(text: string): string {
  return `${JSON.stringify(text.slice(0, 80))} is not a name; names are up to 63 lower case letters, digits and hyphens and begin with a letter`;
}

function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((child) => isWithinDepth(child, depth - 1));
}

function typesOf(schema: Shape): readonly string[] {
  if (schema.enum) return schema.enum.map((allowed) => typeof allowed);
  if (schema.type === undefined) return [];
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
}

function hasType(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isSafeInteger(value);
  return typeof value === type;
}

function expected(schema: Shape): string {
  if (schema.enum) return schema.enum.map(String).join(' or ');
  const words: Record<string, string> = {
    array: 'a list',
    object: 'a map of keys and values',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    string: 'text',
  };
  return typesOf(schema)
    .map((type) => words[type] ?? type)
    .join(' or ');
}

function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
