import { describe, expect, it } from 'vitest';
import { judgeAnswer } from './judge-answer.ts';

const proof = (fields: object) => ({ status: 200, body: JSON.stringify({ guard: 'shadowplane', ...fields }) });

describe('the answer to a probe', () => {
  it.each([
    ['a process that is a shadow', proof({ mode: 'always', guarded: true }), 'always'],
    ['a guard that believes our marker', proof({ mode: 'marked', guarded: true }), 'marked'],
    ['only the header, on whatever was answered', { status: 404, proofHeader: 'always', body: '' }, 'always'],
  ])('proves: %s', (_, answer, mode) => {
    expect(judgeAnswer(answer)).toEqual({ proven: true, mode });
  });

  it.each([
    [
      'a service without guard',
      { status: 404, body: 'not found' },
      'has no guard: it answers the probe with status 404',
    ],
    ['a page', { status: 200, body: '<html>' }, 'not with a guard'],
    ['JSON of somebody else', { status: 200, body: '{"guarded":true,"mode":"always"}' }, 'not with a guard'],
    ['a guard that is off', proof({ mode: 'off', guarded: false }), 'has its guard off'],
    ['one that does not trust us', proof({ mode: 'marked', guarded: false }), 'trustedProxies'],
    ['text where a boolean belongs', proof({ mode: 'always', guarded: 'true' }), 'does not act'],
    ['a mode that nobody knows', proof({ mode: 'sometimes', guarded: true }), 'does not act'],
    ['an error with a proof in it', { ...proof({ mode: 'always', guarded: true }), status: 500 }, 'status 500'],
    ['a body that takes the header back', { ...proof({ mode: 'off', guarded: false }), proofHeader: 'always' }, 'off'],
    ['a header that says nothing', { status: 200, proofHeader: 'yes', body: '' }, 'not with a guard'],
  ])('does not prove: %s', (_, answer, reason) => {
    expect(judgeAnswer(answer)).toEqual({ proven: false, reason: expect.stringContaining(reason) });
  });
});
