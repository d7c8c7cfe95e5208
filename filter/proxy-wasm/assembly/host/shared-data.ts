import { Bytes } from '../memory/bytes';
import { View } from '../memory/view';
import { proxy_get_shared_data, proxy_set_shared_data } from './imports';
import { clearOut, OUT_ADDRESS, OUT_EXTRA, OUT_SIZE, outAddress, outSize } from './out';
import { Status } from './types';

/** Key-value data that all VMs with the same `vm_id` share, on all workers. */
export class SharedData {
  readonly value: View = new View();
  /** Version of the value that was read, for `setIfUnchanged`. */
  cas: u32 = 0;

  /** Reads into `value` and `cas`; false when there is no such key. */
  get(key: Bytes): bool {
    clearOut();
    store<u32>(OUT_EXTRA, 0);
    if (proxy_get_shared_data(key.address, key.length, OUT_ADDRESS, OUT_SIZE, OUT_EXTRA) != Status.Ok) {
      this.value.clear();
      this.cas = 0;
      return false;
    }
    this.value.set(outAddress(), outSize());
    this.cas = load<u32>(OUT_EXTRA);
    return true;
  }

  set(key: Bytes, value: Bytes): u32 {
    return proxy_set_shared_data(key.address, key.length, value.address, value.length, 0);
  }

  /** `Status.CasMismatch` when somebody wrote since `get`: read again and retry. */
  setIfUnchanged(key: Bytes, value: Bytes): u32 {
    return proxy_set_shared_data(key.address, key.length, value.address, value.length, this.cas);
  }
}
