import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { locateEnvoy } from '../../envoy/index.ts';
import { overlayFor } from '../../protos/overlay/generate.ts';
import { OVERLAY_FILE } from '../../protos/sources.ts';

it('the overlay holds what this Envoy has and npm lacks, no more and no less', async () => {
  const envoy = await locateEnvoy();
  expect(readFileSync(OVERLAY_FILE, 'utf8')).toBe(overlayFor(envoy.path));
});
