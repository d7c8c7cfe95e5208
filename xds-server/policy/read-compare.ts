import { parseEndpoint, parseMargin } from './compare-formats.ts';
import { CREDENTIAL_HEADERS } from './credentials.ts';
import { DEFAULTS } from './defaults.ts';
import { parseHeaderName } from './formats.ts';
import type { CompareSettings } from './model.ts';
import type { Checked } from './partial.ts';
import type { Findings, Path } from './problems.ts';
import { RULE_DETAILS, RULE_EFFECTS } from './rule-effects.ts';
import type { MirrorDocument } from './schema.ts';
import { parseSizeBytes } from './units.ts';

type CompareDocument = Checked<NonNullable<MirrorDocument['compare']>>;
type RuleDocument = NonNullable<CompareDocument['rules']>[number];

/** Credentials: redacted in every sample, so nothing is won by carrying them around. */
const NEVER_CAPTURED: readonly string[] = [...CREDENTIAL_HEADERS, 'set-cookie'];

/** Without them no answer can be read. */
const NEEDED = ['content-encoding', 'content-type', 'grpc-message', 'grpc-status'];

/** `compare` of a mirror with its defaults. */
export function readCompare(
  document: Checked<MirrorDocument>['compare'],
  path: Path,
  findings: Findings,
): CompareSettings {
  const { capture, redact, retention } = document ?? {};
  for (const [index, rule] of (document?.rules ?? []).entries()) checkRule(rule, [...path, 'rules', index], findings);
  for (const [index, name] of (capture?.requestHeaders ?? []).entries()) {
    if (NEVER_CAPTURED.includes(parseHeaderName(name))) {
      findings.problem(
        [...path, 'capture', 'requestHeaders', index],
        `${name} carries credentials and is never captured`,
      );
    }
  }
  const versionHeader = parseHeaderName(document?.versionHeader ?? DEFAULTS.versionHeader);
  return {
    marginRate: (document?.margin === undefined ? DEFAULTS.compareMargin : parseMargin(document.margin)) / 1e6,
    versionHeader,
    endpoints: document?.endpoints ?? [],
    ...(document?.openapi !== undefined && { openapi: document.openapi }),
    weights: (document?.weights ?? []).map(({ path: at = '', endpoint, weight = 1 }) => ({
      path: at,
      ...(endpoint !== undefined && { endpoint: parseEndpoint(endpoint) }),
      weight,
    })),
    rules: (document?.rules ?? []).map((rule) => ({
      ...rule,
      ...(rule.endpoint !== undefined && { endpoint: parseEndpoint(rule.endpoint) }),
    })) as CompareSettings['rules'],
    alsoCompareHeaders: headerNames(document?.alsoCompareHeaders),
    redact: {
      headers: headerNames(redact?.headers),
      paths: redact?.paths ?? [],
      query: redact?.query ?? [],
      bodies: redact?.bodies ?? false,
    },
    capture: {
      maxBodyBytes:
        capture?.maxBodyBytes === undefined ? DEFAULTS.captureBodyBytes : parseSizeBytes(capture.maxBodyBytes),
      requestHeaders: headerNames(capture?.requestHeaders ?? DEFAULTS.captureRequestHeaders),
      ...(capture?.headers && { headers: headerNames([...capture.headers, ...NEEDED, versionHeader]) }),
    },
    retention: {
      maxEpochs: retention?.epochs ?? DEFAULTS.keptEpochs,
      maxSampledEpochs: retention?.sampledEpochs ?? DEFAULTS.keptSampledEpochs,
      maxSampleBytes:
        retention?.sampleBytes === undefined ? DEFAULTS.keptSampleBytes : parseSizeBytes(retention.sampleBytes),
    },
  };
}

function headerNames(names: readonly string[] = []): string[] {
  return [...new Set(names.map(parseHeaderName))];
}

/** What belongs together in a rule; the shape of each part has been checked. */
function checkRule(rule: RuleDocument, path: Path, findings: Findings): void {
  const { effect, reason } = rule;
  if (reason !== undefined && reason.trim() === '') findings.problem([...path, 'reason'], 'must not be empty');
  if (effect === undefined) return;
  const taken: readonly string[] = RULE_EFFECTS[effect as keyof typeof RULE_EFFECTS];
  for (const detail of RULE_DETAILS) {
    if (rule[detail] === undefined || taken.includes(detail)) continue;
    const owner = Object.entries(RULE_EFFECTS).find(([, details]) => (details as readonly string[]).includes(detail));
    findings.problem([...path, detail], `belongs to effect ${owner?.[0]}, not to ${effect}`, 'key');
  }
  // A part that was refused has been told of already.
  if (findings.refused(path)) return;
  if (effect === 'tolerance' && rule.absolute === undefined && rule.relative === undefined) {
    findings.problem(path, '"absolute" or "relative" is missing, or both', 'key');
  } else if (effect === 'format' && rule.format === undefined) findings.problem(path, '"format" is missing', 'key');
  else if (effect === 'keyed' && rule.key === undefined) findings.problem(path, '"key" is missing', 'key');
}
