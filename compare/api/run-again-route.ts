import type { FastifyInstance } from 'fastify';
import { ShadowplaneError } from '../../errors/index.ts';
import { type MirrorServices, runAgain } from '../again/index.ts';
import type { CompiledRules } from '../diff/index.ts';
import type { ComparedAs } from '../report/index.ts';
import type { Redaction } from '../tally/index.ts';
import type { Comparison } from './comparison.ts';
import { Query, refused } from './query.ts';

export interface RunAgainOptions {
  readonly comparison: Comparison;
  /** By mirror: where its requests go now; undefined where the policy no longer says. Absent: nothing is run again. */
  readonly servicesOf?: (mirror: string) => MirrorServices | undefined;
  /** By mirror: how its headers are compared. */
  readonly comparedAs?: (mirror: string) => ComparedAs;
  /** By mirror: what nobody may see of an answer. */
  readonly redactionOf?: (mirror: string) => Redaction | undefined;
}

const DEFAULT_TIMES = 3;
const MAX_TIMES = 10;
/** Samples that are run again at once, of all mirrors: this is for people who look, not a source of load. */
const MAX_UNDER_WAY = 2;

export function addRunAgainRoute(
  app: FastifyInstance,
  { comparison, servicesOf, comparedAs, redactionOf }: RunAgainOptions,
  rulesAt: (mirror: string, endpoint: string) => CompiledRules,
): void {
  let underWay = 0;

  app.post<{ Params: { name: string; id: string } }>('/mirrors/:name/samples/:id/run-again', async (request) => {
    const { name, id } = request.params;
    new Query(request.query, []);
    const times = readTimes(request.body);
    comparison.mirror(name);
    const sample = await comparison.sample(name, id);
    if (!sample) throw new ShadowplaneError('NOT_FOUND', `The sample ${id} is not kept, or not any more`);
    const services = servicesOf?.(name);
    if (!services) throw new ShadowplaneError('RUN_AGAIN_REFUSED', `Where requests of ${name} go, is not known here`);
    if (underWay >= MAX_UNDER_WAY) {
      throw new ShadowplaneError(
        'BUSY',
        `${MAX_UNDER_WAY} requests are being run again already; try again in a moment`,
      );
    }
    underWay += 1;
    try {
      const rules = rulesAt(name, sample.endpoint);
      return await runAgain(sample, {
        services,
        rules,
        comparedAs: comparedAs?.(name) ?? {},
        redaction: redactionOf?.(name),
        times,
      });
    } finally {
      underWay -= 1;
    }
  });
}

/** Twice at least: one run cannot say whether anything varies. */
function readTimes(body: unknown): number {
  if (body === undefined || body === null) return DEFAULT_TIMES;
  if (typeof body !== 'object' || Array.isArray(body)) throw refused('', 'the body is an object such as {"times": 3}');
  const { times = DEFAULT_TIMES, ...rest } = body as { readonly times?: unknown };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw refused(unknown, 'there is no such key; known: times');
  if (Number.isInteger(times) && Number(times) >= 2 && Number(times) <= MAX_TIMES) return Number(times);
  throw refused('times', `must be a whole number between 2 and ${MAX_TIMES}`);
}
