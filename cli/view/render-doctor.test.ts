import { describe, expect, it } from 'vitest';
import { PLAIN } from '../output/style.ts';
import { clockFinding, renderDoctor } from './render-doctor.ts';

const at = { askedAtMs: 100_000, answeredAtMs: 100_500 };

describe('clocks', () => {
  it.each([
    ['the same', 100_200, undefined],
    ['within what an answer may take', 102_400, undefined],
    ['behind', 90_000, 'its clock is 10 s behind'],
    ['ahead', 105_500, 'its clock is 5 s ahead of'],
  ])('%s', (_, theirs, message) => {
    expect(clockFinding(theirs, at)?.message.slice(0, message?.length)).toBe(message);
  });
});

it('shows what is wrong, where, and what helps', () => {
  const finding = {
    id: 'no-control',
    severity: 'risk',
    subject: 'mirrors.a',
    message: 'none\u001b[2J',
    remedy: 'one',
  } as const;
  expect(renderDoctor({ at: '', items: [finding], checked: ['no-control'] }, PLAIN)).toEqual([
    'risk    mirrors.a  no-control',
    '        none\ufffd[2J',
    '        -> one',
    '1 found in 1 checks: docs/doctor.md explains each',
  ]);
});
