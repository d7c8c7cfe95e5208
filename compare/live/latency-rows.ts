/** The random choices of latencies: from memory, as rows of the store, and two of them as one. */
import type { ByArm, CellInput, LatencyInput } from '../report/index.ts';
import type { StoredLatencies } from '../store/index.ts';
import type { EpochTally } from '../tally/index.ts';
import { cellKey, stratumOf } from './epoch-rows.ts';
import { plain } from './from-tally.ts';

type Key = Pick<CellInput, 'endpoint' | 'stratum' | 'controlled'>;

const ARMS = ['primary', 'candidate', 'control'] as const;

/** @param wants by its key and the pairs seen: what is not wanted is not copied. */
export function latenciesOf(
  epoch: EpochTally,
  wants: (key: Key, seen: number) => boolean = () => true,
): LatencyInput[] {
  return [...epoch.endpoints.values()].flatMap(({ endpoint, strata }) =>
    [...strata.values()].flatMap((counts) => {
      const key = { endpoint, stratum: plain(counts.stratum), controlled: counts.controlled };
      const seen = counts.latenciesSeen;
      return wants(key, seen) ? [{ ...key, seen, ms: byArm((arm) => counts.latencies(arm, 'lastByteMs')) }] : [];
    }),
  );
}

/** As if all had been one choice: each gives as many rows as it has its share in the pairs. */
export function addLatencies(before: LatencyInput | undefined, since: LatencyInput): LatencyInput {
  if (!before || before.seen === 0) return since;
  const size = Math.max(before.ms.primary.length, since.ms.primary.length);
  const seen = before.seen + since.seen;
  const isWhole = before.seen === before.ms.primary.length && since.seen === since.ms.primary.length;
  const part = ({ ms, seen: own }: LatencyInput) =>
    isWhole ? ms.primary.length : Math.min(ms.primary.length, Math.round((size * own) / seen));
  const [one, other] = [part(before), part(since)];
  return {
    ...since,
    seen,
    ms: byArm((arm) => {
      const all = new Float32Array(one + other);
      // Rows are in no order that means anything, so their beginning is a random choice as well.
      all.set(before.ms[arm].subarray(0, one));
      all.set(since.ms[arm].subarray(0, other), one);
      return all;
    }),
  };
}

export function latencyRow(mirror: string, epoch: number, { seen, ms, ...key }: LatencyInput): StoredLatencies {
  const columns = ARMS.map((arm) => Buffer.from(ms[arm].buffer, ms[arm].byteOffset, ms[arm].byteLength));
  return {
    ...cellKey(mirror, epoch, key),
    seen,
    state: JSON.stringify(columns.map((column) => column.toString('base64'))),
  };
}

export function readLatencies({ endpoint, control, seen, state, ...row }: StoredLatencies): LatencyInput {
  const columns = JSON.parse(state) as string[];
  const ms = byArm((arm) => {
    const bytes = Uint8Array.from(Buffer.from(columns[ARMS.indexOf(arm)]!, 'base64'));
    return new Float32Array(bytes.buffer);
  });
  return { endpoint, stratum: stratumOf(row), controlled: control === 1, seen, ms };
}

function byArm<T>(of: (arm: (typeof ARMS)[number]) => T): ByArm<T> {
  return { primary: of('primary'), candidate: of('candidate'), control: of('control') };
}
