/**
 * Headers and trailers by meaning: names in any case, several lines or one with commas, lists whose order says nothing,
 * content types in any spelling.
 */
import { looksLikeId } from '../endpoint/index.ts';
import type { HeaderList } from '../exchange.ts';
import type { Findings } from './difference.ts';
import { harmlessBy } from './harmless.ts';
import { isIgnoredHeader } from './ignored-headers.ts';
import { canonicalMediaType } from './media-type.ts';
import { shorten } from './preview.ts';
import type { CompiledRules } from './rule-matcher.ts';

/** Comma-separated lists that are sets, of words whose case means nothing. */
const SETS = new Set([
  'accept-ranges',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
  'allow',
  'cache-control',
  'vary',
]);

const NEEDS_CARE = new Set([...SETS, 'content-type', 'etag']);

export interface HeaderOptions {
  /** In lower case; compared although they are on the list of ignored ones. */
  readonly alsoCompare: ReadonlySet<string>;
  /** Not compared here, because something else compares them. */
  readonly except: ReadonlySet<string>;
  /** In lower case, the header that names the service's version: not compared either. */
  readonly versionHeader: string | undefined;
}

export function diffHeaders(
  part: 'header' | 'trailer',
  primary: HeaderList,
  candidate: HeaderList,
  options: HeaderOptions,
  rules: CompiledRules,
  findings: Findings,
): void {
  if (areAlike(primary, candidate, options)) return;
  const one = collect(primary, options);
  const other = collect(candidate, options);
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    const inPrimary = one.get(name);
    const inCandidate = other.get(name);
    if (inPrimary?.length === 1 && inCandidate?.length === 1 && inPrimary[0] === inCandidate[0]) continue;
    if (canonical(name, inPrimary) === canonical(name, inCandidate)) continue;
    const pointer = `${part}:${name}`;
    const here = rules.outside(pointer);
    const harmless = inPrimary && inCandidate ? harmlessBy(here, joined(inPrimary), joined(inCandidate)) : here.ignore;
    if (harmless) {
      findings.hide(harmless.id);
      continue;
    }
    const kind = inPrimary === undefined ? 'extra' : inCandidate === undefined ? 'missing' : 'value';
    findings.add({
      kind,
      path: `${part}:${foldedName(name)}`,
      pointer,
      ...(inPrimary && { primary: shorten(joined(inPrimary)) }),
      ...(inCandidate && { candidate: shorten(joined(inCandidate)) }),
    });
  }
}

/** Shorter numbers belong to names that people gave: `x-amz-id-2`, `sha-256`. */
const MIN_ID_LENGTH = 4;

/**
 * `x-job-3f2a91c07` is `x-job-*`, as keys of a body that are ids are: or each request would be a field of its own. All that
 * follows the id is left out, so that a rule for the folded name matches every such header.
 */
function foldedName(name: string): string {
  if (!/\d/.test(name)) return name;
  const parts = name.split('-');
  const idAt = parts.findIndex((part) => part.length >= MIN_ID_LENGTH && looksLikeId(part));
  return idAt < 0 ? name : [...parts.slice(0, idAt), '*'].join('-');
}

/** The same lines, but for those that do not count: true of most answers, and quickly told. */
function areAlike(primary: HeaderList, candidate: HeaderList, options: HeaderOptions): boolean {
  if (primary.length !== candidate.length) return false;
  for (let index = 0; index < primary.length; index++) {
    const one = primary[index]!;
    const other = candidate[index]!;
    if (one[0] !== other[0]) return false;
    if (one[1] === other[1]) continue;
    if (counts(one[0].toLowerCase(), options)) return false;
  }
  return true;
}

function counts(name: string, { alsoCompare, except, versionHeader }: HeaderOptions): boolean {
  return !except.has(name) && name !== versionHeader && (!isIgnoredHeader(name) || alsoCompare.has(name));
}

function collect(headers: HeaderList, options: HeaderOptions): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [givenName, value] of headers) {
    const name = givenName.toLowerCase();
    if (!counts(name, options)) continue;
    // Whether answers vary by their encoding depends on who compresses them.
    if (name === 'vary' && setOf(value).length === 0) continue;
    const values = found.get(name);
    if (values) values.push(value.trim());
    else found.set(name, [value.trim()]);
  }
  return found;
}

function joined(values: readonly string[]): string {
  return values.join(', ');
}

/** The same text for the same meaning. */
function canonical(name: string, values: readonly string[] | undefined): string | undefined {
  if (values === undefined) return undefined;
  if (values.length === 1 && !NEEDS_CARE.has(name)) return values[0];
  if (name === 'content-type') return values.map(canonicalMediaType).join(', ');
  if (name === 'set-cookie') return values.toSorted().join('\n');
  if (name === 'etag') return values.map(canonicalEtag).join(', ');
  return SETS.has(name) ? setOf(joined(values)).join(',') : joined(values);
}

function setOf(value: string): string[] {
  const words = value
    .toLowerCase()
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && word !== 'accept-encoding');
  return [...new Set(words)].sort();
}

/** Who compresses an answer marks its tag as weak or adds the encoding's name. */
function canonicalEtag(value: string): string {
  return value.replace(/^W\//, '').replace(/[-;](?:gzip|br|zstd|deflate)(?=(?:--)?"$)/, '');
}

/** The one value of a header, the last if it was sent several times. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  for (let index = headers.length - 1; index >= 0; index--) {
    const [given, value] = headers[index]!;
    if (given === name || (given.length === name.length && given.toLowerCase() === name)) return value;
  }
  return undefined;
}
