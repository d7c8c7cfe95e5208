/** A text that may be compared several times. */
import type { JsonTape } from './json-tape.ts';
import { readTape } from './json-tape-reader.ts';

export class JsonText {
  /** UTF-8 without byte order mark. */
  readonly bytes: Uint8Array;
  private turn = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** As `readTape`, unless the tape still holds this text. */
  readInto(tape: JsonTape): boolean {
    if (this.turn > 0 && this.turn === tape.turn) return true;
    if (!readTape(this.bytes, tape)) return false;
    this.turn = tape.turn;
    return true;
  }
}
