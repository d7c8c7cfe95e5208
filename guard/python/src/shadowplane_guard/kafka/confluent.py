"""`Producer` and `SerializingProducer` of confluent-kafka, whose own methods cannot be replaced: they are written in C."""

from __future__ import annotations

import random
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

from ..guard import ShadowGuard
from .dry_run import MadeUpOffsets, check_size, headers_size, size_of

METADATA_SECONDS = 60.0
METADATA_TIMEOUT_SECONDS = 10.0


class GuardedConfluentProducer:
    """Delivery reports of shadow messages come where those of real ones do: from `poll` and `flush`."""

    def __init__(self, guard: ShadowGuard, producer: Any, max_bytes: int) -> None:
        self._guard = guard
        self._producer = producer
        self._max_bytes = max_bytes
        self._offsets = MadeUpOffsets()
        self._reports: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._topics: dict[str, int] = {}
        self._topics_known_until = 0.0

    def produce(
        self,
        topic: str,
        value: Any = None,
        key: Any = None,
        partition: int = -1,
        callback: Any = None,
        on_delivery: Any = None,
        timestamp: int = 0,
        headers: Any = None,
    ) -> None:
        if not self._guard.is_shadow:
            self._real_produce(topic, value, key, partition, callback or on_delivery, timestamp, headers)
            return
        if not isinstance(topic, str):
            raise TypeError(f"topic must be a str, not {type(topic).__name__}")
        if not isinstance(partition, int):
            raise TypeError(f"partition must be an int, not {type(partition).__name__}")
        key, value = self._serialise(topic, key, value, headers)
        size = size_of(key, "key") + size_of(value, "value") + headers_size(headers)
        check_size(topic, size, self._max_bytes)
        message, error = self._pretend(topic, key, value, partition, timestamp, headers)
        if error is None:
            self._guard.suppressed("kafka")
        report = callback or on_delivery
        if report:
            # Called as part of the request that gave it, whoever polls.
            bound = self._guard.bind(report)
            self._reports.append(lambda: bound(error, message))

    def poll(self, timeout: float = -1) -> int:
        own = self._report()
        # What was reported is what the caller waits for.
        return own + (self._producer.poll(0 if own else timeout) or 0)

    def flush(self, timeout: float = -1) -> int:
        self._report()
        return int(self._producer.flush(timeout))

    def __len__(self) -> int:
        return len(self._producer) + len(self._reports)

    def init_transactions(self, *args: Any, **kwargs: Any) -> Any:
        """The real one would fence off the producer in production that has the same transactional id."""
        return self._unless_shadow("init_transactions", *args, **kwargs)

    def begin_transaction(self, *args: Any, **kwargs: Any) -> Any:
        return self._unless_shadow("begin_transaction", *args, **kwargs)

    def commit_transaction(self, *args: Any, **kwargs: Any) -> Any:
        return self._unless_shadow("commit_transaction", *args, **kwargs)

    def abort_transaction(self, *args: Any, **kwargs: Any) -> Any:
        return self._unless_shadow("abort_transaction", *args, **kwargs)

    def send_offsets_to_transaction(self, *args: Any, **kwargs: Any) -> Any:
        return self._unless_shadow("send_offsets_to_transaction", *args, **kwargs)

    def purge(self, *args: Any, **kwargs: Any) -> Any:
        return self._unless_shadow("purge", *args, **kwargs)

    def produce_batch(self, topic: str, messages: list[dict[str, Any]], *args: Any, **kwargs: Any) -> Any:
        if not self._guard.is_shadow:
            return self._producer.produce_batch(topic, messages, *args, **kwargs)
        for message in messages:
            self.produce(topic, **message)
        return len(messages)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    # -- Within ---------------------------------------------------------------------------------------------------------

    def _real_produce(
        self, topic: str, value: Any, key: Any, partition: int, report: Any, timestamp: int, headers: Any
    ) -> None:
        given = {"value": value, "key": key, "partition": partition, "timestamp": timestamp, "headers": headers}
        if report is not None:
            given["on_delivery"] = report
        self._producer.produce(topic, **{name: one for name, one in given.items() if one is not None})

    def _serialise(self, topic: str, key: Any, value: Any, headers: Any) -> tuple[Any, Any]:
        for_key = getattr(self._producer, "_key_serializer", None)
        for_value = getattr(self._producer, "_value_serializer", None)
        if for_key is None and for_value is None:
            return key, value
        from confluent_kafka.serialization import MessageField, SerializationContext

        if for_key is not None:
            key = for_key(key, SerializationContext(topic, MessageField.KEY, headers))
        if for_value is not None:
            value = for_value(value, SerializationContext(topic, MessageField.VALUE, headers))
        return key, value

    def _pretend(
        self, topic: str, key: Any, value: Any, partition: int, timestamp: int, headers: Any
    ) -> tuple[ShadowMessage, Any]:
        from confluent_kafka import KafkaError

        count = self._partitions_of(topic)
        error = None
        if count is None:
            error = KafkaError(KafkaError._UNKNOWN_TOPIC, f"there is no topic {topic}")
        elif partition >= count:
            error = KafkaError(KafkaError._UNKNOWN_PARTITION, f"{topic} has {count} partitions")
        if partition < 0 and count:
            # librdkafka's own default: consistent_random.
            partition = zlib.crc32(_encoded(key)) % count if key else random.randrange(count)
        offset = -1001 if error else self._offsets.take(topic, partition)
        return ShadowMessage(topic, partition, offset, _encoded(key), _encoded(value), timestamp, headers, error), error

    def _partitions_of(self, topic: str) -> int | None:
        """Asks for all topics: to ask for one by its name can create it."""
        with self._lock:
            now = time.monotonic()
            if topic not in self._topics or now > self._topics_known_until:
                listed = self._producer.list_topics(timeout=METADATA_TIMEOUT_SECONDS).topics
                self._topics = {name: len(one.partitions) for name, one in listed.items()}
                self._topics_known_until = now + METADATA_SECONDS
            return self._topics.get(topic)

    def _report(self) -> int:
        called = 0
        while True:
            try:
                report = self._reports.popleft()
            except IndexError:
                return called
            called += 1
            report()

    def _unless_shadow(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return None if self._guard.is_shadow else getattr(self._producer, name)(*args, **kwargs)


class ShadowMessage:
    """What a delivery report is given: the message, and where it would have gone; the offset is made up."""

    def __init__(
        self, topic: str, partition: int, offset: int, key: Any, value: Any, timestamp: int, headers: Any, error: Any
    ) -> None:
        self._values = {
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "key": key,
            "value": value,
            # (TIMESTAMP_CREATE_TIME, ms)
            "timestamp": (1, timestamp or int(time.time() * 1000)),
            "headers": list(headers.items()) if isinstance(headers, dict) else headers,
            "error": error,
            "latency": 0.0,
            "leader_epoch": None,
        }

    def __len__(self) -> int:
        return len(self._values["value"] or b"")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(name)
        return lambda: self._values[name]


def _encoded(data: Any) -> Any:
    return data.encode() if isinstance(data, str) else data
