import type { Stratum as HalfStratum } from '../ingest/index.ts';
import type { LossCause } from '../join/index.ts';
import type { EpochInput, LossInput, Stratum } from '../report/index.ts';
import type { EpochTally, Tallies } from '../tally/index.ts';
import { gatesOf } from './gate-rows.ts';

/** An epoch of the tally as plain data, as it is now. */
export function fromTally(epoch: EpochTally, tallies: Tallies): EpochInput {
  const { number, version, begunBy, startedAtMs, lastAtMs } = epoch;
  const cells = [...epoch.endpoints.values()].flatMap(({ endpoint, strata }) =>
    [...strata.values()].map((counts) => ({
      endpoint,
      stratum: plain(counts.stratum),
      controlled: counts.controlled,
      pairs: counts.pairs,
      candidateMismatched: counts.candidateMismatched,
      controlMismatched: counts.controlMismatched,
      bothMismatched: counts.bothMismatched,
      beyondFields: counts.beyondFields,
      errors: { primary: { ...counts.primary }, candidate: { ...counts.candidate }, control: { ...counts.control } },
      ...(counts.controlled && { quiet: counts.quiet.list() }),
      firstAtMs: counts.firstAtMs,
      lastAtMs: counts.lastAtMs,
      fields: [...counts.fields.values()].map((field) => {
        const [sampleId] = tallies.sampleIds(field);
        const looks = field.looks?.read();
        return {
          kind: field.kind,
          path: field.path,
          counts: { ...field.counts },
          ...(looks && { looks }),
          firstAtMs: field.firstAtMs,
          lastAtMs: field.lastAtMs,
          ...(sampleId !== undefined && { sampleId }),
        };
      }),
    })),
  );
  return {
    number,
    version,
    begunBy,
    startedAtMs,
    lastAtMs,
    cells,
    losses: lossesOf(epoch),
    localReplies: [...epoch.localReplies].flatMap(([endpoint, strata]) =>
      [...strata.values()].map(({ stratum, counts }) => ({ endpoint, stratum: plain(stratum), counts: { ...counts } })),
    ),
    hidden: Object.fromEntries(epoch.hidden),
    ...(epoch.gates.strata.size > 0 && { gates: gatesOf(epoch.gates) }),
  };
}

export function lossesOf({ lost }: EpochTally): LossInput[] {
  return [...lost.values()].flatMap(({ stratum, causes }) =>
    Object.entries(causes).map(([cause, count]) => ({ stratum: plain(stratum), cause: cause as LossCause, count })),
  );
}

/** What a half calls its stratum, as a report does. */
export function plain(stratum: HalfStratum): Stratum {
  return stratum.reason === 'segment' ? { reason: 'segment', segment: stratum.segment } : { reason: 'sample' };
}
