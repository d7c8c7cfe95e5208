import { ShadowplaneError } from '../../../errors/index.ts';

/** The parts of a message of `@platformatic/kafka` that matter here. */
export interface MessageLike {
  readonly topic: string;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>;
  readonly partition?: number;
  readonly timestamp?: bigint;
  readonly metadata?: unknown;
}

type Part = 'key' | 'value' | 'headerKey' | 'headerValue';
type AnyFunction = (...parameters: never[]) => unknown;

/** The options that the producer was made with, as far as they say how a message becomes bytes. */
export interface SerializationOptions {
  readonly serializers?: { readonly [part in Part]?: AnyFunction };
  readonly registry?: { getSerializers(): object; getBeforeSerializationHook(): AnyFunction };
  readonly beforeSerialization?: AnyFunction;
  readonly autocreateTopics?: boolean;
}

type Hook = (payload: unknown, part: Part, message: MessageLike, done: (error?: unknown) => void) => unknown;
type Serialize = (data: unknown, headers?: unknown, message?: unknown) => unknown;

const KNOWN = new Set(['topic', 'key', 'value', 'headers', 'partition', 'timestamp', 'metadata']);

/**
 * Does to a message all that is done before it leaves: its shape is checked, the schema registry is asked, key, value and
 * headers are serialised. Fails where the producer would; returns the bytes that would have been sent.
 */
export async function dryRun(message: MessageLike, options: SerializationOptions): Promise<number> {
  checkShape(message);
  const headers = message.headers instanceof Map ? message.headers : new Map(Object.entries(message.headers ?? {}));
  const hook = (options.registry?.getBeforeSerializationHook() ?? options.beforeSerialization) as Hook | undefined;
  if (hook) {
    await runHook(hook, message.key, 'key', message);
    await runHook(hook, message.value, 'value', message);
    for (const [key, value] of headers) {
      await runHook(hook, key, 'headerKey', message);
      await runHook(hook, value, 'headerValue', message);
    }
  }
  const serializers = (options.registry?.getSerializers() ?? options.serializers ?? {}) as {
    readonly [part in Part]?: Serialize;
  };
  try {
    let bytes = lengthOf(apply(serializers.key, message.key, headers, message), 'key');
    bytes += lengthOf(apply(serializers.value, message.value, headers, message), 'value');
    for (const [key, value] of headers) {
      bytes += lengthOf(apply(serializers.headerKey, key, message.metadata), 'header name');
      bytes += lengthOf(apply(serializers.headerValue, value, message.metadata), 'header');
    }
    return bytes;
  } catch (error) {
    throw new ShadowplaneError(
      'SHADOW_REFUSED',
      `a message for ${message.topic} cannot be serialised: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function apply(serialize: Serialize | undefined, data: unknown, ...rest: unknown[]): unknown {
  return serialize ? serialize(data, ...rest) : data;
}

/** A hook is done when it calls back or when its promise is. */
function runHook(hook: Hook, payload: unknown, part: Part, message: MessageLike): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: unknown) => (error ? reject(error) : resolve());
    const result = hook(payload, part, message, done) as Promise<unknown> | undefined;
    if (typeof result?.then === 'function') result.then(() => resolve(), reject);
  });
}

function lengthOf(data: unknown, what: string): number {
  if (data === undefined || data === null) return 0;
  if (ArrayBuffer.isView(data)) return data.byteLength;
  throw new TypeError(`its ${what} is ${typeof data}, not bytes: is the serialiser missing?`);
}

function checkShape(message: MessageLike): void {
  const wrong = (what: string) =>
    new ShadowplaneError('SHADOW_REFUSED', `the producer would refuse this message: ${what}`);
  if (typeof message !== 'object' || message === null) throw wrong('it is no object');
  if (typeof message.topic !== 'string' || message.topic === '') throw wrong('it has no topic');
  const { partition, timestamp, headers } = message;
  if (partition !== undefined && !Number.isSafeInteger(partition)) throw wrong('its partition is no whole number');
  if (timestamp !== undefined && typeof timestamp !== 'bigint') throw wrong('its timestamp is no bigint');
  if (headers !== undefined && (typeof headers !== 'object' || headers === null))
    throw wrong('its headers are no object');
  const unknown = Object.keys(message).find((key) => !KNOWN.has(key));
  if (unknown) throw wrong(`it has no "${unknown}"`);
}
