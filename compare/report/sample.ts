/** One exchange as it is kept and shown. What is in here has been redacted before. */
import {
  type CompareOptions,
  type CompiledRules,
  compareAnswers,
  type Difference,
  PreparedAnswer,
} from '../diff/index.ts';
import type { Answer, Exchange, HeaderList } from '../exchange.ts';

export interface SampleInput {
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly version?: string;
  readonly requestHeaders: HeaderList;
}

/** How a mirror's headers are compared, beside its rules. */
export type ComparedAs = Pick<CompareOptions, 'alsoCompareHeaders' | 'versionHeader'>;

export interface AnswerView extends Omit<Answer, 'body'> {
  /** Text where the body is UTF-8, otherwise absent. */
  readonly body?: string;
  /** Of a body that is no text. */
  readonly bodyBase64?: string;
}

export interface SampleView {
  readonly id: string;
  readonly endpoint: string;
  readonly version: string | null;
  readonly reason: Exchange['reason'];
  readonly segment?: string;
  readonly method: string;
  readonly path: string;
  readonly at: string;
  readonly requestHeaders: HeaderList;
  readonly primary: AnswerView;
  readonly candidate: AnswerView;
  readonly control?: AnswerView;
  /** Between primary and candidate, by today's rules. */
  readonly differences: readonly Difference[];
  /** Between primary and control: what is noise here. */
  readonly noise?: readonly Difference[];
}

export function viewSample(sample: SampleInput, rules: CompiledRules, as: ComparedAs = {}): SampleView {
  const { primary, candidate, control } = sample.exchange;
  return {
    ...headOf(sample),
    requestHeaders: sample.requestHeaders,
    primary: viewAnswer(primary),
    candidate: viewAnswer(candidate),
    ...(control && { control: viewAnswer(control) }),
    ...compareSample(sample, rules, as),
  };
}

/** What every view of a sample begins with. */
function headOf({ exchange, endpoint, version }: SampleInput) {
  const { id, reason, segment, method, path, atMs } = exchange;
  return {
    id,
    endpoint,
    version: version ?? null,
    reason,
    ...(segment !== undefined && { segment }),
    method,
    path,
    at: new Date(atMs).toISOString(),
  };
}

function compareSample(
  { exchange }: SampleInput,
  rules: CompiledRules,
  as: ComparedAs,
): Pick<SampleView, 'differences' | 'noise'> {
  const { method, primary, control } = exchange;
  return {
    differences: diffSample(exchange, rules, as),
    ...(control && { noise: diffSample({ method, primary, candidate: control }, rules, as) }),
  };
}

/** What a list of samples needs: without bodies and headers, and not compared again. */
export type BriefSampleView = Omit<SampleView, 'requestHeaders' | 'differences' | 'noise' | Arm> &
  Pick<{ readonly [arm in Arm]: BriefAnswerView }, 'primary' | 'candidate'> & { readonly control?: BriefAnswerView };

type Arm = 'primary' | 'candidate' | 'control';
export type BriefAnswerView = Pick<Answer, 'status' | 'bodyBytes' | 'lastByteMs' | 'ended'>;

export function viewSampleBriefly(sample: SampleInput): BriefSampleView {
  const { primary, candidate, control } = sample.exchange;
  const brief = ({ status, bodyBytes, lastByteMs, ended }: Answer) => ({ status, bodyBytes, lastByteMs, ended });
  return {
    ...headOf(sample),
    primary: brief(primary),
    candidate: brief(candidate),
    ...(control && { control: brief(control) }),
  };
}

/** And what of it a list of differences shows. */
export type ComparedSampleView = BriefSampleView & Pick<SampleView, 'differences' | 'noise'>;

export function viewSampleCompared(sample: SampleInput, rules: CompiledRules, as: ComparedAs = {}): ComparedSampleView {
  return { ...viewSampleBriefly(sample), ...compareSample(sample, rules, as) };
}

export function diffSample(
  { method, primary, candidate }: Pick<Exchange, 'method' | 'primary' | 'candidate'>,
  rules: CompiledRules,
  as: ComparedAs = {},
): readonly Difference[] {
  const options = { ...as, method, rules };
  return compareAnswers(new PreparedAnswer(primary), new PreparedAnswer(candidate), options).differences;
}

export function viewAnswer({ body, ...answer }: Answer): AnswerView {
  const text = asText(body);
  return { ...answer, ...(text === undefined ? { bodyBase64: toBase64(body) } : { body: text }) };
}

function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** JSON text that `decodeSample` reads back, bytes included. */
export function encodeSample({ exchange, ...sample }: SampleInput): string {
  const { primary, candidate, control } = exchange;
  const pack = (answer: Answer) => ({ ...answer, body: toBase64(answer.body) });
  const sides = { primary: pack(primary), candidate: pack(candidate), ...(control && { control: pack(control) }) };
  return JSON.stringify({ ...sample, exchange: { ...exchange, ...sides } });
}

export function decodeSample(text: string): SampleInput {
  const { exchange, ...sample } = JSON.parse(text);
  const { primary, candidate, control } = exchange;
  const unpack = (answer: Omit<Answer, 'body'> & { readonly body: string }): Answer => ({
    ...answer,
    body: new Uint8Array(Buffer.from(answer.body, 'base64')),
  });
  const sides = {
    primary: unpack(primary),
    candidate: unpack(candidate),
    ...(control && { control: unpack(control) }),
  };
  return { ...sample, exchange: { ...exchange, ...sides } };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
