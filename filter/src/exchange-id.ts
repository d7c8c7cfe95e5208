import { Bytes, currentTimeNanoseconds, fillRandom } from '../proxy-wasm/assembly/index';
import { hexDigit } from './hex';

const RANDOM_BYTES: i32 = 12;
const RANDOM_DIGITS: i32 = RANDOM_BYTES * 2;
const COUNTER_DIGITS: i32 = 12;

/**
 * Names of the exchanges (a request and everything that answers it) of one decision: the decision, a `/` and 36 hexadecimal
 * digits, 96 random bits and a counter. So they differ across workers, Envoys, configurations and restarts, nobody outside
 * can guess the next one, the route table finds the decision at their beginning, and making one is adding 1 to the text in
 * place.
 */
export class ExchangeIds {
  private readonly id: Bytes;
  private drawn: bool = false;

  constructor(decision: Bytes) {
    const id = new Bytes(new ArrayBuffer(decision.length + 1 + RANDOM_DIGITS + COUNTER_DIGITS));
    memory.copy(id.address, decision.address, decision.length);
    store<u8>(id.address + decision.length, 0x2f);
    memory.fill(id.address + decision.length + 1, 0x30, RANDOM_DIGITS + COUNTER_DIGITS);
    this.id = id;
  }

  /** The next id; its bytes are valid until the one after it is made. */
  next(): Bytes {
    if (!this.drawn) this.draw();
    const id = this.id;
    let at = id.address + id.length - 1;
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
  get last(): Bytes {
    return this.id;
  }

  private draw(): void {
    this.drawn = true;
    const random = new ArrayBuffer(RANDOM_BYTES);
    const bytes = changetype<usize>(random);
    // A host without randomness: the clock still tells VMs apart.
    if (!fillRandom(bytes, RANDOM_BYTES)) store<u64>(bytes, currentTimeNanoseconds());
    const digits = this.id.address + this.id.length - COUNTER_DIGITS - RANDOM_DIGITS;
    for (let i = 0; i < RANDOM_BYTES; i++) {
      const byte = load<u8>(bytes + i);
      store<u8>(digits + i * 2, hexDigit(byte >> 4));
      store<u8>(digits + i * 2 + 1, hexDigit(byte & 15));
    }
  }
}
