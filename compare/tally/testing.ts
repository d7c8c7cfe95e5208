import { readHalf } from '../ingest/index.ts';
import { encodeHalf, halfFields, SIDE } from '../ingest/testing.ts';
import type { CapturedSample, Compared } from './compared.ts';

/** For tests: compared exchanges of which only what matters is named. */
export function aSample(id: string, fields: Partial<CapturedSample> = {}): CapturedSample {
  const half = (side: number) => readHalf(encodeHalf(halfFields({ exchange_id: id, side })))!;
  const [primary, candidate] = [half(SIDE.primary), half(SIDE.candidate)];
  const joined = {
    id,
    mirror: 'orders',
    stratum: { reason: 'sample' as const },
    atMs: 1,
    request: primary,
    primary,
    candidate,
  };
  return { id, bytes: 100, joined, endpoint: 'GET /', ...fields };
}

let count = 0;

export function aCompared(fields: Partial<Compared> = {}): Compared {
  count += 1;
  const arm = { status: 200, headersMs: 1, lastByteMs: 2 };
  return {
    mirror: 'orders',
    stratum: { reason: 'sample' },
    endpoint: 'GET /',
    atMs: 1,
    candidate: [],
    primaryArm: arm,
    candidateArm: arm,
    sample: { id: `e${count}`, bytes: 100 } as CapturedSample,
    ...fields,
  };
}
