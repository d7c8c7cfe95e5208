import { Bytes } from '../../proxy-wasm/assembly/index';
import { Request } from '../request/request';
import { Subject } from '../request/subject';
import { hashBytes } from './hash';

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
}
