import {
  createContext,
  deleteContext,
  enter,
  enterStream,
  findRoot,
  leave,
  leaveAndCollect,
  leaveDeletion,
} from '../contexts/dispatcher';
import { refreshLogLevel } from '../host/log';
import { allocate } from '../memory/scratch';
import '../abort';

/** Layer 3: what every module has to export. `export * from '.../exports/base'` in the entry file. */

/** Tells the host which ABI the module speaks. */
export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: u32): usize {
  return allocate(size);
}

export function proxy_on_context_create(contextId: u32, parentContextId: u32): void {
  enter();
  createContext(contextId, parentContextId);
  leave();
}

export function proxy_on_vm_start(rootContextId: u32, configurationSize: u32): bool {
  enter();
  refreshLogLevel();
  const root = findRoot(rootContextId);
  const accepted = root === null || root.onVmStart(configurationSize);
  leaveAndCollect();
  return accepted;
}

export function proxy_on_configure(rootContextId: u32, configurationSize: u32): bool {
  enter();
  refreshLogLevel();
  const root = findRoot(rootContextId);
  const accepted = root === null || root.onConfigure(configurationSize);
  leaveAndCollect();
  return accepted;
}

export function proxy_on_delete(contextId: u32): void {
  enterStream(contextId);
  deleteContext(contextId);
  leaveDeletion();
}
