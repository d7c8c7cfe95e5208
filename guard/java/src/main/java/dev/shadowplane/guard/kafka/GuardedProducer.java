package dev.shadowplane.guard.kafka;

import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.ShadowGuard;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;

/**
 * A message of shadow work is given to the serialisers, held against the largest size and counted, its topic is looked up, and
 * it goes nowhere. Transactions of shadow work do nothing, so no producer in production is fenced off.
 */
public final class GuardedProducer<K, V> implements InvocationHandler {
    /** As the producer's {@code max.request.size}. */
    private static final int DEFAULT_MAX_BYTES = 1_048_576;

    private final ShadowGuard guard;
    private final Producer<K, V> producer;
    private final Serializer<K> keys;
    private final Serializer<V> values;
    private final int maxBytes;
    private final Map<TopicPartition, AtomicLong> offsets = new ConcurrentHashMap<>();

    private GuardedProducer(
            ShadowGuard guard, Producer<K, V> producer, Serializer<K> keys, Serializer<V> values, int maxBytes) {
        this.guard = guard;
        this.producer = producer;
        this.keys = keys;
        this.values = values;
        this.maxBytes = maxBytes;
    }

    /** Use what it returns in place of {@code producer}; the serialisers are those that the producer was made with. */
    public static <K, V> Producer<K, V> of(
            ShadowGuard guard, Producer<K, V> producer, Serializer<K> keys, Serializer<V> values) {
        return of(guard, producer, keys, values, DEFAULT_MAX_BYTES);
    }

    /** @param maxBytes what is accepted at most in one message: {@code max.request.size}. Default: 1,048,576. */
    @SuppressWarnings("unchecked")
    public static <K, V> Producer<K, V> of(
            ShadowGuard guard, Producer<K, V> producer, Serializer<K> keys, Serializer<V> values, int maxBytes) {
        guard.cover(Cover.KAFKA);
        // Its interface grows with Kafka's versions, so it is implemented by name.
        return (Producer<K, V>) Proxy.newProxyInstance(GuardedProducer.class.getClassLoader(), new Class<?>[] {Producer.class},
                new GuardedProducer<>(guard, producer, keys, values, maxBytes));
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        String name = method.getName();
        if (name.equals("equals")) {
            return proxy == arguments[0];
        }
        if (guard.isShadow()) {
            if (name.equals("send")) {
                return send((ProducerRecord<K, V>) arguments[0], arguments.length > 1 ? (Callback) arguments[1] : null);
            }
            if (method.getReturnType() == void.class && isTransactional(name)) {
                return null;
            }
        }
        try {
            return method.invoke(producer, arguments);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
    }

    private static boolean isTransactional(String name) {
        return name.contains("Transaction");
    }

    /** As the producer: what is wrong with the message itself is thrown, what the broker would say is told by the future. */
    private CompletableFuture<RecordMetadata> send(ProducerRecord<K, V> record, Callback callback) {
        byte[] key = keys.serialize(record.topic(), record.headers(), record.key());
        byte[] value = values.serialize(record.topic(), record.headers(), record.value());
        RecordMetadata metadata;
        try {
            metadata = pretend(record, key, value);
        } catch (ApiException error) {
            if (callback != null) {
                callback.onCompletion(null, error);
            }
            return CompletableFuture.failedFuture(error);
        }
        guard.suppressed(Cover.KAFKA, 1);
        if (callback != null) {
            callback.onCompletion(metadata, null);
        }
        return CompletableFuture.completedFuture(metadata);
    }

    private RecordMetadata pretend(ProducerRecord<K, V> record, byte[] key, byte[] value) {
        int keySize = key == null ? -1 : key.length;
        int valueSize = value == null ? -1 : value.length;
        long size = Math.max(0, keySize) + Math.max(0, valueSize);
        for (Header header : record.headers()) {
            size += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        if (size > maxBytes) {
            throw new RecordTooLargeException("The message is " + size + " bytes, which is larger than " + maxBytes);
        }
        int count = producer.partitionsFor(record.topic()).size();
        if (record.partition() != null && record.partition() >= count) {
            throw new org.apache.kafka.common.errors.TimeoutException(
                    "Partition " + record.partition() + " of topic " + record.topic() + " is not present");
        }
        TopicPartition place = new TopicPartition(record.topic(), partitionOf(record, key, count));
        long offset = offsets.computeIfAbsent(place, nothing -> new AtomicLong()).getAndIncrement();
        long timestamp = record.timestamp() == null ? System.currentTimeMillis() : record.timestamp();
        return new RecordMetadata(place, offset, 0, timestamp, keySize, valueSize);
    }

    /** As Kafka's own partitioner does it. */
    private static int partitionOf(ProducerRecord<?, ?> record, byte[] key, int count) {
        if (record.partition() != null) {
            return record.partition();
        }
        return key == null ? ThreadLocalRandom.current().nextInt(count) : Utils.toPositive(Utils.murmur2(key)) % count;
    }
}
