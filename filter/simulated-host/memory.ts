import { STATUS } from './abi.ts';
import type { Memory } from './webassembly.ts';

/** The module's memory as the host uses it. Views are made anew each time: the memory moves when it grows. */
export class GuestMemory {
  private readonly memory: () => Memory;
  private readonly allocate: (size: number) => number;

  constructor(memory: () => Memory, allocate: (size: number) => number) {
    this.memory = memory;
    this.allocate = allocate;
  }

  get byteLength(): number {
    return this.memory().buffer.byteLength;
  }

  read(address: number, size: number): Buffer {
    return Buffer.from(Buffer.from(this.memory().buffer, address >>> 0, size >>> 0));
  }

  readText(address: number, size: number): string {
    return this.read(address, size).toString('utf8');
  }

  writeU32(address: number, value: number): void {
    new DataView(this.memory().buffer).setUint32(address >>> 0, value >>> 0, true);
  }

  writeU64(address: number, value: bigint): void {
    new DataView(this.memory().buffer).setBigUint64(address >>> 0, BigInt.asUintN(64, value), true);
  }

  writeBytes(address: number, bytes: Uint8Array): void {
    new Uint8Array(this.memory().buffer).set(bytes, address >>> 0);
  }

  /** Hands bytes to the module in memory that the module gives out; as in Envoy, no memory is a failed call, not a trap. */
  give(bytes: Uint8Array, addressOut: number, sizeOut: number): number {
    let address = 0;
    if (bytes.length > 0) {
      address = this.allocate(bytes.length);
      if (address === 0) return STATUS.invalidMemoryAccess;
      this.writeBytes(address, bytes);
    }
    if (addressOut !== 0) this.writeU32(addressOut, address);
    if (sizeOut !== 0) this.writeU32(sizeOut, bytes.length);
    return STATUS.ok;
  }
}
