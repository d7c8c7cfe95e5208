/** The part of Node's WebAssembly that is used here, typed: neither es2023 nor Node's types describe it. */

export type Callback = (...args: number[]) => number;

export interface Memory {
  readonly buffer: ArrayBuffer;
}

export type Exports = Readonly<Record<string, Callback | Memory | undefined>>;
export type Imports = Readonly<Record<string, Readonly<Record<string, Callback>>>>;

export interface Module {
  readonly __brand: 'WebAssembly.Module';
}

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<Module>;
  readonly Module: {
    imports(module: Module): ReadonlyArray<{ readonly module: string; readonly name: string }>;
    exports(module: Module): ReadonlyArray<{ readonly name: string }>;
  };
  readonly Instance: new (module: Module, imports: Imports) => { readonly exports: Exports };
}

const api = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

export function compileWasm(bytes: Uint8Array): Promise<Module> {
  return api.compile(bytes);
}

export function instantiateWasm(module: Module, imports: Imports): Exports {
  return new api.Instance(module, imports).exports;
}

/** What a module needs, as `module.name`, and what it offers. */
export function describeWasm(module: Module): { imports: string[]; exports: string[] } {
  return {
    imports: api.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`),
    exports: api.Module.exports(module).map((entry) => entry.name),
  };
}
