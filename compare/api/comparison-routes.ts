import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { ShadowplaneError } from '../../errors/index.ts';
import { compileRules } from '../diff/index.ts';
import {
  compareEpochs,
  describeEpoch,
  type EpochInput,
  emptyVerdict,
  previewRule,
  type ReportOptions,
  reportDifferences,
  reportEndpoints,
  reportVerdict,
  suggestRules,
  viewSample,
  viewSampleBriefly,
  viewSampleCompared,
  volatileFields,
} from '../report/index.ts';
import { type BookedRule, type RuleBook, readRule } from '../rules/index.ts';
import type { Comparison } from './comparison.ts';
import { CostlyAnswers } from './costly-answers.ts';
import { addFigureRoutes, type FigureRoutesOptions } from './figure-routes.ts';
import { Query, refused } from './query.ts';
import { addRunAgainRoute, type RunAgainOptions } from './run-again-route.ts';

export interface ComparisonRoutesOptions extends RunAgainOptions, FigureRoutesOptions {
  readonly comparison: Comparison;
  readonly rules: RuleBook;
  /** By mirror: `compare.margin` of the policy. Default: the judge's. */
  readonly marginRateOf?: (mirror: string) => number | undefined;
  /** By mirror: what a field means to the business. */
  readonly weightOf?: (mirror: string) => ((endpoint: string, path: string) => number) | undefined;
  readonly now?: () => number;
}

interface Named {
  Params: { name: string };
}
interface OfOne {
  Params: { name: string; id: string };
}

const MAX_ITEMS = 10_000;
const DEFAULT_ITEMS = 100;
const MAX_SAMPLES = 200;
const DEFAULT_SAMPLES = 20;
const MAX_SUGGESTIONS = 50;
/** Samples of a field, to see what its values look like. */
const SUGGESTION_SAMPLES = 6;
/** Counts do not know values, so only `ignore` can be applied to what was counted. */
const FROM_NOW_ON =
  'It counts for pairs that are compared from now on; what was counted before stays. Begin a new epoch (POST epoch) to see it alone.';
/** Samples that a preview compares again. */
const PREVIEW_SAMPLES = 100;

/**
 * The routes of the comparison, to be registered under `/api/v1`. Errors are thrown as ShadowplaneError: the server that
 * mounts them turns them into problem+json, and guards against foreign pages.
 */
export function comparisonRoutes(options: ComparisonRoutesOptions): FastifyPluginCallback {
  return (app, _, done) => {
    addReportRoutes(app, options);
    addEpochRoutes(app, options);
    addSampleRoutes(app, options);
    addRuleRoutes(app, options);
    addFigureRoutes(
      app,
      options,
      (mirror, wanted) => epochOf(options.comparison, mirror, wanted),
      () => nowOf(options),
    );
    done();
  };
}

function addReportRoutes(app: FastifyInstance, options: ComparisonRoutesOptions): void {
  const { comparison, weightOf } = options;
  const answers = new CostlyAnswers();
  /** Of an epoch, by the rules and margin of now; undefined before the first pair. */
  const reported = async <T>(
    what: string,
    name: string,
    wanted: number | undefined,
    report: (epoch: EpochInput, by: ReportOptions) => T | Promise<T>,
  ): Promise<T | undefined> => {
    const number = wanted ?? (await comparison.epochs(name)).at(-1);
    if (number === undefined) return undefined;
    const { nowMs: _, ...by } = reportOptions(options, name);
    return answers.give(JSON.stringify([what, name, number, by]), async () => {
      return report(await knownEpoch(comparison, name, number), reportOptions(options, name));
    });
  };

  app.get<Named>('/mirrors/:name/verdict', async ({ params: { name }, query }) => {
    const wanted = new Query(query, ['epoch']).integer('epoch', 1, Number.MAX_SAFE_INTEGER);
    const mirror = comparison.mirror(name);
    const verdict = await reported('verdict', name, wanted, (epoch, by) => reportVerdict(mirror, epoch, by));
    const { nowMs, marginRate } = reportOptions(options, name);
    return verdict ?? emptyVerdict(mirror, nowMs, marginRate);
  });

  app.get<Named>('/mirrors/:name/endpoints', async ({ params: { name }, query }) => {
    const wanted = new Query(query, ['epoch']).integer('epoch', 1, Number.MAX_SAFE_INTEGER);
    comparison.mirror(name);
    const endpoints = await reported('endpoints', name, wanted, (epoch, by) => ({
      epoch: epoch.number,
      items: reportEndpoints(epoch, by),
    }));
    return endpoints ?? { epoch: 0, items: [] };
  });

  app.get<Named>('/mirrors/:name/differences', async ({ params: { name }, query }) => {
    const read = new Query(query, ['epoch', 'noise', 'endpoint', 'since', 'limit']);
    const wanted = read.integer('epoch', 1, Number.MAX_SAFE_INTEGER);
    const includeNoise = read.oneOf('noise', ['include', 'exclude']) === 'include';
    const endpoint = read.text('endpoint');
    const sinceMs = read.time('since') ?? 0;
    const limit = read.integer('limit', 1, MAX_ITEMS) ?? DEFAULT_ITEMS;
    comparison.mirror(name);
    const what = includeNoise ? 'differences and noise' : 'differences';
    const differences = await reported(what, name, wanted, async (epoch, by) => {
      const before = await epochBefore(comparison, name, epoch.number);
      const weight = weightOf?.(name);
      const all = reportDifferences(epoch, { ...by, includeNoise, before, ...(weight && { weightOf: weight }) });
      return { epoch: epoch.number, all };
    });
    if (!differences) return { epoch: 0, total: 0, items: [] };
    const items = differences.all.filter(
      (item) => (endpoint === undefined || item.endpoint === endpoint) && Date.parse(item.lastSeenAt) >= sinceMs,
    );
    return { epoch: differences.epoch, total: items.length, items: items.slice(0, limit) };
  });
}

