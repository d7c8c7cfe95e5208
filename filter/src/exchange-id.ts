import { Bytes, currentTimeNanoseconds, fillRandom } from '../proxy-wasm/assembly/index';

const RANDOM_BYTES: i32 = 12;
const PREFIX_DIGITS: i32 = RANDOM_BYTES * 2;
const COUNTER_DIGITS: i32 = 12;

/**
 * Names of exchanges (a request and everything that answers it): 96 random bits of this VM and a counter, in 36
 * hexadecimal digits. So they differ across workers, Envoys and restarts, nobody outside can guess the next one, and
 * making one is adding 1 to the text in place.
 */
const id = new Bytes(new ArrayBuffer(PREFIX_DIGITS + COUNTER_DIGITS));
let drawn: bool = false;

/** The next id; its bytes are valid until the one after it is made. */
export function nextExchangeId(): Bytes {
  if (!drawn) drawPrefix();
  let at = id.address + PREFIX_DIGITS + COUNTER_DIGITS - 1;
  for (let i = 0; i < COUNTER_DIGITS; i++) {
    const digit = load<u8>(at);
    if (digit != 0x66) {
      store<u8>(at, digit == 0x39 ? 0x61 : digit + 1);
      return id;
    }
    store<u8>(at--, 0x30);
  }
  return id;
}

/** The id that was made last. */
export function lastExchangeId(): Bytes {
  return id;
}

function drawPrefix(): void {
  drawn = true;
  const random = new ArrayBuffer(RANDOM_BYTES);
  const bytes = changetype<usize>(random);
  // A host without randomness: the clock still tells VMs apart.
  if (!fillRandom(bytes, RANDOM_BYTES)) store<u64>(bytes, currentTimeNanoseconds());
  for (let i = 0; i < RANDOM_BYTES; i++) {
    const byte = load<u8>(bytes + i);
    store<u8>(id.address + i * 2, hexDigit(byte >> 4));
    store<u8>(id.address + i * 2 + 1, hexDigit(byte & 15));
  }
  memory.fill(id.address + PREFIX_DIGITS, 0x30, COUNTER_DIGITS);
}

function hexDigit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
