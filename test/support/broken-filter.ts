/** Filters that are broken in a way Envoy can meet in production. */
import asc from 'assemblyscript/asc';

export type Breakage = 'is no wasm' | 'refuses its configuration' | 'traps on every request';

export async function brokenFilter(breakage: Breakage): Promise<Uint8Array> {
  switch (breakage) {
    case 'is no wasm':
      return Buffer.from('this is no WebAssembly module');
    case 'refuses its configuration':
      return compile(source({ onConfigure: 'return 0;', onRequestHeaders: 'return 0;' }));
    case 'traps on every request':
      return compile(source({ onConfigure: 'return 1;', onRequestHeaders: 'unreachable(); return 0;' }));
  }
}

function source({ onConfigure, onRequestHeaders }: { onConfigure: string; onRequestHeaders: string }): string {
  return `
    export function proxy_abi_version_0_2_1(): void {}
    export function proxy_on_memory_allocate(size: usize): usize { return heap.alloc(size); }
    export function proxy_on_vm_start(_context: u32, _size: u32): u32 { return 1; }
    export function proxy_on_configure(_context: u32, _size: u32): u32 { ${onConfigure} }
    export function proxy_on_context_create(_context: u32, _parent: u32): void {}
    export function proxy_on_request_headers(_context: u32, _headers: u32, _end: u32): u32 { ${onRequestHeaders} }
    export function proxy_on_done(_context: u32): u32 { return 1; }
    export function proxy_on_delete(_context: u32): void {}
  `;
}

async function compile(text: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['broken.ts', '--outFile', 'broken.wasm', '--runtime', 'stub', '--use', 'abort='],
    {
      readFile: (name) => (name === 'broken.ts' ? text : null),
      writeFile: (name, contents) => {
        if (name === 'broken.wasm' && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`does not compile: ${stderr.toString()}`, { cause: error });
  return binary;
}
