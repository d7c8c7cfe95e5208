/** gRPC answers: length-prefixed messages, compared byte by byte and one by one. Status and trailers are compared apart. */
import { describe, diffBytes } from './bytes-diff.ts';
import { undoContentEncoding } from './content-encoding.ts';
import type { Findings } from './difference.ts';
import type { CompiledRules } from './rule-matcher.ts';

const PREFIX_BYTES = 5;

export type Messages = { readonly messages: readonly Uint8Array[] } | { readonly failure: string };

/** @param encoding The header `grpc-encoding`; messages marked as compressed are in it. */
export function grpcMessages(body: Uint8Array, encoding: string | undefined, maxBytes: number): Messages {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const messages: Uint8Array[] = [];
  let room = maxBytes;
  for (let at = 0; at < body.length; ) {
    if (at + PREFIX_BYTES > body.length) return { failure: 'a gRPC message is cut off' };
    const end = at + PREFIX_BYTES + view.getUint32(at + 1);
    if (end > body.length) return { failure: 'a gRPC message is cut off' };
    const message = body.subarray(at + PREFIX_BYTES, end);
    const plain =
      view.getUint8(at) === 0
        ? { bytes: message }
        : undoContentEncoding(encoding ?? 'identity', message, Math.max(room, 1));
    if ('failure' in plain) return { failure: `a gRPC message is ${plain.failure}` };
    room -= plain.bytes.length;
    messages.push(plain.bytes);
    at = end;
  }
  return { messages };
}

export function diffMessages(
  primary: readonly Uint8Array[],
  candidate: readonly Uint8Array[],
  rules: CompiledRules,
  findings: Findings,
): void {
  const ignore = rules.outside(':message').ignore;
  if (primary.length !== candidate.length && !ignore) {
    const counts = { primary: String(primary.length), candidate: String(candidate.length) };
    findings.add({ kind: 'length', path: ':message', pointer: ':message', ...counts });
  }
  const common = Math.min(primary.length, candidate.length);
  for (let index = 0; index < common; index++) {
    diffBytes(primary[index]!, candidate[index]!, ':message', rules, findings, index);
  }
  for (let index = common; index < Math.max(primary.length, candidate.length); index++) {
    if (ignore) findings.hide(ignore.id);
    else {
      const isExtra = index >= primary.length;
      const place = { path: ':message/*', pointer: `:message/${index}` };
      if (isExtra) findings.add({ kind: 'extra', ...place, candidate: describe(candidate[index]!) });
      else findings.add({ kind: 'missing', ...place, primary: describe(primary[index]!) });
    }
  }
}
