"""Kafka producers: a message of shadow work is checked, serialised and counted, its topic is looked up, and it goes nowhere."""

from __future__ import annotations

from typing import Any

from ..errors import usage
from ..guard import ShadowGuard
from .confluent import GuardedConfluentProducer
from .kafka_python import GuardedKafkaProducer


def guard_kafka_producer(guard: ShadowGuard, producer: Any, *, max_message_bytes: int | None = None) -> Any:
    """Guards a `Producer` or `SerializingProducer` of confluent-kafka, or a `KafkaProducer` of kafka-python. Use what it
    returns in place of the producer; everything that it does not know goes to the producer itself.

    max_message_bytes: what is accepted at most in one message. Default: 1,000,000 as librdkafka's `message.max.bytes`;
        kafka-python's own `max_request_size`.
    """
    if hasattr(producer, "produce") and hasattr(producer, "list_topics"):
        guarded: Any = GuardedConfluentProducer(guard, producer, max_message_bytes or 1_000_000)
    elif hasattr(producer, "send") and hasattr(producer, "partitions_for"):
        guarded = GuardedKafkaProducer(guard, producer, max_message_bytes or producer.config["max_request_size"])
    else:
        raise usage(f"{type(producer).__name__} is no producer of confluent-kafka or kafka-python that is known here")
    guard.cover("kafka")
    return guarded
