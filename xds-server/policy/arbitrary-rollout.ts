/** Plans of a mirror, for tests: most can be followed to their end, made from the schema where it knows enough. */
import fc from 'fast-check';
import type { Shape } from './check-shape.ts';

/** @param of anything of a shape */
export function arbitraryRollout(
  { properties }: Shape,
  mirror: { readonly segments?: unknown; readonly sample?: unknown },
  of: (shape: Shape) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const { step, gates, onFailure, approve } = properties!;
  const copied = Object.entries((mirror.segments ?? {}) as Readonly<Record<string, string>>);
  const segments = copied.map(([name]) => name);
  const isCopied = [...copied.map(([, share]) => share), String(mirror.sample)].every(
    (share) => Number.parseFloat(share) > 0,
  );
  const parts = {
    mirror: shares,
    canary: fc.oneof(shares, canaryOf(segments)),
    step: fc.record(
      { atLeast: of(step!.properties!.atLeast!), pairs: fc.integer({ min: 20_000, max: 100_000 }) },
      { requiredKeys: [] },
    ),
    gates: gatesOf(gates!, of),
    onFailure: of(onFailure!),
    approve: of(approve!),
  };
  return fc
    .tuple(fc.record(parts, { requiredKeys: [] }), shares)
    .map(([drawn, first]) => (drawn.mirror || drawn.canary ? drawn : { ...drawn, mirror: first }))
    .map((plan) => (isCopied ? plan : { ...plan, ...WITHOUT_PAIRS }));
}

/** Of whom nothing is copied no pairs ever come. */
const WITHOUT_PAIRS = { gates: { errors: {} }, step: { pairs: 0 } };

const shares = fc
  .uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 3 })
  .map((drawn) => drawn.sort((one, other) => one - other).map((perMillion) => `${perMillion / 10_000}%`));

function canaryOf(segments: readonly string[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.shuffledSubarray([...segments]), fc.boolean())
    .map(([some, everyone]) => (everyone || some.length === 0 ? [...some, 'everyone'] : some))
    .chain((audiences) =>
      fc
        .tuple(...audiences.map(() => shares))
        .map((drawn) => Object.fromEntries(audiences.map((audience, at) => [audience, drawn[at]]))),
    );
}

/** That so many pairs can show, with whatever confidence. */
const wide = fc.constantFrom('0.2%', '5%', '50%');

/** A query has one bound, and no two checks have the same name. */
function gatesOf({ properties }: Shape, of: (shape: Shape) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { prometheus, webhooks, differences, ...own } = properties!;
  const optional = (shapes: Readonly<Record<string, Shape>>) =>
    Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, of(shape)]));
  const { url, query, atMost, atLeast, ...asked } = entryOf(prometheus!).properties!;
  const bound = fc.oneof(
    of(atMost!).map((value) => ({ atMost: value })),
    of(atLeast!).map((value) => ({ atLeast: value })),
  );
  const asking = fc
    .tuple(
      fc.record({ ...optional(asked), url: of(url!), query: of(query!) }, { requiredKeys: ['url', 'query'] }),
      bound,
    )
    .map(([one, other]) => ({ ...one, ...other }));
  return fc.record(
    {
      ...optional(own),
      differences: fc.record(
        { atMost: wide, confidence: of(differences!.properties!.confidence!) },
        { requiredKeys: ['atMost'] },
      ),
      prometheus: fc.dictionary(fc.constantFrom('a', 'queue-depth'), asking, { maxKeys: 2 }),
      webhooks: fc.dictionary(fc.constantFrom('b', 'smoke'), of(entryOf(webhooks!)), { maxKeys: 2 }),
    },
    { requiredKeys: [] },
  );
}

function entryOf(record: Shape): Shape {
  return Object.values(record.patternProperties!)[0]!;
}
