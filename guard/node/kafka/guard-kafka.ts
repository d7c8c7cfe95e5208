import { AsyncResource } from 'node:async_hooks';
import { ShadowplaneError } from '../../../errors/index.ts';
import type { ShadowGuard } from '../shadow-guard.ts';
import { dryRun, type MessageLike, type SerializationOptions } from './dry-run.ts';

type AnyMethod = (...parameters: never[]) => unknown;
type Call = (...parameters: unknown[]) => unknown;
type Callback = (error: unknown, value?: unknown) => void;

/** What is needed of a Producer of `@platformatic/kafka`, whatever its types. */
interface ProducerLike {
  send: AnyMethod;
  asStream: AnyMethod;
  beginTransaction: AnyMethod;
  initIdempotentProducer: AnyMethod;
  metadata: AnyMethod;
  getSendTopicPartitions: AnyMethod;
}

interface Send {
  readonly messages: readonly MessageLike[];
  readonly acks?: number;
  readonly autocreateTopics?: boolean;
}

export interface GuardKafkaOptions extends SerializationOptions {
  /** What the broker accepts at most in one message (`message.max.bytes`). Default: 1048588, as Kafka's. */
  readonly maxMessageBytes?: number;
}

/**
 * Guards a Producer of `@platformatic/kafka`, in place. `options` are those that it was made with. In shadow work a message
 * is checked, serialised and counted, its topic is looked up, and it goes nowhere; the answer names the partition it would
 * have gone to and an offset that is made up.
 */
export function guardKafkaProducer<P extends ProducerLike>(
  guard: ShadowGuard,
  producer: P,
  options: GuardKafkaOptions,
): P {
  const own = {
    send: producer.send.bind(producer) as Call,
    asStream: producer.asStream.bind(producer) as Call,
    beginTransaction: producer.beginTransaction.bind(producer) as Call,
    initIdempotentProducer: producer.initIdempotentProducer.bind(producer) as Call,
  };
  const metadata = producer.metadata.bind(producer) as unknown as (
    options: object,
  ) => Promise<{ topics: Map<string, { partitionsCount: number }> }>;
  const partitionsOf = producer.getSendTopicPartitions.bind(producer) as unknown as (
    send: Send,
  ) => Map<string, Set<number>>;
  const maxBytes = options.maxMessageBytes ?? 1_048_588;
  const nextOffsets = new Map<string, bigint>();

  const suppress = async (send: Send) => {
    if (!Array.isArray(send?.messages))
      throw new ShadowplaneError('SHADOW_REFUSED', 'the producer would refuse this: no messages');
    for (const message of send.messages) {
      const bytes = await dryRun(message, options);
      if (bytes > maxBytes) {
        throw new ShadowplaneError(
          'SHADOW_REFUSED',
          `the broker would refuse a message of ${bytes} bytes for ${message.topic}`,
        );
      }
    }
    const partitions = await countPartitions(send);
    const offsets = new Map<string, { topic: string; partition: number; offset: bigint }>();
    for (const message of send.messages) {
      const [[topic, [wanted]]] = [...partitionsOf({ ...send, messages: [message] })] as [[string, Set<number>]];
      const partition = (wanted ?? 0) % partitions.get(topic)!;
      const place = `${topic}:${partition}`;
      const offset = nextOffsets.get(place) ?? 0n;
      nextOffsets.set(place, offset + 1n);
      // As the broker's answer: one entry for each partition, with the offset of the first message.
      if (!offsets.has(place)) offsets.set(place, { topic, partition, offset });
    }
    guard.suppressed('kafka', send.messages.length);
    return send.acks === 0 ? { unwritableNodes: [] } : { offsets: [...offsets.values()] };
  };

  /** Asks the broker (outside: its connections serve real work later), which creates nothing; a topic that sending would have created counts as one partition. */
  async function countPartitions(send: Send): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const topic of new Set(send.messages.map((message) => message.topic))) {
      try {
        const { topics } = await guard.outside(() => metadata({ topics: [topic], autocreateTopics: false }));
        counts.set(topic, topics.get(topic)!.partitionsCount);
      } catch (error) {
        if (!(send.autocreateTopics ?? options.autocreateTopics)) throw error;
        counts.set(topic, 1);
      }
    }
    return counts;
  }

  const overrides: Record<keyof typeof own, Call> = {
    send: (send, callback) =>
      guard.isShadow ? hand(suppress(send as Send), callback) : own.send(send, ...bound(callback)),
    // The real ones would fence off the producer in production that has the same transactional id.
    initIdempotentProducer: (init, callback) =>
      guard.isShadow
        ? hand(Promise.resolve({ producerId: 0n, producerEpoch: 0 }), callback)
        : own.initIdempotentProducer(init, ...bound(callback)),
    beginTransaction: (begin, callback) => {
      if (!guard.isShadow) return own.beginTransaction(...bound(begin), ...bound(callback));
      return hand(Promise.resolve(pretendTransaction(suppress)), typeof begin === 'function' ? begin : callback);
    },
    asStream: (stream) =>
      guardStream(guard, own.asStream(...given(stream)) as StreamLike, (message) =>
        suppress({ ...(stream as object), messages: [message] }),
      ),
  };
  Object.assign(producer, overrides);
  guard.cover('kafka');
  return producer;
}

