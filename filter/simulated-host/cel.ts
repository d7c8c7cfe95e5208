import { STATUS } from './abi.ts';
import type { ForeignFunction } from './host.ts';
import type { SimulatedStream } from './stream.ts';

/** What a stub expression says about a stream; undefined is an evaluation error, such as an absent header. */
export type CelStub = (stream: SimulatedStream) => boolean | undefined;

/**
 * Stands in for Envoy's `expr_*` functions with expressions that the test knows; any other text is a syntax error.
 * `live` are the expressions created and not deleted.
 */
export function stubCel(known: Readonly<Record<string, CelStub>>): {
  functions: Record<string, ForeignFunction>;
  live: Map<number, string>;
} {
  const live = new Map<number, string>();
  let last = 0;
  const functions: Record<string, ForeignFunction> = {
    expr_create: (argument) => {
      const text = argument.toString('utf8');
      if (!(text in known)) return STATUS.badArgument;
      live.set(++last, text);
      const token = Buffer.alloc(4);
      token.writeUInt32LE(last);
      return token;
    },
    expr_evaluate: (argument, stream) => {
      const text = live.get(argument.readUInt32LE(0));
      if (text === undefined || stream === undefined) return STATUS.badArgument;
      const value = known[text]?.(stream);
      return value === undefined ? STATUS.internalFailure : Uint8Array.of(value ? 1 : 0);
    },
    expr_delete: (argument) => {
      live.delete(argument.readUInt32LE(0));
      return undefined;
    },
  };
  return { functions, live };
}
