/** Many requests over a bounded number of keep-alive connections; every failure and every reconnect is counted. */
import { type RawAnswer, RawConnection, type RawRequest } from './raw-client.ts';

export interface LoadOptions {
  readonly port: number;
  /** Connections, each with one request at a time; default 16. */
  readonly connections?: number;
  /** The request number `index`, counted from 0. */
  readonly request: (index: number) => RawRequest | Buffer;
  readonly onAnswer?: (answer: RawAnswer, index: number) => void;
}

export interface LoadResult {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers that are not 2xx and requests without an answer, the first 20 in words. */
  readonly failed: number;
  readonly failures: readonly string[];
  /** Connections that the server closed or announced to close: a drained listener shows here. */
  readonly reconnects: number;
  readonly durationMs: number;
}

/** Sends `total` requests and waits for all answers. */
export function runLoad(options: LoadOptions & { readonly total: number }): Promise<LoadResult> {
  return load(options, (sent) => sent < options.total).done;
}

export interface RunningLoad {
  readonly sent: number;
  /** Lets the requests in flight finish. */
  stop(): Promise<LoadResult>;
}

/** Sends requests until stopped. */
export function startLoad(options: LoadOptions): RunningLoad {
  let running = true;
  const started = load(options, () => running);
  return {
    get sent() {
      return started.sent();
    },
    stop() {
      running = false;
      return started.done;
    },
  };
}

function load(options: LoadOptions, more: (sent: number) => boolean): { sent(): number; done: Promise<LoadResult> } {
  const startedAt = performance.now();
  const statuses: Record<string, number> = {};
  const failures: string[] = [];
  let sent = 0;
  let failed = 0;
  let reconnects = 0;

  const fail = (what: string) => {
    failed++;
    if (failures.length < 20) failures.push(what);
  };

  const worker = async () => {
    let connection = await RawConnection.open(options.port);
    while (more(sent)) {
      const index = sent++;
      try {
        const answer = await connection.request(options.request(index));
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        if (answer.status < 200 || answer.status > 299) fail(`${answer.status} ${answer.message.body}`);
        options.onAnswer?.(answer, index);
        if (answer.header('connection') === 'close') connection.close();
      } catch (error) {
        fail(String(error));
        connection.close();
      }
      if (!connection.isOpen) {
        reconnects++;
        connection = await RawConnection.open(options.port);
      }
    }
    connection.close();
  };

  const done = Promise.all(Array.from({ length: options.connections ?? 16 }, worker)).then(() => ({
    sent,
    statuses,
    failed,
    failures,
    reconnects,
    durationMs: performance.now() - startedAt,
  }));
  return { sent: () => sent, done };
}
