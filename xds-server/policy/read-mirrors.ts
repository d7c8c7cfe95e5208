import { didYouMean } from '../../errors/index.ts';
import { DEFAULTS } from './defaults.ts';
import { parseHost, parseMethod, parseMirrorPath } from './formats.ts';
import type { Condition, Mirror, MirrorLimits, MirrorSegment, Subject } from './model.ts';
import type { Checked } from './partial.ts';
import { NONE, parsePercent } from './percent.ts';
import type { Findings, Path } from './problems.ts';
import { readBrake } from './read-brake.ts';
import { readCompare } from './read-compare.ts';
import { readSubject } from './read-condition.ts';
import { readCopyHeaders } from './read-copy-headers.ts';
import { durationOr } from './read-listener.ts';
import { readRollout } from './read-rollout.ts';
import type { MirrorDocument, PolicyDocument } from './schema.ts';
import { parseSizeBytes } from './units.ts';

/** `default` is the route of what no mirror matches; the other two mark the end of a path in Envoy's runtime layer. */
const RESERVED_MIRRORS = ['default', 'numerator', 'denominator'];

/** The mirrors in the order of the document, defaults filled in and shares parsed. */
export function readMirrors(
  document: Checked<PolicyDocument>,
  segments: ReadonlyMap<string, Condition>,
  findings: Findings,
): Mirror[] {
  return Object.entries(document.mirrors ?? {}).map(([name, mirror]) => {
    if (RESERVED_MIRRORS.includes(name)) {
      findings.problem(['mirrors', name], `${JSON.stringify(name)} is reserved; choose another name`, 'key');
    }
    return readMirror(name, mirror!, ['mirrors', name], segments, findings);
  });
}

function readMirror(
  name: string,
  document: Checked<MirrorDocument>,
  path: Path,
  segments: ReadonlyMap<string, Condition>,
  findings: Findings,
): Mirror {
  const sideEffects = document.sideEffects ?? DEFAULTS.sideEffects;
  if (document.sample === undefined && document.segments === undefined) {
    findings.warning(path, 'mirrors nothing: it has neither sample nor segments', 'key');
  }
  if (sideEffects === 'trusted') {
    findings.warning([...path, 'sideEffects'], 'is trusted: requests that change things are copied without any proof');
  }
  const brake = readBrake(document.brake);
  const sticky = readSticky(document.sticky, [...path, 'sticky'], findings);
  const shares = readShares(document.segments, segments, [...path, 'segments'], findings);
  const sample = document.sample === undefined ? NONE : parsePercent(document.sample);
  const rollout = readRollout(
    document.rollout,
    { name, segments: shares, sample, ...(sticky && { sticky }) },
    path,
    findings,
  );
  return {
    name,
    hosts: readHosts(document.host),
    path: document.match?.path === undefined ? '' : parseMirrorPath(document.match.path),
    primary: document.primary ?? '',
    shadow: document.shadow ?? '',
    ...(document.control !== undefined && { control: document.control }),
    methods: readMethods(document.methods, sideEffects, [...path, 'methods'], findings),
    sideEffects,
    segments: shares,
    sample,
    ...(sticky && { sticky }),
    paused: document.paused ?? false,
    limits: readLimits(document.limits),
    credentials: document.credentials ?? DEFAULTS.credentials,
    headers: readCopyHeaders(document.headers, [...path, 'headers'], findings),
    compare: readCompare(document.compare, [...path, 'compare'], findings),
    ...(brake && { brake }),
    ...(rollout && { rollout }),
  };
}

function readHosts(document: Checked<MirrorDocument>['host']): string[] {
  if (document === undefined) return [];
  return [...new Set((typeof document === 'string' ? [document] : document).map(parseHost))];
}

function readMethods(
  document: readonly string[] | undefined,
  sideEffects: Mirror['sideEffects'],
  path: Path,
  findings: Findings,
): string[] {
  const safe: readonly string[] = DEFAULTS.safeMethods;
  if (document === undefined) return sideEffects === 'none' ? [...safe] : [...safe, ...DEFAULTS.unsafeMethods];
  const methods = [...new Set(document.map(parseMethod))];
  const known = [...safe, ...DEFAULTS.unsafeMethods];
  for (const method of methods.filter((candidate) => !known.includes(candidate))) {
    const hint = didYouMean(method, known);
    if (hint) findings.problem(path, `${method} is no method that services know${hint}`);
  }
  const unsafe = methods.filter((method) => !safe.includes(method));
  if (sideEffects === 'none' && unsafe.length > 0) {
    findings.problem(
      path,
      `${unsafe.join(', ')} may change things; mirror such requests only with sideEffects: guarded or trusted`,
    );
  }
  return methods;
}

function readShares(
  document: Checked<MirrorDocument>['segments'],
  segments: ReadonlyMap<string, Condition>,
  path: Path,
  findings: Findings,
): MirrorSegment[] {
  const shares: MirrorSegment[] = [];
  for (const [name, share] of Object.entries(document ?? {})) {
    const when = segments.get(name);
    if (when) {
      shares.push({ name, when, share: parsePercent(share) });
    } else if (!findings.refused(['segments', name])) {
      const hint = didYouMean(name, segments.keys());
      findings.problem([...path, name], `there is no segment ${JSON.stringify(name)}${hint}`, 'key');
    }
  }
  return shares;
}

function readSticky(document: Checked<MirrorDocument>['sticky'], path: Path, findings: Findings): Subject | undefined {
  if (document === undefined) return undefined;
  if (Object.keys(document).length !== 1) {
    findings.problem(path, 'needs exactly one of header, cookie, query');
    return undefined;
  }
  return readSubject(document);
}

function readLimits(document: Checked<MirrorDocument>['limits']): MirrorLimits {
  return {
    maxBodyBytes: document?.maxBodyBytes === undefined ? DEFAULTS.maxBodyBytes : parseSizeBytes(document.maxBodyBytes),
    maxConcurrent: document?.maxConcurrent ?? DEFAULTS.maxConcurrent,
    timeoutMs: durationOr(document?.timeout, DEFAULTS.copyTimeoutMs),
    ...(document?.copiesPerSecond !== undefined && { copiesPerSecond: document.copiesPerSecond }),
    ...(document?.bytesPerSecond !== undefined && { bytesPerSecond: parseSizeBytes(document.bytesPerSecond) }),
  };
}
