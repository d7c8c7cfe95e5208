import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

/**
 * For tests and benchmarks: batches and halves as the .proto file has them, encoded by protobufjs, so that the readers by
 * hand are held against the file itself.
 */
const root = protobuf.parse(readFileSync(new URL('../../protos/shadowplane/capture.proto', import.meta.url), 'utf8'), {
  keepCase: true,
}).root;
const batchType = root.lookupType('shadowplane.capture.v1.Batch');
const halfType = root.lookupType('shadowplane.capture.v1.Half');

/** Fields by their proto name; what is absent has its default. */
export type HalfFields = Readonly<Record<string, unknown>>;

export const SIDE = { primary: 1, candidate: 2, control: 3 } as const;
export const END = { complete: 1, reset: 2, cut: 3 } as const;

/** The answer to a user, of the primary; of another side a copy's, unless it is said otherwise. */
export function halfFields(fields: HalfFields = {}): HalfFields {
  const isUsers = fields.side === undefined || fields.side === SIDE.primary;
  return {
    exchange_id: 'e1',
    side: SIDE.primary,
    mirror: 'orders',
    reason: 2,
    method: isUsers ? 'GET' : '',
    path: isUsers ? '/api/orders/1' : '',
    status: 200,
    headers: [header('content-type', 'application/json')],
    body: Buffer.from('{"total":"12.50"}'),
    body_bytes: 17,
    started_at_us: 1_700_000_000_000_000,
    headers_after_us: 1_500,
    last_byte_after_us: 2_500,
    end: END.complete,
    ...fields,
  };
}

export function batchFields(halves: readonly HalfFields[], fields: HalfFields = {}): HalfFields {
  return { vm_id: 7, sequence: 1, role: 1, node: 'edge-1', halves, sent_at_us: 1_700_000_001_000_000, ...fields };
}

export function header(name: string, value: string): { name: string; value: Uint8Array } {
  return { name, value: Buffer.from(value, 'latin1') };
}

export function encodeHalf(fields: HalfFields): Uint8Array {
  return halfType.encode(halfType.create(fields)).finish();
}

export function encodeBatch(fields: HalfFields): Uint8Array {
  return batchType.encode(batchType.fromObject(fields)).finish();
}
