import type { EnvoyJson } from '../policy/model.ts';

/** Part of a route's match: these methods, and no others. */
export function onMethods(methods: readonly string[]): EnvoyJson {
  const regex = methods.map(escaped).join('|');
  return { headers: [{ name: ':method', string_match: { safe_regex: { regex } } }] };
}

/** Of the signs that a method may have, those that mean something in a regular expression. */
function escaped(method: string): string {
  return method.replace(/[$*+.^|]/g, '\\$&');
}
