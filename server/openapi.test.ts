/** OpenAPI describes every route there is, of whichever room, and answers are as it says. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Comparison, comparisonOpenApi, comparisonRoutes } from '../compare/api/index.ts';
import { RuleBook } from '../compare/rules/index.ts';
import { startTestApi, type TestApi } from '../xds-server/api/testing.ts';
import { brakeOpenApi, brakeRoutes } from '../xds-server/brake/index.ts';
import { egressOpenApi, egressRoutes } from '../xds-server/egress/index.ts';
import { guardOpenApi, guardRoutes } from '../xds-server/guards/index.ts';
import { rolloutOpenApi, rolloutRoutes } from '../xds-server/rollouts/index.ts';
import { secretRoutes, secretsOpenApi } from '../xds-server/secrets/index.ts';
import { filterOpenApi, filterRoutes } from '../xds-server/vms/index.ts';
import { doctorOpenApi, doctorRoutes } from './doctor/index.ts';
import { type Json, startTestServer, type TestServer } from './testing.ts';

describe('the document', () => {
  let api: TestApi;
  let document: Json;
  let text: string;
  beforeAll(async () => {
    const rules = new RuleBook({ rules: async () => [], putRule: async () => {}, deleteRule: async () => true });
    const routes = comparisonRoutes({ comparison: {} as Comparison, rules });
    api = await startTestApi({
      routes: [
        routes,
        filterRoutes({ list: () => [], revive: () => {} }),
        brakeRoutes({ of: () => undefined, release: () => false }),
        guardRoutes({ list: () => [] }),
        egressRoutes(() => []),
        secretRoutes(() => []),
        rolloutRoutes({} as Parameters<typeof rolloutRoutes>[0]),
        doctorRoutes(async () => {
          throw new Error('not asked here');
        }),
      ],
      openApi: [
        comparisonOpenApi,
        filterOpenApi,
        brakeOpenApi,
        guardOpenApi,
        egressOpenApi,
        secretsOpenApi,
        rolloutOpenApi,
        doctorOpenApi,
      ],
    });
    text = (await api.app.inject('/api/v1/openapi.json')).body;
    document = JSON.parse(text);
  });
  afterAll(() => api.close());

  it('describes exactly the routes that exist', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described).toContain('GET /api/v1/mirrors/{name}/verdict');
    expect(described.sort()).toEqual(api.routes.filter((route) => !route.startsWith('HEAD ')).sort());
  });

  it('refers to all that it defines, and to nothing else', () => {
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
    expect(new Set(references)).toEqual(new Set(Object.keys(document.components.schemas)));
    expect(text).not.toMatch(/\$defs/);
  });

  it('and docs/api.md describe the same', () => {
    const page = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z]+) (\/[^`?]*)/gm)].map(
      ([, method, path]) => `${method} ${path!.replace(/^\/mirrors/, '/api/v1/mirrors')}`,
    );
    const described = Object.entries<Json>(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.filter((route) => !rows.includes(route))).toEqual([]);
    expect(rows.filter((route) => !described.includes(route) && route !== 'GET /')).toEqual([]);
  });

  it('names every parameter of a path', () => {
    for (const [path, operations] of Object.entries<Json>(document.paths)) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values<Json>(operations)) {
        const named = parameters.filter((parameter: Json) => parameter.in === 'path').map(({ name }: Json) => name);
        expect(named, path).toEqual(wanted);
      }
    }
  });
});

describe('answers', () => {
  let server: TestServer;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  beforeAll(async () => {
    server = await startTestServer();
    for (const [name, schema] of Object.entries(comparisonOpenApi.schemas)) {
      ajv.addSchema(JSON.parse(JSON.stringify(schema).replaceAll('#/$defs/', '')), name);
    }
    await server.exchange(100, { total: 1, at: 'a' }, { total: 2, at: 'b' });
    await server.call('POST', '/rules', { effect: 'ignore', path: '/at', reason: 'a clock' });
    await server.call('POST', '/epoch');
  });
  afterAll(() => server.close());

  const rule = { effect: 'ignore', path: '/total', reason: 'x' };
  const calls: ReadonlyArray<{ operation: string; call: string; body?: object }> = [
    ...Object.keys(comparisonOpenApi.operations)
      .filter((operation) => operation.startsWith('GET ') && !operation.includes('{id}'))
      .map((operation) => ({ operation, call: operation.replace('/mirrors/{name}', '') })),
    { operation: 'GET /mirrors/{name}/differences', call: 'GET /differences?noise=include' },
    { operation: 'GET /mirrors/{name}/samples', call: 'GET /samples?view=brief' },
    { operation: 'POST /mirrors/{name}/rules/preview', call: 'POST /rules/preview', body: rule },
    { operation: 'POST /mirrors/{name}/rules', call: 'POST /rules', body: rule },
    { operation: 'POST /mirrors/{name}/epoch', call: 'POST /epoch' },
  ];

  it.each(calls)('$call is as it says', async ({ operation, call, body }) => {
    const [method = '', path = ''] = call.split(' ');
    if (path === '/epochs/compare') return; // there is one epoch only
    const answer = await server.call(method, path, body);
    const schema = comparisonOpenApi.operations[operation as keyof typeof comparisonOpenApi.operations].answer!;
    const valid = ajv.validate(schema, answer);
    expect(valid ? [] : ajv.errors, JSON.stringify(answer).slice(0, 2_000)).toEqual([]);
    // An empty list would be as anything says.
    if (!path.endsWith('/suggestions')) expect(answer.items ?? ['']).not.toEqual([]);
  });

  it('a sample by its id is as it says', async () => {
    const [{ id }] = (await server.call('GET', '/samples')).items;
    for (const view of ['whole', 'differences']) {
      const answer = await server.call('GET', `/samples/${id}?view=${view}`);
      expect(ajv.validate('Sample', answer) ? [] : ajv.errors).toEqual([]);
    }
  });
});
