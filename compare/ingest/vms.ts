import type { Batch, Role, VmCounters } from './batch.ts';

/**
 * Keeps the books of the VMs that capture: which are alive, which batches never came and how many halves were in them.
 * Time is passed in, of a clock that does not jump, and nothing grows beyond `maxVms`.
 *
 * A batch that the filter counts as lost may have arrived (its answer came too late). So a loss is what both sides saw:
 * the number of missing batches is the gap in the sequence, the halves in them are the filter's count, in proportion.
 */
export interface VmBooksOptions {
  /** A VM that says nothing for so long, heartbeats included, is silent. Default 5 s. */
  readonly silentAfterMs?: number;
  /** A silent VM is forgotten after so long. Default 10 minutes. */
  readonly forgetAfterMs?: number;
  /** Default 4,096; the one that was silent longest is forgotten first. */
  readonly maxVms?: number;
}

export interface VmStatus {
  readonly vmId: string;
  readonly node: string;
  readonly role: Role;
  /**
   * `replaced`: silent, and a VM of the same node and role began to speak after it, or began clearly later than it did.
   * That is what a trap, a changed VM configuration and a restarted Envoy look like; with a changed configuration, or a
   * hot restart, a VM lives on beside its successors until the last request in it has ended.
   */
  readonly state: 'alive' | 'silent' | 'replaced';
  readonly firstBatchAtMs: number;
  readonly lastBatchAtMs: number;
  readonly batches: number;
  readonly missingBatches: number;
  readonly counters: VmCounters;
  /** What its clock is behind ours, by its last batch and with the way of that; negative: ahead. Absent: it does not say. */
  readonly clockBehindMs?: number;
}

/** Halves that the filter had and that will never arrive. */
export interface LostHalves {
  readonly role: Role;
  readonly cause: 'batch_lost' | 'over_capacity';
  readonly count: number;
}

export interface Arrival {
  /** The sequence was seen before: its halves are here already. */
  readonly duplicate: boolean;
  readonly lost: readonly LostHalves[];
}

interface Vm {
  readonly vmId: string;
  readonly node: string;
  readonly role: Role;
  readonly firstBatchAtMs: number;
  /** Its first batch is the first that it sent: it has just begun. Others may be of any age. */
  readonly fromStart: boolean;
  lastBatchAtMs: number;
  batches: number;
  highest: number;
  /** Below `highest` and not seen; at most MAX_OPEN, older ones are given up. */
  readonly open: Set<number>;
  missingBatches: number;
  counters: VmCounters;
  clockBehindMs?: number;
  /** Of the counters, what has been reported as lost. */
  settledBatches: number;
  settledHalves: number;
  /** Of `missingBatches`, likewise. */
  settledMissing: number;
}

const MAX_OPEN = 64;
/** The VMs of an Envoy begin at once; until they are heard of a call may fail, which takes 7 s. */
const BEGIN_WITHIN_MS = 10_000;
/** First batches of VMs that begin together, where no call fails. */
const TOGETHER_MS = 500;
const NO_LOSS: readonly LostHalves[] = [];

export class VmBooks {
  readonly #silentAfterMs: number;
  readonly #forgetAfterMs: number;
  readonly #maxVms: number;
  /** In order of their last batch. */
  readonly #vms = new Map<string, Vm>();

  constructor({ silentAfterMs = 5_000, forgetAfterMs = 600_000, maxVms = 4_096 }: VmBooksOptions = {}) {
    this.#silentAfterMs = silentAfterMs;
    this.#forgetAfterMs = forgetAfterMs;
    this.#maxVms = maxVms;
  }

  /** @param dateMs what the clock of the machine says, which is that of Envoys too */
  arrive(batch: Batch, nowMs: number, dateMs = nowMs): Arrival {
    const key = `${batch.vmId}/${batch.role}`;
    let vm = this.#vms.get(key);
    if (vm) this.#vms.delete(key);
    else vm = newVm(batch, nowMs);
    vm.lastBatchAtMs = nowMs;
    if (batch.sentAtMs > 0) vm.clockBehindMs = dateMs - batch.sentAtMs;
    this.#vms.set(key, vm);
    this.#forget(nowMs);
    if (batch.sequence <= vm.highest && !vm.open.delete(batch.sequence)) return { duplicate: true, lost: NO_LOSS };

    vm.batches += 1;
    const skipped = batch.sequence - vm.highest - 1;
    if (skipped < 0) vm.missingBatches -= 1;
    else {
      vm.missingBatches += skipped;
      for (
        let sequence = Math.max(vm.highest + 1, batch.sequence - MAX_OPEN);
        sequence < batch.sequence;
        sequence += 1
      ) {
        vm.open.add(sequence);
      }
      for (const sequence of vm.open) {
        if (vm.open.size <= MAX_OPEN) break;
        vm.open.delete(sequence);
      }
      vm.highest = batch.sequence;
    }
    return { duplicate: false, lost: settle(vm, batch.counters) };
  }

