import { type CompiledRules, compareAnswers, compileRules, type Difference, PreparedAnswer } from '../diff/index.ts';
import { possibleLack, writtenAt } from '../drift/index.ts';
import type { Answer } from '../exchange.ts';
import { readAnswer } from '../ingest/index.ts';
import { type ArmOutcome, differenceKey, lookAt } from '../tally/index.ts';
import type { ComparisonSettings, Job, JobResult, TaskOutcome } from './job.ts';

/**
 * Compares the exchanges of a job. What a worker thread does, without the thread; one exchange that fails, fails alone.
 */
export class JobComparer {
  #settings: ReadonlyMap<string, Prepared> = new Map();

  use(settings: ReadonlyMap<string, ComparisonSettings>): void {
    this.#settings = new Map([...settings].map(([mirror, of]) => [mirror, new Prepared(of)]));
  }

  compare({ job, bytes, lengths, names, texts }: Job, nowMs: number): JobResult {
    const outcomes: TaskOutcome[] = [];
    let at = 0;
    const next = (length: number): Uint8Array => {
      at += length;
      return bytes.subarray(at - length, at);
    };
    for (let index = 0; index * 3 < lengths.length; index += 1) {
      const primary = next(lengths[index * 3]!);
      const candidate = next(lengths[index * 3 + 1]!);
      const control = lengths[index * 3 + 2]! > 0 ? next(lengths[index * 3 + 2]!) : undefined;
      const settings = this.#settings.get(texts[names[index * 2]!]!) ?? NO_SETTINGS;
      try {
        outcomes.push(compareExchange(primary, candidate, control, settings, texts[names[index * 2 + 1]!]!, nowMs));
      } catch {
        outcomes.push({ outcome: 'not_comparable' });
      }
    }
    return { job, outcomes };
  }
}

function compareExchange(
  encodedPrimary: Uint8Array,
  encodedCandidate: Uint8Array,
  encodedControl: Uint8Array | undefined,
  settings: Prepared,
  endpoint: string,
  nowMs: number,
): TaskOutcome {
  const [ofPrimary, ofCandidate] = [readAnswer(encodedPrimary), readAnswer(encodedCandidate)];
  const primaryAnswer = settings.chosen(ofPrimary.answer);
  const candidateAnswer = settings.chosen(ofCandidate.answer);
  // Only the half of the answer to the user has the request.
  const method = ofPrimary.method || ofCandidate.method;
  const primary = new PreparedAnswer(primaryAnswer);
  const options = {
    method,
    rules: settings.rulesOf(endpoint, nowMs),
    alsoCompareHeaders: settings.alsoCompareHeaders,
    versionHeader: settings.versionHeader,
  };
  const comparison = compareAnswers(primary, new PreparedAnswer(candidateAnswer), options);
  if (comparison.outcome !== 'compared') return { outcome: comparison.outcome };
  const version = settings.versionOf(candidateAnswer);
  const lack = possibleLack(primaryAnswer.status, candidateAnswer.status);
  const writtenAtMs = lack && writtenAt(lack.of === 'primary' ? candidateAnswer : primaryAnswer, lack.how);
  const compared = {
    outcome: 'compared' as const,
    ...(version !== undefined && { version }),
    candidate: keysOf(comparison.differences),
    primaryArm: armOf(primaryAnswer),
    candidateArm: armOf(candidateAnswer),
    ...(comparison.hidden.size > 0 && { hidden: comparison.hidden }),
    ...(writtenAtMs !== undefined && { writtenAtMs }),
  };
  if (!encodedControl) return { ...compared, looks: looksAt(comparison.differences, compared.candidate) };
  const controlAnswer = settings.chosen(readAnswer(encodedControl).answer);
  const noise = compareAnswers(primary, new PreparedAnswer(controlAnswer), options);
  if (noise.outcome !== 'compared') {
    return { ...compared, looks: looksAt(comparison.differences, compared.candidate), controlLost: noise.outcome };
  }
  return { ...compared, control: keysOf(noise.differences), controlArm: armOf(controlAnswer) };
}

function keysOf(differences: readonly Difference[]): string[] {
  return differences.length === 0 ? NONE : [...new Set(differences.map(({ kind, path }) => differenceKey(kind, path)))];
}

/** Where a key stands for several differences, the first speaks for all. */
function looksAt(differences: readonly Difference[], keys: readonly string[]): number[] {
  const looks = new Map<string, number>();
  for (const { kind, path, primary } of differences) {
    const key = differenceKey(kind, path);
    if (kind === 'value' && primary !== undefined && !looks.has(key)) looks.set(key, lookAt(primary));
  }
  return keys.map((key) => looks.get(key) ?? 0);
}

function armOf(answer: Answer): ArmOutcome {
  const { status, headersMs, lastByteMs } = answer;
  const code = status === 200 ? grpcStatusOf(answer) : undefined;
  return code === undefined
    ? { status, headersMs, lastByteMs }
    : { status: httpStatusOf(code), isGrpc: true, headersMs, lastByteMs };
}

/** gRPC errs with HTTP status 200. */
function grpcStatusOf({ headers, trailers }: Answer): string | undefined {
  const isGrpcStatus = ([name]: readonly [string, string]) => name === 'grpc-status';
  return (trailers.find(isGrpcStatus) ?? headers.find(isGrpcStatus))?.[1];
}

function httpStatusOf(code: string): number {
  if (code === '0') return 200;
  return GRPC_SERVER_ERRORS.has(code) ? 500 : 400;
}

/** UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const GRPC_SERVER_ERRORS: ReadonlySet<string> = new Set(['2', '4', '12', '13', '14', '15']);

const NONE: string[] = [];
/** An answer can name anything as its version. */
const MAX_VERSION_LENGTH = 128;
const MAX_COMPILED = 1_000;
const RULES_ARE_VALID_FOR_MS = 1_000;

class Prepared {
  readonly alsoCompareHeaders: ReadonlySet<string>;
  readonly versionHeader: string;
  readonly #settings: ComparisonSettings;
  readonly #headers: ReadonlySet<string> | undefined;
  readonly #compiled = new Map<string, CompiledRules>();
  #compiledAtMs = 0;

  constructor(settings: ComparisonSettings) {
    this.#settings = settings;
    this.alsoCompareHeaders = new Set(settings.alsoCompareHeaders);
    this.#headers = settings.headers && new Set(settings.headers);
    this.versionHeader = settings.versionHeader ?? 'x-app-version';
  }

  /** Envoy captures what any mirror asks for; each is compared by its own headers. */
  chosen(answer: Answer): Answer {
    const wanted = this.#headers;
    return wanted ? { ...answer, headers: answer.headers.filter(([name]) => wanted.has(name)) } : answer;
  }

  versionOf({ headers }: Answer): string | undefined {
    for (const [name, value] of headers) if (name === this.versionHeader) return value.slice(0, MAX_VERSION_LENGTH);
    return undefined;
  }

  /** Compiled anew now and then, because rules expire. */
  rulesOf(endpoint: string, nowMs: number): CompiledRules {
    if (nowMs - this.#compiledAtMs > RULES_ARE_VALID_FOR_MS || this.#compiled.size > MAX_COMPILED) {
      this.#compiled.clear();
      this.#compiledAtMs = nowMs;
    }
    let rules = this.#compiled.get(endpoint);
    if (!rules) {
      rules = compileRules(this.#settings.rules ?? [], endpoint, nowMs);
      this.#compiled.set(endpoint, rules);
    }
    return rules;
  }
}

const NO_SETTINGS = new Prepared({});
