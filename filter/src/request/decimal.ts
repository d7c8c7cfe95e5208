import { View } from '../../proxy-wasm/assembly/index';

/** Digits only, of a number that fits; anything else is 0. */
export function decimal(text: View): u64 {
  if (text.length > 18) return 0;
  let value: u64 = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.at(i) - 0x30;
    if (digit > 9) return 0;
    value = value * 10 + digit;
  }
  return value;
}
