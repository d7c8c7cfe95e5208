import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { comparisonRoutes } from '../../compare/api/index.ts';
import type { EpochInput, HealthInput, LatencyInput, MirrorInput, SampleInput } from '../../compare/report/index.ts';
import { cell, epoch, field, MIRROR, NO_COPIES, OPTIONS } from '../../compare/report/testing.ts';
import { RuleBook } from '../../compare/rules/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Context } from '../context.ts';
import { PLAIN } from '../output/style.ts';
import { run } from '../program.ts';

let app: FastifyInstance;
let api: string;
let mirror: MirrorInput;
let epochs: EpochInput[];
let samples: Record<string, SampleInput>;
let latencies: LatencyInput[];
let envoys: HealthInput['envoys'];

beforeEach(async () => {
  mirror = MIRROR;
  epochs = [];
  samples = {};
  latencies = [];
  envoys = [];
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    const { httpStatus, code, message } = error as ShadowplaneError;
    return reply.code(httpStatus).send({ code, detail: message });
  });
  const routes = comparisonRoutes({
    comparison: {
      mirror: (name) => {
        if (name === 'orders') return mirror;
        throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror "${name}"; did you mean "orders"?`);
      },
      epochs: async () => epochs.map(({ number }) => number),
      epochHeads: async () => [],
      epoch: async (_, number) => epochs.find((one) => one.number === number),
      beginEpoch: () => {},
      samples: async () => [],
      latencies: async () => latencies,
      series: () => [],
      sample: async (_, id) => samples[id],
    },
    rules: new RuleBook({ rules: async () => [], putRule: async () => {}, deleteRule: async () => false }),
    healthOf: () => ({ envoys, vms: [], maxRequests: 1_024, store: { pendingRows: 0, failing: false } }),
    now: () => OPTIONS.nowMs,
  });
  app.register(routes, { prefix: '/api/v1' });
  app.get('/api/v1/mirrors/orders', () => ({ match: { path: '/orders' }, shadow: 'order-v2', paused: false }));
  app.get('/api/v1/config', () => ({ config: { services: { 'order-v2': { address: '10.0.0.2:8080' } } } }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  api = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await app.close();
  process.exitCode = undefined;
});

async function diff(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (lines: string[]) => ({ write: (text: string) => lines.push(text) }) as unknown as NodeJS.WriteStream;
  const context: Context = {
    env: {},
    stdout: stream(out),
    stderr: stream(err),
    style: PLAIN,
    width: 80,
    print: (...lines) => void out.push(...lines.map((line) => `${line}\n`)),
    printJson: (value) => void out.push(JSON.stringify(value)),
    note: (line) => void err.push(`${line}\n`),
  };
  const code = await run(['diff', ...argv, '--api', api], context);
  process.exitCode = undefined;
  return { code, out: out.join(''), err: err.join('') };
}

function sampleOf(primary: string, candidate: string): SampleInput {
  const answer = (body: string): SampleInput['exchange']['primary'] => ({
    status: 200,
    headers: [['content-type', 'application/json']],
    trailers: [],
    body: new TextEncoder().encode(body),
    bodyBytes: body.length,
    truncated: false,
    localReply: false,
    ended: 'complete',
    headersMs: 1,
    lastByteMs: 1,
  });
  const request = { id: 'a b', mirror: 'orders', reason: 'sample', method: 'GET', path: '/orders/7?x=1' } as const;
  return {
    exchange: { ...request, atMs: OPTIONS.nowMs, primary: answer(primary), candidate: answer(candidate) },
    endpoint: 'GET /orders/{id}',
    requestHeaders: [],
  };
}

const broken = () =>
  epoch(
    [
      cell(1_000, [
        field('/items/*/price', { candidateOnly: 300 }),
        field('/a/path/that/is/so/long/that/no/terminal/could/ever/show/all/of/it/in/a/column', { candidateOnly: 40 }),
        field('/note', { candidateOnly: 1 }),
        field('/updatedAt', { both: 900, candidateOnly: 40, controlOnly: 41 }),
      ]),
      cell(120, [], { endpoint: 'POST /orders', stratum: { reason: 'segment', segment: 'employees' } }),
    ],
    { number: 2, version: 'v2.1' },
  );

describe('exit codes', () => {
  it.each([
    ['same', 0, () => epoch([cell(5_000, [])])],
    ['different', 3, broken],
    ['not-enough-data', 4, () => epoch([cell(10, [])])],
  ] as const)('%s is %i', async (verdict, expected, counted) => {
    epochs = [counted()];
    const { code, out } = await diff('orders', '--json');
    expect({ code, verdict: JSON.parse(out).verdict.verdict }).toEqual({ code: expected, verdict });
  });

  it('nothing compared yet is 4, not 0', async () => {
    expect(await diff('orders')).toMatchObject({ code: 4, out: expect.stringContaining('not enough data') });
  });

  it.each([
    [['ordrs'], 1, /did you mean "orders"/],
    [['orders', '--epoch', '7'], 1, /no epoch 7/],
    [['orders', '--limit', '0'], 2, /whole number/],
    [['orders', '--json', '--junit', '-'], 2, /both print/],
    [['orders', '--junit', '/no/such/directory/x.xml'], 2, /cannot be written/],
    [[], 2, /missing required argument/],
  ])('%j is no verdict', async (argv, expected, message) => {
    const { code, out, err } = await diff(...argv);
    expect({ code, out }).toEqual({ code: expected, out: '' });
    expect(err).toMatch(message);
  });
});

describe('in the terminal', () => {
  it('marks what is state and no defect', async () => {
    const drift = field(':status/gone', { candidateOnly: 40 }, { kind: 'status' });
    epochs = [epoch([cell(5_000, [drift], { candidateMismatched: 0 })])];
    const { code, out } = await diff('orders');
    expect(code).toBe(0);
    expect(out).toMatch(/:status\/gone +status +40 of 5,000 +0 +state/);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('In 40 pairs the candidate lacked');
  });

  it('shows verdict, strata and ranked differences within 80 columns', async () => {
    epochs = [broken()];
    const { out } = await diff('orders');
    expect(out).toBe(`orders  different  epoch 2 (v2.1)
  mirrored 10,000, compared 9,998, 1,120 of them in this epoch
  not compared 2: expired 2
  mismatch 26.8% (24.3% to 29.5%)

  who            verdict          compared  mismatch      between  missing
  employees      not enough data       120      0.0%    0.0%-3.1%      645
  everyone else  different           1,000     30.0%  27.2%-32.9%

Different
  #  what                                           kind        differs  noise
  1  /items/*/price                                 value  300 of 1,000      0
     GET /orders/{id}
  2  /a/path/that/is/so/long/that/no/terminal/cou…  value   40 of 1,000      0
     GET /orders/{id}

Seen, not certain yet
  #  what              kind      differs  noise
  3  /note             value  1 of 1,000      0
     GET /orders/{id}

  1 more field is taken for noise: --noise shows them

Too few pairs so far
  endpoint      compared  missing  at this rate
  POST /orders       120      645           6 h
`);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('never shows more that was compared than was mirrored, though Envoys tell that once a second', async () => {
    mirror = { ...MIRROR, mirrored: 190, compared: 200, lost: { expired: 6 } };
    epochs = [epoch([cell(200, [])])];
    expect((await diff('orders')).out).toContain('mirrored 206, compared 200,');
  });

  it('calls new what is found, not what is noise', async () => {
    const noise = field('/updatedAt', { both: 900, candidateOnly: 40, controlOnly: 41 });
    epochs = [
      epoch([cell(1_000, [])]),
      epoch([cell(1_000, [noise, field('/total', { candidateOnly: 300 })])], { number: 2 }),
    ];
    const { out } = await diff('orders', '--noise');
    expect(out).toMatch(/\/total .* new\n/);
    expect(out).toMatch(/\/updatedAt .*\d\n/);
  });

  it('shows noise when asked, and says how much more there is', async () => {
    epochs = [broken()];
    expect((await diff('orders')).out).not.toContain('/updatedAt');
    expect((await diff('orders', '--noise')).out).toMatch(
      /Noise[^#]*#.*\n +4 {2}\/updatedAt +value +940 of 1,000 +941/,
    );
    expect((await diff('orders', '--limit', '1')).out).toContain('2 more differences: --limit 3');
  });

  it('shows what a deployment has fixed and what is new', async () => {
    const before = epoch([
      cell(1_000, [field('/total', { candidateOnly: 300 }), field('/rare', { candidateOnly: 12 })]),
    ]);
    epochs = [before, { ...broken(), cells: [cell(200, [field('/items/*/price', { candidateOnly: 60 })])] }];
    const { out } = await diff('orders');
    expect(out).toMatch(/\/items\/\*\/price +value +60 of 200 +0 {2}new\n/);
    expect(out).toMatch(/Fixed since epoch 1 \(v2\)\n {2}\/total {2}value {2}GET \/orders\/\{id\}\n/);
    expect(out).toMatch(/too few pairs to call it fixed\n {2}\/rare/);
  });

  it('shows what the two answered to one request, where a sample of it is kept', async () => {
    const fields = [
      field('/total', { candidateOnly: 300 }, { sampleId: 'orders/a b' }),
      field('/forgotten', { candidateOnly: 200 }, { sampleId: 'gone' }),
      field('/unsampled', { candidateOnly: 100 }),
    ];
    epochs = [epoch([cell(1_000, fields)])];
    samples = { 'orders/a b': sampleOf('{"total":27.49}', '{"total":27.48}') };
    const { out } = await diff('orders');
    expect(out).toContain(`  1  /total            value  300 of 1,000      0
     GET /orders/{id}
     27.49 -> 27.48 at /orders/7?x=1
  2  /forgotten        value  200 of 1,000      0
     GET /orders/{id}
  3  /unsampled        value  100 of 1,000      0
     GET /orders/{id}
`);
    expect(JSON.parse((await diff('orders', '--json')).out)).not.toHaveProperty('examples');
  });

  it('names the endpoints at which the candidate is surely slower', async () => {
    epochs = [epoch([cell(1_000, [])])];
    const ms = (base: number) => Float32Array.from({ length: 200 }, (_, i) => base + i / 100);
    latencies = [
      {
        endpoint: 'GET /orders/{id}',
        stratum: { reason: 'sample' },
        controlled: true,
        seen: 1_000,
        ms: { primary: ms(20), candidate: ms(50), control: ms(20) },
      },
    ];
    const { out } = await diff('orders');
    expect(out).toContain(`Slower, which is no part of the verdict
  endpoint                     p50             p99   shift         between
  GET /orders/{id}  21 ms -> 51 ms  22 ms -> 52 ms  +30 ms  30 ms to 30 ms
`);
    expect(JSON.parse((await diff('orders', '--json')).out).latency.items).toHaveLength(2);
  });

  it('says why nothing is compared and what helps, instead of counting pairs', async () => {
    mirror = { ...MIRROR, mirrored: 40, compared: 0, lost: { no_answer: 40 } };
    const failing = { ...NO_COPIES, connectFailures: 40, responses: { '5xx': 40 } };
    envoys = [
      {
        node: 'edge-1',
        connected: true,
        lastReportAtMs: OPTIONS.nowMs,
        candidate: failing,
        control: NO_COPIES,
        primary: NO_COPIES,
        filter: {},
      },
    ];
    const { code, out } = await diff('orders');
    expect(code).toBe(4);
    expect(out).toBe(`orders  not enough data  epoch 0
  mirrored 40, compared 0, 0 of them in this epoch
  not compared 40: no answer 40

  No connection to order-v2 at 10.0.0.2:8080: 40 tries have failed. Does it run,
  and listen there for Envoy?
`);
  });

  it('says that it is weaker without a control', async () => {
    mirror = { ...MIRROR, hasControl: false };
    epochs = [epoch([cell(5_000, [], { controlled: false })])];
    const { out } = await diff('orders');
    expect(out).toMatch(/no control copy[\s\S]*weaker/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says for whom a control that was added later does not decide yet', async () => {
    const employees = { stratum: { reason: 'segment', segment: 'employees' } } as const;
    epochs = [
      epoch([
        cell(900, [], { controlled: false, ...employees }),
        cell(100, [], employees),
        cell(100, [], { controlled: false }),
        cell(900, []),
      ]),
    ];
    const { out } = await diff('orders');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'Of employees most pairs are from before the control answered, so they are still judged without it.',
    );
    epochs = [epoch([cell(100, [], { controlled: false }), cell(900, [])])];
    expect((await diff('orders')).out).not.toContain('before the control');
  });

  it('says that nothing is compared where the control plane has no comparison', async () => {
    const without = Fastify();
    without.setNotFoundHandler((request, reply) =>
      reply.code(404).send({ code: 'NOT_FOUND', detail: `There is nothing at ${request.url}` }),
    );
    await without.listen({ port: 0, host: '127.0.0.1' });
    api = `127.0.0.1:${(without.server.address() as AddressInfo).port}`;
    const { code, err } = await diff('orders');
    await without.close();
    expect(code).toBe(1);
    expect(err).toMatch(/compares no answers: .*--no-compare/);
  });

  it('lets nothing of an answer steer the terminal', async () => {
    epochs = [epoch([cell(1_000, [field('/\u001b[2J', { candidateOnly: 300 })])])];
    expect((await diff('orders')).out).not.toContain('\u001b');
  });
});

