import { expect, test } from 'vitest';
import { giftV1, giftV2 } from './gift.ts';

test('difference gift-message: no message is null in v1 and absent in v2', () => {
  expect(JSON.stringify(giftV1({ wrap: true }))).toBe('{"wrap":true,"message":null}');
  expect(JSON.stringify(giftV2({ wrap: true }))).toBe('{"wrap":true}');
});

test('with a message both show the same', () => {
  expect(giftV2({ wrap: false, message: 'Hi' })).toEqual(giftV1({ wrap: false, message: 'Hi' }));
});
