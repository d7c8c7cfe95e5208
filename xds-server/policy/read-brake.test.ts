import { expect, it } from 'vitest';
import { readBrake } from './read-brake.ts';

it('is on unless it is turned off', () => {
  const usual = { latencyIncrease: 0.5, errorIncrease: 0.01, memoryBytes: 2 * 1024 ** 3, calmMs: 600_000 };
  expect(readBrake(undefined)).toEqual(usual);
  expect(readBrake({})).toEqual(usual);
  expect(readBrake('off')).toBeUndefined();
});

it('takes its bounds as they are written', () => {
  const written = { latencyP99: '+10%', errors: '+0.5%', memory: '1GiB', calm: '30s' } as const;
  expect(readBrake(written)).toEqual({
    latencyIncrease: 0.1,
    errorIncrease: 0.005,
    memoryBytes: 1024 ** 3,
    calmMs: 30_000,
  });
});
