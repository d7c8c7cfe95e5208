/**
 * The least that a proxy-wasm module with a request callback can be: Envoy enters the VM for the life of every stream
 * and for its request headers, and nothing happens there. What any filter in WebAssembly pays before its first line.
 */

export function proxy_abi_version_0_2_1(): void {}

/** Envoy asks for memory to hand over configuration; it is small, comes once, and is never given back. */
export function proxy_on_memory_allocate(size: usize): usize {
  return heap.alloc(size);
}

export function proxy_on_vm_start(_rootContext: u32, _configurationSize: u32): u32 {
  return 1;
}

export function proxy_on_configure(_rootContext: u32, _configurationSize: u32): u32 {
  return 1;
}

export function proxy_on_context_create(_context: u32, _parent: u32): void {}

/** 0 is Continue. */
export function proxy_on_request_headers(_context: u32, _headers: u32, _endOfStream: u32): u32 {
  return 0;
}

export function proxy_on_done(_context: u32): u32 {
  return 1;
}

export function proxy_on_delete(_context: u32): void {}
