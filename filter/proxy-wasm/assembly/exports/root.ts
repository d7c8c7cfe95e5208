import { enter, findRoot, leaveRootCallback } from '../contexts/dispatcher';
import { refreshLogLevel } from '../host/log';

/** Layer 3: callbacks of root contexts beyond the base. Re-export those that the module handles. */

export function proxy_on_tick(rootContextId: u32): void {
  enter();
  refreshLogLevel();
  const root = findRoot(rootContextId);
  if (root !== null) root.onTick();
  leaveRootCallback();
}

export function proxy_on_queue_ready(rootContextId: u32, queue: u32): void {
  enter();
  const root = findRoot(rootContextId);
  if (root !== null) root.onQueueReady(queue);
  leaveRootCallback();
}

export function proxy_on_http_call_response(
  rootContextId: u32,
  token: u32,
  headerCount: u32,
  bodySize: u32,
  trailerCount: u32,
): void {
  enter();
  const root = findRoot(rootContextId);
  if (root !== null) root.onHttpCallResponse(token, headerCount, bodySize, trailerCount);
  leaveRootCallback();
}

export function proxy_on_foreign_function(rootContextId: u32, functionId: u32, argumentSize: u32): void {
  enter();
  const root = findRoot(rootContextId);
  if (root !== null) root.onForeignFunction(functionId, argumentSize);
  leaveRootCallback();
}
