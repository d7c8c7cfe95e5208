/** What an answer says, in words that name the host and never the rest of an address. Pure. */
import type { ExternalCheck } from '../../../rollout/index.ts';
import type { HttpAnswer } from './send.ts';

/** `nothing`: not understood, or no answer at all. */
export interface Said {
  readonly what: 'yes' | 'no' | 'nothing';
  /** Goes on after the host: `answered 409: queue is full`. */
  readonly why: string;
}

/** Of those 4xx that say come again, none says no. */
const COME_AGAIN: readonly number[] = [408, 425, 429];

export function judgeWebhook({ status, body }: HttpAnswer): Said {
  const line = firstLine(body);
  const why = `answered ${status}${line === '' ? '' : `: ${line}`}`;
  if (status >= 200 && status < 300) return { what: 'yes', why };
  return { what: status >= 400 && status < 500 && !COME_AGAIN.includes(status) ? 'no' : 'nothing', why };
}

type Query = Extract<ExternalCheck, { kind: 'prometheus' }>;

export function judgePrometheus({ status, body, isCut }: HttpAnswer, query: Query): Said {
  if (isCut) return nothing('answered with more than one value takes');
  const answer = parsed(body);
  if (answer?.status !== 'success') {
    const words =
      typeof answer?.error === 'string' ? `: ${firstLine(answer.error)}` : ', which is no answer of Prometheus';
    return nothing(`answered ${status}${words}`);
  }
  const sample = sampleOf(answer.data ?? {});
  if (typeof sample === 'string') return nothing(sample);
  const value = numberOf(sample[1]);
  if (Number.isNaN(value)) return nothing('has no number for the query (NaN)');
  const [isWithin, bound] =
    'atMost' in query
      ? [value <= query.atMost, `at most ${query.atMost}`]
      : [value >= query.atLeast, `at least ${query.atLeast}`];
  return { what: isWithin ? 'yes' : 'no', why: `has ${value}, where ${bound} is allowed` };
}

interface PrometheusAnswer {
  readonly status?: unknown;
  readonly error?: unknown;
  readonly data?: { readonly resultType?: unknown; readonly result?: unknown };
}

function parsed(body: string): PrometheusAnswer | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** Time and value; or why there is none. */
function sampleOf({ resultType, result }: NonNullable<PrometheusAnswer['data']>): readonly unknown[] | string {
  if (resultType === 'scalar' && Array.isArray(result)) return result;
  if (resultType !== 'vector' || !Array.isArray(result))
    return `answered a ${firstLine(String(resultType))}, not one value`;
  if (result.length === 0) return 'has no value for the query';
  if (result.length > 1) return `has ${result.length} values for the query; one is needed, such as their sum`;
  const { value } = result[0] as { readonly value?: unknown };
  return Array.isArray(value) ? value : 'has no number for the query';
}

/** As Prometheus writes numbers. */
function numberOf(text: unknown): number {
  if (typeof text !== 'string' || text === '') return Number.NaN;
  const infinite = /^([+-]?)Inf$/.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

function nothing(why: string): Said {
  return { what: 'nothing', why };
}

/** Short, and without what would steer a terminal. */
function firstLine(text: string): string {
  const line = text
    .trim()
    .split('\n', 1)[0]!
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return line.length > 160 ? `${line.slice(0, 160)}...` : line;
}
