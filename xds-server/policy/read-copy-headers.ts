import { ShadowplaneError } from '../../errors/index.ts';
import { parseHeaderName } from './formats.ts';
import type { Mirror } from './model.ts';
import type { Checked } from './partial.ts';
import type { Findings, Path } from './problems.ts';
import type { MirrorDocument } from './schema.ts';

/** Envoy owns these: a copy with another length, framing or host would not be a copy, or not arrive at all. */
const OWNED_BY_ENVOY = [
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
];

/** Header changes of the copy with lower-case names; our markers and what Envoy owns are refused. */
export function readCopyHeaders(
  document: Checked<MirrorDocument>['headers'],
  path: Path,
  findings: Findings,
): Mirror['headers'] {
  const set = new Map<string, string>();
  for (const [key, value] of Object.entries(document?.set ?? {})) {
    const name = readName(key, [...path, 'set', key], findings);
    if (name === undefined) continue;
    if (set.has(name)) findings.problem([...path, 'set', key], `${name} is set twice`, 'key');
    set.set(name, value!);
  }
  const remove = new Set<string>();
  for (const [index, key] of (document?.remove ?? []).entries()) {
    const name = readName(key, [...path, 'remove', index], findings);
    if (name === undefined) continue;
    if (set.has(name)) findings.problem([...path, 'remove', index], `${name} is set and removed; keep one`);
    remove.add(name);
  }
  return { set: [...set], remove: [...remove] };
}

function readName(text: string, path: Path, findings: Findings): string | undefined {
  try {
    const name = parseHeaderName(text);
    if (name === 'x-shadow' || name.startsWith('x-shadow-')) {
      findings.problem(path, `${name} is a marker that Shadowplane writes`, 'key');
    } else if (OWNED_BY_ENVOY.includes(name)) {
      findings.problem(path, `${name} belongs to Envoy and cannot be changed on a copy`, 'key');
    }
    return name;
  } catch (error) {
    if (!(error instanceof ShadowplaneError)) throw error;
    findings.problem(path, error.message, 'key');
    return undefined;
  }
}
