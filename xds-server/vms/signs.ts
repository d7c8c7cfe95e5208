/** Signs of a dead virtual machine of the filter: a trap ends it, and Envoy itself counts and says nothing of that. */

/** The filter has a machine of its own for each role in every worker. */
export type VmRole = 'primary' | 'shadow';
export const VM_ROLES: readonly VmRole[] = ['primary', 'shadow'];

export interface DeadVm {
  readonly node: string;
  readonly role: VmRole;
  /** How it shows, for people. */
  readonly sign: string;
}

/** A machine that captures, as the comparison layer hears of it. */
export interface HeardVm {
  readonly vmId: string;
  readonly node: string;
  readonly role: VmRole;
  /** `replaced`: another of its node and role has begun since. */
  readonly state: 'alive' | 'silent' | 'replaced';
  readonly firstBatchAtMs: number;
  readonly lastBatchAtMs: number;
}

/**
 * A heartbeat is due after 2 s, and is sent once the call before it has ended, which a collector that hangs holds up for
 * 5 s: until then a machine may be silent without being dead.
 */
const SILENT_MS = 7_500;
/** Machines of one Envoy begin at once, and are heard of within this. */
const BEGIN_WITHIN_MS = 10_000;

/**
 * Machines that capture send something at least every two seconds. One that is silent while another of its node and role,
 * which began with it, still speaks is dead: a network or a collector in trouble silences all of them, and an Envoy
 * that restarts, or gets a new configuration for its machines, begins all of them anew. (Envoy has one in its main
 * thread too, so even a single worker's has company.)
 *
 * Machines do not end at once when they are made anew: each lives on, and speaks, until the last request in it has ended.
 *
 * @param sinceMs of the last revival: what began before ends by itself
 */
export function silentVms(vms: readonly HeardVm[], sinceMs: number, nowMs: number): DeadVm[] {
  const dead = vms.filter(
    (vm) =>
      vm.state === 'silent' &&
      nowMs - vm.lastBatchAtMs > SILENT_MS &&
      vm.firstBatchAtMs >= sinceMs &&
      vms.some(
        (other) =>
          other.state === 'alive' &&
          other.node === vm.node &&
          other.role === vm.role &&
          other.firstBatchAtMs <= vm.lastBatchAtMs &&
          Math.abs(other.firstBatchAtMs - vm.firstBatchAtMs) <= BEGIN_WITHIN_MS,
      ),
  );
  return dead.map(({ node, role }) => ({ node, role, sign: 'it sends no more answers, while others of it do' }));
}