describe('for programs', () => {
  it('prints everything as JSON', async () => {
    epochs = [broken()];
    const { out } = await diff('orders', '--json', '--limit', '1');
    const answer = JSON.parse(out);
    expect(answer.differences.items).toHaveLength(3);
    expect(answer).toMatchObject({ verdict: { compared: 1_120 }, endpoints: { items: [{ rank: 1 }, { rank: 2 }] } });
  });

  it('prints JUnit: different fails, too few pairs is skipped', async () => {
    epochs = [epoch([...broken().cells, cell(5_000, [], { endpoint: 'GET /"<&\u0000>' })])];
    const { code, out } = await diff('orders', '--junit', '-');
    expect(code).toBe(3);
    expect(out).toContain('<testsuite name="orders" tests="3" failures="1" errors="0" skipped="1"');
    expect(out).toMatch(/name="GET \/orders\/\{id\}" time="0">\n +<failure type="different" message="value at \/items/);
    expect(out).toMatch(
      /name="POST \/orders" time="0">\n +<skipped message="120 pairs compared; \d+ more pairs are needed"/,
    );
    expect(out).toContain('name="GET /&#34;&#60;&#38;\ufffd&#62;" time="0"/>');
    expect(out).not.toContain('/note');
  });

  it('of nothing is JUnit with a skipped case', async () => {
    expect((await diff('orders', '--junit', '-')).out).toMatch(
      /tests="1" .*skipped="1"[\s\S]*nothing has been compared/,
    );
  });

  it('writes JUnit to a file and the table to the terminal', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'shadowplane-diff-'));
    epochs = [broken()];
    const { out } = await diff('orders', '--junit', join(directory, 'x.xml'));
    expect(out).toMatch(/^orders {2}different/);
    expect(readFileSync(join(directory, 'x.xml'), 'utf8')).toMatch(/^<\?xml version="1.0"/);
    rmSync(directory, { recursive: true });
  });
});
