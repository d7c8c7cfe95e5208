/** Asks a service for the proof of its guard: at every one of its addresses, by its protocol and over its TLS, within bounds. */
import { lookup } from 'node:dns/promises';
import { request as plainRequest } from 'node:http';
import { connect, constants } from 'node:http2';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { type Address, connectionOptions, formatAddress, type Service } from '../policy/index.ts';
import { GUARD_HEADER } from '../resources/index.ts';
import { type GuardMode, judgeAnswer, PROBE_HEADERS, type ProbeAnswer } from './judge-answer.ts';

export type ProbeResult =
  | { readonly outcome: 'proven'; readonly mode: GuardMode }
  /** It answered, and not as a guard does. */
  | { readonly outcome: 'refuted'; readonly reason: string }
  /** It could not be asked. */
  | { readonly outcome: 'unreachable'; readonly reason: string };

export type Probe = (service: Service) => Promise<ProbeResult>;

const MAX_BODY_BYTES = 64 * 1024;
/** Of one service at a time; all of them are asked. */
const AT_ONCE = 16;

/** One address without a proof is enough: copies go to all of them. */
export const probeService: Probe = async (service) => {
  const { addresses, path, timeoutMs } = service.guardProbe;
  let targets: readonly Target[];
  let tls: ConnectionOptions | undefined;
  try {
    targets = (await Promise.all((addresses ?? service.addresses).map(resolve))).flat();
    tls = service.tls && (await connectionOptions(service.tls, service.tls.serverName, service.protocol));
  } catch (error) {
    return { outcome: 'unreachable', reason: messageOf(error) };
  }
  let mode: GuardMode | undefined;
  for (let from = 0; from < targets.length; from += AT_ONCE) {
    const results = await Promise.all(
      targets.slice(from, from + AT_ONCE).map((target) => ask(service, target, { path, timeoutMs, tls })),
    );
    const failed = results.find(({ outcome }) => outcome === 'refuted') ?? results.find(isWithout);
    if (failed) return failed;
    for (const result of results) if (result.outcome === 'proven') mode = weaker(mode, result.mode);
  }
  return mode ? { outcome: 'proven', mode } : { outcome: 'unreachable', reason: 'has no address' };
};

function isWithout({ outcome }: ProbeResult): boolean {
  return outcome !== 'proven';
}

function weaker(one: GuardMode | undefined, other: GuardMode): GuardMode {
  return one === 'marked' ? one : other;
}

interface Target {
  readonly ip: string;
  readonly address: Address;
}

/** As Envoy finds them: every address of a name, those of IPv4 where there are any. */
async function resolve(address: Address): Promise<Target[]> {
  if (isIP(address.host) !== 0) return [{ ip: address.host, address }];
  const found = await lookup(address.host, { all: true });
  const four = found.filter(({ family }) => family === 4);
  return (four.length > 0 ? four : found).map(({ address: ip }) => ({ ip, address }));
}

interface Asking {
  readonly path: string;
  readonly timeoutMs: number;
  readonly tls: ConnectionOptions | undefined;
}

async function ask(service: Service, target: Target, asking: Asking): Promise<ProbeResult> {
  const where = formatAddress({ host: target.ip, port: target.address.port });
  const send = service.protocol === 'http2' ? sendHttp2 : sendHttp1;
  // A connection that breaks is tried once more, so that one lost packet does not stop the mirroring.
  for (let attempt = 1; ; attempt += 1) {
    try {
      const judged = judgeAnswer(await send(target, asking));
      if (judged.proven) return { outcome: 'proven', mode: judged.mode };
      return { outcome: 'refuted', reason: `${where} ${judged.reason}` };
    } catch (error) {
      if (attempt === 2) return { outcome: 'unreachable', reason: `${where} cannot be asked: ${messageOf(error)}` };
    }
  }
}

type Send = (target: Target, asking: Asking) => Promise<ProbeAnswer>;

const sendHttp1: Send = ({ ip, address }, { path, timeoutMs, tls }) =>
  new Promise((resolve, reject) => {
    const headers = { ...PROBE_HEADERS, host: formatAddress(address) };
    const options = { host: ip, port: address.port, path, headers, agent: false } as const;
    const request = tls ? tlsRequest({ ...options, ...tls }) : plainRequest(options);
    const timer = setTimeout(() => request.destroy(tooLate(timeoutMs)), timeoutMs);
    request.once('close', () => clearTimeout(timer));
    request.once('error', reject);
    request.once('response', (response) => {
      const done = () => resolve(answerOf(response.statusCode, response.headers[GUARD_HEADER], body));
      const body = new BoundedText(() => {
        done();
        request.destroy();
      });
      response.on('data', (chunk: Buffer) => body.add(chunk));
      response.once('error', reject);
      response.once('end', done);
    });
    request.end();
  });

const sendHttp2: Send = ({ ip, address }, { path, timeoutMs, tls }) =>
  new Promise((resolve, reject) => {
    const session = connect(
      `${tls ? 'https' : 'http'}://${formatAddress({ host: ip, port: address.port })}`,
      tls ?? {},
    );
    const timer = setTimeout(() => fail(tooLate(timeoutMs)), timeoutMs);
    const close = (): void => {
      clearTimeout(timer);
      session.destroy();
    };
    const fail = (error: Error): void => {
      close();
      reject(error);
    };
    session.once('error', fail);
    const stream = session.request({ ':path': path, ':authority': formatAddress(address), ...PROBE_HEADERS });
    const body = new BoundedText(() => stream.close(constants.NGHTTP2_CANCEL));
    let head: Readonly<Record<string, unknown>> = {};
    stream.once('response', (headers) => {
      head = headers;
    });
    stream.on('data', (chunk: Buffer) => body.add(chunk));
    stream.once('error', fail);
    stream.once('close', () => {
      const { ':status': status, [GUARD_HEADER]: proof } = head;
      if (status === undefined) return fail(new Error('the stream was closed without an answer'));
      close();
      resolve(answerOf(Number(status), proof, body));
    });
    stream.end();
  });

function answerOf(status: number | undefined, proof: unknown, body: BoundedText): ProbeAnswer {
  return { status: status ?? 0, proofHeader: proof === undefined ? undefined : String(proof), body: body.text };
}

/** Calls back when there is more than a proof needs. */
class BoundedText {
  readonly #chunks: Buffer[] = [];
  readonly #onFull: () => void;
  #bytes = 0;

  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  get full(): boolean {
    return this.#bytes > MAX_BODY_BYTES;
  }

  get text(): string {
    return this.full ? '' : Buffer.concat(this.#chunks).toString('utf8');
  }

  add(chunk: Buffer): void {
    if (this.full) return;
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.full) this.#onFull();
  }
}

function tooLate(timeoutMs: number): Error {
  return new Error(`no answer within ${timeoutMs} ms`);
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
