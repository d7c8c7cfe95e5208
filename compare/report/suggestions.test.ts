import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../diff/index.ts';
import type { Looks } from '../judge/index.ts';
import { type CellInput, suggestRules, volatileFields } from './index.ts';
import type { SampleInput } from './sample.ts';
import { cell, epoch, field, OPTIONS, START_MS } from './testing.ts';

function sample(at: number, primary: unknown, candidate: unknown, name = 'field'): SampleInput {
  const answer = (value: unknown) => {
    const body = Buffer.from(JSON.stringify({ [name]: value }));
    const headers = [['content-type', 'application/json']] as const;
    const whole = {
      trailers: [],
      truncated: false,
      localReply: false,
      ended: 'complete',
      headersMs: 1,
      lastByteMs: 1,
    } as const;
    return { status: 200, headers, body, bodyBytes: body.length, ...whole };
  };
  return {
    exchange: {
      id: `x${at}`,
      mirror: 'orders',
      reason: 'sample',
      method: 'GET',
      path: '/orders/7',
      atMs: START_MS + at,
      primary: answer(primary),
      candidate: answer(candidate),
    },
    endpoint: 'GET /orders/{id}',
    requestHeaders: [],
  };
}

const looks = (format: Looks['format'], distinctShare = 1) => ({ looks: { format, distinctShare } });
const alone = (counts: number, more: object) =>
  cell(1_000, [field('/field', { candidateOnly: counts }, more)], { controlled: false });
const controlled = (both: number, candidateOnly = 0) => cell(1_000, [field('/field', { both, candidateOnly })]);

function suggest(cells: readonly CellInput[], samples: readonly SampleInput[], rules: readonly Rule[] = []) {
  const fields = volatileFields(epoch(cells), rules, OPTIONS.nowMs);
  return suggestRules(fields, () => samples).map(({ rule }) => rule);
}

const time = (second: number) => new Date(START_MS + second * 1_000).toISOString();
const times = [1, 2, 3].map((at) => sample(at, time(at), time(at + 1)));

describe('without a control', () => {
  it.each<[string, Looks['format'], readonly SampleInput[], string]>([
    ['a time', 'time', times, 'timestamp'],
    ['a time that has no samples any more', 'time', [], 'timestamp'],
    ['a UUID', 'uuid', [sample(1, randomUUID(), randomUUID())], 'uuid'],
    ['a hash', 'hash', [sample(1, 'da39a3ee5e6b4b0d', 'c3ab8ff13720e8ad')], 'hash'],
  ])('%s is suggested by its format', (_, looksLike, samples, format) => {
    expect(suggest([alone(995, looks(looksLike))], samples)).toEqual([
      { effect: 'format', path: '/field', endpoint: 'GET /orders/{id}', format },
    ]);
  });

  it('a counter to be ignored, as it grows on both sides', () => {
    const counter = [1, 2, 3, 4].map((at) => sample(at, 100 + at, 7_000 + at * 2));
    expect(suggest([alone(1_000, looks('integer'))], counter)).toMatchObject([{ effect: 'ignore', path: '/field' }]);
  });

  it('a time that a busy service gives several times, and which therefore agrees now and then', () => {
    expect(suggest([alone(700, looks('time', 0.6))], times)).toMatchObject([{ effect: 'format', format: 'timestamp' }]);
    expect(suggest([alone(700, looks('uuid'))], [sample(1, randomUUID(), randomUUID())])).toEqual([]);
  });

  it('says why, and how much it would hide', () => {
    const [suggestion] = suggestRules(volatileFields(epoch([alone(995, looks('time'))]), [], 0), () => times);
    expect(suggestion).toMatchObject({
      why: 'Differs, in 100% of pairs, and looks like a time',
      hides: { pairs: 995, of: 1_000 },
    });
  });

  it.each<[string, readonly CellInput[], readonly SampleInput[]]>([
    [
      'a price that is always another',
      [alone(1_000, looks('integer'))],
      [4, 2, 9, 3].map((value, at) => sample(at, value * 7, value * 7 + 1)),
    ],
    ['a sku that is written differently', [alone(1_000, looks('text'))], [sample(1, 'SKU-00012345', 'sku-00012345')]],
    ['a time that has become another format', [alone(1_000, looks('time'))], [sample(1, time(1), 'yesterday, 12:00')]],
    ['an enum', [alone(1_000, looks('enum', 0.01))], [sample(1, 'OPEN', 'CLOSED')]],
    ['what differs now and then', [alone(500, looks('time'))], times],
    ['too few pairs', [{ ...alone(19, looks('time')), pairs: 19 }], times],
    ['a field that is missing', [cell(1_000, [field('/field', { candidateOnly: 1_000 }, { kind: 'missing' })])], []],
  ])('not %s', (_, cells, samples) => expect(suggest(cells, samples)).toEqual([]));
});

describe('with a control', () => {
  it('what it does differently as well', () => {
    expect(suggest([controlled(1_000)], times)).toMatchObject([{ effect: 'format', format: 'timestamp' }]);
    expect(suggest([controlled(990)], [sample(1, 'tok_8f3k29dk', 'tok_99dkw2lm')])).toMatchObject([
      { effect: 'ignore' },
    ]);
    expect(suggest([controlled(990)], [sample(1, 40, 17)])).toMatchObject([{ effect: 'ignore' }]);
  });

  it('a time that agrees now and then', () => {
    expect(suggest([controlled(600, 100)], times)).toMatchObject([{ effect: 'format', format: 'timestamp' }]);
    expect(suggest([controlled(600, 100)], [sample(1, 40, 17)])).toEqual([]);
  });

  it('not what the candidate alone does, however it looks', () => {
    expect(suggest([controlled(0, 1_000)], times)).toEqual([]);
    expect(suggest([controlled(500, 500)], times)).toEqual([]);
  });

  it('not free text', () => expect(suggest([controlled(1_000)], [sample(1, 'Hello Ann', 'Hello Bob')])).toEqual([]));
});

it('one rule for all endpoints where the field looks alike, one each where it does not', () => {
  const at = (endpoint: string, path: string) =>
    cell(100, [field(path, { candidateOnly: 100 }, looks('time'))], { controlled: false, endpoint });
  const fields = volatileFields(epoch([at('GET /a', '/field'), at('GET /b', '/field'), at('GET /b', '/other')]), [], 0);
  const [first, second] = suggestRules(fields, () => []);
  expect(first).toEqual({
    rule: { effect: 'format', path: '/field', format: 'timestamp' },
    why: 'Differs, in 100% of pairs, and looks like a time, at 2 endpoints',
    hides: { pairs: 200, of: 200 },
  });
  expect(second?.rule).toMatchObject({ path: '/other', endpoint: 'GET /b' });
});

it('nothing that a rule is about already', () => {
  const rule = { id: 'r1', reason: 'noise', author: 'ann', path: '/field' } as const;
  const cells = [alone(1_000, looks('time'))];
  expect(suggest(cells, times, [{ ...rule, effect: 'ignore' }])).toEqual([]);
  expect(suggest(cells, times, [{ ...rule, effect: 'format', format: 'timestamp' }])).toEqual([]);
  expect(suggest(cells, times, [{ ...rule, effect: 'ignore', endpoint: 'GET /other' }])).toHaveLength(1);
});
