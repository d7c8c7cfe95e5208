export { CONTINUE, STOP_ITERATION_NO_BUFFER } from './abi.ts';
export { stubCel } from './cel.ts';
export { ENVOY_IMPORTS } from './envoy-imports.ts';
export { SimulatedHost, type SimulatedHostOptions, type SimulatedPlugin } from './host.ts';
export type { Headers, SimulatedStream } from './stream.ts';
export { compileWasm, describeWasm } from './webassembly.ts';
