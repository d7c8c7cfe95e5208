/** Batches of captured answers as a reader of the .proto file sees them, decoded by protobufjs and by none of our own code. */
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

export interface CapturedHalf {
  readonly exchangeId: string;
  readonly side: string;
  readonly mirror: string;
  readonly reason: string;
  readonly segment: string;
  readonly method: string;
  readonly path: string;
  /** Header values as Latin-1, which keeps every byte. */
  readonly requestHeaders: ReadonlyArray<readonly [name: string, value: string]>;
  readonly status: number;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly trailers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body: Buffer;
  readonly bodyBytes: number;
  readonly truncated: boolean;
  readonly startedAtUs: number;
  readonly headersAfterUs: number;
  readonly lastByteAfterUs: number;
  readonly localReply: boolean;
  readonly localReplyDetails: string;
  readonly end: string;
  readonly waitedUs: number;
}

export interface CapturedBatch {
  readonly vmId: string;
  readonly sequence: number;
  readonly role: string;
  readonly node: string;
  readonly halves: readonly CapturedHalf[];
  readonly counters: {
    readonly started: number;
    readonly captured: number;
    readonly droppedOverCapacity: number;
    readonly batchesLost: number;
    readonly halvesLost: number;
  };
  readonly sentAtUs: number;
}

const PROTO = new URL('../../protos/shadowplane/capture.proto', import.meta.url);
const batchType = protobuf.parse(readFileSync(PROTO, 'utf8')).root.lookupType('shadowplane.capture.v1.Batch');

type Plain = Record<string, unknown>;

/** Throws at bytes that are no such message, or no message at all. */
export function decodeBatch(bytes: Uint8Array): CapturedBatch {
  const message = batchType.decode(bytes);
  const plain = batchType.toObject(message, { longs: String, enums: String, defaults: true, bytes: Buffer }) as Plain;
  const counters = (plain.counters ?? {}) as Plain;
  return {
    ...(plain as unknown as CapturedBatch),
    ...numbers(plain, 'sequence', 'sentAtUs'),
    counters: numbers(
      counters,
      'started',
      'captured',
      'droppedOverCapacity',
      'batchesLost',
      'halvesLost',
    ) as CapturedBatch['counters'],
    halves: (plain.halves as Plain[]).map(half),
  };
}

function half(plain: Plain): CapturedHalf {
  return {
    ...(plain as unknown as CapturedHalf),
    ...numbers(plain, 'bodyBytes', 'startedAtUs', 'headersAfterUs', 'lastByteAfterUs', 'waitedUs'),
    requestHeaders: headers(plain.requestHeaders),
    headers: headers(plain.headers),
    trailers: headers(plain.trailers),
  };
}

function headers(list: unknown): Array<readonly [string, string]> {
  return (list as Array<{ name: string; value: Buffer }>).map(({ name, value }) => [name, value.toString('latin1')]);
}

/** 64 bit integers come as text. */
function numbers(plain: Plain, ...names: string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, Number(plain[name])]));
}
