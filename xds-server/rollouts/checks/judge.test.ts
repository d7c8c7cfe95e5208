import { describe, expect, it } from 'vitest';
import type { ExternalCheck } from '../../../rollout/index.ts';
import { judgePrometheus, judgeWebhook } from './judge.ts';

const http = (status: number, body = '') => ({ status, body, isCut: false });

describe('a webhook', () => {
  it.each([
    [200, 'yes'],
    [204, 'yes'],
    [400, 'no'],
    [404, 'no'],
    [409, 'no'],
    [408, 'nothing'],
    [425, 'nothing'],
    [429, 'nothing'],
    [301, 'nothing'],
    [500, 'nothing'],
    [503, 'nothing'],
  ])('that answers %i says %s', (status, what) => {
    expect(judgeWebhook(http(status))).toEqual({ what, why: `answered ${status}` });
  });

  it('gives its reason in one line that no terminal acts on', () => {
    const said = judgeWebhook(http(409, '\n queue\u001b[2J is\tfull \nand more'));
    expect(said.why).toBe('answered 409: queue [2J is full');
    expect(judgeWebhook(http(409, 'x'.repeat(1_000))).why).toHaveLength(177);
  });
});

describe('a query', () => {
  const check = {
    kind: 'prometheus',
    name: 'queue',
    url: 'http://prometheus',
    query: 'q',
    intervalMs: 1,
    timeoutMs: 1,
    failures: 1,
  } as const;
  const atMost = (bound: number): Extract<ExternalCheck, { kind: 'prometheus' }> => ({ ...check, atMost: bound });
  const data = (resultType: string, result: unknown) =>
    http(200, JSON.stringify({ status: 'success', data: { resultType, result } }));
  const vector = (...values: readonly unknown[]) =>
    data(
      'vector',
      values.map((value) => ({ metric: {}, value: [1_700_000_000.1, value] })),
    );

  it.each([
    ['1.5', 2, 'yes', 'has 1.5, where at most 2 is allowed'],
    ['2', 2, 'yes', 'has 2, where at most 2 is allowed'],
    ['2.1', 2, 'no', 'has 2.1, where at most 2 is allowed'],
    ['1e+09', 2, 'no', 'has 1000000000, where at most 2 is allowed'],
    ['+Inf', 2, 'no', 'has Infinity, where at most 2 is allowed'],
    ['-Inf', 2, 'yes', 'has -Infinity, where at most 2 is allowed'],
    ['NaN', 2, 'nothing', 'has no number for the query (NaN)'],
    ['', 2, 'nothing', 'has no number for the query (NaN)'],
    [7, 8, 'nothing', 'has no number for the query (NaN)'],
  ])('with the value %s, at most %d: %s', (value, bound, what, why) => {
    expect(judgePrometheus(vector(value), atMost(bound))).toEqual({ what, why });
    expect(judgePrometheus(data('scalar', [1_700_000_000, value]), atMost(bound))).toEqual({ what, why });
  });

  it('with a least value', () => {
    const atLeast = { ...check, atLeast: 0.5 };
    expect(judgePrometheus(vector('0.5'), atLeast).what).toBe('yes');
    expect(judgePrometheus(vector('0.4'), atLeast)).toEqual({
      what: 'no',
      why: 'has 0.4, where at least 0.5 is allowed',
    });
  });

  it.each([
    ['no value', vector(), 'has no value for the query'],
    ['several values', vector('1', '2'), 'has 2 values for the query; one is needed, such as their sum'],
    ['a range', data('matrix', []), 'answered a matrix, not one value'],
    ['a histogram', data('vector', [{ metric: {}, histogram: [1, {}] }]), 'has no number for the query'],
    ['an answer without data', http(200, '{"status":"success"}'), 'answered a undefined, not one value'],
    ['no JSON', http(502, '<html>'), 'answered 502, which is no answer of Prometheus'],
    ['JSON of somebody else', http(200, '[1]'), 'answered 200, which is no answer of Prometheus'],
    [
      'a wrong query',
      http(400, JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error: unexpected "("' })),
      'answered 400: parse error: unexpected "("',
    ],
    ['too long an answer', { ...vector('1'), isCut: true }, 'answered with more than one value takes'],
  ])('with %s: there is not enough data', (_, answer, why) => {
    expect(judgePrometheus(answer, atMost(1))).toEqual({ what: 'nothing', why });
  });
});
