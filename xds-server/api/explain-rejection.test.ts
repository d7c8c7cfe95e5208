import { expect, it } from 'vitest';
import { explainRejection } from './explain-rejection.ts';

const REFUSED = 'Unable to create Wasm plugin shadowplane.primary';

it('says what a refused filter configuration means, and where to look', () => {
  const segments = { big: { not: { cel: 'nope(1)' } }, eu: { header: 'x-region', prefix: 'eu-' } };
  expect(explainRejection(REFUSED, { segments })).toBe(
    `${REFUSED}: the filter cannot use its configuration, most likely a CEL function or type that it does not know in segments.big; Envoy's log says why`,
  );
  expect(explainRejection(REFUSED, {})).toBe(
    `${REFUSED}: the filter cannot use its configuration; Envoy's log says why`,
  );
});

it("leaves Envoy's other words as they are", () => {
  expect(explainRejection('no such cluster', { segments: { a: { cel: 'x' } } })).toBe('no such cluster');
});
