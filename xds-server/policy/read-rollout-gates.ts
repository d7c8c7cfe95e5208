/** `gates` of a rollout: what is judged from what was seen, and what others are asked. */
import type { ExternalCheck, Gate, Gates } from '../../rollout/plan.ts';
import { parseMargin } from './compare-formats.ts';
import { DEFAULTS } from './defaults.ts';
import { FORMATS } from './formats.ts';
import type { Checked } from './partial.ts';
import { ALL } from './percent.ts';
import type { Findings, Path } from './problems.ts';
import { durationOr } from './read-listener.ts';
import { parseConfidence } from './rollout-formats.ts';
import type { MirrorDocument } from './schema.ts';

type GatesDocument = Checked<NonNullable<NonNullable<MirrorDocument['rollout']>['gates']>>;

/** Nobody who names no gate means that there is none; who names some means those. */
const ALL_GATES: GatesDocument = { differences: {}, errors: {}, latencyP99: {} };

export function readGates(document: GatesDocument = ALL_GATES): Gates {
  const { differences, errors, latencyP99 } = document;
  const increase = (written: string | undefined, fallback: string) => FORMATS.increase(written ?? fallback);
  return {
    ...(differences && {
      differences: gate(parseMargin(differences.atMost ?? DEFAULTS.rolloutDifferences) / ALL, differences),
    }),
    ...(errors && { errors: gate(increase(errors.atMost, DEFAULTS.rolloutErrors), errors) }),
    ...(latencyP99 && { latencyP99: gate(increase(latencyP99.atMost, DEFAULTS.rolloutLatency), latencyP99) }),
  };
}

function gate(atMost: number, { confidence }: { readonly confidence?: string | undefined }): Gate {
  return { atMost, confidence: parseConfidence(confidence ?? DEFAULTS.rolloutConfidence) };
}

/** In the order of the document, queries first. */
export function readChecks(document: GatesDocument | undefined, path: Path, findings: Findings): ExternalCheck[] {
  const queries = Object.entries(document?.prometheus ?? {}).map(([name, query]): ExternalCheck => {
    const { query: text = '', atMost, atLeast, ...asked } = query ?? {};
    const at = [...path, 'prometheus', name];
    if ((atMost === undefined) === (atLeast === undefined) && !findings.refused(at)) {
      findings.problem(at, 'needs exactly one of atMost, atLeast', 'key');
    }
    const bound = atMost === undefined ? { atLeast: atLeast ?? 0 } : { atMost };
    return { kind: 'prometheus', ...asking(name, asked, at, findings), query: text, ...bound };
  });
  const hooks = Object.entries(document?.webhooks ?? {}).map(([name, hook]): ExternalCheck => {
    const at = [...path, 'webhooks', name];
    if (queries.some((query) => query.name === name)) {
      findings.problem(at, `${JSON.stringify(name)} is the name of a query, too; choose another`, 'key');
    }
    return { kind: 'webhook', ...asking(name, hook ?? {}, at, findings) };
  });
  return [...queries, ...hooks];
}

interface Asked {
  readonly url?: string | undefined;
  readonly every?: string | undefined;
  readonly timeout?: string | undefined;
  readonly failures?: number | undefined;
}

function asking(name: string, { url = '', every, timeout, failures }: Asked, path: Path, findings: Findings) {
  if (carriesSecret(url)) {
    findings.warning([...path, 'url'], 'seems to carry a secret in its query, which everyone who may read this sees');
  }
  return {
    name,
    url,
    intervalMs: durationOr(every, DEFAULTS.checkIntervalMs),
    timeoutMs: durationOr(timeout, DEFAULTS.checkTimeoutMs),
    failures: failures ?? DEFAULTS.checkFailures,
  };
}

const SECRET = /secret|passw|token|credential|api.?key|signature/i;

function carriesSecret(url: string): boolean {
  return URL.canParse(url) && [...new URL(url).searchParams.keys()].some((key) => SECRET.test(key));
}
