import { expect, test } from 'vitest';
import { buildEmptyModule } from './build-empty.ts';

/** The part of Node's WebAssembly that is needed here; its types come only with those of a browser. */
interface WasmApi {
  compile(binary: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ exports: Record<string, (...args: number[]) => number> }>;
  Module: { imports(module: object): unknown[] };
}
const wasm = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

test('the empty module imports nothing and lets every request pass', async () => {
  const module = await wasm.compile(await buildEmptyModule());
  expect(wasm.Module.imports(module)).toEqual([]);
  const { exports } = await wasm.instantiate(module, {});
  expect(exports.proxy_on_request_headers!(2, 9, 1)).toBe(0);
  expect(exports.proxy_on_memory_allocate!(64)).toBeGreaterThan(0);
  expect(exports).toHaveProperty('proxy_abi_version_0_2_1');
});
