import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RolloutAnswer, RolloutView } from '../../xds-server/rollouts/view.ts';
import { runInTest } from '../testing.ts';
import { eventAt, viewAt } from '../view/rollout-testing.ts';

let app: FastifyInstance;
let api: string;
/** Of `GET`: one after the other, the last again and again. */
let views: RolloutView[];
let asked: string[];
let answer: () => unknown;

const AT = '/api/v1/mirrors/orders';
const answered = (more: Partial<RolloutAnswer> = {}): RolloutAnswer => ({
  ...viewAt(0),
  stored: true,
  todo: [],
  ...more,
});

beforeEach(async () => {
  views = [viewAt(1)];
  asked = [];
  answer = () => answered();
  app = Fastify();
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ code: 'NOT_FOUND', detail: 'There is nothing' }));
  app.get(`${AT}/rollout`, () => (views.length > 1 ? views.shift() : views[0]));
  app.post(`${AT}/rollout/:action`, async (request, reply) => {
    asked.push(`${request.url.slice(AT.length)} ${JSON.stringify(request.body ?? null)}`);
    const refused = answer() as { refused?: string };
    if (refused.refused === undefined) return refused;
    return reply.code(409).send({ code: 'ROLLOUT_REFUSED', detail: refused.refused });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  api = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await app.close();
});

async function rollout(...argv: readonly string[]) {
  const result = await runInTest('rollout', ...argv, '--api', api);
  process.exitCode = undefined;
  return result;
}

describe('what is asked of a rollout', () => {
  it.each(['start', 'pause', 'resume', 'promote', 'rollback', 'abort', 'finish'])('%s', async (action) => {
    const { code, out } = await rollout(action, 'orders');
    expect(asked).toEqual([`/rollout/${action} null`]);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'orders  running  mirror 25% (step 1 of 5): started\n  2 of 2 Envoys have these weights\n',
    });
  });

  it('waits where it is told to, and says in what time it was in force and what is left to do', async () => {
    answer = () =>
      answered({
        applied: { acked: 2, of: 2, tookMs: 12.3 },
        stored: false,
        todo: ['mirrors.orders: primary: order-v2'],
      });
    const { out } = await rollout('rollback', 'orders', '--wait', '5s');
    expect(asked).toEqual(['/rollout/rollback?wait=5s null']);
    expect(out.split('\n').slice(1)).toEqual([
      '  in force at 2 of 2 Envoys after 12 ms',
      '  the store does not take it yet; it is in force, and that is tried until it works',
      '  to do by hand: mirrors.orders: primary: order-v2',
      '',
    ]);
  });

  it('is refused in words', async () => {
    answer = () => ({ refused: 'it is paused already' });
    expect(await rollout('pause', 'orders')).toMatchObject({ code: 1, err: expect.stringContaining('paused already') });
  });

  it('is JSON for programs', async () => {
    expect(JSON.parse((await rollout('pause', 'orders', '--json')).out)).toEqual(answered());
  });

  it.each([
    [['pause', 'orders', '--dry-run']],
    [['stat', 'orders']],
    [['start']],
    [['status', 'orders', '--events', 'x']],
  ])('%j is wrong usage', async (argv) => {
    expect((await rollout(...argv)).code).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe('a dry run', () => {
  it('of a start shows the steps and moves nothing', async () => {
    answer = () => viewAt(-1, { status: 'ready' });
    const { code, out } = await rollout('start', 'orders', '--dry-run');
    expect(asked).toEqual(['/rollout/start {"dryRun":true}']);
    expect(code).toBe(0);
    expect(out).toMatch(/^orders: a start would go through 5 steps; nothing was started\n/);
    expect(out).toContain('how long pairs take is not known');
  });

  it("of a start tells the time at today's rate", async () => {
    await app.close();
    const minute = (n: number) => Date.parse('2026-01-05T12:00:00Z') + n * 60_000;
    app = Fastify();
    app.post(`${AT}/rollout/start`, () => viewAt(-1, { status: 'ready' }));
    app.get(AT, () => ({ name: 'orders', match: { path: '/' }, primary: 'a', shadow: 'b', sample: '50%' }));
    app.get(`${AT}/health`, () => ({
      mirror: 'orders',
      envoys: [{ filter: { 'selected.reason.sample': 2_000 }, candidate: { responses: {} } }],
    }));
    app.get(`${AT}/series`, () => ({
      stepMs: 60_000,
      to: new Date(minute(4)).toISOString(),
      items: [
        {
          endpoint: '*',
          points: [
            [minute(1), 500, 0],
            [minute(2), 700, 1],
            [minute(3), 7, 0],
          ],
        },
      ],
    }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    api = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    const { out } = await rollout('start', 'orders', '--dry-run');
    expect(out).toContain('(10.0 pairs a second in the last 2 min)');
    expect(out).toMatch(/mirror 100% +100% {2}- +20\.0 +10 min\n/);
    const { forecast, pace } = JSON.parse((await rollout('start', 'orders', '--dry-run', '--json')).out);
    expect(pace).toMatchObject({ pairsPerSecond: 10, minutes: 2 });
    expect(forecast.steps[0].pairsPerSecond).toBeCloseTo(5);
  });

  it('of finishing shows what would differ', async () => {
    answer = () => ({
      revision: 7,
      differences: [{ path: 'mirrors.orders.primary', before: 'order-v1', after: 'order-v2' }],
    });
    const { out } = await rollout('finish', 'orders', '--dry-run');
    expect(asked).toEqual(['/rollout/finish {"dryRun":true}']);
    expect(out).toBe(
      'orders: finishing would change (from revision 7)\n  mirrors.orders.primary: order-v1 -> order-v2\n',
    );
  });
});

describe('status', () => {
  it.each<[number, Partial<RolloutView>]>([
    [4, {}],
    [0, { status: 'passed' }],
    [3, { status: 'rolled-back' }],
  ])('exits %i with %j', async (code, more) => {
    views = [viewAt(1, more)];
    expect((await rollout('status', 'orders')).code).toBe(code);
    const { code: again, out } = await rollout('status', 'orders', '--json');
    expect({ again, view: JSON.parse(out) }).toEqual({ again: code, view: views[0] });
  });

  it('shows as many events as are wanted', async () => {
    views = [viewAt(1, { events: [eventAt(1), eventAt(2)] })];
    expect((await rollout('status', 'orders', '--events', '1')).out).not.toContain('12:00:01Z');
    expect((await rollout('status', 'orders', '--events', '2')).out).toContain('12:00:01Z');
  });
});

it('watches until it is decided, with the exit code of that', async () => {
  views = [viewAt(1, { status: 'passed' })];
  expect(await rollout('status', 'orders', '--watch')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^orders {2}passed/),
  });
});
