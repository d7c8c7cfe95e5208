package dev.shadowplane.guard.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shadowplane.guard.ContractTest;
import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.ShadowGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An order service with a real broker. */
class GuardedProducerTest {
    private static final String BROKER = System.getenv("SHADOWPLANE_TEST_KAFKA");
    private static final String TOPIC = "java-orders";
    private static final Serializer<String> KEYS = new StringSerializer();
    private static final Serializer<String> VALUES = (topic, value) -> {
        if (!value.startsWith("lamp")) {
            throw new SerializationException("not a lamp");
        }
        return value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    };
    private final ShadowGuard guard = ContractTest.guard().build();

    @BeforeAll
    static void makeTopic() throws Exception {
        assumeTrue(BROKER != null, "SHADOWPLANE_TEST_KAFKA is not set");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", BROKER))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 3, (short) 1))).all().get();
        }
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", BROKER);
        settings.put("max.block.ms", 2000);
        return new KafkaProducer<>(settings, KEYS, VALUES);
    }

    /** How many messages the broker has, by its own account. */
    private static long stored() {
        Map<String, Object> settings = Map.of("bootstrap.servers", BROKER, "group.id", "counting");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> places = IntStream.range(0, 3).mapToObj(number -> new TopicPartition(TOPIC, number)).toList();
            return consumer.endOffsets(places).values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private static String order(Producer<String, String> producer) throws Exception {
        List<String> told = new ArrayList<>();
        RecordMetadata sent = producer.send(
                new ProducerRecord<>(TOPIC, "order-1", "lamp"),
                (metadata, error) -> told.add(metadata.topic() + ":" + metadata.partition() + " " + error)).get();
        return told + " " + sent.topic() + ":" + sent.partition() + " " + sent.serializedKeySize() + " " + sent.serializedValueSize();
    }

    @Test
    void anOrderServiceProducesNothingInShadowModeAndAnswersTheSame() throws Exception {
        try (KafkaProducer<String, String> bare = producer(Map.of())) {
            String answer = order(bare);
            long before = stored();
            Producer<String, String> guarded = GuardedProducer.of(guard, bare, KEYS, VALUES);
            assertEquals(answer, guard.runShadow(() -> order(guarded)));
            ShadowGuard always = ContractTest.guard().environment(Map.of("SHADOW_MODE", "true")).build();
            assertEquals(answer, order(GuardedProducer.of(always, bare, KEYS, VALUES)));
            assertEquals(before, stored());
            assertEquals(1, guard.suppressedCount(Cover.KAFKA));
            // The same service with the guard off.
            assertEquals(answer, order(guarded));
            assertEquals(before + 1, stored());
        }
    }

    @Test
    void whatTheProducerOrTheBrokerWouldRefuseIsRefused() throws Exception {
        try (KafkaProducer<String, String> bare = producer(Map.of())) {
            Producer<String, String> guarded = GuardedProducer.of(guard, bare, KEYS, VALUES, 100);
            guard.runShadow(() -> {
                assertThrows(SerializationException.class, () -> guarded.send(new ProducerRecord<>(TOPIC, "chair")));
                assertFails(RecordTooLargeException.class, guarded, new ProducerRecord<>(TOPIC, "lamp" + "x".repeat(100)));
                assertFails(TimeoutException.class, guarded, new ProducerRecord<>("no-such-topic", "lamp"));
                assertFails(TimeoutException.class, guarded, new ProducerRecord<>(TOPIC, 3, "key", "lamp"));
                return null;
            });
            assertEquals(0, guard.suppressedCount(Cover.KAFKA));
        }
    }

    private static void assertFails(Class<? extends Exception> kind, Producer<String, String> producer, ProducerRecord<String, String> record) {
        List<Exception> told = new ArrayList<>();
        ExecutionException error = assertThrows(
                ExecutionException.class, () -> producer.send(record, (metadata, why) -> told.add(why)).get());
        assertInstanceOf(kind, error.getCause());
        assertInstanceOf(kind, told.get(0));
    }

    @Test
    void transactionsProduceNothing() throws Exception {
        long before = stored();
        try (KafkaProducer<String, String> bare = producer(Map.of("transactional.id", "java-orders"))) {
            Producer<String, String> guarded = GuardedProducer.of(guard, bare, KEYS, VALUES);
            guard.runShadow(() -> {
                guarded.initTransactions();
                guarded.beginTransaction();
                guarded.send(new ProducerRecord<>(TOPIC, "lamp"));
                guarded.commitTransaction();
                guarded.beginTransaction();
                guarded.abortTransaction();
                return null;
            });
            // The real one has not even been begun.
            assertThrows(IllegalStateException.class, bare::beginTransaction);
        }
        assertEquals(before, stored());
    }
}
