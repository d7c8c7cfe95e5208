export { CONTINUE, STATUS, STOP_ITERATION_NO_BUFFER } from './abi.ts';
export { type CelStub, stubCel } from './cel.ts';
export { ENVOY_IMPORTS } from './envoy-imports.ts';
export {
  type ForeignFunction,
  type HttpCallRecord,
  SimulatedHost,
  type SimulatedHostOptions,
  type SimulatedPlugin,
} from './host.ts';
export type { Headers, SimulatedStream } from './stream.ts';
export { compileWasm, describeWasm } from './webassembly.ts';