function addEpochRoutes(app: FastifyInstance, options: ComparisonRoutesOptions): void {
  const { comparison } = options;

  app.get<Named>('/mirrors/:name/epochs', async ({ params: { name }, query }) => {
    new Query(query, []);
    comparison.mirror(name);
    return { items: (await comparison.epochHeads(name)).map(describeEpoch).reverse() };
  });

  app.get<Named>('/mirrors/:name/epochs/compare', async ({ params: { name }, query }) => {
    const read = new Query(query, ['from', 'to']);
    comparison.mirror(name);
    const numbers = await comparison.epochs(name);
    const to = read.integer('to', 1, Number.MAX_SAFE_INTEGER) ?? numbers.at(-1);
    const from = read.integer('from', 1, Number.MAX_SAFE_INTEGER) ?? numbers.findLast((number) => number < (to ?? 0));
    if (to === undefined || from === undefined) {
      throw new ShadowplaneError('NOT_FOUND', `${name} has no two epochs yet, so there is nothing to compare`);
    }
    const [before, after] = await Promise.all([knownEpoch(comparison, name, from), knownEpoch(comparison, name, to)]);
    return compareEpochs(before, after, reportOptions(options, name));
  });

  app.post<Named>('/mirrors/:name/epoch', async ({ params: { name } }, reply) => {
    comparison.mirror(name);
    const current = (await comparison.epochs(name)).at(-1) ?? 0;
    comparison.beginEpoch(name);
    // It begins with the next answer; before the first one there is nothing to part from.
    return reply.code(202).send({ epoch: current + 1 });
  });
}

function addSampleRoutes(app: FastifyInstance, options: ComparisonRoutesOptions): void {
  const { comparison } = options;
  const rulesAt = (name: string, endpoint: string) => compileRules(options.rules.of(name), endpoint, nowOf(options));
  const asOf = (name: string) => options.comparedAs?.(name) ?? {};

  app.get<Named>('/mirrors/:name/samples', async ({ params: { name }, query }) => {
    const read = new Query(query, ['epoch', 'endpoint', 'path', 'kind', 'since', 'view', 'limit']);
    comparison.mirror(name);
    const epoch = read.integer('epoch', 1, Number.MAX_SAFE_INTEGER);
    const isBrief = read.oneOf('view', ['brief', 'whole']) === 'brief';
    const parts = Object.entries({
      endpoint: read.text('endpoint'),
      path: read.text('path'),
      kind: read.text('kind'),
      sinceMs: read.time('since'),
    });
    const samples = await comparison.samples(name, {
      ...Object.fromEntries(parts.filter(([, value]) => value !== undefined)),
      ...(epoch !== undefined && { epoch }),
      limit: read.integer('limit', 1, MAX_SAMPLES) ?? DEFAULT_SAMPLES,
    });
    if (isBrief) return { items: samples.map(viewSampleBriefly) };
    return { items: samples.map((sample) => viewSample(sample, rulesAt(name, sample.endpoint), asOf(name))) };
  });

  app.get<OfOne>('/mirrors/:name/samples/:id', async ({ params: { name, id }, query }) => {
    const view = new Query(query, ['view']).oneOf('view', ['differences', 'whole']);
    comparison.mirror(name);
    const sample = await comparison.sample(name, id);
    if (!sample) throw new ShadowplaneError('NOT_FOUND', `The sample ${id} is not kept, or not any more`);
    if (view === 'differences') return viewSampleCompared(sample, rulesAt(name, sample.endpoint), asOf(name));
    return viewSample(sample, rulesAt(name, sample.endpoint), asOf(name));
  });
  addRunAgainRoute(app, options, rulesAt);
}

