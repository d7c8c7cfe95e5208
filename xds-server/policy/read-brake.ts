import { DEFAULTS } from './defaults.ts';
import { FORMATS } from './formats.ts';
import type { BrakeSettings } from './model.ts';
import type { Checked } from './partial.ts';
import { durationOr } from './read-listener.ts';
import type { MirrorDocument } from './schema.ts';
import { parseSizeBytes } from './units.ts';

/** On unless it is turned off: what it needs is counted anyway, and its defaults are far from what noise does. */
export function readBrake(document: Checked<MirrorDocument>['brake']): BrakeSettings | undefined {
  if (document === 'off') return undefined;
  const { latencyP99, errors, memory, calm } = document ?? {};
  return {
    latencyIncrease: FORMATS.increase(latencyP99 ?? DEFAULTS.brakeLatencyIncrease),
    errorIncrease: FORMATS.increase(errors ?? DEFAULTS.brakeErrorIncrease),
    memoryBytes: memory === undefined ? DEFAULTS.brakeMemoryBytes : parseSizeBytes(memory),
    calmMs: durationOr(calm, DEFAULTS.brakeCalmMs),
  };
}
