import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ShadowplaneError } from '../../errors/index.ts';
import { followTlsFiles, readTlsFiles, type TlsFiles } from '../../tls/index.ts';
import { isLoopbackHost } from '../../xds-server/policy/index.ts';

/**
 * Takes batches by HTTP: `POST /capture/v1/batches` with a Batch as body is answered by 204 once it has been taken. What is
 * refused is answered at once, and what is being received is bounded, so a flood costs no memory beyond the bound.
 * Not a place for the API's guards: it has no page to protect, and a web page cannot send this media type without being
 * allowed to.
 */
export const CAPTURE_PATH = '/capture/v1/batches';
const MEDIA_TYPE = 'application/x-protobuf';

export interface CaptureServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /**
   * Mutual TLS: only clients with a certificate of this authority are heard. Required beyond loopback. The files are read
   * again when they change.
   */
  readonly tls?: TlsFiles;
  /** How often they are looked at. Default 5 s. */
  readonly tlsCheckMs?: number;
  /** Told when changed files are of no use; the ones before stay in use. */
  readonly onTlsProblem?: (error: Error) => void;
  /** Plain text beyond loopback: only where the network between Envoys and this process is private to them. */
  readonly insecure?: boolean;
  /** Of one batch. Default 2 MiB. */
  readonly maxBodyBytes?: number;
  /** Of all batches that are being received. Default 32 MiB; beyond, 503. */
  readonly maxReceivingBytes?: number;
  /** Takes a batch, at once; false when it is none. */
  readonly onBatch: (body: Uint8Array) => boolean;
  readonly onRefused: (status: RefusedStatus) => void;
}

export type RefusedStatus = 400 | 404 | 405 | 413 | 415 | 503;

export interface CaptureServer {
  /** `127.0.0.1:18001` */
  readonly address: string;
  close(): Promise<void>;
}

/** A batch has at most 1 MiB and comes from near by. */
const RECEIVE_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 1_024;
/** A machine that is gone says nothing, nor is it told anything: its connections would be there for ever, until all are taken. */
const ASK_WHO_IS_SILENT_MS = 30_000;

export async function startCaptureServer(options: CaptureServerOptions): Promise<CaptureServer> {
  const { host, port, tls, insecure = false } = options;
  if (!tls && !insecure && !isLoopbackHost(host)) {
    throw new ShadowplaneError(
      'USAGE',
      `Captured answers beyond loopback (${host}) need TLS with client certificates: --capture-tls-cert, --capture-tls-key and --capture-client-ca`,
    );
  }
  const handle = requestHandler(options);
  const timeouts = { requestTimeout: RECEIVE_TIMEOUT_MS, headersTimeout: RECEIVE_TIMEOUT_MS };
  const secured = tls
    ? createHttpsServer(
        {
          ...timeouts,
          ...(await readTlsFiles(tls)),
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
        },
        handle,
      )
    : undefined;
  const server: Server = secured ?? createHttpServer(timeouts, handle);
  // Envoy keeps its connections; to close first would fail the batch that it is just sending.
  server.keepAliveTimeout = 0;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket) => socket.setKeepAlive(true, ASK_WHO_IS_SILENT_MS));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'PORT_IN_USE' : 'INTERNAL';
      reject(
        new ShadowplaneError(code, `Captured answers cannot be taken at ${host}:${port}: ${cause.message}`, { cause }),
      );
    });
    server.listen({ host, port }, resolve);
  });
  const { onTlsProblem = () => {}, tlsCheckMs } = options;
  const unfollow =
    tls && secured
      ? followTlsFiles(tls, (context) => secured.setSecureContext(context), onTlsProblem, tlsCheckMs)
      : () => {};
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    address: `${address.includes(':') ? `[${address}]` : address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        unfollow();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function requestHandler({
  maxBodyBytes = 2 * 2 ** 20,
  maxReceivingBytes = 32 * 2 ** 20,
  onBatch,
  onRefused,
}: CaptureServerOptions) {
  let receivingBytes = 0;
  return (request: IncomingMessage, response: ServerResponse): void => {
    const refuse = (status: RefusedStatus): void => {
      onRefused(status);
      // What is still to come of the body is not worth receiving.
      response.writeHead(status, request.complete ? {} : { connection: 'close' }).end();
    };
    const refusal = refusalOf(request, maxBodyBytes);
    if (refusal) {
      refuse(refusal);
      return;
    }
    const declared = request.headers['content-length'];
    const reserved = declared === undefined ? maxBodyBytes : Number(declared);
    if (receivingBytes + reserved > maxReceivingBytes) {
      refuse(503);
      return;
    }

    receivingBytes += reserved;
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBodyBytes) chunks.push(chunk);
      else if (!response.headersSent) refuse(413);
    });
    request.on('end', () => {
      if (response.headersSent) return;
      if (onBatch(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length))) response.writeHead(204).end();
      else refuse(400);
    });
    request.on('error', () => {
      // Its end is `close`.
    });
    request.on('close', () => {
      receivingBytes -= reserved;
    });
  };
}

function refusalOf(request: IncomingMessage, maxBodyBytes: number): RefusedStatus | undefined {
  const [path] = (request.url ?? '').split('?');
  if (path !== CAPTURE_PATH) return 404;
  if (request.method !== 'POST') return 405;
  const [mediaType = ''] = (request.headers['content-type'] ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== MEDIA_TYPE) return 415;
  return Number(request.headers['content-length'] ?? 0) > maxBodyBytes ? 413 : undefined;
}
