"""An order service with a real broker, by each of Python's two producers."""

import json
import os
import time

import pytest
import requests
from confluent_kafka import Consumer, KafkaException, Producer, SerializingProducer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from conftest import MARKED
from flask import Flask
from kafka import KafkaProducer

from shadowplane_guard import ShadowGuard, ShadowGuardError, WsgiGuard, guard_kafka_producer

FROM_LOOPBACK = {"trusted_proxies": ["127.0.0.1"], "environment": {}}
BROKER = os.environ.get("SHADOWPLANE_TEST_KAFKA")
pytestmark = pytest.mark.skipif(not BROKER, reason="SHADOWPLANE_TEST_KAFKA is not set")
TOPIC = "python-orders"
QUICK = {"bootstrap.servers": BROKER, "linger.ms": 0}


@pytest.fixture(scope="module")
def stored():
    """How many messages the broker has, by its own account."""
    admin = AdminClient({"bootstrap.servers": BROKER})
    for future in admin.create_topics([NewTopic(TOPIC, 3, 1)]).values():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
                raise
    consumer = Consumer({"bootstrap.servers": BROKER, "group.id": "counting"})

    def count():
        partitions = [TopicPartition(TOPIC, number) for number in range(3)]
        return sum(consumer.get_watermark_offsets(partition, timeout=10)[1] for partition in partitions)

    # A topic is there before its partitions have a leader.
    deadline = time.monotonic() + 20
    while True:
        try:
            count()
            break
        except KafkaException:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield count
    consumer.close()


def to_json(value, *_context):
    return json.dumps(value).encode()


def confluent_producer():
    return Producer(QUICK)


def confluent_send(producer):
    places = []
    for _ in range(2):
        producer.produce(
            TOPIC,
            to_json({"item": "lamp"}),
            "order-1",
            on_delivery=lambda error, message: places.append(f"{error} {message.topic()}:{message.partition()}"),
            headers={"source": b"test"},
        )
    producer.flush(10)
    return places


def kafka_python_producer():
    return KafkaProducer(bootstrap_servers=BROKER, value_serializer=to_json, linger_ms=0)


def kafka_python_send(producer):
    sent = [
        producer.send(TOPIC, {"item": "lamp"}, key=b"order-1", headers=[("source", b"test")]).get(10) for _ in range(2)
    ]
    return [f"None {each.topic}:{each.partition}" for each in sent]


WAYS = [(confluent_producer, confluent_send), (kafka_python_producer, kafka_python_send)]


@pytest.mark.parametrize(("make", "send"), WAYS, ids=["confluent-kafka", "kafka-python"])
def test_an_order_service_produces_nothing_in_shadow_mode_and_answers_the_same(make, send, stored, serve_wsgi):
    bare = make()

    def serve(guard, producer):
        app = Flask("orders")
        app.post("/orders")(lambda: send(producer))
        if guard:
            app.wsgi_app = WsgiGuard(app.wsgi_app, guard)
        return f"{serve_wsgi(app)}/orders"

    before = stored()
    real_answer = requests.post(serve(None, bare)).json()
    assert len(real_answer) == 2
    assert stored() == before + 2

    guard = ShadowGuard(**FROM_LOOPBACK)
    guarded = serve(guard, guard_kafka_producer(guard, bare))
    always = ShadowGuard(environment={"SHADOW_MODE": "true"})
    assert requests.post(guarded, headers=MARKED).json() == real_answer
    assert requests.post(serve(always, guard_kafka_producer(always, bare))).json() == real_answer
    assert stored() == before + 2
    assert [guard.suppressed_counts, always.suppressed_counts] == [{"kafka": 2}, {"kafka": 2}]
    assert guard.probe(True)["covers"] == ["kafka"]

    assert requests.post(guarded).json() == real_answer
    assert stored() == before + 4
    if hasattr(bare, "close"):
        bare.close()


def test_what_the_producer_or_the_broker_would_refuse_is_refused(stored):
    guard = ShadowGuard(environment={})
    confluent = guard_kafka_producer(guard, confluent_producer())
    kafka_python = guard_kafka_producer(guard, kafka_python_producer())
    errors = []
    with guard.shadow():
        for topic, partition in (("no-such-topic", -1), (TOPIC, 3)):
            confluent.produce(topic, b"x", partition=partition, on_delivery=lambda error, _message: errors.append(error.name()))
        assert (len(confluent), confluent.poll(0), len(confluent)) == (2, 2, 0)
        with pytest.raises(TypeError, match="its value is dict"):
            confluent.produce(TOPIC, {"not": "bytes"})
        with pytest.raises(ShadowGuardError, match="broker would refuse"):
            confluent.produce(TOPIC, b"x" * 1_000_001)
        with pytest.raises(ShadowGuardError, match="no partition 3"):
            kafka_python.send(TOPIC, "x", partition=3)
        with pytest.raises(TypeError, match="not JSON serializable"):
            kafka_python.send(TOPIC, object())
        with pytest.raises(ShadowGuardError, match="broker would refuse"):
            kafka_python.send(TOPIC, "x" * 1_100_000)
        with pytest.raises(ValueError, match="key or value"):
            kafka_python.send(TOPIC)
    assert errors == ["_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION"]
    assert guard.suppressed_counts == {}
    kafka_python.close()


def test_serialisers_are_asked_and_transactions_produce_nothing(stored):
    before = stored()
    asked = []

    def serialise(value, context):
        asked.append((context.topic, context.field, value))
        if value == "chair":
            raise ValueError("not a lamp")
        return value.encode()

    guard = ShadowGuard(environment={})
    real = SerializingProducer({**QUICK, "transactional.id": "orders", "value.serializer": serialise})
    producer = guard_kafka_producer(guard, real)
    reported_as = []
    with guard.shadow():
        producer.init_transactions(10)
        producer.begin_transaction()
        report = lambda error, message: reported_as.append((guard.is_shadow, error, message.value()))  # noqa: E731
        producer.produce(TOPIC, value="lamp", on_delivery=report)
        with pytest.raises(ValueError, match="not a lamp"):
            producer.produce(TOPIC, value="chair")
        producer.commit_transaction(10)
    # Whoever polls: the report is part of the request that gave it.
    assert producer.flush(10) == 0
    assert reported_as == [(True, None, b"lamp")]
    assert asked == [(TOPIC, "value", "lamp"), (TOPIC, "value", "chair")]
    assert stored() == before


def test_only_known_producers_can_be_guarded():
    with pytest.raises(ShadowGuardError, match="no producer"):
        guard_kafka_producer(ShadowGuard(environment={}), object())
