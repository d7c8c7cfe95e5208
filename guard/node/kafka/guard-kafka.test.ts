import { Admin, Consumer, jsonSerializer, Producer, stringSerializer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createShadowGuard, guardHttp, guardKafkaProducer, type ShadowGuard } from '../index.ts';
import { FROM_LOOPBACK, MARKED, serverOf } from '../testing.ts';
import { findKafka, startKafka, type TestKafka } from './testing-kafka.ts';

const kafka = await findKafka();
if ('missing' in kafka) process.stderr.write(`The Kafka guard is not tested: ${kafka.missing}\n`);

describe.skipIf('missing' in kafka)('Kafka', () => {
  let broker: TestKafka;
  let client: { clientId: string; bootstrapBrokers: string[]; retries: number };

  beforeAll(async () => {
    broker = await startKafka('jars' in kafka ? kafka.jars : '');
    client = { clientId: 'test', bootstrapBrokers: [broker.address], retries: 3 };
    const admin = new Admin(client);
    await admin.createTopics({ topics: ['orders'], partitions: 3, replicas: 1 });
    await admin.close();
  }, 300_000);
  afterAll(() => broker?.stop());

  /** How many messages the broker has, by its own account. */
  const stored = async () => {
    const consumer = new Consumer({ ...client, groupId: 'counting' });
    const offsets = await consumer.listOffsets({ topics: ['orders'] });
    await consumer.close();
    return Number(offsets.get('orders')!.reduce((sum, offset) => sum + offset, 0n));
  };
  const producerOf = (guard?: ShadowGuard) => {
    const options = { ...client, serializers: { ...stringSerializers, value: jsonSerializer<object> } };
    const producer = new Producer(options);
    onTestFinished(() => producer.close(true));
    return guard ? guardKafkaProducer(guard, producer, options) : producer;
  };
  type OrderProducer = ReturnType<typeof producerOf>;
  const ORDER = { topic: 'orders', key: 'order-1', value: { item: 'lamp' }, headers: { source: 'test' } };

  const orderService = (guard: ShadowGuard | undefined, producer: OrderProducer) => {
    const handle = async (_request: unknown, response: { end(text: string): void }) => {
      const { offsets } = await producer.send({ messages: [ORDER, ORDER] });
      response.end(offsets!.map(({ topic, partition }) => `${topic}:${partition}`).join());
    };
    return serverOf(guard ? guardHttp(guard, handle) : handle);
  };

  it('an order service produces nothing in shadow mode and answers the same; without the guard the messages are there', async () => {
    const before = await stored();
    const bare = await (await fetch(await orderService(undefined, producerOf()))).text();
    expect(await stored()).toBe(before + 2);

    const guard = createShadowGuard(FROM_LOOPBACK);
    const guarded = await orderService(guard, producerOf(guard));
    expect(await (await fetch(guarded, MARKED)).text()).toBe(bare);
    const always = createShadowGuard({ environment: { SHADOW_MODE: 'true' } });
    expect(await (await fetch(await orderService(always, producerOf(always)))).text()).toBe(bare);
    expect(await stored()).toBe(before + 2);
    expect([guard.suppressedCounts.get('kafka'), always.suppressedCounts.get('kafka')]).toEqual([2, 2]);
    expect(guard.probe(true).covers).toEqual(['kafka']);

    expect(await (await fetch(guarded)).text()).toBe(bare);
    expect(await stored()).toBe(before + 4);
  });

  it('streams, transactions and idempotent producers produce nothing either', async () => {
    const before = await stored();
    const guard = createShadowGuard({ environment: {} });
    const options = { ...client, idempotent: true, transactionalId: 'orders', serializers: stringSerializers };
    const producer = guardKafkaProducer(guard, new Producer(options), options);
    onTestFinished(() => producer.close(true));
    const message = { topic: 'orders', key: 'a', value: 'b' };
    const stream = producer.asStream({ batchSize: 1 });
    await guard.runShadow(async () => {
      expect(await producer.initIdempotentProducer({})).toEqual({ producerId: 0n, producerEpoch: 0 });
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [message] });
      await transaction.commit();
      expect(transaction.completed).toBe(true);
      await new Promise((resolve) => stream.write(message, resolve));
      await new Promise((resolve, reject) => {
        producer.send({ messages: [message] }, (error, result) => (error ? reject(error) : resolve(result)));
      });
    });
    expect(guard.suppressedCounts.get('kafka')).toBe(3);
    expect(await stored()).toBe(before);
    await new Promise((resolve) => stream.write(message, resolve));
    await expect.poll(stored).toBe(before + 1);
    await stream.close();
  });

  it('the callback of a real message is real work, although shadow work made the connection', async () => {
    const guard = createShadowGuard({ environment: {} });
    const producer = producerOf(guard);
    await guard.runShadow(() => producer.send({ messages: [ORDER] }));
    const inCallback = await new Promise((resolve) => {
      producer.send({ messages: [ORDER] }, () => resolve(guard.isShadow));
    });
    expect(inCallback).toBe(false);
  });

  it('what the producer or the broker would refuse is refused', async () => {
    const guard = createShadowGuard({ environment: {} });
    const producer = producerOf(guard);
    const send = (message: object) => guard.runShadow(() => producer.send({ messages: [{ ...ORDER, ...message }] }));
    await expect(send({ topic: 'no-such-topic' })).rejects.toThrow();
    await expect(send({ topic: '' })).rejects.toThrow(/no topic/);
    await expect(send({ partition: 0.5 })).rejects.toThrow(/partition/);
    await expect(send({ colour: 'red' })).rejects.toThrow(/no "colour"/);
    await expect(send({ value: { amount: 1n } })).rejects.toThrow(/cannot be serialised.*BigInt/);
    await expect(send({ value: { text: 'x'.repeat(1_100_000) } })).rejects.toThrow(/broker would refuse/);
    expect(guard.suppressedCounts.size).toBe(0);
  });

  it('a schema registry is asked, and its serialisers are used', async () => {
    const guard = createShadowGuard({ environment: {} });
    const asked: string[] = [];
    const registry = {
      getSerializers: () => ({
        ...stringSerializers,
        value: (value?: string) => {
          if (!value?.startsWith('lamp')) throw new Error('not a lamp');
          return stringSerializer(value);
        },
      }),
      getBeforeSerializationHook: () => async (_payload: unknown, part: string) => {
        asked.push(part);
      },
    };
    const options = { ...client, serializers: stringSerializers };
    const producer = guardKafkaProducer(guard, new Producer(options), { ...client, registry });
    onTestFinished(() => producer.close(true));
    const send = (value: string) => guard.runShadow(() => producer.send({ messages: [{ topic: 'orders', value }] }));
    await send('lamp 7');
    expect(asked).toEqual(['key', 'value']);
    await expect(send('chair')).rejects.toThrow(/not a lamp/);
  });
});
