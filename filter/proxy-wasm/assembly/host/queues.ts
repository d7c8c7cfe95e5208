import { Bytes } from '../memory/bytes';
import { View } from '../memory/view';
import {
  proxy_dequeue_shared_queue,
  proxy_enqueue_shared_queue,
  proxy_register_shared_queue,
  proxy_resolve_shared_queue,
} from './imports';
import { clearOut, OUT_ADDRESS, OUT_EXTRA, OUT_SIZE, outAddress, outSize } from './out';
import { Status } from './types';

/** A queue that VMs share. Token 0 is no queue. Who registered it hears of new items through `RootContext.onQueueReady`. */
export class SharedQueue {
  constructor(readonly token: u32) {}

  static register(name: Bytes): SharedQueue {
    store<u32>(OUT_EXTRA, 0);
    proxy_register_shared_queue(name.address, name.length, OUT_EXTRA);
    return new SharedQueue(load<u32>(OUT_EXTRA));
  }

  /** The queue that a VM with `vmId` registered; token 0 until it has. */
  static resolve(vmId: Bytes, name: Bytes): SharedQueue {
    store<u32>(OUT_EXTRA, 0);
    proxy_resolve_shared_queue(vmId.address, vmId.length, name.address, name.length, OUT_EXTRA);
    return new SharedQueue(load<u32>(OUT_EXTRA));
  }

  push(value: Bytes): u32 {
    return proxy_enqueue_shared_queue(this.token, value.address, value.length);
  }

  /** False when the queue is empty. */
  pop(value: View): bool {
    clearOut();
    if (proxy_dequeue_shared_queue(this.token, OUT_ADDRESS, OUT_SIZE) != Status.Ok) {
      value.clear();
      return false;
    }
    value.set(outAddress(), outSize());
    return true;
  }
}
