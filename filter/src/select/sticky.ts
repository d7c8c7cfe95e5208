import { Bytes } from '../../proxy-wasm/assembly/index';
import { hexDigit } from '../hex';
import { Request } from '../request/request';
import { Subject } from '../request/subject';
import { hashBytes } from './hash';

const USER_DIGITS: i32 = 16;

/** Shared: it is handed to the host at once. */
const user = new Bytes(new ArrayBuffer(USER_DIGITS));

/**
 * The same user is always in or always out: a user's place between 0 and 999,999 is a hash of mirror and key, alike in
 * every worker and every Envoy. A user who is in at 5% is in at every larger share. Different mirrors hash independently.
 */
export class Sticky {
  private readonly seed: u64;

  constructor(
    private readonly subject: Subject,
    mirror: Bytes,
  ) {
    this.seed = hashBytes(mirror.address, mirror.length, 0);
  }

  /** False without a key: who cannot be recognised cannot be kept apart. */
  isIn(request: Request, sharePerMillion: u32): bool {
    const subject = this.subject;
    if (!request.fetch(subject) || subject.value.length == 0) return false;
    return hashBytes(subject.value.address, subject.value.length, this.seed) % 1_000_000 < sharePerMillion;
  }

  /** The user by a hash of mirror and key, 16 hexadecimal digits that are valid until the next call; null without a key. */
  userOf(request: Request): Bytes | null {
    const subject = this.subject;
    if (!request.fetch(subject) || subject.value.length == 0) return null;
    let hash = hashBytes(subject.value.address, subject.value.length, this.seed);
    for (let i = USER_DIGITS - 1; i >= 0; i--) {
      store<u8>(user.address + i, hexDigit(<u8>(hash & 15)));
      hash >>= 4;
    }
    return user;
  }
}
