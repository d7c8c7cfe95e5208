import type { EnvoyJson } from '../policy/model.ts';

/**
 * Lays `patch` over `base`: objects are merged field by field, everything else (lists too) is replaced, and `null`
 * removes a field. Field names may be written as Envoy's documentation does or in camelCase, as ProtoJSON allows. An
 * object of another `@type` replaces the old one, because its fields mean something else.
 */
export function deepMerge(base: EnvoyJson, patch: EnvoyJson): EnvoyJson {
  if ('@type' in patch && patch['@type'] !== base['@type']) return patch;
  const merged: Record<string, unknown> = { ...base };
  for (const [written, value] of Object.entries(patch)) {
    const key = fieldIn(merged, written);
    const current = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isObject(current) && isObject(value) ? deepMerge(current, value) : value;
  }
  return merged;
}

/** Whether `patch` would touch a field of this (snake_case) name. */
export function touches(patch: EnvoyJson, field: string): boolean {
  return Object.keys(patch).some((key) => snakeCase(key) === field);
}

function fieldIn(fields: Readonly<Record<string, unknown>>, written: string): string {
  return Object.hasOwn(fields, snakeCase(written)) ? snakeCase(written) : written;
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function isObject(value: unknown): value is EnvoyJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
