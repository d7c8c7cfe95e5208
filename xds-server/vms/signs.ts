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
 * Machines that capture send something at least every two seconds. One that is silent while another of its node and role,
 * older than the silence, still speaks is dead: a network or a collector in trouble silences all of them, and an Envoy
 * that restarts, or gets a new configuration for its machines, begins all of them anew. (Envoy has one in its main
 * thread too, so even a single worker's has company.)
 *
 * @param sinceMs what fell silent before is not news
 */
export function silentVms(vms: readonly HeardVm[], sinceMs: number): DeadVm[] {
  const dead = vms.filter(
    (vm) =>
      vm.state === 'silent' &&
      vm.lastBatchAtMs >= sinceMs &&
      vms.some(
        (other) =>
          other.state === 'alive' &&
          other.node === vm.node &&
          other.role === vm.role &&
          other.firstBatchAtMs <= vm.lastBatchAtMs,
      ),
  );
  return dead.map(({ node, role }) => ({ node, role, sign: 'it sends no more answers, while others of it do' }));
}
