export type { Batch, Half, Role, Side, Stratum, VmCounters } from './batch.ts';
export { CAPTURE_PATH, type CaptureServer, type CaptureServerOptions, startCaptureServer } from './capture-server.ts';
export { type CapturedAnswer, readAnswer } from './read-answer.ts';
export { readBatch, readHalf } from './read-batch.ts';
export { type Arrival, type LostHalves, VmBooks, type VmBooksOptions, type VmStatus } from './vms.ts';
export { WireError } from './wire.ts';
