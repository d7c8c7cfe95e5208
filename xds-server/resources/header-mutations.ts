import type { EnvoyJson } from '../policy/model.ts';

/** Sets a header to `format`, in which Envoy replaces `%...%`; no header is made where the result is empty. */
export function setHeader(name: string, format: string): EnvoyJson {
  return { append: { header: { key: name, value: format }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } };
}

export function removeHeader(name: string): EnvoyJson {
  return { remove: name };
}

export function removeHeadersByPrefix(prefix: string): EnvoyJson {
  return { remove_on_match: { key_matcher: { prefix } } };
}

/** Text that Envoy is to take as it stands. */
export function literal(text: string): string {
  return text.replaceAll('%', '%%');
}