function addRuleRoutes(app: FastifyInstance, options: ComparisonRoutesOptions): void {
  const { comparison, rules } = options;

  app.get<Named>('/mirrors/:name/rules', ({ params: { name }, query }) => {
    new Query(query, []);
    comparison.mirror(name);
    return { items: rules.of(name).map((rule) => viewRule(rule, nowOf(options))) };
  });

  app.get<Named>('/mirrors/:name/rules/suggestions', async ({ params: { name }, query }) => {
    new Query(query, []);
    comparison.mirror(name);
    const epoch = await epochOf(comparison, name, undefined);
    if (!epoch) return { items: [] };
    const fields = volatileFields(epoch, rules.of(name), nowOf(options)).slice(0, MAX_SUGGESTIONS);
    const samples = await Promise.all(
      fields.map(({ endpoint, path }) =>
        comparison.samples(name, { endpoint, path, kind: 'value', limit: SUGGESTION_SAMPLES }),
      ),
    );
    const samplesOf = new Map(fields.map((field, index) => [field, samples[index]!]));
    return { items: suggestRules(fields, (field) => samplesOf.get(field) ?? []) };
  });

  app.post<Named>('/mirrors/:name/rules/preview', { config: { access: 'read' } }, async (request) => {
    const { name } = request.params;
    const mirror = comparison.mirror(name);
    const nowMs = nowOf(options);
    const rule = readRule(request.body, { id: 'preview', author: authorOf(request), nowMs, reason: 'preview' });
    const epoch = await epochOf(comparison, name, undefined);
    const samples =
      rule.effect === 'ignore'
        ? []
        : await comparison.samples(name, {
            ...(rule.endpoint !== undefined && { endpoint: rule.endpoint }),
            limit: PREVIEW_SAMPLES,
          });
    if (!epoch) return { basis: 'counts', hides: [] };
    return previewRule(rule, { mirror, epoch, samples }, reportOptions(options, name));
  });

  app.post<Named>('/mirrors/:name/rules', async (request, reply) => {
    const { name } = request.params;
    comparison.mirror(name);
    const nowMs = nowOf(options);
    const rule = await rules.add(name, request.body, authorOf(request), nowMs);
    const note = rule.effect === 'ignore' ? {} : { note: FROM_NOW_ON };
    return reply.code(201).send({ ...viewRule(rule, nowMs), ...note } satisfies RuleMadeView);
  });

  app.delete<OfOne>('/mirrors/:name/rules/:id', async ({ params: { name, id } }, reply) => {
    comparison.mirror(name);
    await rules.remove(name, id);
    return reply.code(204).send();
  });
}

export type RuleView = ReturnType<typeof viewRule>;
/** `note`: what it does not change. */
export type RuleMadeView = RuleView & { readonly note?: string };

/** As it was written, with who made it and whether it still holds. */
function viewRule({ createdAtMs, expiresAtMs, ...rule }: BookedRule, nowMs: number) {
  return {
    ...rule,
    createdAt: new Date(createdAtMs).toISOString(),
    expiresAt: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString(),
    expired: expiresAtMs !== undefined && expiresAtMs <= nowMs,
  };
}

function authorOf(request: FastifyRequest): string {
  const actor = request.headers['x-shadowplane-actor'] ?? 'api';
  if (typeof actor === 'string' && /^[\x21-\x7e][\x20-\x7e]{0,99}$/.test(actor) && actor !== 'file') return actor;
  throw refused('x-shadowplane-actor', 'must be 1 to 100 printable characters and not "file"');
}

async function epochOf(
  comparison: Comparison,
  mirror: string,
  wanted: number | undefined,
): Promise<EpochInput | undefined> {
  if (wanted !== undefined) return knownEpoch(comparison, mirror, wanted);
  const current = (await comparison.epochs(mirror)).at(-1);
  return current === undefined ? undefined : comparison.epoch(mirror, current);
}

async function knownEpoch(comparison: Comparison, mirror: string, number: number): Promise<EpochInput> {
  const epoch = await comparison.epoch(mirror, number);
  if (epoch) return epoch;
  throw new ShadowplaneError('NOT_FOUND', `${mirror} has no epoch ${number}, or not any more`);
}

async function epochBefore(comparison: Comparison, mirror: string, number: number): Promise<EpochInput | undefined> {
  const before = (await comparison.epochs(mirror)).findLast((other) => other < number);
  return before === undefined ? undefined : comparison.epoch(mirror, before);
}

function reportOptions({ rules, marginRateOf, ...options }: ComparisonRoutesOptions, mirror: string): ReportOptions {
  const marginRate = marginRateOf?.(mirror);
  return { rules: rules.of(mirror), nowMs: nowOf(options), ...(marginRate !== undefined && { marginRate }) };
}

function nowOf({ now = Date.now }: Pick<ComparisonRoutesOptions, 'now'>): number {
  return now();
}