/** A transaction that has nothing to commit. */
function pretendTransaction(suppress: (send: Send) => Promise<unknown>) {
  let completed = false;
  const end = (callback?: unknown) => {
    completed = true;
    return hand(Promise.resolve(), callback);
  };
  const accept = (...parameters: unknown[]) =>
    hand(
      Promise.resolve(),
      parameters.find((value) => typeof value === 'function'),
    );
  return {
    id: 'shadow',
    get completed() {
      return completed;
    },
    send: (send: unknown, callback?: unknown) => hand(suppress(send as Send), callback),
    addPartitions: accept,
    addConsumer: accept,
    addOffset: accept,
    commit: end,
    abort: end,
    cancel: end,
  };
}

interface StreamLike {
  write: AnyMethod;
  end: AnyMethod;
  destroy(error: Error): unknown;
}

/** A stream gathers the messages of many requests, so each is sorted out as it is written, and only real ones go in. */
function guardStream(
  guard: ShadowGuard,
  stream: StreamLike,
  suppress: (message: MessageLike) => Promise<unknown>,
): StreamLike {
  const [write, end] = [stream.write.bind(stream) as Call, stream.end.bind(stream) as Call];
  const guardedWrite: Call = (message, ...rest) => {
    if (!guard.isShadow) return guard.outside(() => write(message, ...rest));
    const callback = rest.find((value) => typeof value === 'function') as Callback | undefined;
    suppress(message as MessageLike).then(
      () => callback?.(null),
      (error) => (callback ? callback(error) : stream.destroy(error)),
    );
    return true;
  };
  const guardedEnd: Call = (message, ...rest) => {
    if (message === undefined || message === null || typeof message === 'function')
      return guard.outside(() => end(message, ...rest));
    guardedWrite(message);
    return guard.outside(() => end(...rest));
  };
  return Object.assign(stream, { write: guardedWrite, end: guardedEnd });
}

/** Whoever's answer comes over a connection, a callback goes on as part of the request that gave it. */
function bound(value: unknown): unknown[] {
  return given(typeof value === 'function' ? AsyncResource.bind(value as Call) : value);
}

function given(value: unknown): unknown[] {
  return value === undefined ? [] : [value];
}

function hand(result: Promise<unknown>, callback: unknown): Promise<unknown> | undefined {
  if (typeof callback !== 'function') return result;
  result.then(
    (value) => process.nextTick(callback as Callback, null, value),
    (error) => process.nextTick(callback as Callback, error),
  );
  return undefined;
}