  list(nowMs: number): VmStatus[] {
    const replaced = this.#replaced(nowMs);
    return [...this.#vms.values()].map((vm) => ({
      vmId: vm.vmId,
      node: vm.node,
      role: vm.role,
      state: !this.#silent(vm, nowMs) ? 'alive' : replaced.has(vm) ? 'replaced' : 'silent',
      firstBatchAtMs: vm.firstBatchAtMs,
      lastBatchAtMs: vm.lastBatchAtMs,
      batches: vm.batches,
      missingBatches: vm.missingBatches,
      counters: vm.counters,
      ...(vm.clockBehindMs !== undefined && { clockBehindMs: vm.clockBehindMs }),
    }));
  }

  #silent(vm: Vm, nowMs: number): boolean {
    return nowMs - vm.lastBatchAtMs > this.#silentAfterMs;
  }

  /**
   * Of every node and role the silent VMs of which others are younger, and as many, the latest first, as others began to
   * speak after them.
   */
  #replaced(nowMs: number): Set<Vm> {
    const replaced = new Set<Vm>();
    const taken = new Set<Vm>();
    const newestFirst = [...this.#vms.values()].reverse();
    const youngest = new Map<string, number>();
    for (const vm of newestFirst) {
      youngest.set(kindOf(vm), Math.max(beganAtMs(vm), youngest.get(kindOf(vm)) ?? beganAtMs(vm)));
    }
    for (const vm of newestFirst) {
      if (!this.#silent(vm, nowMs)) continue;
      if (youngest.get(kindOf(vm))! > beganAtMs(vm) + BEGIN_WITHIN_MS) {
        replaced.add(vm);
        continue;
      }
      const successor = newestFirst.find(
        (other) =>
          other.node === vm.node &&
          other.role === vm.role &&
          other.firstBatchAtMs > vm.lastBatchAtMs &&
          !beganTogether(vm, other) &&
          !taken.has(other),
      );
      if (!successor) continue;
      taken.add(successor);
      replaced.add(vm);
    }
    return replaced;
  }

  #forget(nowMs: number): void {
    for (const [key, vm] of this.#vms) {
      if (this.#vms.size <= this.#maxVms && nowMs - vm.lastBatchAtMs <= this.#forgetAfterMs) return;
      this.#vms.delete(key);
    }
  }
}

function kindOf({ node, role }: Vm): string {
  return `${role}/${node}`;
}

/** The workers of one Envoy: one that died after its first batch is not replaced by one that sent its first a moment later. */
function beganTogether(one: Vm, other: Vm): boolean {
  return one.fromStart && other.fromStart && Math.abs(one.firstBatchAtMs - other.firstBatchAtMs) < TOGETHER_MS;
}

/** What was there before us began before all that has begun since. */
function beganAtMs({ fromStart, firstBatchAtMs }: Vm): number {
  return fromStart ? firstBatchAtMs : Number.NEGATIVE_INFINITY;
}

/**
 * The first batch that is seen of a VM need not be its first. If all before it were lost, they count; if another process
 * took some of them, the losses up to now are that process's.
 */
function newVm({ vmId, node, role, sequence, counters }: Batch, nowMs: number): Vm {
  const fromStart = counters.batchesLost >= sequence - 1;
  return {
    vmId,
    node,
    role,
    firstBatchAtMs: nowMs,
    fromStart,
    lastBatchAtMs: nowMs,
    batches: 0,
    highest: fromStart ? 0 : sequence - 1,
    open: new Set(),
    missingBatches: 0,
    counters: fromStart ? { ...counters, droppedOverCapacity: 0 } : counters,
    settledBatches: fromStart ? 0 : counters.batchesLost,
    settledHalves: fromStart ? 0 : counters.halvesLost,
    settledMissing: 0,
  };
}

function settle(vm: Vm, counters: VmCounters): readonly LostHalves[] {
  const lost: LostHalves[] = [];
  const dropped = counters.droppedOverCapacity - vm.counters.droppedOverCapacity;
  if (dropped > 0) lost.push({ role: vm.role, cause: 'over_capacity', count: dropped });
  const batches = counters.batchesLost - vm.settledBatches;
  const halves = counters.halvesLost - vm.settledHalves;
  if (batches > 0) {
    const missing = Math.min(Math.max(vm.missingBatches - vm.settledMissing, 0), batches);
    const count = Math.round((halves * missing) / batches);
    if (count > 0) lost.push({ role: vm.role, cause: 'batch_lost', count });
    vm.settledBatches = counters.batchesLost;
    vm.settledHalves = counters.halvesLost;
    vm.settledMissing = vm.missingBatches;
  }
  // A batch that was overtaken brings older counts.
  if (counters.started >= vm.counters.started) vm.counters = counters;
  return lost.length > 0 ? lost : NO_LOSS;
}
