import { RootContext } from './root-context';
import { StreamContext } from './stream-context';

const FIRST_SLOTS: i32 = 1024;

/** Streams beyond this many at once are not looked at: they pass as if the module were not there. */
const MAX_STREAMS: i32 = 1 << 18;

/**
 * Live streams by context id: open addressing with linear probing, at most half full, so finding, adding and removing
 * cost the same however many there are. Removal moves followers back instead of leaving tombstones.
 */
export class StreamTable {
  private ids: StaticArray<u32> = new StaticArray<u32>(FIRST_SLOTS);
  private streams: StaticArray<StreamContext | null> = new StaticArray<StreamContext | null>(FIRST_SLOTS);
  private mask: i32 = FIRST_SLOTS - 1;
  count: i32 = 0;

  // @ts-expect-error: decorator
  @inline
  private home(id: u32): i32 {
    return <i32>((id * 0x9e3779b1) >> 12) & this.mask;
  }

  /** False when the table is full. Id 0 means an empty slot; the ABI starts at 1. */
  add(id: u32, stream: StreamContext): bool {
    if (id == 0) return false;
    if (this.count * 2 > this.mask) {
      if (this.count >= MAX_STREAMS) return false;
      this.grow();
    }
    this.place(id, stream);
    this.count++;
    return true;
  }

  // @ts-expect-error: decorator
  @inline
  find(id: u32): StreamContext | null {
    let slot = this.home(id);
    while (true) {
      const found = this.ids[slot];
      if (found == id) return this.streams[slot];
      if (found == 0) return null;
      slot = (slot + 1) & this.mask;
    }
  }

  /** Puts another stream under the id of one that is there; false when there is none. */
  replace(id: u32, stream: StreamContext): bool {
    let slot = this.home(id);
    while (this.ids[slot] != id) {
      if (this.ids[slot] == 0) return false;
      slot = (slot + 1) & this.mask;
    }
    if (id == 0) return false;
    this.streams[slot] = stream;
    return true;
  }

  /** Removes and returns the stream. */
  take(id: u32): StreamContext | null {
    let slot = this.home(id);
    while (this.ids[slot] != id) {
      if (this.ids[slot] == 0) return null;
      slot = (slot + 1) & this.mask;
    }
    const taken = this.streams[slot];
    this.close(slot);
    this.count--;
    return taken;
  }

  private close(emptied: i32): void {
    let hole = emptied;
    let slot = (hole + 1) & this.mask;
    while (this.ids[slot] != 0) {
      const distance = (slot - this.home(this.ids[slot])) & this.mask;
      if (distance >= ((slot - hole) & this.mask)) {
        this.ids[hole] = this.ids[slot];
        this.streams[hole] = this.streams[slot];
        hole = slot;
      }
      slot = (slot + 1) & this.mask;
    }
    this.ids[hole] = 0;
    this.streams[hole] = null;
  }

  private place(id: u32, stream: StreamContext): void {
    let slot = this.home(id);
    while (this.ids[slot] != 0) slot = (slot + 1) & this.mask;
    this.ids[slot] = id;
    this.streams[slot] = stream;
  }

  private grow(): void {
    const ids = this.ids;
    const streams = this.streams;
    const slots = ids.length * 2;
    this.ids = new StaticArray<u32>(slots);
    this.streams = new StaticArray<StreamContext | null>(slots);
    this.mask = slots - 1;
    for (let i = 0; i < ids.length; i++) {
      const stream = streams[i];
      if (ids[i] != 0 && stream !== null) this.place(ids[i], stream);
    }
  }
}

/** Root contexts: few, looked up by a walk. */
export class RootTable {
  private readonly roots: Array<RootContext> = [];

  add(root: RootContext): void {
    this.roots.push(root);
  }

  find(id: u32): RootContext | null {
    for (let i = 0; i < this.roots.length; i++) {
      if (this.roots[i].contextId == id) return this.roots[i];
    }
    return null;
  }

  take(id: u32): RootContext | null {
    for (let i = 0; i < this.roots.length; i++) {
      if (this.roots[i].contextId == id) return this.roots.splice(i, 1)[0];
    }
    return null;
  }
}
