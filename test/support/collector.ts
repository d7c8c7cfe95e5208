/** Takes batches of captured answers as the comparison layer does, and keeps what was in them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type CapturedBatch, type CapturedHalf, decodeBatch } from './capture-batch.ts';
import { eventually } from './eventually.ts';
import { closeWith, listenOnFreePort } from './sockets.ts';

/** One request's halves by side. */
export type Exchange = Readonly<Record<'primary' | 'candidate' | 'control', CapturedHalf | undefined>>;

export interface Collector {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly batches: readonly CapturedBatch[];
  readonly halves: readonly CapturedHalf[];
  /** Bytes of the largest batch. */
  readonly largestBatchBytes: number;
  /** Most batches that were under way at once. */
  readonly mostAtOnce: number;
  /** What the collector does with a batch from now on. `stall` never answers. */
  behaviour: 'take' | 'fail' | 'stall';
  /** Exchanges by id. */
  exchanges(): Map<string, Exchange>;
  /** Waits for that many halves, or for those that `which` takes. */
  received(count: number, which?: (half: CapturedHalf) => boolean): Promise<CapturedHalf[]>;
  clear(): void;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const batches: CapturedBatch[] = [];
  const problems: unknown[] = [];
  const sockets = new Set<Socket>();
  let largestBatchBytes = 0;
  let atOnce = 0;
  let mostAtOnce = 0;

  const take = async (request: IncomingMessage, response: ServerResponse) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    response.on('close', () => atOnce--);
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    if (collector.behaviour === 'stall') return;
    largestBatchBytes = Math.max(largestBatchBytes, body.length);
    const asAgreed =
      request.method === 'POST' &&
      request.url === '/capture/v1/batches' &&
      request.headers['content-type'] === 'application/x-protobuf';
    if (!asAgreed) problems.push(new Error(`not a batch: ${request.method} ${request.url}`));
    if (collector.behaviour === 'take') batches.push(decodeBatch(body));
    response.writeHead(collector.behaviour === 'take' ? 204 : 503).end();
  };
  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => {
      problems.push(error);
      response.destroy();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listenOnFreePort(server);

  const halves = () => {
    if (problems.length > 0) throw problems[0];
    return batches.flatMap((batch) => batch.halves);
  };
  const collector: Collector = {
    address: `127.0.0.1:${port}`,
    batches,
    get halves() {
      return halves();
    },
    get largestBatchBytes() {
      return largestBatchBytes;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    behaviour: 'take',
    exchanges: () => {
      const found = new Map<string, Exchange>();
      for (const half of halves()) {
        const sides = found.get(half.exchangeId) ?? { primary: undefined, candidate: undefined, control: undefined };
        found.set(half.exchangeId, { ...sides, [half.side.slice('SIDE_'.length).toLowerCase()]: half });
      }
      return found;
    },
    received: async (count, which = () => true) => {
      await eventually(() => halves().filter(which).length >= count, { what: `${count} halves` });
      return halves().filter(which);
    },
    clear: () => {
      batches.length = 0;
    },
    close: () => closeWith(server, sockets),
  };
  return collector;
}
