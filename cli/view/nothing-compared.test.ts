import { expect, it } from 'vitest';
import type { HealthReport, VerdictReport } from '../../compare/report/index.ts';
import { type WhyNothing, whyNothing } from './nothing-compared.ts';

type Counts = Partial<HealthReport['envoys'][number]['candidate']>;

const MIRROR = { match: { path: '/orders' }, shadow: 'v2', paused: false };
const NOTES = ['edge-1: has delivered no captured answer.'];

function why(counts: Counts | undefined, lost: VerdictReport['lost'] = {}, mirror: WhyNothing['mirror'] = MIRROR) {
  const candidate = { sent: 0, connectFailures: 0, overflow: 0, ...counts };
  const health = { envoys: counts === undefined ? [] : [{ candidate }], notes: NOTES } as unknown as HealthReport;
  return whyNothing({ lost } as VerdictReport, { health, mirror, addresses: ['a:1', 'b:2'] }).join('\n');
}

it.each([
  ['nobody listens', { connectFailures: 1_200 }, { no_answer: 1_200 }, /No connection to v2 at a:1, b:2: 1,200 tries/],
  ['no HTTP comes back', { sent: 9 }, { no_answer: 9 }, /v2 at a:1, b:2 has answered none of 9 copies.*protocol/],
  ['nothing was copied', {}, {}, /No copy has been sent yet.* below \/orders /],
  ['answers are not sent here', { sent: 9 }, {}, /^edge-1: has delivered no captured answer\.$/],
  ['no Envoy tells anything', undefined, {}, /^edge-1/],
])('%s', (_, counts, lost, words) => {
  expect(why(counts, lost)).toMatch(words);
});

it('a mirror that is paused needs no other reason', () => {
  expect(why({ connectFailures: 3 }, {}, { ...MIRROR, paused: true })).toMatch(/paused/);
});
