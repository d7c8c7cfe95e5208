/** Large request bodies without holding them in memory. */
import { createHash } from 'node:crypto';
import { type RawAnswer, RawConnection } from './raw-client.ts';

export interface UploadOptions {
  readonly path: string;
  readonly bytes: number;
  readonly framing: 'content-length' | 'chunked';
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives up with an error after this long; default 60,000. */
  readonly timeoutMs?: number;
}

const BLOCK = Buffer.alloc(64 * 1024, 'shadowplane upload ');

/** POSTs a body of `bytes`, as fast as the other side takes it, and waits for the answer. */
export async function upload(port: number, options: UploadOptions): Promise<RawAnswer> {
  const connection = await RawConnection.open(port);
  const timer = setTimeout(() => {
    connection.socket.destroy(new Error(`upload of ${options.bytes} bytes not answered in time`));
  }, options.timeoutMs ?? 60_000);
  try {
    const answer = connection.answer();
    // An early answer ends the upload; without a handler here its failure would count as unhandled meanwhile.
    answer.catch(() => {});
    connection.socket.write(head(options));
    await Promise.race([answer, writeBody(connection, options)]);
    return await answer;
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}

/** SHA-256 of the body that `upload` sends. */
export function uploadSha256(bytes: number): string {
  const hash = createHash('sha256');
  for (const block of blocks(bytes)) hash.update(block);
  return hash.digest('hex');
}

function head({ path, bytes, framing, headers = {} }: UploadOptions): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = framing === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${bytes}`;
  return `POST ${path} HTTP/1.1\r\nhost: test\r\n${lines.join('')}${length}\r\n\r\n`;
}

async function writeBody({ socket }: RawConnection, { bytes, framing }: UploadOptions): Promise<void> {
  for (const block of blocks(bytes)) {
    if (framing === 'chunked') socket.write(`${block.length.toString(16)}\r\n`);
    const taken = socket.write(block);
    if (framing === 'chunked') socket.write('\r\n');
    if (!taken && !socket.destroyed) await drained(socket);
    if (socket.destroyed) return;
  }
  if (framing === 'chunked') socket.write('0\r\n\r\n');
}

function drained(socket: RawConnection['socket']): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}

function* blocks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= BLOCK.length) yield BLOCK.subarray(0, Math.min(left, BLOCK.length));
}
