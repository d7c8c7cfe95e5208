/** The program of the simulated clients, in a process of its own: opens streams to one server and counts what they get. */
import { type DeltaStream, openDeltaStream } from './delta-stream.ts';

/** What the benchmark asks for. */
export interface OpenStreams {
  readonly address: string;
  readonly count: number;
}

/** Said whenever every stream has acknowledged one more response of routes. Times are of the machine's monotonic clock. */
export interface RoundDone {
  readonly firstNs: string;
  readonly lastNs: string;
  /** Of one response. */
  readonly bytes: number;
}

const streams: DeltaStream[] = [];

process.on('message', ({ address, count }: OpenStreams) => {
  let received = 0;
  let firstNs = 0n;
  const routes = (bytes: number) => {
    const now = process.hrtime.bigint();
    if (received === 0) firstNs = now;
    received += 1;
    if (received < count) return;
    received = 0;
    const done: RoundDone = { firstNs: String(firstNs), lastNs: String(process.hrtime.bigint()), bytes };
    process.send!(done);
  };
  const failed = (reason: string) => {
    process.stderr.write(`a stream has ended: ${reason}\n`);
    process.exit(1);
  };
  for (let opened = 0; opened < count; opened += 1) streams.push(openDeltaStream(address, { routes, failed }));
});
process.on('disconnect', () => process.exit());
