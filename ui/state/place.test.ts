import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressOf, move, type Place, RANGES, readPlace, SCREENS, sinceOf } from './place.ts';

const text = fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: undefined });
const places: fc.Arbitrary<Place> = fc.record({
  mirror: fc.stringMatching(/^[a-z][-a-z0-9]{0,20}$/),
  screen: fc.constantFrom(...SCREENS),
  epoch: fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined }),
  range: fc.constantFrom(...RANGES),
  noise: fc.boolean(),
  endpoint: text,
  path: text,
  kind: text,
  sample: text,
  segment: text,
  level: text,
  sort: text,
});

it('reads back every address that it writes', () => {
  fc.assert(
    fc.property(places, (place) => {
      expect(readPlace(addressOf(place))).toEqual(place);
    }),
  );
});

it('keeps addresses readable', () => {
  const place = { ...readPlace('/mirrors/orders/fields'), endpoint: 'GET /api/orders/{id}', noise: true };
  expect(addressOf(place)).toBe('/mirrors/orders/fields?noise=include&endpoint=GET+/api/orders/{id}');
});

it('falls back to what is usual', () => {
  expect(readPlace('/mirrors/orders/nonsense?epoch=-1&range=7&noise=x')).toMatchObject({
    mirror: 'orders',
    screen: 'overview',
    epoch: undefined,
    range: 'epoch',
    noise: false,
  });
  expect(readPlace('/%zz').mirror).toBeUndefined();
  expect(['/xyz', '/', '/mirrors'].map((address) => readPlace(address).unknown)).toEqual([
    '/xyz',
    undefined,
    undefined,
  ]);
  expect(readPlace('/mirrors/%zz').mirror).toBe('%zz');
});

it('drops the selection, but not how things are shown, on the way to another screen', () => {
  const here = readPlace('/mirrors/orders/fields?epoch=2&range=60&noise=include&endpoint=GET+/a&path=/b');
  const there = move(here, { screen: 'groups', path: '/c' });
  expect(addressOf(there)).toBe('/mirrors/orders/groups?epoch=2&range=60&noise=include&path=/c');
  expect(addressOf(move(here, { mirror: 'carts' }))).toBe('/mirrors/carts/fields?range=60&noise=include');
  expect(addressOf(move(here, { path: undefined }))).not.toContain('path');
});

it('rounds the start of a range to a minute', () => {
  const nowMs = Date.parse('2026-11-21T12:00:42Z');
  expect(sinceOf(15, nowMs)).toBe('2026-11-21T11:45:00.000Z');
  expect(sinceOf('epoch', nowMs)).toBeUndefined();
});
