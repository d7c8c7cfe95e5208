import { type ChildProcess, fork } from 'node:child_process';
import { elapsedMicroseconds, median, readThreadTimes } from '../support/index.ts';
import type { OpenStreams, RoundDone } from './clients.ts';
import { NODE } from './delta-stream.ts';
import { type Changed, resources } from './resources.ts';
import { type Server, type ServerProgram, startServer } from './servers.ts';

export interface Size {
  readonly streams: number;
  readonly routes: number;
  /** How many of the routes a write changes. */
  readonly changed: Changed;
}

/** What one server did at one size; the values of a list are one a round. */
export interface Result extends Size {
  readonly server: string;
  /** From before the first stream is opened until all have acknowledged everything. */
  readonly connectMs: number;
  /** From sending the write over HTTP until the last stream has acknowledged it. */
  readonly lastAckMs: readonly number[];
  /** The part of it from the first response at a client on: without reading the write. */
  readonly spreadMs: readonly number[];
  /** CPU time of the server for one update. */
  readonly cpuMs: readonly number[];
  /** CPU time of all clients for one update. */
  readonly clientsCpuMs: readonly number[];
  /** Of one update on one stream. */
  readonly updateBytes: number;
  /** What an idle stream adds to the heap, and to the resident memory. */
  readonly heapBytesPerStream: number;
  readonly rssBytesPerStream: number;
}

/** Until Node has compiled what every update runs; both servers are warmed up alike. */
const WARM_UP_UPDATES = 3_000;
const WARM_UP_ROUNDS = { fewest: 3, most: 50 };
const ROUND_TIMEOUT_MS = 60_000;

/** All servers at one size, in turns: what else the machine does hits all of them alike. */
export async function measure(programs: readonly ServerProgram[], size: Size, rounds: number): Promise<Result[]> {
  const subjects: Subject[] = [];
  try {
    for (const program of programs) subjects.push(await Subject.start(program, size));
    const { fewest, most } = WARM_UP_ROUNDS;
    const warmUp = Math.min(most, Math.max(fewest, Math.ceil(WARM_UP_UPDATES / size.streams)));
    for (let round = -warmUp; round < rounds; round += 1) {
      for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await subject.round(round);
    }
    const results: Result[] = [];
    for (const subject of subjects) results.push(await subject.result());
    return results;
  } finally {
    for (const subject of subjects) subject.stop();
  }
}

class Subject {
  readonly #program: ServerProgram;
  readonly #size: Size;
  readonly #server: Server;
  readonly #clients: ChildProcess;
  readonly #lastAckMs: number[] = [];
  readonly #spreadMs: number[] = [];
  readonly #cpuMs: number[] = [];
  readonly #clientsCpuMs: number[] = [];
  #connectMs = 0;
  #updateBytes = 0;
  #revision = 0;
  #emptyHeap = 0;
  #emptyRss = 0;

  private constructor(program: ServerProgram, size: Size, server: Server) {
    this.#program = program;
    this.#size = size;
    this.#server = server;
    this.#clients = fork(new URL('./clients.ts', import.meta.url), { stdio: 'inherit' });
  }

  static async start(program: ServerProgram, size: Size): Promise<Subject> {
    const server = await startServer(program);
    await server.setSnapshot(NODE, resources(size, 0));
    const subject = new Subject(program, size, server);
    subject.#emptyHeap = await server.heapBytes();
    subject.#emptyRss = server.rssBytes();
    const startNs = process.hrtime.bigint();
    const done = subject.#roundDone();
    const open: OpenStreams = { address: server.xds, count: size.streams };
    subject.#clients.send(open);
    subject.#connectMs = ms(startNs, (await done).lastNs);
    return subject;
  }

  async round(round: number): Promise<void> {
    this.#revision += 1;
    const next = resources(this.#size, this.#revision);
    await quiet(this.#server.pid);
    const before = readThreadTimes(this.#server.pid);
    const clientsBefore = readThreadTimes(this.#clients.pid!);
    const done = this.#roundDone();
    const startNs = process.hrtime.bigint();
    await this.#server.setSnapshot(NODE, next);
    const { firstNs, lastNs, bytes } = await done;
    // Acknowledgements are still being read: their cost belongs to the update.
    await quiet(this.#server.pid);
    const { onCpu } = elapsedMicroseconds(before, readThreadTimes(this.#server.pid));
    const { onCpu: clientsOnCpu } = elapsedMicroseconds(clientsBefore, readThreadTimes(this.#clients.pid!));
    if (round < 0) return;
    this.#clientsCpuMs.push(clientsOnCpu / 1000);
    this.#lastAckMs.push(ms(startNs, lastNs));
    this.#spreadMs.push(ms(BigInt(firstNs), lastNs));
    this.#cpuMs.push(onCpu / 1000);
    this.#updateBytes = bytes;
  }

  async result(): Promise<Result> {
    const perStream = (bytes: number) => bytes / this.#size.streams;
    await this.#server.heapBytes();
    return {
      ...this.#size,
      server: this.#program.name,
      connectMs: this.#connectMs,
      lastAckMs: this.#lastAckMs,
      spreadMs: this.#spreadMs,
      cpuMs: this.#cpuMs,
      clientsCpuMs: this.#clientsCpuMs,
      updateBytes: this.#updateBytes,
      heapBytesPerStream: perStream((await this.#server.heapBytes()) - this.#emptyHeap),
      rssBytesPerStream: perStream(this.#server.rssBytes() - this.#emptyRss),
    };
  }

  stop(): void {
    this.#clients.kill('SIGKILL');
    this.#server.stop();
  }

  #roundDone(): Promise<RoundDone> {
    return new Promise((resolve, reject) => {
      const clients = this.#clients;
      const failed = (why: string) => () => reject(new Error(`${this.#program.name}: ${why}`));
      const ended = failed('the clients have ended');
      const timer = setTimeout(failed('not every stream got the update'), ROUND_TIMEOUT_MS);
      clients.once('exit', ended);
      clients.once('message', (done: RoundDone) => {
        clients.off('exit', ended);
        clearTimeout(timer);
        resolve(done);
      });
    });
  }
}

/** Waits until the process has used next to no CPU for a moment. */
async function quiet(pid: number): Promise<void> {
  const LOOK_MS = 20;
  const IDLE_MICROSECONDS = 1000;
  const used: number[] = [];
  for (let before = readThreadTimes(pid); used.length < 100; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const after = readThreadTimes(pid);
    used.push(elapsedMicroseconds(before, after).onCpu);
    if (median(used.slice(-2)) < IDLE_MICROSECONDS && used.length > 1) return;
    before = after;
  }
}

function ms(fromNs: bigint, toNs: string): number {
  return Number(BigInt(toNs) - fromNs) / 1e6;
}
